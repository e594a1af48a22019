"""What hangs on the wall: the gravest that waits, alerts without an answer, reports by the hour, silences.

Everybody in the room reads it, visitors too: no person, no code name, no word of a report, and no place
finer than a district. Survivors' cases are counted, never told.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from mbiu.codes import AlertState, EventType, Priority
from mbiu.models import Alert, Incident, Report, utcnow
from mbiu.settings import settings
from review import mapped, places, silences
from review.asked import STATES, Asked, Box
from review.words import EAT, label

GRAVE = (Priority.P1, Priority.P2)
ROWS = 8
ALERTS = 4
HOURS = 24
SILENT = 6
#: Where the map looks: from Lake Chad to the Indian Ocean.
REGION = Box(11.0, -19.0, 56.0, 21.0)
#: Cases whose kind and place are nobody's business in a room.
_HUSHED = frozenset({EventType.SEXUAL_VIOLENCE})
_FINEST = 3
_WAITING = STATES["waiting"][1]


@dataclass(frozen=True)
class Waiting:
    """An incident or an alert in one line. ``late`` says that it is past its time."""

    ref: str
    priority: str
    title: str
    place: str
    since: dt.datetime
    late: bool
    drill: bool
    unverified: bool = False


@dataclass(frozen=True)
class Hour:
    """Reports of one hour; ``x``, ``y`` and ``height`` draw its bar in a box of 240 by 60."""

    begins: dt.datetime
    count: int
    x: float
    y: float
    height: float


def now(db: Session, scope: str) -> dict[str, Any]:
    """Everything that the wall shows but its map."""
    waiting, levels = _waiting(db)
    alerts, sending = _alerts(db)
    hours = _hours(db)
    mute = [one for one in silences.areas(db, scope) if one.state == "mute"]
    return {
        "at": utcnow(),
        "waiting": waiting,
        "levels": levels,
        "alerts": alerts,
        "sending": sending,
        "hours": hours,
        "day": sum(one.count for one in hours),
        "mute": [(_silent_name(one.name), _days(one.heard)) for one in mute[:SILENT]],
        "silent": len(mute),
        "limit": silences.days(db),
    }


def points(db: Session) -> dict[str, Any]:
    """The last 24 hours for the map: priority and place to a tenth of a degree, nothing else."""
    wanted = Asked(since="24h", drills="all")
    found = mapped.inside(db, wanted, REGION, hidden=_HUSHED)
    return {
        "total": found["total"],
        "incidents": [
            {"priority": one["priority"], "lat": round(one["lat"], 1), "lon": round(one["lon"], 1)}
            for one in found["incidents"]
        ],
        "groups": found["groups"],
    }


def _waiting(db: Session) -> tuple[list[Waiting], list[tuple[str, int]]]:
    where = (Incident.state.in_(_WAITING), Incident.priority.in_(GRAVE))
    counted = db.execute(select(Incident.priority, func.count()).where(*where).group_by(Incident.priority))
    counts: dict[Priority, int] = dict(counted.all())
    order = (Incident.priority, Incident.due_at, Incident.id)
    rows = db.scalars(select(Incident).where(*where).order_by(*order).limit(ROWS)).all()
    known = places.names(db, [one.area_path for one in rows])
    lines = [_line(one.ref, one, one.created_at, known, late=one.due_at < utcnow()) for one in rows]
    return lines, [(level.value, counts.get(level, 0)) for level in GRAVE]


def _alerts(db: Session) -> tuple[list[Waiting], int]:
    where = Alert.state == literal(AlertState.OPEN.value, literal_execute=True)
    query = select(Alert, Incident).join(Incident, Incident.id == Alert.incident_id).where(where)
    rows = db.execute(query.order_by(Alert.created_at).limit(ALERTS)).all()
    known = places.names(db, [incident.area_path for _alert, incident in rows])
    lines = [
        replace(
            _line(alert.ref, incident, alert.created_at, known, late=alert.step > 1),
            unverified=alert.unverified,
        )
        for alert, incident in rows
    ]
    return lines, db.scalar(select(func.count()).select_from(Alert).where(where)) or 0


def _line(ref: str, one: Incident, since: dt.datetime, known: places.Names, *, late: bool) -> Waiting:
    hushed = one.event_type in _HUSHED
    depth = _FINEST - 1 if hushed else _FINEST
    title = _("Protected case") if hushed else label(one.event_type)
    return Waiting(
        ref, one.priority.value, title, _place(one.area_path, known, depth), since, late, _drill(one)
    )


def _drill(one: Incident) -> bool:
    return one.exercise and not settings().demo


def _place(path: str, known: places.Names, depth: int) -> str:
    steps = places.parts(path)[:depth]
    return places.place_name("/" + "".join(f"{step}/" for step in steps), known)


def _hours(db: Session) -> list[Hour]:
    last = utcnow().replace(minute=0, second=0, microsecond=0)
    first = last - dt.timedelta(hours=HOURS - 1)
    hour = func.date_trunc("hour", Report.created_at)
    query = select(hour, func.count()).where(Report.created_at >= first)
    if not settings().demo:
        query = query.where(~Report.exercise)
    counts: dict[dt.datetime, int] = dict(db.execute(query.group_by(hour)).all())
    return list(_bars([(first + dt.timedelta(hours=n)) for n in range(HOURS)], counts))


def _bars(hours: Iterable[dt.datetime], counts: dict[dt.datetime, int]) -> Iterable[Hour]:
    most = max(counts.values(), default=0) or 1
    for place, begins in enumerate(hours):
        count = counts.get(begins, 0)
        height = round(56 * count / most, 1)
        yield Hour(begins.astimezone(EAT), count, place * 10 + 1, 58 - height, height)


def _silent_name(name: str) -> str:
    return name.partition(",")[0]


def _days(heard: dt.datetime | None) -> int | None:
    return (utcnow() - heard).days if heard else None
