"""An alert climbs its chain until somebody takes it.

`start` fixes the chain and takes its first step; `take_due` takes those that are due, of many alerts at once;
`answered` is what every way of answering ends in. Pure are `chain` (what a step is), `quorum` (whose promises
are enough) and `promises` (when one is void).
"""

from mbiu.escalation.answering import answered, is_open, settle
from mbiu.escalation.people import ALERTABLE
from mbiu.escalation.promises import PROMISE
from mbiu.escalation.scene import LIVE
from mbiu.escalation.starting import start
from mbiu.escalation.steps import next_due, take_due

__all__ = ["ALERTABLE", "LIVE", "PROMISE", "answered", "is_open", "next_due", "settle", "start", "take_due"]
