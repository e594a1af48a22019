"""Setting one fact of an incident by hand. Each fact has one shape, and anything else is refused.

``event_type``, ``severity``, ``urgency`` are codes; ``other_types`` and ``drivers`` lists of codes;
``risk_factors`` a list of 1 to 14; ``place_id`` a place's id or None; ``numbers`` a part of the counts,
``{"killed": {"low", "best", "high"} or None}``; ``occurred`` a pair of times with a zone, or None;
``actors`` the sides by name, ``{"police": "attacker"}``; ``child`` whether a child is among those harmed.
"""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from mbiu.codes import Driver, EventType, Precision, Severity, Urgency
from mbiu.facts import NUMBERS, block_of_path
from mbiu.models import Incident, Place
from mbiu.refusals import NotPossible

#: Facts that hold codes alone, which may stand in the audit log as they are.
CODED = frozenset(
    {"event_type", "severity", "urgency", "other_types", "drivers", "risk_factors", "numbers", "child"}
)
SIDES = ("attacker", "target", "unknown")
RISK_FACTORS = range(1, 15)
_CODES: dict[str, type[StrEnum]] = {"event_type": EventType, "severity": Severity, "urgency": Urgency}
_LISTS: dict[str, type[StrEnum]] = {"other_types": EventType, "drivers": Driver}
_MAX_ACTORS = 20
_MAX_NAME = 60


def fact(row: Incident, name: str) -> Any:
    """The present value of a fact in plain types: what is compared, and kept of a correction."""
    if name == "occurred":
        times = (row.occurred_from, row.occurred_to)
        return [one.isoformat() for one in times if one] or None
    value = getattr(row, name, None)
    return value.value if isinstance(value, StrEnum) else value


def amend(session: Session, row: Incident, name: str, value: Any) -> None:
    """Give the fact ``name`` its new value. Raises NotPossible with words for the person."""
    if name == "place_id":
        if value != row.place_id:  # A shared pin says more than the point of its place.
            _move(session, row, value)
    elif name in _CODES:
        setattr(row, name, _code(_CODES[name], value))
        row.other_types = [code for code in row.other_types if code != row.event_type]
        row.missing = _without(row, "event_type") if row.event_type is not EventType.UNKNOWN else row.missing
    elif name in _LISTS:
        codes = {_code(_LISTS[name], one).value for one in value}
        setattr(row, name, sorted(codes - {row.event_type.value}))
    elif name in _OTHERS:
        _OTHERS[name](row, value)
    else:
        raise NotPossible(f"{name} cannot be corrected.")


def _code(codes: type[StrEnum], value: Any) -> StrEnum:
    try:
        return codes(value)
    except ValueError:
        raise NotPossible(f"{value} is not one of: {', '.join(codes)}.") from None


def _without(row: Incident, name: str) -> list[str]:
    return [one for one in row.missing if one != name]


def _numbers(row: Incident, changes: dict[str, Any]) -> None:
    for name, span in changes.items():
        if name not in NUMBERS or not (span is None or _is_span(span)):
            raise NotPossible("A number is counted from low over best to high, of people or animals.")
    row.numbers = {name: span for name, span in {**row.numbers, **changes}.items() if span is not None}


def _is_span(span: Any) -> bool:
    if not isinstance(span, dict) or span.keys() != {"low", "best", "high"}:
        return False
    return all(type(n) is int for n in span.values()) and 0 <= span["low"] <= span["best"] <= span["high"]


def _risks(row: Incident, value: Any) -> None:
    if not all(type(one) is int and one in RISK_FACTORS for one in value):
        raise NotPossible("Risk factors are numbered 1 to 14.")
    row.risk_factors = sorted(set(value))


def _actors(row: Incident, value: Any) -> None:
    if len(value) > _MAX_ACTORS or any(not name.strip() or len(name) > _MAX_NAME for name in value):
        raise NotPossible(f"Name up to {_MAX_ACTORS} groups, each in {_MAX_NAME} letters at most.")
    if bad := sorted({side for side in value.values() if side not in SIDES}):
        raise NotPossible(f"{bad[0]} is not one of: {', '.join(SIDES)}.")
    row.actors = {name.strip(): side for name, side in value.items()}


def _child(row: Incident, value: Any) -> None:
    row.child = value is True


def _occurred(row: Incident, value: tuple[dt.datetime, dt.datetime] | None) -> None:
    if value is None:
        row.occurred_from = row.occurred_to = None
        row.missing = [*_without(row, "when"), "when"]
        return
    start, end = value
    if start.tzinfo is None or end.tzinfo is None or end < start:
        raise NotPossible("The time goes from an earlier to a later moment.")
    row.occurred_from, row.occurred_to = start, end
    row.missing = _without(row, "when")


_OTHERS: dict[str, Callable[[Incident, Any], None]] = {
    "numbers": _numbers,
    "risk_factors": _risks,
    "actors": _actors,
    "occurred": _occurred,
    "child": _child,
}


def _move(session: Session, row: Incident, place_id: str | None) -> None:
    place = session.get(Place, place_id) if place_id else None
    if place_id and place is None:
        raise NotPossible("No such place in the gazetteer.")
    row.place_id = place.id if place else None
    row.area_path, row.country = (place.path, place.country) if place else ("/", None)
    row.block = block_of_area(place.path) if place else "/"
    row.lat, row.lon, row.radius_km = (place.lat, place.lon, place.radius_km) if place else (None, None, None)
    row.precision = _precision(place) if place else Precision.NONE
    row.missing = _without(row, "place") + ([] if place else ["place"])


def block_of_area(area_path: str) -> str:
    """The district in which to look for the same event, of a path such as ``/ug/ug-kasese/``."""
    return block_of_path(tuple(part for part in area_path.split("/") if part))


_BY_LEVEL = {0: Precision.COUNTRY, 1: Precision.REGION, 2: Precision.DISTRICT, 3: Precision.WARD}


def _precision(place: Place) -> Precision:
    return _BY_LEVEL.get(place.level, Precision.VILLAGE) if place.level is not None else Precision.VILLAGE
