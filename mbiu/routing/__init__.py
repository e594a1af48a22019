"""From a verified incident to an alert: who is told, why, in what words, and who comes next.

`plan` is the preview and changes nothing; `send` writes the alert with its escalation chain, as it
stands now, and the first deliveries.
"""

from mbiu.routing.planning import matches, place_name, plan
from mbiu.routing.plans import LeftOut, Plan, PlannedStep, Quorum, Recipient
from mbiu.routing.sending import send
from mbiu.routing.starting import ALERTABLE, USEFUL, is_open, start, take_step

__all__ = [
    "ALERTABLE",
    "USEFUL",
    "LeftOut",
    "Plan",
    "PlannedStep",
    "Quorum",
    "Recipient",
    "is_open",
    "matches",
    "place_name",
    "plan",
    "send",
    "start",
    "take_step",
]
