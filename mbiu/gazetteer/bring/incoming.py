"""A place as a file tells it, and what is wrong with a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import pi, sqrt
from typing import Any

from mbiu.gazetteer.points import boxes

SHOWN = 20
#: Whose files count levels otherwise: Uganda's have counties between district and sub-county.
_LEVELS = {"UG": {4: 3, 5: 4, 6: 5}}
_TYPES = {
    "TZ": ("Region", "District", "Ward", "Village", "Kitongoji"),
    "UG": ("Region", "District", "Sub-county", "Parish", "Village"),
    "KE": ("County", "Sub-county", "Ward", "Location", "Sub-location"),
    "SS": ("State", "County", "Payam", "Boma", "Village"),
    "RW": ("Province", "District", "Sector", "Cell", "Village"),
    "BI": ("Province", "Commune", "Zone", "Colline", "Sous-colline"),
    "CD": ("Province", "Territory", "Sector", "Groupement", "Village"),
    "ET": ("Region", "Zone", "Woreda", "Kebele", "Village"),
    "SO": ("Region", "District", "Village", "Village", "Village"),
}


class BadImport(Exception):
    """A file cannot be taken in. The message has a line for each of the first faults, and their number."""


class Faults:
    """What is wrong with the rows of a file, gathered until the end."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.count = 0

    def add(self, row: int, reason: str) -> None:
        self.count += 1
        if len(self.found) < SHOWN:
            self.found.append(f"row {row}: {reason}")

    def settle(self) -> None:
        """Raise BadImport if there were any."""
        if self.count:
            rest = self.count - len(self.found)
            more = [f"and {rest} more; {self.count} faults in all"] if rest else []
            raise BadImport("\n".join([*self.found, *more]))

    @contextmanager
    def row(self, number: int) -> Iterator[None]:
        """Note a ValueError that is raised inside as a fault of that row."""
        try:
            yield
        except ValueError as error:
            self.add(number, str(error))


@dataclass(frozen=True)
class Step:
    """A unit that holds an incoming place."""

    level: int
    name: str
    pcode: str = ""
    aliases: tuple[str, ...] = ()


@dataclass
class Incoming:
    """A place of a file. ``chain`` is what holds it, widest first; ``holder`` its id where it is told.

    ``found_id`` is the place that it turned out to be.
    """

    row: int
    name: str
    level: int | None
    chain: tuple[Step, ...] = ()
    aliases: tuple[str, ...] = ()
    kind: str = "adm"
    type_local: str = ""
    pcode: str = ""
    lat: float | None = None
    lon: float | None = None
    radius_km: float = 0.0
    precision: str = "none"
    population: int = 0
    policy: str = ""
    source_id: str = ""
    place_id: str = ""
    holder: str = ""
    valid_to: str = ""
    replaced_by: str = ""
    province: str = ""
    shape: Any = None
    found_id: str = ""


@dataclass(frozen=True)
class Wish:
    """What the operator asked for."""

    country: str
    level: int | None = None
    name_field: str = ""
    parent_field: str = ""


def own_level(country: str, level: int) -> int:
    """Mbiu's number for a level of a file."""
    return _LEVELS.get(country, {}).get(level, level)


def type_of(country: str, level: int) -> str:
    """The local word for a unit of Mbiu's level."""
    words = _TYPES.get(country, ())
    return words[level - 1] if 0 < level <= len(words) else ""


def point(country: str, lat: str, lon: str) -> tuple[float, float] | None:
    """A position from two cells; None where both are empty. Raises ValueError, saying why."""
    if not lat.strip() and not lon.strip():
        return None
    north, east = number("latitude", lat), number("longitude", lon)
    return located(country, north, east)


def located(country: str, lat: float, lon: float) -> tuple[float, float]:
    """The position, if it can be one of that country. Raises ValueError, saying why."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"{lat}, {lon} is no latitude and longitude")
    if abs(lat) < 0.001 and abs(lon) < 0.001:
        raise ValueError("the point is 0, 0")
    box = boxes().get(country)
    if box and not box.holds(lat, lon):
        turned = " (latitude and longitude may have changed places)" if box.holds(lon, lat) else ""
        raise ValueError(f"{lat}, {lon} lies far outside {country}{turned}")
    return round(lat, 5), round(lon, 5)


def number(what: str, text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        raise ValueError(f"{what} {text!r} is no number") from None
    if found != found or found in (float("inf"), float("-inf")):
        raise ValueError(f"{what} {text!r} is no number")
    return found


def radius(area_sqkm: float) -> float:
    """The radius in km of a circle of that area."""
    return round(max(0.5, sqrt(area_sqkm / pi)), 1)
