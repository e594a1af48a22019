"""Tables in Mbiu's own columns (docs/gazetteer.md)."""

import re
from collections.abc import Mapping
from pathlib import Path

from mbiu.gazetteer.bring.files import table
from mbiu.gazetteer.bring.incoming import BadImport, Faults, Incoming, Step, Wish, number, point
from mbiu.gazetteer.place import alias

REQUIRED = ("name", "kind", "admin_level", "country", "parent_id", "lat", "lon")
KINDS = frozenset(("adm", "locality", "slum", "feature", "facility", "road", "camp"))
POLICIES = frozenset(("", "auto", "cue", "never"))
_LOWEST = 5
_ID = re.compile(r"[a-z]{2}(?:-[a-z0-9]+)*")


def read(path: Path, wish: Wish) -> list[Incoming]:
    """The places of a table. Raises BadImport."""
    columns, rows = table(path)
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise BadImport(f"row 1: no column {', '.join(missing)}; columns: {', '.join(columns[:8])}")
    faults, found, seen = Faults(), [], dict[str, int]()
    for row, cells in rows:
        with faults.row(row):
            one = _place(row, {key: value.strip() for key, value in cells.items()}, wish)
            if one.place_id and one.place_id in seen:
                raise ValueError(f"the id {one.place_id} stands in row {seen[one.place_id]} already")
            seen[one.place_id] = row
            found.append(one)
    faults.settle()
    if not found:
        raise BadImport(f"{path.name}: no rows under the heading")
    return found


def _place(row: int, cells: Mapping[str, str], wish: Wish) -> Incoming:
    """The place of one row. Raises ValueError, saying what is wrong with it."""
    _judge(cells, wish)
    level = _level(cells)
    one = Incoming(row, cells["name"], level, _chain(cells, level), kind=cells["kind"])
    one.aliases = tuple(alias(part) for part in cells.get("aliases", "").split("|") if part.strip())
    one.type_local, one.pcode = cells.get("type_local", ""), cells.get("pcode", "").upper()
    one.place_id, one.holder = cells.get("place_id", ""), cells["parent_id"]
    one.population = int(number("population", cells.get("population") or "0"))
    one.policy, one.source_id = cells.get("match_policy", ""), cells.get("source_id", "")
    one.valid_to, one.replaced_by = cells.get("valid_to", ""), cells.get("replaced_by", "")
    if position := point(wish.country, cells["lat"], cells["lon"]):
        one.lat, one.lon = position
        one.precision = cells.get("coord_precision") or "point"
        one.radius_km = number("radius_km", cells.get("radius_km") or "5")
    return one


def _judge(cells: Mapping[str, str], wish: Wish) -> None:
    if cells["country"].upper() != wish.country:
        raise ValueError(f"the country is {cells['country']!r}, not {wish.country}")
    if not cells["name"]:
        raise ValueError("no name")
    if cells["kind"] not in KINDS:
        raise ValueError(f"kind {cells['kind']!r} is none of {', '.join(sorted(KINDS))}")
    if cells.get("match_policy", "") not in POLICIES:
        raise ValueError(f"match_policy {cells['match_policy']!r} is none of auto, cue, never")
    ident = cells.get("place_id", "")
    if ident and not (_ID.fullmatch(ident) and ident.startswith(wish.country.lower())):
        raise ValueError(f"place_id {ident!r} is not {wish.country.lower()}- and letters, digits, hyphens")


def _level(cells: Mapping[str, str]) -> int | None:
    if cells["kind"] != "adm":
        if cells["admin_level"]:
            raise ValueError(f"a {cells['kind']} has no admin_level")
        return None
    if not cells["admin_level"].isdigit() or int(cells["admin_level"]) > _LOWEST:
        raise ValueError(f"admin_level {cells['admin_level']!r} is not 0 to {_LOWEST}")
    return int(cells["admin_level"])


def _chain(cells: Mapping[str, str], level: int | None) -> tuple[Step, ...]:
    """The units that hold it, from the columns adm1 to adm5."""
    lowest = _LOWEST if level is None else level - 1
    steps = ((number, cells.get(f"adm{number}", "")) for number in range(1, lowest + 1))
    return tuple(Step(number, name) for number, name in steps if name and name != cells["name"])
