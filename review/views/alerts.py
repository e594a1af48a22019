"""All alerts, those that wait for an answer first."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from mbiu.codes import AlertState
from review import alerts
from review.doors import Permission, door, scoped

pages = Blueprint("alerts", __name__, url_prefix="/alerts")


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The list."""
    with scoped() as db:
        found = alerts.listed(db)
    waiting = sum(one.state == AlertState.OPEN for one in found)
    return render_template("pages/alerts.html", alerts=found, waiting=waiting)
