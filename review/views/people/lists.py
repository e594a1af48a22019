"""Who reports and responds, by code name; one person's page; where people are and where it is silent."""

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mbiu import proposals, revealing
from review import partied, people, silences
from review.doors import Permission, actor, current_user, door, may, scoped
from review.people import Wanted
from review.views.people.blueprint import classes, languages, pages, roles


@pages.get("")
@door(Permission.PEOPLE)
def show() -> ResponseReturnValue:
    """Those of one's areas, narrowed down, a page at a time."""
    wanted = Wanted.of(request.args)
    with scoped() as db:
        found, further = people.listed(db, current_user().scope, wanted)
        areas = people.areas(db)
    return render_template(
        "pages/people.html",
        people=found,
        further=further,
        chosen=wanted,
        lanes=people.lanes(),
        roles=roles(),
        areas=areas,
        silences=[(str(days), _("%(days)s days", days=days)) for days in people.SILENT_DAYS],
        counted_days=people.COUNTED_DAYS,
    )


@pages.get("/areas")
@door(Permission.PEOPLE)
def where() -> ResponseReturnValue:
    """How many there are in each district, and how many of them are silent: counts, never persons."""
    with scoped() as db:
        found, days = silences.areas(db, current_user().scope), silences.days(db)
    return render_template(
        "pages/people_areas.html", areas=found[: silences.SHOWN], more=len(found) - silences.SHOWN, days=days
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
        if found is None:
            abort(404)
        units = people.units(db, current_user().scope) if may(Permission.ENROL) else []
        related = revealing.related(db, found["row"].id) if may(Permission.REVEAL) else []
        belongs = partied.belongs(db, found["row"].id, actor())
        waiting = [one for one in proposals.waiting(db) if one.subject_id == found["row"].id]
    return {
        "person": found,
        "roles": roles(),
        "classes": classes(),
        "languages": languages(),
        "units": units,
        "related": related,
        "belongs": belongs,
        "waiting": waiting,
        "affiliation_kinds": partied.kinds(),
    }
