"""Where the incident of a report may be found: the keys of the indexes to look in, and since when."""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass

from mbiu.agreement import Facts
from mbiu.joining import WINDOW
from mbiu.models import utcnow

#: Nobody looks for an event further back than this, whatever time a report tells of.
LOOK_BACK = dt.timedelta(days=14)
_DEGREE_KM = 111.2
_NEAR_KM = 8.0

Key = tuple[str, str, bool]


@dataclass(frozen=True)
class Search:
    """Where a report's incident may be found: keys of indexes (which, its value, an exercise or not)."""

    keys: frozenset[Key]
    since: dt.datetime

    @classmethod
    def of(cls, facts: Facts, fingerprint: bytes | None = None) -> "Search":
        """``fingerprint`` is that of the report's text, None for a text too short to be known again."""
        found = {("wide", block) for block in _holding(facts.block)} | {("block", facts.block)}
        if facts.fine and facts.lat is not None and facts.lon is not None:
            reach = (facts.radius_km or 0.0) + _NEAR_KM
            found |= {("cell", str(one)) for one in cells(facts.lat, facts.lon, reach)}
        if facts.place_id:
            found.add(("place", facts.place_id))
        if fingerprint:
            found.add(("words", fingerprint.hex()))
        now = utcnow()
        since = max(now - LOOK_BACK, min(now, facts.at) - WINDOW)
        return cls(frozenset((how, key, facts.exercise) for how, key in found), since)

    @property
    def locks(self) -> set[str]:
        """What two workers must not search at once, lest they make two incidents of one event."""
        return {f"{how}:{key}" for how, key, _ in self.keys if how in {"block", "cell"}}


def keys_of(incident: Facts, fingerprint: bytes | None) -> list[Key]:
    """Under which keys an incident is found that has just begun with a report."""
    found = [("block", incident.block), ("wide", incident.block)]
    if incident.lat is not None and incident.lon is not None:
        found.append(("cell", str(cell(incident.lat, incident.lon))))
    if incident.place_id:
        found.append(("place", incident.place_id))
    if fingerprint:
        found.append(("words", fingerprint.hex()))
    return [(how, key, incident.exercise) for how, key in found]


def _holding(block: str) -> Iterator[str]:
    """The wider areas that hold a block, up to nowhere in particular."""
    parts = [part for part in block.split("/") if part]
    for depth in range(len(parts)):
        yield "/" + "".join(f"{part}/" for part in parts[:depth])


def cell(lat: float, lon: float) -> int:
    """The number of the square of a fifth of a degree that a point lies in; as `models.incident.CELL`."""
    return _number(math.floor(lat * 5), math.floor(lon * 5))


def cells(lat: float, lon: float, reach_km: float) -> set[int]:
    """The squares that may hold points within ``reach_km`` of a point."""
    up = reach_km / _DEGREE_KM
    side = up / max(0.2, math.cos(math.radians(lat)))
    rows = range(math.floor((lat - up) * 5), math.floor((lat + up) * 5) + 1)
    columns = range(math.floor((lon - side) * 5), math.floor((lon + side) * 5) + 1)
    return {_number(row, column) for row in rows for column in columns}


def _number(row: int, column: int) -> int:
    return (row + 450) * 1800 + column + 900
