"""Ways in and out for SMS: which one serves whom, how well each goes, what it costs.

`order` and `health` decide and touch nothing; `registry` and `watch` read and write the rows behind them.
"""

from mbiu.gateways.registry import Snapshot, choose, snapshot

__all__ = ["Snapshot", "choose", "snapshot"]
