"""What the page of an area says: what happened, what is going out, who reports there, what lies inside."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.codes import AlertState, EventType
from mbiu.house import occasions
from mbiu.models import Alert, AreaPopulation, Incident, Occasion, Place, utcnow
from review import places, silences
from review.asked import Asked, within
from review.words import EAT, label

WEEKS = 8
ALERTS = 20
INSIDE = 300
MONTH = dt.timedelta(days=30)


@dataclass(frozen=True)
class Area:
    """An area and what holds it, widest first. ``path`` is ``/`` for the whole country list."""

    path: str
    name: str
    kind: str
    above: list[tuple[str, str]]

    @property
    def asked(self) -> str:
        """The path as the map asks for it."""
        return "" if self.path == "/" else self.path


@dataclass(frozen=True)
class Week:
    """A calendar week (Monday to Sunday, local time) with its number of incidents."""

    begins: dt.date
    count: int


@dataclass(frozen=True)
class Weeks:
    """Incidents by week and type, the commonest type first."""

    weeks: list[Week]
    types: list[tuple[str, list[int], int]]

    @property
    def most(self) -> int:
        return max((one.count for one in self.weeks), default=0)


@dataclass(frozen=True)
class Part:
    """An area inside, with incidents and reports of the last 30 days."""

    path: str
    name: str
    incidents: int
    reports: int


@dataclass(frozen=True)
class Tellers:
    """Who reports: numbers only. ``days`` since the last message; None where nobody ever wrote."""

    count: int
    silent: int
    responders: int
    days: int | None
    limit: int


@dataclass(frozen=True)
class Sending:
    """An alert that nobody has acknowledged."""

    ref: str
    title: str
    place: str
    at: dt.datetime


def find(db: Session, path: str) -> Area | None:
    """The area of a path; None where there is none or the user does not see it."""
    if path == "/":
        return Area("/", _("All areas"), "", [])
    query = select(Place.name, Place.type_local).where(Place.path == path, func.mbiu_sees(Place.path))
    row = db.execute(query.limit(1)).one_or_none()
    if row is None:
        return None
    steps = places.parts(path)
    known = places.names(db, [path])
    above = [("/".join(steps[:depth]), known.get(steps[depth - 1], "")) for depth in range(1, len(steps))]
    return Area(path, row.name, row.type_local, above)


def weeks(db: Session, asked: Asked) -> Weeks:
    """The last weeks by type."""
    today = dt.datetime.now(EAT).date()
    first = today - dt.timedelta(days=today.weekday(), weeks=WEEKS - 1)
    since = dt.datetime.combine(first, dt.time(), EAT)
    begins = func.date_trunc("week", func.timezone("Africa/Nairobi", Incident.created_at))
    query = asked.narrow(select(begins, Incident.event_type, func.count()))
    rows = db.execute(query.where(Incident.created_at >= since).group_by(begins, Incident.event_type)).all()
    days = [first + dt.timedelta(weeks=n) for n in range(WEEKS)]
    counts = {(row[0].date(), EventType(row[1])): row[2] for row in rows}
    totals = Counter[EventType]()
    for (_week, kind), count in counts.items():
        totals[kind] += count
    return Weeks(
        [Week(day, sum(counts.get((day, kind), 0) for kind in totals)) for day in days],
        [
            (label(kind), [counts.get((day, kind), 0) for day in days], total)
            for kind, total in totals.most_common()
        ],
    )


def parts(db: Session, area: Area, asked: Asked) -> list[Part]:
    """The areas inside, the busiest first; those below the user's areas only."""
    depth = len(places.parts(area.path))
    holder = places.parts(area.path)[-1] if depth else None
    inner = select(Place.id, Place.path, Place.name).where(
        Place.parent_id == holder if holder else Place.level == 0,
        Place.level.is_not(None),
        ~Place.retired,
        func.mbiu_sees(Place.path),
    )
    key = func.split_part(Incident.area_path, "/", depth + 2)
    query = asked.narrow(select(key, func.count(), func.sum(Incident.reports)))
    recent = query.where(Incident.created_at > utcnow() - MONTH).group_by(key)
    counts = {row[0]: (row[1], int(row[2])) for row in db.execute(recent)}
    found = [
        Part(one.path, one.name, *counts.get(one.id, (0, 0)))
        for one in db.execute(inner.order_by(Place.name).limit(INSIDE))
    ]
    return sorted(found, key=lambda one: (-one.incidents, one.name))


def tellers(db: Session, area: Area, scope: str) -> Tellers:
    """How many report from the districts of an area, and for how long nobody did."""
    found = silences.total(db, scope, area.path)
    return Tellers(
        count=found.tellers,
        silent=found.silent,
        responders=found.responders,
        days=(utcnow() - found.heard).days if found.heard else None,
        limit=silences.days(db),
    )


def sending(db: Session, asked: Asked) -> tuple[list[Sending], int]:
    """Open alerts, the oldest first, and how many there are."""
    where = (Alert.state == AlertState.OPEN, *_of_area(asked))
    joined = select(Alert.ref, Alert.created_at, Incident.event_type, Incident.area_path)
    query = joined.join(Incident, Incident.id == Alert.incident_id).where(*where)
    rows = db.execute(query.order_by(Alert.created_at).limit(ALERTS)).all()
    count = select(func.count()).select_from(Alert).join(Incident, Incident.id == Alert.incident_id)
    known = places.names(db, [row.area_path for row in rows])
    told = [
        Sending(row.ref, label(row.event_type), places.place_name(row.area_path, known), row.created_at)
        for row in rows
    ]
    return told, db.scalar(count.where(*where)) or 0


def _of_area(asked: Asked) -> list[Any]:
    found: list[Any] = [within(asked.area)] if asked.area else []
    return found if asked.drills == "all" else [*found, ~Alert.exercise]


def population(db: Session, path: str) -> Sequence[AreaPopulation]:
    """What is known of the number of people, the newest first."""
    query = select(AreaPopulation).where(AreaPopulation.area_path == path)
    return db.scalars(query.order_by(AreaPopulation.year.desc()).limit(5)).all()


#: Days of the calendar to look ahead.
AHEAD = 60
DAYS_THAT_MATTER = 12


@dataclass(frozen=True)
class Day:
    """An occasion of the calendar, on the days on which it falls next."""

    title: str
    begins: dt.date
    ends: dt.date


def days(db: Session, path: str) -> list[Day]:
    """What the calendar holds for an area, what holds it or what lies in it, in the next 60 days."""
    today = dt.datetime.now(EAT).date()
    found = [_next(one, today) for one in occasions.near(db, path, today, AHEAD)]
    return sorted(found, key=lambda one: (one.begins, one.title))[:DAYS_THAT_MATTER]


def _next(one: Occasion, today: dt.date) -> Day:
    """The present or the next time that an occasion comes."""
    begins, ends = one.starts_on, one.ends_on
    while one.yearly and ends < today:
        begins, ends = _a_year_on(begins), _a_year_on(ends)
    return Day(one.title, begins, ends)


def _a_year_on(day: dt.date) -> dt.date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28) if leap_day else day.replace(year=day.year + 1)
