"""Who was registered with a phone that somebody has already. Custodians only, for it tells of a number."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import enrolment
from mbiu.models import Contact, utcnow
from review import people
from review.doors import Permission, door, scoped
from review.views.people.blueprint import pages, registrar
from review.views.people.enrolment import do


@pages.get("/twins")
@door(Permission.SETTLE)
def twins() -> ResponseReturnValue:
    """All pairs that are not settled."""
    with scoped() as db:
        return render_template("pages/twins.html", pairs=people.twins(db))


@pages.post("/<code>/settle")
@door(Permission.SETTLE)
def settle(code: str) -> ResponseReturnValue:
    """One person after all, or the phone has gone to another."""
    keep = request.form.get("phone") != "new"
    do(code, lambda db, contact: _settle(db, contact, keep=keep))
    return redirect(url_for("people.twins"))


def _settle(db: Session, contact: Contact, *, keep: bool) -> str:
    enrolment.settle(db, registrar(), contact, utcnow(), keep=keep)
    ended, moved = (
        _("%(code)s has ended.", code=contact.code),
        _("%(code)s has the phone now.", code=contact.code),
    )
    return str(ended if keep else moved)
