"""Who reports and responds, by code name; one person's page."""

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from review import people
from review.doors import Permission, current_user, door, may, scoped
from review.people import Wanted
from review.views.people.blueprint import ROLES, languages, pages


@pages.get("")
@door(Permission.PEOPLE)
def show() -> ResponseReturnValue:
    """Those of one's areas, narrowed down."""
    wanted = Wanted.of(request.args)
    with scoped() as db:
        found = people.listed(db, current_user().scope, wanted)
        areas = people.areas(db)
    return render_template(
        "pages/people.html",
        people=found,
        chosen=wanted,
        lanes=people.LANES,
        roles=ROLES,
        areas=areas,
        silences=[(str(days), f"{days} days") for days in people.SILENT_DAYS],
        most=people.MANY,
    )


@pages.get("/<code>")
@door(Permission.PEOPLE)
def one(code: str) -> ResponseReturnValue:
    """One person's page. Nobody, and somebody of other areas, are the same 404."""
    return render_template("pages/person.html", **page_of(code))


def page_of(code: str) -> dict[str, Any]:
    """What the page of a person shows. Aborts with 404."""
    with scoped() as db:
        found = people.one(db, current_user().scope, code.upper()[:20].replace("\0", ""))
        units = people.units(db, current_user().scope) if may(Permission.ENROL) else []
    if found is None:
        abort(404)
    return {"person": found, "roles": ROLES, "languages": languages(), "units": units}
