"""The land of areas for the map: borders that the centre brought, else zones around known points."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shapely import union_all
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.gazetteer import store, zones
from mbiu.models import AreaShape, Place
from review import static

#: How Natural Earth calls what the gazetteer calls otherwise.
_NAMES = {
    "CD": ("Dem. Rep. Congo",),
    "CF": ("Central African Rep.",),
    "SO": ("Somalia", "Somaliland"),
    "SS": ("S. Sudan",),
}
REGION, DISTRICT = 1, 2
LEVELS = (REGION, DISTRICT)


@dataclass(frozen=True)
class Land:
    """What is drawn of the areas of a country: GeoJSON by place id, and whether these are real borders."""

    shapes: dict[str, dict[str, Any]]
    borders: bool
    sources: tuple[str, ...] = ()


Stamp = tuple[str | None, int, dt.datetime | None]
_drawn: dict[tuple[str, int], tuple[Stamp, Land]] = {}


def land(db: Session, country: str, level: int) -> Land:
    """The land of a country's areas of a level; worked out anew when places or borders have changed."""
    stamp = _stamp(db)
    known = _drawn.get((country, level))
    if known is None or known[0] != stamp:
        known = _drawn[country, level] = stamp, _imported(db, country, level) or _around(db, country, level)
    return known[1]


def _stamp(db: Session) -> Stamp:
    count, newest = db.execute(select(func.count(), func.max(AreaShape.loaded_at))).one()
    return store.loaded(db), count, newest


def _imported(db: Session, country: str, level: int) -> Land | None:
    mine = (Place.country == country, Place.level == level)
    query = select(AreaShape).join(Place, Place.id == AreaShape.place_id).where(*mine)
    found = db.scalars(query).all()
    if not found:
        return None
    shapes = {one.place_id: zones.drawn(shape(one.geometry)) for one in found}
    return Land(shapes, borders=True, sources=tuple(sorted({one.source for one in found})))


def _around(db: Session, country: str, level: int) -> Land:
    """Zones around the points of districts, and of regions whose districts have none."""
    units = db.execute(
        select(Place.id, Place.level, Place.path, Place.lat, Place.lon, Place.coord_precision)
        .where(Place.country == country, Place.level.in_((0, *LEVELS)), ~Place.retired)
        .order_by(Place.id)
    ).all()
    names = db.scalars(select(Place.name).where(Place.country == country, Place.level == 0)).all()
    own = [one for one in units if one.lat is not None and not one.coord_precision.startswith("parent")]
    districts = [one for one in own if one.level == DISTRICT]
    settled = {_above(one.path) for one in districts}
    lone = [one for one in own if one.level == REGION and one.id not in settled]
    points = {one.id: (one.lat, one.lon) for one in (*districts, *lone)}
    found = zones.around(points, _country(country, *names))
    if level == REGION:
        found = _regions(found, {one.id: _above(one.path) for one in districts})
    return Land({key: zones.drawn(zone) for key, zone in found.items()}, borders=False)


def _above(path: str) -> str:
    """The first-level unit that a path leads through."""
    return path.split("/")[2]


def _regions(found: dict[str, BaseGeometry], above: dict[str, str]) -> dict[str, BaseGeometry]:
    parts: dict[str, list[BaseGeometry]] = {}
    for key, zone in found.items():
        parts.setdefault(above.get(key, key), []).append(zone)
    return {key: zones.together(inner) for key, inner in parts.items()}


def _country(code: str, *names: str) -> BaseGeometry:
    """The land of a country on the base map; empty where the map has none of that name."""
    wanted = {*_NAMES.get(code, ()), *names}
    return union_all([one for name, one in _countries() if name in wanted])


@lru_cache(maxsize=1)
def _countries() -> Sequence[tuple[str, BaseGeometry]]:
    file = static.FOLDER / "vendor" / "map" / "base.json"
    base = json.loads(file.read_text()) if file.is_file() else {"countries": {"features": []}}
    features = base["countries"]["features"]
    return [(one["properties"].get("name", ""), shape(one["geometry"]).buffer(0)) for one in features]
