"""Alerts of an incident."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import releasing, routing, verification
from review import forms
from review.changes import do
from review.doors import Permission, actor, door
from review.views.incident.blueprint import pages


@pages.post("/alert")
@door(Permission.DECIDE)
def send(ref: str) -> ResponseReturnValue:
    """Send the alert that the preview showed."""

    def change(db: Session, ref: str) -> str:
        knowing = request.form.get("knowing") == "1"
        ticked = request.form.getlist("release")[: releasing.OFFERED]
        words = releasing.release(db, actor(), verification.find(db, ref), ticked)
        alert = routing.send(db, actor(), ref, version=forms.version(), knowing=knowing, released=words)
        return _("Alert %(ref)s is on its way.", ref=alert.ref)

    return do(ref, change)
