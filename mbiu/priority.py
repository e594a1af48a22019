"""What comes first: one readable table from severity and urgency to a priority and its due time."""

import datetime as dt

from mbiu.codes import EventType, Priority, Severity, Urgency

# Rows are severity, columns urgency; read it as «how soon must a person look at this?»
_ORDER = (Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.FUTURE, Urgency.PAST, Urgency.UNKNOWN)
_TABLE = {
    Severity.EXTREME: "P1 P1 P1 P1 P1",
    Severity.SEVERE: "P1 P1 P2 P2 P2",
    Severity.MODERATE: "P1 P2 P3 P3 P3",
    Severity.MINOR: "P2 P3 P4 P4 P4",
    Severity.UNKNOWN: "P2 P3 P3 P4 P3",
}

# Words of violence to come, for which an early warning exists: heard while there is time to act.
_WARNINGS = frozenset({EventType.THREAT, EventType.MOBILISATION, EventType.HATE_SPEECH})
_AHEAD = frozenset({Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.FUTURE})

DUE = {
    Priority.P1: dt.timedelta(minutes=15),
    Priority.P2: dt.timedelta(hours=1),
    Priority.P3: dt.timedelta(hours=24),
    Priority.P4: dt.timedelta(days=7),
}


def priority(event_type: EventType, severity: Severity, urgency: Urgency) -> Priority:
    """The priority of an event. What could not be read at all is never last: a person must look."""
    if event_type is EventType.NONE:
        return Priority.P4
    if event_type is EventType.UNKNOWN and severity is Severity.UNKNOWN:
        return Priority.P3
    found = Priority(_TABLE[severity].split()[_ORDER.index(urgency)])
    return min(found, Priority.P2) if event_type in _WARNINGS and urgency in _AHEAD else found


def soonest(one: Urgency, other: Urgency) -> Urgency:
    """The more pressing of two urgencies; one that is known goes before unknown."""
    return min(one, other, key=_ORDER.index)


def due_at(level: Priority, since: dt.datetime) -> dt.datetime:
    """When a person should have looked at an event of this priority that came in at ``since``."""
    return since + DUE[level]
