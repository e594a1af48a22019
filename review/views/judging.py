"""Judging an incident: verify, refute, leave open, take up again."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import verification
from mbiu.codes import Verdict
from review import forms
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
        verification.reopen(db, actor(), ref, _reason())
        return _("%(ref)s is open again.", ref=ref)

    return do(ref, change)
