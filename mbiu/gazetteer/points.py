"""Where places lie: borrowed points, and the land a country covers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from mbiu.gazetteer.lookup import DEGREE_KM, Gazetteer
from mbiu.gazetteer.place import Place

_MARGIN = 1.0
_FARTHEST_KM = 300.0
_DEEPEST = 10


def inherited(places: Iterable[Place]) -> Iterator[Place]:
    """The places; one without a point of its own gets point and radius of the nearest unit that holds it."""
    rows = list(places)
    known = {one.place_id: one for one in rows}
    for one in rows:
        written = one.source == "seed" and one.lat is not None
        yield one if one.has_own_point or written else _borrowing(one, known)


def _borrowing(one: Place, known: dict[str, Place]) -> Place:
    holder, steps = known.get(one.parent_id), 0
    while holder is not None and not holder.has_own_point and steps < _DEEPEST:
        holder, steps = known.get(holder.parent_id), steps + 1
    if holder is None or not holder.has_own_point:
        return replace(one, lat=None, lon=None, coord_precision="none", radius_km=0.0)
    level = 3 if holder.admin_level is None else holder.admin_level
    return replace(
        one,
        lat=holder.lat,
        lon=holder.lon,
        coord_precision=f"parent_adm{level}",
        radius_km=holder.radius_km,
    )


@dataclass(frozen=True)
class Box:
    """The degrees between which a country lies, with a margin."""

    south: float
    north: float
    west: float
    east: float

    def holds(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east


@cache
def boxes() -> dict[str, Box]:
    """For each country of the seed the land that its hand-written places reach."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for one in Gazetteer.seed():
        if one.lat is not None and one.lon is not None and one.admin_level != 0:
            reach = min(one.radius_km, _FARTHEST_KM) / DEGREE_KM + _MARGIN
            found.setdefault(one.country, []).append((one.lat, one.lon, reach))
    return {
        country: Box(
            min(lat - reach for lat, _, reach in points),
            max(lat + reach for lat, _, reach in points),
            min(lon - reach for _, lon, reach in points),
            max(lon + reach for _, lon, reach in points),
        )
        for country, points in found.items()
    }
