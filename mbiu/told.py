"""What a reporter said by code or by choice goes before what was read from the words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mbiu.analysis.guesses import guess
from mbiu.analysis.reading import Evidence, NumberRange, PlaceGuess, Reading
from mbiu.facts import NUMBERS, block_of_path
from mbiu.gazetteer.lookup import Gazetteer

#: So many districts are offered under numbers; more would not be read on a small screen.
OFFERED = 3
_SURE = 0.95


def overlaid(reading: Reading, told: Mapping[str, Any], gazetteer: Gazetteer) -> Reading:
    """``reading`` with the facts that were told outright; each has a piece of evidence that says so."""
    if not told:
        return reading
    if kind := told.get("event_type"):
        reading = _with(reading, "event_type", kind, event_type=kind, event_confidence=_SURE)
    for name in NUMBERS:
        if (count := told.get(name)) is not None:
            reading = _with(reading, name, str(count), **{name: NumberRange(count, count, count)})
    place = _place(reading, told.get("place_id"), gazetteer)
    return _with(reading, "place", place.place_id, place=place) if place else reading


def _with(reading: Reading, field: str, value: str, **facts: Any) -> Reading:
    why = "the reporter's choice" if field == "place" else "the reporter's code"
    said = Evidence(field, value, 0, 0, "", why)
    missing = tuple(name for name in reading.missing if name != field)
    return replace(reading, evidence=(*reading.evidence, said), missing=missing, **facts)


def _place(reading: Reading, place_id: str | None, gazetteer: Gazetteer) -> PlaceGuess | None:
    if place_id is None:
        return None
    for one in reading.candidates:
        if one.place_id == place_id:
            return replace(one, confidence=_SURE)
    place = gazetteer.get(place_id)
    return guess(place, gazetteer, _SURE) if place else None


def choices(reading: Reading, home: str | None, gazetteer: Gazetteer) -> list[tuple[str, str]]:
    """Up to OFFERED places that the words may mean, one a district, as (place id, the district's name).

    A reader who is asked «which district?» needs two to choose from; where only the reporter's own home
    comes to mind there is nothing to offer.
    """
    found: dict[str, tuple[str, str]] = {}
    for one in reading.candidates:
        district = gazetteer.get(block_of_path(one.path).rstrip("/").rpartition("/")[2])
        if district and district.place_id not in found and one.place_id != home:
            found[district.place_id] = one.place_id, district.name
    offered = list(found.values())[:OFFERED]
    return offered if len(offered) > 1 else []
