"""The map: open incidents on borders, lakes and towns from our own server."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from mbiu.models import Incident, Place
from review import places, queue
from review.doors import Permission, door, scoped
from review.words import counted, label

pages = Blueprint("map", __name__, url_prefix="/map")

TOWNS = ("locality", "camp", "slum")
UNITS = (1, 2)


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The page; it fetches its data itself."""
    with scoped() as db:
        total, placed = db.execute(
            select(func.count(), func.count(Incident.lat)).where(Incident.state.in_(_OPEN))
        ).one()
    return render_template("pages/map.html", placed=placed, unplaced=total - placed)


_OPEN = (*queue.WAITING, *queue.STATES["verified"][1], *queue.STATES["alerted"][1])


@pages.get("/incidents")
@door(Permission.SEE)
def incidents() -> ResponseReturnValue:
    """All open incidents with a point, newest last so that it lies on top."""
    with scoped() as db:
        found = db.scalars(
            select(Incident)
            .where(Incident.state.in_(_OPEN), Incident.lat.is_not(None))
            .order_by(Incident.priority.desc(), Incident.created_at)
            .limit(1000)
        ).all()
        known = places.names(db, [one.area_path for one in found])
    return {"incidents": [_point(one, known) for one in found]}


def _point(one: Incident, known: places.Names) -> dict[str, object]:
    about = [
        label(one.state),
        *queue.numbers(one.numbers),
        counted(one.reports, "report"),
    ]
    return {
        "ref": one.ref,
        "title": f"{label(one.event_type)} · {places.place_name(one.area_path, known)}",
        "about": ", ".join(about),
        "priority": one.priority.value,
        "lat": one.lat,
        "lon": one.lon,
        "radius_km": one.radius_km or 0,
        "url": url_for("incident.show", ref=one.ref),
    }


@pages.get("/towns")
@door(Permission.SEE)
def towns() -> ResponseReturnValue:
    """Names to put on the map: first- and second-level units and towns that have a point."""
    with scoped() as db:
        found = db.execute(
            select(Place.name, Place.lat, Place.lon)
            .where(Place.lat.is_not(None), Place.kind.in_(TOWNS) | Place.level.in_(UNITS))
            .where(Place.coord_precision != "centroid", ~Place.coord_precision.startswith("parent"))
            .order_by(Place.level.nulls_last(), Place.population.desc().nulls_last(), Place.name)
            .limit(3000)
        )
    return {"towns": [list(town) for town in found]}


@pages.get("/places")
@door(Permission.SEE)
def places_like() -> ResponseReturnValue:
    """Names that begin as typed, to pick from when a place is corrected."""
    text = request.args.get("q", "").strip()[:60].replace("\0", "")
    with scoped() as db:
        return {"places": [name for _, name in places.search(db, text)] if len(text) > 1 else []}
