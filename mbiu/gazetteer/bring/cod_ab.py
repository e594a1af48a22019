"""COD-AB, the humanitarian boundaries: tables and polygons in the old and the new columns.

Old: ``ADM1_EN, ADM1_PCODE, ADM2_EN, ...`` with names in further languages beside them. New: lower-case
``adm1_name, adm1_pcode, center_lat, center_lon, area_sqkm``.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from mbiu.gazetteer.bring.files import table
from mbiu.gazetteer.bring.incoming import (
    BadImport,
    Faults,
    Incoming,
    Step,
    Wish,
    number,
    own_level,
    point,
    radius,
    type_of,
)

_PCODE = re.compile(r"adm(\d)_pcode", re.IGNORECASE)
_NAMES = re.compile(
    r"adm(\d)(?:_(?:en|name|fr|sw|ar|so|am|rw|lg|name\d)|_ref(?:_name)?|alt\d_?\w*|_alt\w*)", re.IGNORECASE
)


def read(path: Path, wish: Wish) -> list[Incoming]:
    """The units of a table, with all that hold them. Raises BadImport."""
    columns, rows = table(path)
    level = depth(columns, wish)
    faults, found, seen = Faults(), [], dict[str, int]()
    for row, cells in rows:
        with faults.row(row):
            one = unit(row, cells, level, wish)
            if one.pcode in seen:
                raise ValueError(f"P-code {one.pcode} stands in row {seen[one.pcode]} already")
            seen[one.pcode] = row
            found.append(one)
    faults.settle()
    if not found:
        raise BadImport(f"{path.name}: no rows under the heading")
    return found


def depth(columns: list[str], wish: Wish) -> int:
    """The lowest level of the columns, or the one asked for. Raises BadImport."""
    levels = {int(found.group(1)) for name in columns if (found := _PCODE.fullmatch(name))}
    if not levels - {0}:
        wanted = "ADM1_PCODE or adm1_pcode"
        raise BadImport(f"row 1: no column like {wanted}; is this COD-AB? columns: {', '.join(columns[:8])}")
    if wish.level is not None and wish.level not in levels:
        raise BadImport(f"row 1: no column ADM{wish.level}_PCODE for --level {wish.level}")
    return wish.level if wish.level is not None else max(levels)


def unit(row: int, cells: Mapping[str, str], level: int, wish: Wish) -> Incoming:
    """The unit of one row. Raises ValueError, saying what is wrong with it."""
    low = {key.lower(): value.strip() for key, value in cells.items()}
    steps = [_step(low, step, wish.country) for step in range(1, level + 1)]
    chain, last = _above(steps), steps[-1]
    mine = own_level(wish.country, level)
    found = Incoming(row, last.name, mine, chain, last.aliases, pcode=last.pcode)
    found.type_local = type_of(wish.country, mine)
    position = point(wish.country, low.get("center_lat", ""), low.get("center_lon", ""))
    if position:
        area = number("area", low.get("area_sqkm") or "0")
        found.lat, found.lon = position
        found.precision, found.radius_km = "centroid", radius(area) if area else 10.0
    return found


def _step(low: Mapping[str, str], level: int, country: str) -> Step:
    names = [
        value
        for key, value in low.items()
        if value and (found := _NAMES.fullmatch(key)) and int(found.group(1)) == level
    ]
    pcode = low.get(f"adm{level}_pcode", "").upper()
    if not names:
        raise ValueError(f"no name of level {level}")
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{0,18}", pcode):
        raise ValueError(f"{pcode!r} is no P-code of level {level}")
    if not pcode.startswith((country, _THREE.get(country, country))):
        raise ValueError(f"P-code {pcode} belongs to another country than {country}")
    return Step(own_level(country, level), names[0], pcode, tuple(dict.fromkeys(names[1:])))


_THREE = {
    "TZ": "TZA", "UG": "UGA", "KE": "KEN", "SS": "SSD", "RW": "RWA",
    "BI": "BDI", "CD": "COD", "ET": "ETH", "SO": "SOM",
}  # fmt: skip


def three_letters(country: str) -> str:
    """The three-letter code of a country that Mbiu knows."""
    return _THREE.get(country, country)


def _above(steps: list[Step]) -> tuple[Step, ...]:
    """The units above the last, without one that Mbiu has on the same level (Uganda's counties)."""
    return tuple(step for step in steps[:-1] if step.level < steps[-1].level)
