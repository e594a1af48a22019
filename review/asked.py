"""What is asked of the map and of the pages of areas: a period, kinds of incidents, an area, a box."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, and_

from mbiu.codes import EventType, IncidentState, Severity
from mbiu.models import Incident, utcnow
from mbiu.settings import settings

#: Squares across the box, at most.
ACROSS, DOWN = 12, 9
#: How far back, and into how many steps the time is cut when it is played.
PERIODS = {
    "1h": (dt.timedelta(hours=1), 12, lazy_gettext("last hour")),
    "6h": (dt.timedelta(hours=6), 12, lazy_gettext("last 6 hours")),
    "24h": (dt.timedelta(hours=24), 24, lazy_gettext("last 24 hours")),
    "7d": (dt.timedelta(days=7), 28, lazy_gettext("last 7 days")),
    "30d": (dt.timedelta(days=30), 30, lazy_gettext("last 30 days")),
}
USUAL = "7d"
_WAITING = (IncidentState.OPEN, IncidentState.CLAIMED)
_FOUND = (IncidentState.VERIFIED, IncidentState.ALERTED, IncidentState.CLOSED)
STATES = {
    "": (lazy_gettext("all but refuted"), (*_WAITING, *_FOUND, IncidentState.UNVERIFIABLE)),
    "waiting": (lazy_gettext("not verified yet"), _WAITING),
    "verified": (lazy_gettext("verified"), _FOUND),
    "doubted": (
        lazy_gettext("refuted or unclear"),
        (IncidentState.REFUTED, IncidentState.UNVERIFIABLE),
    ),
}
DRILLS = {
    "real": lazy_gettext("without exercises"),
    "all": lazy_gettext("with exercises"),
    "drill": lazy_gettext("exercises only"),
}
_PATH = re.compile(r"/(?:[\w.-]{1,60}/){1,5}")


@dataclass(frozen=True)
class Box:
    """A rectangle in degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of(cls, text: str) -> "Box | None":
        """Of ``west,south,east,north``; None for anything else."""
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            return None
        whole = cls(max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))
        return whole if whole.west < whole.east and whole.south < whole.north else None

    @property
    def square(self) -> float:
        """The side of a square to count in: a power of two of a degree, so that panning moves none."""
        side = max((self.east - self.west) / ACROSS, (self.north - self.south) / DOWN)
        return float(2.0 ** math.ceil(math.log2(side)))


@dataclass(frozen=True)
class Asked:
    """What the map is narrowed to. ``since`` is a period's key; '' is everything there ever was."""

    since: str = USUAL
    type: str = ""
    severity: str = ""
    state: str = ""
    drills: str = ""
    area: str = ""
    now: dt.datetime = field(default_factory=utcnow)
    after: dt.datetime | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Read from a query string; what is not understood is left out.

        ``to`` is when the period ends if not now, ``from`` when it begins if that is later.
        """
        since = query.get("since", "") if query.get("since") in PERIODS else USUAL
        now = _moment(query.get("to", "")) or utcnow()
        return cls(
            since=since,
            type=query.get("type", "") if query.get("type") in set(EventType) else "",
            severity=query.get("severity", "") if query.get("severity") in set(Severity) else "",
            state=query.get("state", "") if query.get("state") in STATES else "",
            drills=query.get("drills", "") if query.get("drills") in DRILLS else usual_drills(),
            area=query.get("area", "") if _PATH.fullmatch(query.get("area", "")) else "",
            now=now,
            after=_moment(query.get("from", "")),
        )

    @property
    def begins(self) -> dt.datetime | None:
        """From when on; None for ever."""
        if not self.since:
            return None
        start = self.now - PERIODS[self.since][0]
        return max(start, self.after) if self.after else start

    @property
    def steps(self) -> int:
        return PERIODS[self.since][1]

    def as_query(self) -> dict[str, str]:
        """What an address must say to ask for the same."""
        told = {
            name: getattr(self, name) for name in ("since", "type", "severity", "state", "drills", "area")
        }
        usual = {"since": USUAL, "drills": usual_drills()}
        return {name: value for name, value in told.items() if value and value != usual.get(name)}

    def narrow(self, query: Any) -> Any:
        """The query with these conditions on incidents."""
        return query.where(*self.conditions())

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [Incident.state.in_(STATES[self.state][1])]
        found += [Incident.event_type == self.type] if self.type else [Incident.event_type != EventType.NONE]
        if self.begins:
            found.append(Incident.created_at.between(self.begins, self.now))
        if self.severity:
            found.append(Incident.severity == self.severity)
        if self.drills != "all":
            found.append(Incident.exercise == (self.drills == "drill"))
        if self.area:
            found.append(within(self.area))
        return found


def within(path: str) -> ColumnElement[bool]:
    """Incidents of an area and all inside it, as the index on paths finds them."""
    return and_(Incident.area_path.op("~>=~")(path), Incident.area_path.op("~<~")(path[:-1] + "0"))


def usual_drills() -> str:
    """Exercises stay out of the picture, but for a demonstration, which is nothing else."""
    return "all" if settings().demo else "real"


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
