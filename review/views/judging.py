"""Judging an incident: verify, refute, leave open, take up again, warn; a rumour and the word against it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from mbiu import countering, emergency, rumours, verification
from mbiu.codes import Verdict
from review import forms, rumouring
from review.changes import do
from review.doors import Permission, actor, door
from review.words import label

pages = Blueprint("judging", __name__, url_prefix="/incidents/<ref>")


def _reason() -> str:
    return request.form.get("reason", "")[:2000]


@pages.post("/decide")
@door(Permission.DECIDE)
def decide(ref: str) -> ResponseReturnValue:
    """Verify, refute or leave open, with a reason and a grade."""

    def change(db: Session, ref: str) -> str:
        verdict = request.form.get("verdict", "")
        facts: dict[str, Any] = {"version": forms.version(), "grade": forms.grade()}
        if verdict != Verdict.VERIFIED:
            verification.reject(db, actor(), ref, forms.verdict(verdict), _reason(), **facts)
            return _("%(ref)s: %(verdict)s.", ref=ref, verdict=label(verdict))
        found = verification.verify(db, actor(), ref, _reason(), **facts)
        if found.complete:
            return _("%(ref)s is verified.", ref=ref)
        return _("Noted. %(ref)s still needs a second person.", ref=ref)

    return do(ref, change)


@pages.post("/reopen")
@door(Permission.DECIDE)
def reopen(ref: str) -> ResponseReturnValue:
    """Take up what was ended."""

    def change(db: Session, ref: str) -> str:
        rumours.reopen(db, actor(), ref, _reason())
        return _("%(ref)s is open again.", ref=ref)

    return do(ref, change)


@pages.post("/warn")
@door(Permission.DECIDE)
def warn(ref: str) -> ResponseReturnValue:
    """Warn the mediators of what is not verified, for a written reason."""

    def change(db: Session, ref: str) -> str:
        alert = emergency.warn(db, actor(), ref, _reason(), forms.version())
        return _("The mediators are warned, marked as unverified: %(ref)s.", ref=alert.ref)

    return do(ref, change)


@pages.post("/rumour")
@door(Permission.DECIDE)
def rumour(ref: str) -> ResponseReturnValue:
    """Say what a rumour was found to be."""

    def change(db: Session, ref: str) -> str:
        found, source = rumouring.verdict(), request.form.get("grade_source", "F")[:1]
        facts: dict[str, Any] = {"version": forms.version(), "source": source}
        approved = rumours.judge(db, actor(), ref, found, _reason(), **facts)
        name = str(rumouring.VERDICTS[found][0])
        if approved.complete or rumours.REDUCED[found].verdict is not Verdict.VERIFIED:
            return _("%(ref)s: %(verdict)s.", ref=ref, verdict=name)
        return _("Noted. %(ref)s still needs a second person.", ref=ref)

    return do(ref, change)


@pages.post("/said")
@door(Permission.DECIDE)
def said(ref: str) -> ResponseReturnValue:
    """Put right what is said to happen, and when it was heard."""

    def change(db: Session, ref: str) -> str:
        claimed, heard_at = rumouring.claimed(), rumouring.heard_at()
        rumours.correct(db, actor(), ref, claimed=claimed, heard_at=heard_at, version=forms.version())
        return _("Noted what is said, and when it was heard.")

    return do(ref, change)


@pages.post("/counter")
@door(Permission.DECIDE)
def counter(ref: str) -> ResponseReturnValue:
    """Write a neutral word about a rumour, for another person to approve."""

    def change(db: Session, ref: str) -> str:
        words, audience = rumouring.wordings(), rumouring.audience()
        countering.write(db, actor(), ref, words, audience, version=forms.version())
        return _("Written. It goes when a second person approves it.")

    return do(ref, change)


@pages.post("/counter/<uuid:message_id>/approve")
@door(Permission.DECIDE)
def approve_counter(ref: str, message_id: UUID) -> ResponseReturnValue:
    """Send the word that somebody else has written."""

    def change(db: Session, ref: str) -> str:
        told = countering.approve(db, actor(), ref, message_id)
        return ngettext("On its way to %(num)d person.", "On its way to %(num)d people.", told)

    return do(ref, change)


@pages.post("/counter/<uuid:message_id>/drop")
@door(Permission.DECIDE)
def drop_counter(ref: str, message_id: UUID) -> ResponseReturnValue:
    """Put a word away that was not sent."""

    def change(db: Session, ref: str) -> str:
        countering.drop(db, actor(), ref, message_id)
        return _("Put away; nobody gets it.")

    return do(ref, change)
