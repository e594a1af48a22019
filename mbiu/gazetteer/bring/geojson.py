"""Polygons or points as GeoJSON: COD-AB, geoBoundaries, or any file whose name field the operator tells."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mbiu.gazetteer.bring import cod_ab
from mbiu.gazetteer.bring.files import text
from mbiu.gazetteer.bring.incoming import (
    BadImport,
    Faults,
    Incoming,
    Step,
    Wish,
    located,
    own_level,
    radius,
    type_of,
)

_KM2_OF_DEGREE2 = 12_364.0


def read(path: Path, wish: Wish) -> list[Incoming]:
    """The units of a FeatureCollection, each at a point inside its polygon. Raises BadImport."""
    faults, found = Faults(), []
    for row, feature in enumerate(_features(path), 1):
        with faults.row(row):
            found.append(_unit(row, feature, wish))
    faults.settle()
    return found


def _features(path: Path) -> list[Any]:
    try:
        whole = json.loads(text(path, ".geojson"))
    except json.JSONDecodeError as error:
        raise BadImport(f"row {error.lineno}: not JSON ({error.msg}); is this GeoJSON?") from None
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list) or not features:
        raise BadImport(f"{path.name}: no FeatureCollection with features; is this GeoJSON?")
    return features


def _unit(row: int, feature: Any, wish: Wish) -> Incoming:
    values = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(values, dict):
        raise ValueError("a feature without properties")  # noqa: TRY004 - a fault of the row, not of the code
    cells = {str(key): "" if value is None else str(value) for key, value in values.items()}
    found = _told(row, cells, wish)
    _place(found, feature.get("geometry"), wish)
    return found


def _told(row: int, cells: Mapping[str, str], wish: Wish) -> Incoming:
    """What the properties say, in the columns of whichever kind they are."""
    if wish.name_field:
        return _plain(row, cells, wish)
    if "shapeName" in cells:
        return _geoboundaries(row, cells, wish)
    if any(key.lower() == "adm1_pcode" for key in cells):
        return cod_ab.unit(row, cells, cod_ab.depth(list(cells), wish), wish)
    raise ValueError(f"which property is the name? give --name-field; there are {', '.join(list(cells)[:8])}")


def _plain(row: int, cells: Mapping[str, str], wish: Wish) -> Incoming:
    if wish.level is None:
        raise ValueError("give --level: the properties do not say it")
    name = cells.get(wish.name_field, "").strip()
    if not name:
        raise ValueError(f"no {wish.name_field}")
    holder = cells.get(wish.parent_field, "").strip() if wish.parent_field else ""
    chain = (Step(max(1, wish.level - 1), holder),) if holder else ()
    return Incoming(row, name, wish.level, chain, type_local=type_of(wish.country, wish.level))


def _geoboundaries(row: int, cells: Mapping[str, str], wish: Wish) -> Incoming:
    told = cells.get("shapeType", "")
    if not (told[:3] == "ADM" and told[3:].isdigit()) and wish.level is None:
        raise ValueError(f"shapeType {told!r} is no level; give --level")
    level = wish.level or own_level(wish.country, int(told[3:]))
    group = cells.get("shapeGroup", "")
    if group and group != cod_ab.three_letters(wish.country):
        raise ValueError(f"the country is {group}, not {wish.country}")
    if not cells["shapeName"].strip():
        raise ValueError("no shapeName")
    found = Incoming(row, cells["shapeName"].strip(), level, type_local=type_of(wish.country, level))
    found.source_id = cells.get("shapeID", "")
    return found


def _place(found: Incoming, geometry: Any, wish: Wish) -> None:
    """A point inside the shape, and the radius of a circle of its size. Raises ValueError."""
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    if geometry is None:
        return
    try:
        land = shape(geometry)
        inside = land.representative_point()
        lon, lat = inside.x, inside.y
    except (ShapelyError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the geometry cannot be read ({error})") from None
    found.lat, found.lon = located(wish.country, lat, lon)
    is_point = land.area == 0
    found.precision = "point" if is_point else "centroid"
    found.radius_km = 3.0 if is_point else radius(land.area * _KM2_OF_DEGREE2)
    found.shape = None if is_point else land
