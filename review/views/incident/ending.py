"""What was done about an incident, its end, and the days on which it is looked at again."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import outcomes as recording
from review import outcomes
from review.changes import do
from review.doors import Permission, actor, door
from review.views.incident.blueprint import pages


@pages.post("/outcome")
@door(Permission.DECIDE)
def outcome(ref: str) -> ResponseReturnValue:
    """Say what was done; ends the incident and tells its reporters unless it shall stay open."""

    def change(db: Session, ref: str) -> str:
        deed, ahead = outcomes.deed(), outcomes.ahead()
        if request.form.get("corrects"):
            recording.correct(db, actor(), ref, outcomes.named("corrects"), deed)
            return _("The outcome of %(ref)s is corrected; the earlier one is kept beside it.", ref=ref)
        if request.form.get("then") == "keep":
            recording.record(db, actor(), ref, deed, ahead)
            return _("What was done about %(ref)s is recorded.", ref=ref)
        recording.close(db, actor(), ref, deed, ahead)
        return _("%(ref)s is closed, and those who reported it are told.", ref=ref)

    return do(ref, change)


@pages.post("/close")
@door(Permission.DECIDE)
def finish(ref: str) -> ResponseReturnValue:
    """End an incident whose outcome is recorded already."""

    def change(db: Session, ref: str) -> str:
        recording.finish(db, actor(), ref)
        return _("%(ref)s is closed, and those who reported it are told.", ref=ref)

    return do(ref, change)


@pages.post("/follow-up")
@door(Permission.DECIDE)
def follow_up(ref: str) -> ResponseReturnValue:
    """Say what was found when somebody looked again, or set another day."""

    def change(db: Session, ref: str) -> str:
        if request.form.get("day"):
            recording.settle(db, actor(), ref, outcomes.named("day"), request.form.get("result", ""))
            return _("What was found is recorded.")
        recording.set_days(db, actor(), ref, outcomes.ahead())
        return _("The day is set; you are reminded when it comes.")

    return do(ref, change)
