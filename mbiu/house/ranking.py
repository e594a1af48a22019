"""The priorities and due times as the centre has them, for those who rank events."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from mbiu import priority
from mbiu.codes import EventType, Priority, Severity, Urgency
from mbiu.house import settings


@dataclass(frozen=True)
class Ranking:
    """Severity and urgency -> priority, and the minutes in which each priority is due."""

    table: priority.Table
    minutes: Mapping[str, int]

    def level(self, event_type: EventType, severity: Severity, urgency: Urgency) -> Priority:
        """The priority of such an event."""
        return priority.priority(event_type, severity, urgency, self.table)

    def due_at(self, level: Priority, since: dt.datetime) -> dt.datetime:
        """When a person should have looked at an event of this priority that came in at ``since``."""
        return priority.due_at(level, since, self.minutes)

    def of(self, row: Any) -> Priority:
        """The priority of a row with ``event_type``, ``severity`` and ``urgency``."""
        return self.level(row.event_type, row.severity, row.urgency)


def current(session: Session) -> Ranking:
    """How events are ranked now."""
    return Ranking(settings.value(session, "priority_table"), settings.value(session, "due_minutes"))
