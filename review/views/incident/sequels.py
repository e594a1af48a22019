"""What follows an alert: update, recall, all-clear; and sending one once more."""

from uuid import UUID

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from mbiu import sequels
from mbiu.refs import normal_ref
from review.changes import do
from review.doors import Permission, actor, door
from review.sequels import NAMES
from review.views.incident.blueprint import pages


@pages.post("/sequel")
@door(Permission.DECIDE)
def send_sequel(ref: str) -> ResponseReturnValue:
    """Tell everybody whom an alert had reached what has become of it."""
    kind = request.form.get("kind", "")
    if kind not in set(sequels.Kind):
        abort(400)

    def change(db: Session, _ref: str) -> str:
        reason = request.form.get("reason", "")[:2000]
        row = sequels.send(db, actor(), _alert(), sequels.Kind(kind), reason)
        return _("%(what)s of %(ref)s is on its way.", what=NAMES[sequels.Kind(row.kind)], ref=_alert())

    return do(ref, change)


@pages.post("/sequel/again")
@door(Permission.DECIDE)
def send_sequel_again(ref: str) -> ResponseReturnValue:
    """Send it once more to those whom it did not reach."""

    def change(db: Session, _ref: str) -> str:
        count = sequels.again(db, actor(), _alert(), _sequel())
        return ngettext("Sent once more to %(num)d person.", "Sent once more to %(num)d people.", count)

    return do(ref, change)


def _alert() -> str:
    return normal_ref(request.form.get("alert", "")[:20])


def _sequel() -> UUID:
    try:
        return UUID(request.form.get("sequel", ""))
    except ValueError:
        abort(400)
