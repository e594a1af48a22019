"""The pages of areas: a country, a region, a district and what lies in it."""

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review import areas, asked, mapped
from review.doors import Permission, current_user, door, scoped

pages = Blueprint("areas", __name__, url_prefix="/areas")


@pages.get("")
@door(Permission.SEE)
def whole() -> ResponseReturnValue:
    """All areas of the user."""
    return _page("/")


@pages.get("/<path:path>")
@door(Permission.SEE)
def show(path: str) -> ResponseReturnValue:
    """One area, by its path of ids from the country down."""
    return _page(f"/{path.strip('/')}/".replace("\0", ""))


def _page(path: str) -> ResponseReturnValue:
    drills = request.args.get("drills", "")
    with scoped() as db:
        area = areas.find(db, path)
        if area is None:
            abort(404)
        wanted = asked.Asked(
            since="", area=area.asked, drills=drills if drills in asked.DRILLS else asked.usual_drills()
        )
        lines, after = mapped.latest(db, wanted, request.args.get("after", ""))
        alerts, sending = areas.sending(db, wanted)
        found = {
            "area": area,
            "asked": wanted,
            "lines": lines,
            "weeks": areas.weeks(db, wanted),
            "parts": areas.parts(db, area, wanted),
            "tellers": areas.tellers(db, area, current_user().scope),
            "population": areas.population(db, path),
            "alerts": alerts,
            "sending": sending,
            "days": areas.days(db, path),
        }
    further = url_for(request.endpoint or "", path=path.strip("/") or None, after=after) if after else None
    return render_template("pages/area.html", further=further, **found)
