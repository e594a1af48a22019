"""The map: incidents on borders, lakes and towns from our own server, and areas by how much happens there."""

import datetime as dt
import gzip
import json
from functools import lru_cache
from typing import Any

import flask_babel
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import BadRequest

from mbiu.codes import EventType, Severity
from mbiu.models import Place
from review import asked, mapped, places, shading
from review.doors import Permission, current_user, door, may, scoped
from review.tongues import language
from review.words import label

pages = Blueprint("map", __name__, url_prefix="/map")

TOWNS = ("locality", "camp", "slum")
UNITS = (1, 2)
#: Rows of the table of areas.
ROWS = 60


@pages.app_template_filter()
def figure(value: float) -> str:
    """A whole number as the language writes it."""
    return _whole(round(value), language())


@lru_cache(maxsize=4096)
def _whole(value: int, _language: str) -> str:
    return str(flask_babel.format_decimal(value))


@pages.app_template_filter()
def rate(value: float) -> str:
    """A rate with no more figures than it deserves: 0.42, 4.2, 42."""
    return str(flask_babel.format_decimal(value, "0.##" if value < 1 else "0.#" if value < 10 else "0"))


@pages.app_template_filter()
def short_day(value: dt.date) -> str:
    """A day without its year: 3 Nov."""
    return str(flask_babel.format_date(value, "d MMM"))


@pages.app_template_filter()
def clock(value: dt.datetime) -> str:
    """An hour of the day: 14:00."""
    return value.strftime("%H:%M")


@pages.app_context_processor
def _links() -> dict[str, str | None]:
    """Where a table of people by area is brought in, for those who may."""
    return {"table_url": url_for("house.population") if may("house") else None}


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The page: a form that narrows, the map, and beside it the same as a list."""
    wanted, shade = asked.Asked.of(request.args), shading.Shade.of_query(request.args)
    with scoped() as db:
        sums = mapped.sums(db, wanted)
        lines, after = mapped.listed(db, wanted, request.args.get("after", ""))
        found = shading.rates(db, wanted, shade, current_user().scope) if shade.per else []
        areas = places.upper(db, wanted.area)
    query = {**wanted.as_query(), **shade.as_query()}
    return render_template(
        "pages/map.html",
        asked=wanted,
        choices=_choices(areas),
        sums=sums,
        lines=lines,
        further=url_for("map.show", after=after, **query) if after else None,
        shading=_shaded(shade, found),
        query=query,
    )


def _choices(areas: list[tuple[str, str]]) -> dict[str, list[tuple[str, Any]]]:
    """What each field of the form offers: values with their words."""
    return {
        "since": [(key, words) for key, (_, _, words) in asked.PERIODS.items()],
        "type": [(one.value, label(one)) for one in EventType],
        "severity": [(one.value, label(one)) for one in Severity],
        "state": [(key, words) for key, (words, _) in asked.STATES.items()],
        "drills": list(asked.DRILLS.items()),
        "area": areas,
        "per": [(key, words) for key, (words, _) in shading.PER.items()],
        "of": list(shading.OF.items()),
        "level": [(str(key), words) for key, words in shading.LEVELS.items()],
    }


def _shaded(shade: shading.Shade, found: list[shading.Rate]) -> dict[str, Any]:
    busy = [one for one in found if one.count]
    return {
        "chosen": shade,
        "of": shading.OF[shade.of],
        "per": shading.PER[shade.per][0],
        "rows": busy[:ROWS],
        "more": max(0, len(busy) - ROWS),
        "quiet": len(found) - len(busy),
        "areas": len(found),
        "baseless": sum(one.base is None for one in found),
        "legend": shading.legend(found),
    }


@pages.get("/incidents")
@door(Permission.SEE)
def incidents() -> ResponseReturnValue:
    """What lies in ``box`` (west,south,east,north): one by one, or counted by square where it is much."""
    box = asked.Box.of(request.args.get("box", ""))
    if box is None:
        raise BadRequest
    with scoped() as db:
        found = mapped.inside(db, asked.Asked.of(request.args), box)
    address = url_for("incident.show", ref="-").removesuffix("-")
    for one in found["incidents"]:
        one["url"] = address + one["ref"]
    return found


@pages.get("/areas")
@door(Permission.SEE)
def areas() -> ResponseReturnValue:
    """The areas with their rates as GeoJSON: real borders, or zones around known points."""
    shade = shading.Shade.of_query(request.args)
    with scoped() as db:
        found = shading.rates(db, asked.Asked.of(request.args), shade, current_user().scope)
        built = shading.features(db, found, shade.level)
    for one in built["features"]:
        one["properties"]["url"] = url_for("areas.show", path=one["properties"]["path"].strip("/"))
    return _packed(built)


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
        return _packed({"towns": [list(town) for town in found]})


def _packed(found: dict[str, Any]) -> Response:
    """Compressed, which only what holds no secret and no stranger's words may be (the BREACH attack)."""
    body = json.dumps(found, separators=(",", ":")).encode()
    answer = Response(body, mimetype="application/json")
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        answer.set_data(gzip.compress(body, 5, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@pages.get("/places")
@door(Permission.SEE)
def places_like() -> ResponseReturnValue:
    """Names that begin as typed, to pick from when a place is corrected."""
    text = request.args.get("q", "").strip()[:60].replace("\0", "")
    with scoped() as db:
        return {"places": [name for _, name in places.search(db, text)] if len(text) > 1 else []}
