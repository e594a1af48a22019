"""Escalation chains: ordered steps of who is told while nobody answers, kept with all their versions."""

from mbiu.chains.keeping import forget, history, may_keep, named, newest, put_in_force, record, save
from mbiu.chains.steps import (
    AREAS,
    MOST_COUNT,
    MOST_REPEATS,
    MOST_STEPS,
    MOST_WAIT,
    Selector,
    Step,
    check,
    is_within,
    read,
    shut_hours,
    without,
    written,
)

__all__ = [
    "AREAS",
    "MOST_COUNT",
    "MOST_REPEATS",
    "MOST_STEPS",
    "MOST_WAIT",
    "Selector",
    "Step",
    "check",
    "forget",
    "history",
    "is_within",
    "may_keep",
    "named",
    "newest",
    "put_in_force",
    "read",
    "record",
    "save",
    "shut_hours",
    "without",
    "written",
]
