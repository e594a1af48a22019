"""What leaves the house about an incident, for a partner and for the public: pure, and less at each step.

Both are made from codes alone: no code name, no reference of a report, no word of a reporter, no name of a
group or a person, no point finer than its area. What a responder gets is the alert's own text
(`alerting.wording`). Whatever is sent or published to others is to be made by these two functions.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mbiu import survivors
from mbiu.codes import EventType, IncidentState
from mbiu.models import Incident
from mbiu.wishes import zone

#: Depth of an area path: country, region, district.
PARTNER_DEPTH, PUBLIC_DEPTH = 3, 2
#: Partners get the time to six hours and the point to a tenth of a degree, some 11 km; the public the day.
HOURS, GRID = 6, 0.1
#: The public reads of nothing before so long has passed: who acts on it must be there first.
DELAY = dt.timedelta(hours=24)
COUNTED = ("killed", "injured", "abducted", "displaced")
BANDS = (1, 10, 50, 100, 500, 1000)
CONFIRMED = frozenset({IncidentState.VERIFIED, IncidentState.ALERTED, IncidentState.CLOSED})


class Why(StrEnum):
    """Why nothing is told."""

    SURVIVOR = "survivor"
    RESTRICTED = "restricted"
    UNCONFIRMED = "unconfirmed"
    EXERCISE = "exercise"
    DURESS = "duress"
    NOT_AN_EVENT = "not_an_event"
    PLACE = "place"
    TOO_SOON = "too_soon"


@dataclass(frozen=True)
class Withheld:
    """Nothing leaves, and why."""

    why: Why


@dataclass(frozen=True)
class Partner:
    """What a partner organisation gets: to the district, to six hours, in numbers low to high.

    ``areas`` are place ids from the country down; ``lat`` and ``lon`` the middle of a cell of `GRID` degrees.
    """

    event_type: str
    other_types: tuple[str, ...]
    severity: str
    urgency: str
    certainty: str
    areas: tuple[str, ...]
    lat: float | None
    lon: float | None
    since: dt.datetime | None
    until: dt.datetime | None
    numbers: dict[str, tuple[int, int]]
    several_sources: bool


@dataclass(frozen=True)
class Public:
    """What the public feed gets: to the region, to the day, in bands (10 to 49 is ``(10, 50)``)."""

    event_type: str
    severity: str
    areas: tuple[str, ...]
    day: dt.date | None
    numbers: dict[str, tuple[int, int | None]]


def partner(row: Incident, *, restricted: bool, coerced: bool, drills: bool = False) -> Partner | Withheld:
    """What a partner may know of an incident.

    ``restricted`` says that few people may see it, ``coerced`` that only somebody under duress tells of it;
    with ``drills`` an exercise counts as well, as in a demonstration.
    """
    if why := _withheld(row, restricted=restricted, coerced=coerced, drills=drills):
        return Withheld(why)
    since, until = _six_hours(row)
    return Partner(
        event_type=row.event_type.value,
        other_types=tuple(sorted(row.other_types)),
        severity=row.severity.value,
        urgency=row.urgency.value,
        certainty=row.certainty.value,
        areas=_areas(row, PARTNER_DEPTH),
        lat=middle(row.lat),
        lon=middle(row.lon),
        since=since,
        until=until,
        numbers={name: (span["low"], span["high"]) for name, span in _counts(row)},
        several_sources=row.sources > 1,
    )


def public(row: Incident, *, restricted: bool, coerced: bool, now: dt.datetime) -> Public | Withheld:
    """What everybody may know of an incident at ``now``; nothing within `DELAY` of its verification."""
    if why := _withheld(row, restricted=restricted, coerced=coerced):
        return Withheld(why)
    if row.verified_at is None or now - row.verified_at < DELAY:
        return Withheld(Why.TOO_SOON)
    return Public(
        event_type=row.event_type.value,
        severity=row.severity.value,
        areas=_areas(row, PUBLIC_DEPTH),
        day=_local(row, row.occurred_from).date() if row.occurred_from else None,
        numbers={name: band(span["best"]) for name, span in _counts(row)},
    )


def _withheld(row: Incident, *, restricted: bool, coerced: bool, drills: bool = False) -> Why | None:
    reasons = (
        (survivors.is_survivor(row), Why.SURVIVOR),
        (restricted, Why.RESTRICTED),
        (row.exercise and not drills, Why.EXERCISE),
        (row.state not in CONFIRMED or row.verified_at is None, Why.UNCONFIRMED),
        (coerced, Why.DURESS),
        (row.event_type in {EventType.NONE, EventType.UNKNOWN, EventType.RUMOUR}, Why.NOT_AN_EVENT),
        (not _areas(row, PUBLIC_DEPTH), Why.PLACE),
    )
    return next((why for is_so, why in reasons if is_so), None)


def _areas(row: Incident, depth: int) -> tuple[str, ...]:
    return tuple(part for part in row.area_path.split("/") if part)[:depth]


def middle(degrees: float | None) -> float | None:
    """The middle of the cell, so that what is told is equally far from wherever in it the event was."""
    return None if degrees is None else round((degrees // GRID) * GRID + GRID / 2, 2)


def _local(row: Incident, at: dt.datetime) -> dt.datetime:
    return at.astimezone(zone(row.country))


def _six_hours(row: Incident) -> tuple[dt.datetime | None, dt.datetime | None]:
    if row.occurred_from is None:
        return None, None
    first = _local(row, row.occurred_from)
    last = _local(row, row.occurred_to or row.occurred_from)
    return _floor(first), _floor(last) + dt.timedelta(hours=HOURS)


def _floor(at: dt.datetime) -> dt.datetime:
    return at.replace(hour=at.hour - at.hour % HOURS, minute=0, second=0, microsecond=0)


def _counts(row: Incident) -> list[tuple[str, dict[str, Any]]]:
    found = ((name, row.numbers.get(name)) for name in COUNTED)
    return [(name, span) for name, span in found if span and span.get("best")]


def band(count: int) -> tuple[int, int | None]:
    """The band of `BANDS` that a count lies in: from the first number to below the second."""
    lower = max(edge for edge in BANDS if edge <= max(count, 1))
    upper = next((edge for edge in BANDS if edge > lower), None)
    return lower, upper
