"""Control 17: data goes when its days are over, each day, and stays gone after a restore."""

from mbiu.ledger import Kind
from mbiu.retention.daily import due, run
from mbiu.retention.replaying import replay

__all__ = ["Kind", "due", "replay", "run"]
