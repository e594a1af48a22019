"""One named place, and how a row of the gazetteer's table becomes one."""

from collections.abc import Mapping
from dataclasses import dataclass

UPPER_LEVEL = 3
UPPER_KINDS = frozenset(("locality", "slum", "camp", "feature"))
ALIAS_LABELS = ("sw", "en", "fr", "ar", "lg", "old", "sms")


class BadRow(ValueError):
    """A row of a gazetteer file cannot be a place. ``place_id`` and ``column`` say where."""

    def __init__(self, place_id: str, column: str) -> None:
        super().__init__(f"place {place_id!r}: bad {column}")
        self.place_id = place_id
        self.column = column


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, town, slum, camp or feature.

    ``lat``/``lon`` are WGS84 degrees or None where nobody knows; ``radius_km`` is the doubt around
    them. ``admin_level`` is 0 (country) to 5 for units and None for all else. ``match_policy`` is auto,
    cue (believed only after a word like *village*, or beside its parent) or never.
    """

    place_id: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    admin_level: int | None
    type_local: str
    country: str
    parent_id: str
    pcode: str
    lat: float | None
    lon: float | None
    coord_precision: str
    radius_km: float
    population: int = 0
    match_policy: str = "auto"
    valid_to: str = ""
    replaced_by: str = ""
    source: str = ""
    source_id: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    @property
    def is_unit(self) -> bool:
        return self.admin_level is not None

    @property
    def has_own_point(self) -> bool:
        """Whether it has a point that is not borrowed from the unit that holds it."""
        return self.lat is not None and not self.coord_precision.startswith("parent")

    @property
    def is_upper(self) -> bool:
        """Whether misspellings of its name are looked for: upper units, towns, slums, camps, features."""
        if self.match_policy != "auto":
            return False
        if self.admin_level is None:
            return self.kind in UPPER_KINDS
        return 0 < self.admin_level <= UPPER_LEVEL


def place(row: Mapping[str, str]) -> Place:
    """A place of a row of the documented columns; unknown columns are ignored. Raises BadRow."""
    level = _number(row, "admin_level")
    return Place(
        place_id=row["place_id"],
        name=row["name"],
        aliases=tuple(alias(part) for part in row["aliases"].split("|") if part.strip()),
        kind=row["kind"],
        admin_level=None if level is None else int(level),
        type_local=row["type_local"],
        country=row["country"].upper(),
        parent_id=row["parent_id"],
        pcode=row["pcode"],
        lat=_number(row, "lat"),
        lon=_number(row, "lon"),
        coord_precision=row["coord_precision"] or "none",
        radius_km=_number(row, "radius_km") or 0.0,
        population=int(_number(row, "population") or 0),
        match_policy=row["match_policy"] or "auto",
        valid_to=row.get("valid_to") or "",
        replaced_by=row.get("replaced_by") or "",
        source=row.get("source") or "",
        source_id=row.get("source_id") or "",
    )


def alias(text: str) -> str:
    """An alias without the label of its language."""
    label, colon, name = text.strip().partition(":")
    return name.strip() if colon and label in ALIAS_LABELS else text.strip()


def _number(row: Mapping[str, str], column: str) -> float | None:
    value = row[column].strip()
    if not value:
        return None
    try:
        return float(value)
    except ValueError:
        raise BadRow(row["place_id"], column) from None
