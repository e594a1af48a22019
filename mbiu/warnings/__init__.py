"""Warning the threatened: words agreed beforehand, to people of an area, by two, in waves that can stop."""

from mbiu.warnings.library import VARIANTS, Variant
from mbiu.warnings.preparing import Wanted, approve, drop, prepare, stop
from mbiu.warnings.progress import Progress, find, listed, progress
from mbiu.warnings.reach import AUDIENCES, Reach, reach
from mbiu.warnings.reckoning import Reckoning, reckon
from mbiu.warnings.sending import next_due, send_due

__all__ = [
    "AUDIENCES", "VARIANTS", "Progress", "Reach", "Reckoning", "Variant", "Wanted", "approve", "drop", "find",
    "listed", "next_due", "prepare", "progress", "reach", "reckon", "send_due", "stop",
]  # fmt: skip
