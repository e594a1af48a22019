"""A place of the gazetteer, or a point, as a guess with its precision and the doubt around it."""

from dataclasses import replace

from mbiu.analysis.distances import Distance, direction, moved
from mbiu.analysis.reading import PlaceGuess
from mbiu.gazetteer.lookup import Gazetteer, distance_km
from mbiu.gazetteer.place import Place

NEAR_KM = 5.0
SURE = 0.97
EXACT_KM = 0.2
UNSAID_ACCURACY_M = 50.0
TOWN_KM = 3.0
DIRECTION_DOUBT = 0.25
LONGEST_GAP_KM = 500.0
REGION_KM = 60.0
ROAD_KM = 2.0


def guess(place: Place, gazetteer: Gazetteer, confidence: float, *, near: bool = False) -> PlaceGuess:
    """A place as a guess; ``near`` widens the circle around a small place.

    A place without a point of its own takes that of the smallest unit around it that has one.
    """
    precision = precision_of(place)
    small = precision in ("village", "ward")
    path = gazetteer.path(place.place_id)
    lat, lon, radius = _point(path)
    return PlaceGuess(
        place_id=place.place_id,
        name=place.name,
        area_code=area_code(path),
        country=place.country,
        lat=lat,
        lon=lon,
        precision="near" if near and small else precision,
        radius_km=radius + (NEAR_KM if near and small else 0.0),
        confidence=round(max(0.05, confidence), 2),
        path=tuple(one.place_id for one in path),
    )


def _point(path: tuple[Place, ...]) -> tuple[float | None, float | None, float]:
    """Latitude, longitude and radius in km, borrowed from further up where need be, never from a country."""
    for one in reversed(path[1:] if len(path) > 1 else path):
        if one.lat is not None and one.lon is not None:
            return one.lat, one.lon, one.radius_km
    return None, None, path[-1].radius_km


def area_code(path: tuple[Place, ...]) -> str:
    """The P-code of the smallest unit on the path, or its place id where it has none."""
    unit = next((one for one in reversed(path) if one.is_unit), None)
    return (unit.pcode or unit.place_id) if unit else ""


def precision_of(place: Place) -> str:
    if place.admin_level is not None:
        return {0: "country", 1: "region", 2: "district", 3: "ward"}.get(place.admin_level, "village")
    if place.kind == "feature":
        return "region" if place.radius_km > 60 else "district" if place.radius_km > 15 else "village"
    return "village"


def away(base: PlaceGuess, distance: Distance, towards: PlaceGuess | None) -> PlaceGuess:
    """A guess moved by a distance from its landmark; without a direction it is the ring's whole circle."""
    if base.lat is None or base.lon is None:
        return replace(base, precision="near", radius_km=base.radius_km + distance.km)
    bearing = distance.bearing
    if bearing is None and towards and towards.lat is not None and towards.lon is not None:
        bearing = direction(base.lat, base.lon, towards.lat, towards.lon)
    slack = min(base.radius_km, TOWN_KM)
    if bearing is None:
        return replace(base, precision="near", radius_km=round(distance.km + slack, 1))
    lat, lon = moved(base.lat, base.lon, distance.km, bearing)
    radius = round(max(1.0, distance.km * DIRECTION_DOUBT) + slack, 1)
    return replace(base, lat=lat, lon=lon, precision="near", radius_km=radius)


def between(one: PlaceGuess, two: PlaceGuess) -> PlaceGuess | None:
    """Half-way between two places, the circle holding both; None where that says nothing."""
    if one.lat is None or one.lon is None or two.lat is None or two.lon is None:
        return None
    gap = distance_km(one.lat, one.lon, two.lat, two.lon)
    if gap > LONGEST_GAP_KM or "country" in (one.precision, two.precision):
        return None
    radius = round(gap / 2 + ROAD_KM, 1)
    return replace(
        one,
        lat=round((one.lat + two.lat) / 2, 5),
        lon=round((one.lon + two.lon) / 2, 5),
        precision="near" if radius <= REGION_KM else "region",
        radius_km=radius,
    )


def pinned(gazetteer: Gazetteer, lat: float, lon: float, accuracy_m: float | None) -> PlaceGuess | None:
    """The place of a shared position: exact, named by the nearest place, in the nearest unit's area."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    nearest, unit = gazetteer.nearest(lat, lon), gazetteer.nearest(lat, lon, units=True)
    if nearest is None or unit is None:
        return None
    path = gazetteer.path(unit[0].place_id)
    radius = (accuracy_m or UNSAID_ACCURACY_M) / 1000
    return PlaceGuess(
        place_id=unit[0].place_id,
        name=nearest[0].name,
        area_code=area_code(path),
        country=unit[0].country,
        lat=lat,
        lon=lon,
        precision="exact" if radius <= EXACT_KM else "near",
        radius_km=radius,
        confidence=SURE,
        path=tuple(one.place_id for one in path),
    )
