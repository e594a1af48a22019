"""All alerts, those that wait for an answer first; and each by itself, as the ladder that it climbs."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import audit, verification
from mbiu.codes import AlertState
from mbiu.escalation import auditor, by_hand
from mbiu.models import Alert
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound, Refused
from review import alerts, bulletins, fieldnotes, ladder, sequels
from review.doors import Permission, actor, door, scoped
from review.words import told

pages = Blueprint("alerts", __name__, url_prefix="/alerts")


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The list."""
    with scoped() as db:
        found = alerts.listed(db)
        check = auditor.newest(db)
    waiting = sum(one.state == AlertState.OPEN for one in found)
    return render_template("pages/alerts.html", alerts=found, waiting=waiting, check=check)


@pages.get("/<ref>")
@door(Permission.SEE)
def one(ref: str) -> ResponseReturnValue:
    """One alert: told, waiting, promised, next."""
    with scoped() as db:
        found = ladder.of(db, normal_ref(ref[:20]))
        if found is None:
            abort(404)
        row = verification.find(db, found.incident)
        following = sequels.panels(db, row, str(get_locale())).get(found.ref)
        notes = [note for note in fieldnotes.of(db, row.id) if note.ref == found.ref]
        issued = bulletins.of(db, found.ref)
        audit.append(db, actor(), "alert.viewed", f"alert:{found.ref}")
    page = {"alert": found, "grace": ladder.GRACE, "row": row, "following": following, "fieldnotes": notes}
    may_decide = actor().role in verification.MAY_DECIDE
    return render_template("pages/alert.html", **page, bulletins=issued, may_decide=may_decide)


@pages.post("/<ref>/step")
@door(Permission.DECIDE)
def step(ref: str) -> ResponseReturnValue:
    """Take the next step now."""
    return _done(ref, by_hand.step_now, _("The next step is taken."))


@pages.post("/<ref>/take")
@door(Permission.DECIDE)
def take(ref: str) -> ResponseReturnValue:
    """Take the alert on at the console."""
    return _done(ref, by_hand.take_on, _("You have taken it on. Nobody else is asked for four hours."))


def _done(ref: str, act: Callable[[Session, audit.Actor, str], Alert], said: str) -> ResponseReturnValue:
    ref = normal_ref(ref[:20])
    try:
        with scoped() as db:
            act(db, actor(), ref)
        flash(said, "ok")
    except NotFound:
        abort(404)
    except Refused as refused:
        flash(told(str(refused)), "bad")
    return redirect(url_for("alerts.one", ref=ref))
