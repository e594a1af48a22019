"""Holding an incident beyond the days of its texts."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu.retention.holding import hold as hold_incident
from review.changes import do
from review.doors import Permission, actor, door
from review.views.house.blueprint import pages


@pages.post("/hold/<ref>")
@door(Permission.FEEDBACK)
def hold(ref: str) -> ResponseReturnValue:
    """Keep the texts and files of an incident, or let them go when their days are over."""
    held = "held" in request.form

    def act(db: Session, ref: str) -> str:
        hold_incident(db, actor(), ref, held=held)
        return _("%(ref)s is held.", ref=ref) if held else _("%(ref)s is held no more.", ref=ref)

    return do(ref, act)
