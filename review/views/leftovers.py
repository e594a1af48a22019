"""Messages that the machine took for no event: look at one, or overrule the machine."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mbiu import correction
from mbiu.refs import normal_ref
from mbiu.refusals import Refused
from review.doors import Permission, actor, door, scoped
from review.views.queue import looked

pages = Blueprint("leftovers", __name__, url_prefix="/leftovers")


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """They stand in the queue."""
    return redirect(url_for("queue.show", state="messages"))


@pages.get("/<ref>")
@door(Permission.SEE)
def one(ref: str) -> ResponseReturnValue:
    """One message with what can be done about it. That it was looked at is recorded."""
    return render_template("pages/leftover.html", peek=looked(normal_ref(ref)))


@pages.post("/<ref>/raise")
@door(Permission.DECIDE)
def make_incident(ref: str) -> ResponseReturnValue:
    """Make an incident of one."""
    try:
        with scoped() as db:
            fresh = correction.raise_incident(db, actor(), normal_ref(ref))
    except Refused as refused:
        flash(refused.why, "bad")
        return redirect(url_for("leftovers.show"))
    flash(_("It is an incident now. Correct what the machine did not see."), "ok")
    return redirect(url_for("incident.show", ref=fresh.ref))
