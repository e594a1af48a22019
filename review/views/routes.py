"""Which incidents go to whom."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mbiu import routing
from mbiu.codes import Certainty, Severity
from mbiu.db import transaction
from mbiu.models import Proposal
from mbiu.refusals import NotPossible, Stale
from mbiu.routing import Rules
from review import chainforms, proposed, routes, ruleversions
from review.doors import Permission, actor, door
from review.routes import RouteCard
from review.words import told

pages = Blueprint("routes", __name__, url_prefix="/admin/routes")
_EXERCISES = {"any": None, "only": True, "never": False}


@pages.get("")
@door(Permission.ROUTES)
def show() -> ResponseReturnValue:
    """All routes in words."""
    with transaction() as db:
        return render_template("pages/routes.html", routes=routes.route_cards(db))


@pages.get("/new")
@door(Permission.ROUTES)
def new() -> ResponseReturnValue:
    """A form for another route."""
    with transaction() as db:
        return render_template("pages/route.html", r=RouteCard(), versions=[], **routes.choices(db))


@pages.get("/<uuid:route_id>")
@door(Permission.ROUTES)
def one(route_id: UUID) -> ResponseReturnValue:
    """One route to be changed, with its versions."""
    with transaction() as db:
        card = routes.route_card(db, route_id)
        shown = {
            "versions": ruleversions.versions(db, route_id),
            "proposed": proposed.waiting(db, actor(), route_id),
        }
        return render_template("pages/route.html", r=card, **shown, **routes.choices(db))


@pages.post("")
@door(Permission.ROUTES)
def create() -> ResponseReturnValue:
    """Make a route."""
    return _save(None)


@pages.post("/<uuid:route_id>")
@door(Permission.ROUTES)
def change(route_id: UUID) -> ResponseReturnValue:
    """Make a new version of a route; alerts on their way keep the old one."""
    return _save(route_id)


def _save(route_id: UUID | None) -> ResponseReturnValue:
    try:
        with transaction() as db:
            route = routing.save(db, actor(), route_id, _rules(), version=_version())
    except (NotPossible, Stale) as refused:
        flash(told(refused.why), "bad")
        return redirect(url_for("routes.one", route_id=route_id) if route_id else url_for("routes.new"))
    if isinstance(route, Proposal):
        flash(_("The change of «%(name)s» waits for a second person.", name=route.name), "ok")
        return redirect(url_for("proposals.show"))
    flash(_("Route «%(name)s» is saved, version %(n)s.", name=route.name, n=route.version), "ok")
    return redirect(url_for("routes.show"))


def _version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _rules() -> Rules:
    form = request.form
    return Rules(
        name=form.get("name", ""),
        chain_id=_chain(form.get("chain", "")),
        active="active" in form,
        area_path=form.get("area", "").replace("\0", "")[:200] or "/",
        event_types=form.getlist("types"),
        drivers=form.getlist("drivers"),
        min_severity=_severity(form.get("min_severity", "")),
        min_certainty=_certainty(form.get("min_certainty", "")),
        hours=chainforms.hours(form.get("hour_from", ""), form.get("hour_to", "")),
        exercise=_EXERCISES.get(form.get("exercise", "any")),
    )


def _chain(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotPossible("Choose a chain that is in force.") from None


def _severity(text: str) -> Severity:
    if text not in set(Severity):
        raise NotPossible(_("Choose from which severity on the route applies."))
    return Severity(text)


def _certainty(text: str) -> Certainty:
    if text not in set(Certainty):
        raise NotPossible(_("Choose how sure an incident has to be."))
    return Certainty(text)
