"""Another table of priorities or other due times, for what waits already: seen first, then done."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Interval, String, column, func, select, update, values
from sqlalchemy.orm import Session

from mbiu.audit import Actor
from mbiu.codes import IncidentState, Priority
from mbiu.house import ranking, settings
from mbiu.house.ranking import Ranking
from mbiu.models import Incident, utcnow
from mbiu.priority import Table

_WAITS = Incident.state.in_((IncidentState.OPEN, IncidentState.CLAIMED))
_ALIKE = (Incident.event_type, Incident.severity, Incident.urgency, Incident.priority)


@dataclass(frozen=True)
class Move:
    """So many incidents go from one priority to another, and are due so much later (below 0: sooner)."""

    before: Priority
    after: Priority
    later: dt.timedelta
    count: int


def preview(session: Session, table: Table, minutes: Mapping[str, int]) -> list[Move]:
    """What would change among what waits, in the order of the priorities."""
    found: Counter[tuple[Priority, Priority, dt.timedelta]] = Counter()
    for row, after, later in _moving(session, Ranking(table, minutes)):
        found[row.priority, after, later] += row.count
    return [Move(*key, count) for key, count in sorted(found.items())]


def save(session: Session, actor: Actor, table: Table, minutes: Mapping[str, int]) -> int:
    """Let the table and the due times hold, for what waits too; how many incidents changed.

    Raises NotAllowed and NotPossible as `settings.put` does.
    """
    moving = _moving(session, Ranking(table, minutes))
    settings.put(session, actor, "priority_table", table)
    settings.put(session, actor, "due_minutes", minutes)
    if moving:
        _move(session, moving)
    return sum(row.count for row, _, _ in moving)


def _moving(session: Session, wanted: Ranking) -> list[tuple[Any, Priority, dt.timedelta]]:
    """Groups of incidents alike that would move. Where a priority is not the table's own, it stays."""
    now = ranking.current(session)
    rows = session.execute(select(*_ALIKE, func.count().label("count")).where(_WAITS).group_by(*_ALIKE))
    found = []
    for row in rows:
        after = wanted.of(row) if now.of(row) is row.priority else row.priority
        later = dt.timedelta(minutes=wanted.minutes[after] - now.minutes[row.priority])
        if after is not row.priority or later:
            found.append((row, after, later))
    return found


def _move(session: Session, moving: list[tuple[Any, Priority, dt.timedelta]]) -> None:
    names = ("event_type", "severity", "urgency", "priority", "after")
    columns = [column(name, String) for name in names]
    groups = values(*columns, column("later", Interval), name="groups").data(
        [
            (row.event_type, row.severity, row.urgency, row.priority, after, later)
            for row, after, later in moving
        ]
    )
    alike = [getattr(Incident, name) == groups.c[name] for name in names[:-1]]
    moved = {
        "priority": groups.c.after,
        "due_at": Incident.due_at + groups.c.later,
        "updated_at": utcnow(),
    }
    session.execute(
        update(Incident).where(_WAITS, *alike).values(moved).execution_options(synchronize_session=False)
    )
