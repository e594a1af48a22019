"""Inviting strangers, ending somebody's part and letting them in again. Coordinators only."""

import datetime as dt
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import enrolment
from mbiu.enrolment import Offer, Reader
from mbiu.enrolment.joinwords import INVITED_FOR
from mbiu.models import Contact, utcnow
from mbiu.refusals import NotPossible
from review.doors import Permission, door
from review.views.people.blueprint import pages, registrar, role_of, typed
from review.views.people.enrolment import do

OFFERED = ("role", "area", "language", "organisation", "supervisor")


def offered(db: Session, uses: int, expires_at: dt.datetime) -> Offer:
    """What a form makes of who will join. Raises NotPossible."""
    person, faults = Reader(db, registrar()).read(typed(*OFFERED), fields=OFFERED)
    if faults:
        raise NotPossible(" ".join(f"{one.field}: {one.what} {one.do}" for one in faults))
    columns: dict[str, Any] = person.columns | {"exercise": "exercise" in request.form}
    return Offer(columns, uses, expires_at)


@pages.post("/<code>/invite")
@door(Permission.ENROL)
def invite(code: str) -> ResponseReturnValue:
    """Write to a stranger that they can join."""

    def act(db: Session, contact: Contact) -> str:
        now = utcnow()
        enrolment.invite(db, registrar(), contact, offered(db, 1, now + INVITED_FOR), now)
        return str(_("%(code)s is invited, if they let us write to them.", code=contact.code))

    return do(code, act)


@pages.post("/<code>/end")
@door(Permission.ENROL)
def end(code: str) -> ResponseReturnValue:
    """End somebody's part; with ``block`` they get no answers either."""

    def act(db: Session, contact: Contact) -> str:
        enrolment.archive(db, registrar(), contact, utcnow(), block="block" in request.form)
        told = _(
            "%(code)s is not one of ours any more. What they send is still kept and read.", code=contact.code
        )
        return str(told)

    return do(code, act)


@pages.post("/<code>/return")
@door(Permission.ENROL)
def restore(code: str) -> ResponseReturnValue:
    """Let somebody take part again."""

    def act(db: Session, contact: Contact) -> str:
        enrolment.restore(db, registrar(), contact, role_of(request.form.get("role", "")))
        return str(_("%(code)s is one of ours again.", code=contact.code))

    return do(code, act)
