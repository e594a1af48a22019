"""What of a reading is right: one judgement for each labelled field."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mbiu.analysis import read
from mbiu.analysis.actors import actors
from mbiu.analysis.reading import Actor, NumberRange, PlaceGuess, Reading, When
from mbiu.analysis.scan import scan
from mbiu.evaluation.labelled import Labelled
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.names import fold_name

NIGHT_ENDS = dt.timedelta(hours=6)
FIRST = 5
_KINDS = """
    area city council county district division kata kaunti kijiji mji mkoa municipality parish province region
    state sub subcounty territory town village ward wilaya
"""
#: Words of a unit's name that say only what it is.
KINDS = frozenset(_KINDS.split())


@dataclass(frozen=True)
class Case:
    """A labelled message with its reading."""

    label: Labelled
    reading: Reading


@dataclass(frozen=True)
class PlaceMark:
    """What is right of a place. None: there was nothing to judge (no such label, or no place given)."""

    given: bool
    told: bool
    name: bool | None
    district: bool | None
    name_in_first: bool | None
    district_in_first: bool | None

    @property
    def invented(self) -> bool:
        return self.given and not self.told


def cases(messages: list[Labelled], gazetteer: Gazetteer) -> list[Case]:
    """Read all messages by the rules alone."""
    return [Case(one, _read(one, gazetteer)) for one in messages]


def _read(one: Labelled, gazetteer: Gazetteer) -> Reading:
    return read(
        one.text, gazetteer, country=one.country, home=one.home, sent_at=one.sent_at, message_id=one.id
    )


# --- place -------------------------------------------------------------------------------------


def judge_place(label: dict[str, str] | None, reading: Reading, gazetteer: Gazetteer) -> PlaceMark:
    """Compare by names: of the place itself, and of all units that hold it, with their aliases."""
    place, first = reading.place, reading.candidates[:FIRST]
    if label is None:
        return PlaceMark(place is not None, told=False, name=None, district=None,
                         name_in_first=None, district_in_first=None)  # fmt: skip
    name, district = label.get("name"), label.get("district")

    def named(one: PlaceGuess) -> bool:
        return _in_country(label, one) and _bare(name or "") in _names(one, (one.place_id,), gazetteer)

    def within(one: PlaceGuess) -> bool:
        return _in_country(label, one) and _bare(district or "") in _names(one, one.path, gazetteer)

    return PlaceMark(
        given=place is not None,
        told=True,
        name=(place is not None and named(place)) if name else None,
        district=(place is not None and within(place)) if district else None,
        name_in_first=any(map(named, first)) if name else None,
        district_in_first=any(map(within, first)) if district else None,
    )


def _in_country(label: dict[str, str], place: PlaceGuess) -> bool:
    return label.get("country", place.country) == place.country


def _names(place: PlaceGuess, ids: tuple[str, ...], gazetteer: Gazetteer) -> set[str]:
    units = (gazetteer.get(one) for one in ids)
    names = {_bare(name) for unit in units if unit is not None for name in unit.names}
    return names | ({_bare(place.name)} if place.place_id in ids else set())


@lru_cache(maxsize=20_000)
def _bare(name: str) -> str:
    """A folded name without the words that say what it is; those alone if there is nothing else."""
    words = fold_name(name).split()
    return "".join(word for word in words if word not in KINDS) or "".join(words)


# --- numbers and times -------------------------------------------------------------------------


def same_number(label: tuple[tuple[int, int, int], ...] | None, found: NumberRange | None) -> bool:
    """Whether the best guess is one of the accepted, or nothing is told and nothing was read."""
    if label is None or found is None:
        return label is None and found is None
    return any(found.best == best for _, best, _ in label)


def overlaps(label: tuple[tuple[int, int, int], ...] | None, found: NumberRange | None) -> bool:
    """Whether the ranges have a number in common."""
    if label is None or found is None:
        return label is None and found is None
    return any(low <= found.high and found.low <= high for low, _, high in label)


def days(when: When) -> tuple[dt.date, set[dt.date]]:
    """The first local day, and what may be called the last: a night also counts to the day it began on."""
    last = max(when.start, when.end - dt.timedelta(seconds=1))
    began = max(when.start, last - NIGHT_ENDS)
    return when.start.date(), {last.date(), began.date() if when.precision == "part" else last.date()}


def same_days(label: tuple[dt.date, dt.date] | None, when: When | None) -> bool:
    if label is None or when is None:
        return label is None and when is None
    first, last = days(when)
    return first == label[0] and label[1] in last


def days_overlap(label: tuple[dt.date, dt.date] | None, when: When | None) -> bool:
    if label is None or when is None:
        return label is None and when is None
    first, last = days(when)
    return first <= label[1] and label[0] <= max(last)


# --- codes, sets, actors -----------------------------------------------------------------------


def code(label: tuple[str, ...], found: str) -> str:
    """What counts as the label: the code that was read if it is accepted, else the first."""
    return found if found in label else label[0]


def found_set(field: str, reading: Reading) -> frozenset[str]:
    return frozenset(str(one) for one in getattr(reading, field))


@lru_cache(maxsize=2000)
def actor(name: str) -> str:
    """The name under which the centre's table keeps a group, or the folded name if it keeps none."""
    known, _ = actors(scan(name))
    return known[0].name if len(known) == 1 else fold_name(name)


def actor_names(label: tuple[tuple[str, str | None], ...], reading: Reading) -> tuple[set[str], set[str]]:
    """The groups that should and those that were read."""
    return {actor(name) for name, _ in label}, {actor(one.name) for one in reading.actors}


def sides(label: tuple[tuple[str, str | None], ...], reading: Reading) -> list[bool]:
    """For each group that was rightly read and whose side is labelled: is the side right?"""
    read_sides = {actor(one.name): one.side for one in reading.actors}
    pairs = [(actor(name), side) for name, side in label if side is not None]
    return [read_sides[name] == side for name, side in pairs if name in read_sides]


def shown(value: Any) -> Any:
    """A label or a value that was read, short, for the list of errors."""
    if isinstance(value, PlaceGuess):
        return f"{value.name} ({value.place_id}, {value.confidence})"
    if isinstance(value, NumberRange):
        return value.best if value.low == value.high else f"{value.low}-{value.best}-{value.high}"
    if isinstance(value, When):
        return f"{value.start:%Y-%m-%d %H:%M} to {value.end:%Y-%m-%d %H:%M}"
    if isinstance(value, Actor):
        return [value.name, value.side]
    if isinstance(value, frozenset):
        return sorted(value)
    return value
