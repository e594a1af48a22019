"""From a reading to the columns and the comparable facts of reports and incidents: pure conversions."""

import datetime as dt
from typing import Any

from mbiu.analysis.reading import NumberRange, Reading
from mbiu.codes import Certainty, EventType, Precision, Severity, Urgency
from mbiu.joining import Facts
from mbiu.priority import Table, priority

NUMBERS = ("killed", "injured", "displaced", "abducted", "livestock")

# How many steps from the country down to what people call a district; Kenya's counties come first.
_DISTRICT_DEPTH = {"ke": 2}


def block_of_path(path: tuple[str, ...]) -> str:
    """Where to look for the same event: the district's path, or the wider unit's where no more is known."""
    depth = _DISTRICT_DEPTH.get(path[0], 3) if path else 0
    return path_text(path[:depth])


def path_text(path: tuple[str, ...]) -> str:
    """``("ug", "ug-kasese")`` as ``/ug/ug-kasese/``; nowhere is ``/``."""
    return "/" + "".join(f"{part}/" for part in path)


def block_of(reading: Reading) -> str:
    return block_of_path(reading.place.path if reading.place else ())


def home_block(area_path: str, country: str | None) -> str:
    """Where to look for the event of a report without a place: where its sender lives."""
    parts = tuple(part for part in area_path.split("/") if part)
    return block_of_path(parts or ((country.lower(),) if country else ()))


def reading_facts(reading: Reading, sent_at: dt.datetime, *, exercise: bool, home: str = "/") -> Facts:
    """The comparable facts of a reading; ``home`` is the block of a report without a place."""
    place, when = reading.place, reading.when
    return Facts(
        event_type=EventType(reading.event_type),
        place_id=place.place_id if place else None,
        block=block_of(reading) if place else home,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        radius_km=place.radius_km if place else None,
        precision=Precision(place.precision) if place else Precision.NONE,
        at=when.start if when else sent_at,
        until=when.end if when else None,
        told=when is not None,
        path=path_text(place.path if place else ()),
        exercise=exercise,
        other_types=reading.other_types,
        numbers=numbers_of(reading),
        actors=actors_of(reading),
    )


def incident_facts(row: Any) -> Facts:
    """The comparable facts of an incident."""
    return Facts(
        event_type=row.event_type,
        place_id=row.place_id,
        block=row.block,
        lat=row.lat,
        lon=row.lon,
        radius_km=row.radius_km,
        precision=row.precision,
        at=row.occurred_from or row.created_at,
        until=row.occurred_to,
        told=row.occurred_from is not None,
        path=row.area_path,
        exercise=row.exercise,
        other_types=tuple(row.other_types),
        numbers=row.numbers,
        actors=row.actors,
        id=row.id,
    )


def actors_of(reading: Reading) -> dict[str, str]:
    """The groups that a reading names, each with its side."""
    return {actor.name: actor.side for actor in reading.actors}


def numbers_of(reading: Reading) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name in NUMBERS:
        value: NumberRange | None = getattr(reading, name)
        if value is not None:
            found[name] = {"low": value.low, "best": value.best, "high": value.high}
    return found


def facts_of(reading: Reading, home: str = "/", table: Table | None = None) -> dict[str, Any]:
    """The columns that a reading gives an incident; ``home`` is the block if no place is told, ``table``
    the centre's own priorities.
    """
    kind, severity, urgency = (
        EventType(reading.event_type),
        Severity(reading.severity),
        Urgency(reading.urgency),
    )
    return place_columns(reading) | {
        "event_type": kind,
        "other_types": list(reading.other_types),
        "drivers": list(reading.drivers),
        "severity": severity,
        "urgency": urgency,
        "certainty": Certainty.UNKNOWN,
        "priority": priority(kind, severity, urgency, table),
        "numbers": numbers_of(reading),
        "actors": actors_of(reading),
        "risk_factors": list(reading.risk_factors),
        "missing": list(reading.missing),
        "country": reading.place.country if reading.place else None,
        "block": block_of(reading) if reading.place else home,
        "occurred_from": reading.when.start if reading.when else None,
        "occurred_to": reading.when.end if reading.when else None,
    }


def place_columns(reading: Reading) -> dict[str, Any]:
    place = reading.place
    return {
        "place_id": place.place_id if place else None,
        "area_path": path_text(place.path if place else ()),
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "precision": Precision(place.precision) if place else Precision.NONE,
        "radius_km": place.radius_km if place else None,
    }
