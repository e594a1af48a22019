"""Incidents as the map shows them: those in a box, a list, and counts."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, load_only

from mbiu.codes import EventType, Priority
from mbiu.models import Incident
from review import places
from review.asked import Asked, Box
from review.tongues import language
from review.words import label

#: So many incidents are told one by one; more are counted by square.
MANY = 400
PAGE = 30
#: Where a page of a list ended.
Conditions = list[ColumnElement[bool]]
Mark = tuple[Priority, dt.datetime, UUID]


@dataclass(frozen=True)
class Sums:
    """How many there are of what was asked for, how many of them lie nowhere, and how many by priority."""

    total: int
    unplaced: int
    levels: list[tuple[str, int]]
    drills: int

    @property
    def placed(self) -> int:
        return self.total - self.unplaced


def sums(db: Session, asked: Asked) -> Sums:
    """Counts of the whole of what was asked for, and of the exercises that were left out."""
    wide = replace(asked, drills="all")
    counted = (Incident.exercise, Incident.lat.is_(None), Incident.priority)
    rows = db.execute(wide.narrow(select(*counted, func.count())).group_by(*counted)).all()
    mine = [row for row in rows if asked.drills == "all" or row[0] == (asked.drills == "drill")]
    levels = {level: sum(row[3] for row in mine if row[2] == level) for level in Priority}
    return Sums(
        total=sum(row[3] for row in mine),
        unplaced=sum(row[3] for row in mine if row[1]),
        levels=[(level.value, count) for level, count in levels.items()],
        drills=sum(row[3] for row in rows if row[0]) if asked.drills == "real" else 0,
    )


def inside(db: Session, asked: Asked, box: Box, *, hidden: Collection[EventType] = ()) -> dict[str, Any]:
    """What lies in a box: one by one, or by square where there are more than ``MANY``.

    Incidents of the ``hidden`` types are left out.
    """
    where = [*asked.conditions(), *_in(box), Incident.event_type.not_in(hidden)]
    squares = _squares(db, where, box.square)
    total = sum(one["count"] for one in squares)
    if total > MANY:
        return {"total": total, "incidents": [], "groups": squares}
    return {"total": total, "incidents": _points(db, where), "groups": []}


def _squares(db: Session, where: Conditions, side: float) -> list[dict[str, Any]]:
    x, y = func.floor(Incident.lon / side), func.floor(Incident.lat / side)
    query = select(
        func.count(), func.min(Incident.priority), func.avg(Incident.lat), func.avg(Incident.lon), x, y
    )
    rows = db.execute(query.where(*where).group_by(x, y)).all()
    return [
        {
            "count": count,
            "priority": str(level),
            "lat": round(lat, 4),
            "lon": round(lon, 4),
            "box": [[row * side, column * side], [(row + 1) * side, (column + 1) * side]],
        }
        for count, level, lat, lon, column, row in rows
    ]


def _in(box: Box) -> Conditions:
    return [Incident.lat.between(box.south, box.north), Incident.lon.between(box.west, box.east)]


_SHOWN = (
    Incident.ref, Incident.event_type, Incident.state, Incident.priority, Incident.reports, Incident.exercise,
    Incident.area_path, Incident.lat, Incident.lon, Incident.radius_km, Incident.created_at,
)  # fmt: skip


def _points(db: Session, where: Conditions) -> list[dict[str, Any]]:
    query = select(Incident).options(load_only(*_SHOWN)).where(*where)
    found = db.scalars(query.order_by(Incident.created_at).limit(MANY)).all()
    known = places.names(db, [one.area_path for one in found])
    return [_point(one, known) for one in found]


def _point(one: Incident, known: places.Names) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "title": title(one, known),
        "about": about(one),
        "priority": one.priority.value,
        "lat": one.lat,
        "lon": one.lon,
        "radius_km": one.radius_km or 0,
        "at": one.created_at.isoformat(),
    }


def title(one: Incident, known: places.Names) -> str:
    return f"{label(one.event_type)} · {places.place_name(one.area_path, known)}"


def about(one: Incident) -> str:
    """State and number of reports, in words."""
    return _about(label(one.state), one.reports, language(), exercise=one.exercise)


@lru_cache(maxsize=2048)
def _about(state: str, reports: int, _language: str, *, exercise: bool) -> str:
    words = [state, ngettext("%(num)s report", "%(num)s reports", reports)]
    return ", ".join([*words, *([_("exercise")] if exercise else [])])


@dataclass(frozen=True)
class Line:
    """An incident in a list."""

    ref: str
    priority: str
    title: str
    area: str
    about: str
    at: dt.datetime
    lat: float | None
    lon: float | None


def listed(db: Session, asked: Asked, after: str) -> tuple[list[Line], str | None]:
    """A page of what was asked for, gravest and then newest first, and where the next begins."""
    query = asked.narrow(select(Incident))
    if at := _decoded(after):
        graver = and_(Incident.priority == at[0], _older(at))
        query = query.where(or_(Incident.priority > at[0], graver))
    return _lines(db, query.order_by(Incident.priority, Incident.created_at.desc(), Incident.id.desc()))


def latest(db: Session, asked: Asked, after: str) -> tuple[list[Line], str | None]:
    """A page of what was asked for, newest first, and where the next begins."""
    query = asked.narrow(select(Incident))
    if at := _decoded(after):
        query = query.where(_older(at))
    return _lines(db, query.order_by(Incident.created_at.desc(), Incident.id.desc()))


def _older(at: Mark) -> ColumnElement[bool]:
    return tuple_(Incident.created_at, Incident.id) < tuple_(*at[1:])


def _lines(db: Session, query: Select[Any]) -> tuple[list[Line], str | None]:
    found = list(db.scalars(query.limit(PAGE + 1)))
    further = _encoded(found[PAGE - 1]) if len(found) > PAGE else None
    known = places.names(db, [one.area_path for one in found])
    return [_line(one, known) for one in found[:PAGE]], further


def _line(one: Incident, known: places.Names) -> Line:
    return Line(
        ref=one.ref,
        priority=one.priority.value,
        title=title(one, known),
        area=places.area_name(one.area_path, known),
        about=about(one),
        at=one.created_at,
        lat=one.lat,
        lon=one.lon,
    )


def _encoded(one: Incident) -> str:
    where = [one.priority.value, one.created_at.isoformat(), str(one.id)]
    return base64.urlsafe_b64encode(json.dumps(where).encode()).decode()


def _decoded(text: str) -> Mark | None:
    try:
        level, moment, row_id = json.loads(base64.urlsafe_b64decode(text))
        return Priority(level), dt.datetime.fromisoformat(moment), UUID(row_id)
    except (ValueError, TypeError, binascii.Error, AttributeError, RecursionError):
        return None
