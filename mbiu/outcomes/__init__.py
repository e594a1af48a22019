"""What was done about an incident, what it changed, by whom, and when somebody looks at it again."""

from mbiu.outcomes.drafts import Candidate, Draft, drafts, who_may_have_acted
from mbiu.outcomes.following import RESULTS, WAYS, Ahead, due, remind, set_days, settle
from mbiu.outcomes.recording import (
    DONE,
    EFFECTS,
    RESOLUTIONS,
    Deed,
    close,
    correct,
    current,
    finish,
    foremost,
    record,
)

__all__ = [
    "DONE",
    "EFFECTS",
    "RESOLUTIONS",
    "RESULTS",
    "WAYS",
    "Ahead",
    "Candidate",
    "Deed",
    "Draft",
    "close",
    "correct",
    "current",
    "drafts",
    "due",
    "finish",
    "foremost",
    "record",
    "remind",
    "set_days",
    "settle",
    "who_may_have_acted",
]
