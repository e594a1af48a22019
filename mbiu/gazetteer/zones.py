"""Zones around known points: what an area looks like on the map where nobody brought its borders.

A zone is the land that lies nearer to the point of its district than to that of any other (Voronoi 1908),
cut at the country's border. It is no border: a point may be a seat at the edge of its district.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely import MultiPoint, Point, STRtree
from shapely.geometry.base import BaseGeometry

LatLon = tuple[float, float]
#: Degrees by which a second point at the same spot is moved, so that each has a zone.
_ASIDE = 0.03
#: Degrees by which an imported border may be thinned: some 200 m.
_DOUBT = 0.002


def around(points: Mapping[str, LatLon], land: BaseGeometry) -> dict[str, BaseGeometry]:
    """The zone of each point by its key; a point whose zone has no land has none."""
    spots = _spread(points)
    if not spots or land.is_empty:
        return {}
    if len(spots) == 1:
        return dict.fromkeys(spots, land)
    whole = MultiPoint(list(spots.values()))
    cells = list(shapely.voronoi_polygons(whole, extend_to=land).geoms)
    tree = STRtree(cells)
    found = {key: cells[tree.query(spot, predicate="intersects")[0]] for key, spot in spots.items()}
    cut = {key: _land_only(shapely.intersection(cell, land)) for key, cell in found.items()}
    return {key: zone for key, zone in cut.items() if not zone.is_empty}


def together(zones: Iterable[BaseGeometry]) -> BaseGeometry:
    """The zone of a unit whose parts have these."""
    return _land_only(shapely.union_all(list(zones)))


def thinned(borders: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Imported borders with fewer points; neighbours still meet where the file lets them."""
    keys = list(borders)
    repaired = [_land_only(shapely.make_valid(borders[key])) for key in keys]
    simple = shapely.coverage_simplify(repaired, _DOUBT)
    return dict(zip(keys, simple, strict=True))


def drawn(zone: BaseGeometry) -> dict[str, Any]:
    """A zone as GeoJSON, to a hundredth of a degree where it has many points."""
    return dict(shapely.geometry.mapping(shapely.set_precision(zone, 0.001)))


def _spread(points: Mapping[str, LatLon]) -> dict[str, Point]:
    spots: dict[str, Point] = {}
    taken: set[LatLon] = set()
    for key, (lat, lon) in sorted(points.items()):
        east = lon
        while (round(lat, 3), round(east, 3)) in taken:
            east += _ASIDE
        taken.add((round(lat, 3), round(east, 3)))
        spots[key] = Point(east, lat)
    return spots


def _land_only(shape: BaseGeometry) -> BaseGeometry:
    """The surfaces of a shape, without the lines and points that cutting may leave."""
    parts = [one for one in shapely.get_parts(shape) if one.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.MultiPolygon()
