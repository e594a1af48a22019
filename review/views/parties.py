"""Never to a party: exceptions on an incident's page, what people belong to on theirs."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import correction, overriding
from mbiu.parties import affiliations
from mbiu.refusals import NotFound, Refused
from review import forms, people
from review.changes import do
from review.doors import Permission, actor, current_user, door, scoped

pages = Blueprint("parties", __name__)
_OF_INCIDENT, _OF_PERSON = "/incidents/<ref>", "/people/<code>/affiliations"


@pages.post(f"{_OF_INCIDENT}/overrides")
@door(Permission.DECIDE)
def ask(ref: str) -> ResponseReturnValue:
    """Ask that somebody is told although they are left out."""

    def change(db: Session, ref: str) -> str:
        code, reason = request.form.get("code", "")[:40], request.form.get("reason", "")
        overriding.ask(db, actor(), ref, code, reason, version=forms.version())
        return _("Noted. A second person must agree in writing before anybody is told.")

    return do(ref, change)


@pages.post(f"{_OF_INCIDENT}/overrides/<uuid:override_id>/agree")
@door(Permission.DECIDE)
def agree(ref: str, override_id: UUID) -> ResponseReturnValue:
    """Agree, in writing, to what somebody else has asked for."""

    def change(db: Session, ref: str) -> str:
        overriding.agree(db, actor(), ref, override_id, request.form.get("reason", ""))
        return _("Agreed. The next alert about these facts goes to this person too.")

    return do(ref, change)


@pages.post(f"{_OF_INCIDENT}/overrides/<uuid:override_id>/drop")
@door(Permission.DECIDE)
def drop(ref: str, override_id: UUID) -> ResponseReturnValue:
    """Take an exception back."""

    def change(db: Session, ref: str) -> str:
        overriding.drop(db, actor(), ref, override_id)
        return _("Taken back. This person is left out again.")

    return do(ref, change)


@pages.post(f"{_OF_INCIDENT}/child")
@door(Permission.DECIDE)
def child(ref: str) -> ResponseReturnValue:
    """Say whether a child is among those harmed: the path for survivors, or back from it."""

    def change(db: Session, ref: str) -> str:
        harmed = request.form.get("child") == "1"
        correction.correct(db, actor(), ref, {"child": harmed}, version=forms.version())
        if harmed:
            return _("It takes the path for survivors now: few see it, and those who help are told.")
        return _("No child is said to be harmed any more.")

    return do(ref, change)


# --- what people belong to ---------------------------------------------------------------------


@pages.post(_OF_PERSON)
@door(Permission.DECIDE)
def add(code: str) -> ResponseReturnValue:
    """Write down what somebody belongs to."""

    def change(db: Session, code: str) -> str:
        kind, name = request.form.get("kind", ""), request.form.get("name", "")[:200]
        affiliations.add(db, actor(), code, kind, name)
        return _("Noted. Where it is named as a suspected party, this person is left out.")

    return _do(code, change)


@pages.post(f"{_OF_PERSON}/<uuid:affiliation_id>")
@door(Permission.DECIDE)
def end(code: str, affiliation_id: UUID) -> ResponseReturnValue:
    """Ask that it ends, agree to that, or leave it as it is."""

    def change(db: Session, code: str) -> str:
        wanted = request.form.get("do", "")
        if wanted == "agree":
            affiliations.agree_end(db, actor(), code, affiliation_id)
            return _("It has ended.")
        if wanted == "keep":
            affiliations.keep_end(db, actor(), code, affiliation_id)
            return _("It stays as it was.")
        affiliations.ask_end(db, actor(), code, affiliation_id)
        return _("Asked. It ends when a second person agrees.")

    return _do(code, change)


def _do(code: str, change: Callable[[Session, str], str]) -> ResponseReturnValue:
    """Change something of a person of one's own areas, and go back there."""
    code = code.upper()[:20].replace("\0", "")
    try:
        with scoped() as db:
            if people.one(db, current_user().scope, code) is None:
                abort(404)
            flash(change(db, code), "ok")
    except NotFound:
        abort(404)
    except Refused as refused:
        flash(_(refused.why), "bad")
    return redirect(url_for("people.one", code=code))
