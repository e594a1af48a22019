"""Where an incident is, as messages may say it: named units, the point of the named place, never a pin."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import disclosure, texts
from mbiu.codes import Precision
from mbiu.exchange.message import Area
from mbiu.models import Incident, Place

#: In km: the least radius around a named place, and one that covers a cell of `disclosure.GRID`.
LEAST_KM, CELL_KM = 2.0, 8.0
#: How far from the named place something is that was told to be near it.
NEAR_KM = 5.0


@dataclass(frozen=True)
class Where:
    """The units from the country down, and the place named in the reports, which may be one of them."""

    units: tuple[Place, ...]
    place: Place | None


def find(session: Session, incident: Incident) -> Where:
    """The places that an incident's path names, in one query."""
    ids = [part for part in incident.area_path.split("/") if part]
    wanted = {*ids, incident.place_id} - {None}
    rows = {row.id: row for row in session.scalars(select(Place).where(Place.id.in_(wanted)))}
    units = tuple(rows[one] for one in ids if one in rows and rows[one].level is not None)
    return Where(units, rows.get(incident.place_id or ""))


def exact(where: Where, incident: Incident, language: str) -> Area:
    """For responders: the place as people call it, a circle around it, the smallest unit with a P-code."""
    if where.place is None:
        return Area(texts.say(language, "alert.place_unknown"), pcode=_pcode(where.units))
    name = _named(where.place, where.units)
    if incident.precision is Precision.NEAR:
        name = texts.say(language, "alert.near", place=name)
    return Area(name, _circle(where.place, incident), _pcode(where.units))


def coarse(where: Where, incident: Incident, depth: int = disclosure.PARTNER_DEPTH) -> Area:
    """For partners: to the district, and the middle of a cell of some 11 km."""
    units = where.units[:depth]
    names = [unit.name for unit in reversed(units)]
    lat, lon = disclosure.middle(incident.lat), disclosure.middle(incident.lon)
    round_it = (lat, lon, CELL_KM) if lat is not None and lon is not None else None
    return Area(", ".join(names), round_it, _pcode(units))


def _named(place: Place, units: tuple[Place, ...]) -> str:
    above = [unit for unit in units if unit.id != place.id and unit.level]
    return f"{place.name}, {above[-1].name}" if above else place.name


def _circle(place: Place, incident: Incident) -> tuple[float, float, float] | None:
    if place.lat is None or place.lon is None:
        return None
    near = NEAR_KM if incident.precision is Precision.NEAR else LEAST_KM
    return round(place.lat, 2), round(place.lon, 2), max(place.radius_km or 0, near)


def _pcode(units: tuple[Place, ...]) -> str | None:
    """That of the smallest unit that has one; that of a whole country only where no more is known."""
    found = [unit for unit in units if unit.pcode and (unit.level or len(units) == 1)]
    return found[-1].pcode if found else None
