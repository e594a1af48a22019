"""What comes first: one readable table from severity and urgency to a priority and its due time.

The table and the due times here are those that hold until the centre writes its own
(`mbiu.house.settings`: ``priority_table`` and ``due_minutes``), which are handed in.
"""

import datetime as dt
from collections.abc import Mapping

from mbiu.codes import EventType, Priority, Severity, Urgency

#: Severity -> urgency -> priority, by their codes.
Table = Mapping[str, Mapping[str, str]]

# Rows are severity, columns urgency; read it as «how soon must a person look at this?»
_ORDER = (Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.FUTURE, Urgency.PAST, Urgency.UNKNOWN)
_ROWS = {
    Severity.EXTREME: "P1 P1 P1 P1 P1",
    Severity.SEVERE: "P1 P1 P2 P2 P2",
    Severity.MODERATE: "P1 P2 P3 P3 P3",
    Severity.MINOR: "P2 P3 P4 P4 P4",
    Severity.UNKNOWN: "P2 P3 P3 P4 P3",
}

# Words of violence to come, for which an early warning exists: heard while there is time to act.
_WARNINGS = frozenset({EventType.THREAT, EventType.MOBILISATION, EventType.HATE_SPEECH})
_AHEAD = frozenset({Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.FUTURE})

_MINUTES = {Priority.P1: 15, Priority.P2: 60, Priority.P3: 24 * 60, Priority.P4: 7 * 24 * 60}


def table() -> dict[str, dict[str, str]]:
    """The table that is shipped."""
    return {
        severity.value: {urgency.value: level for urgency, level in zip(_ORDER, row.split(), strict=True)}
        for severity, row in _ROWS.items()
    }


def minutes() -> dict[str, int]:
    """The minutes in which each priority is due, as shipped."""
    return {level.value: minutes for level, minutes in _MINUTES.items()}


_TABLE = table()


def priority(
    event_type: EventType, severity: Severity, urgency: Urgency, table: Table | None = None
) -> Priority:
    """The priority of an event. What could not be read at all is never last: a person must look."""
    if event_type is EventType.NONE:
        return Priority.P4
    if event_type is EventType.UNKNOWN and severity is Severity.UNKNOWN:
        return Priority.P3
    found = Priority((_TABLE if table is None else table)[severity][urgency])
    return min(found, Priority.P2) if event_type in _WARNINGS and urgency in _AHEAD else found


def soonest(one: Urgency, other: Urgency) -> Urgency:
    """The more pressing of two urgencies; one that is known goes before unknown."""
    return min(one, other, key=_ORDER.index)


def due_at(level: Priority, since: dt.datetime, minutes: Mapping[str, int] | None = None) -> dt.datetime:
    """When a person should have looked at an event of this priority that came in at ``since``."""
    return since + dt.timedelta(minutes=(_MINUTES if minutes is None else minutes)[level])
