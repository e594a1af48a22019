"""What an analyst changes of an incident: who holds it, its facts, which reports belong to it, notes."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import callback, correction, notes, verification
from mbiu.models import Incident
from mbiu.refs import normal_ref
from mbiu.refusals import NotPossible, Stale
from review import conflict, corrections, forms
from review.changes import do
from review.conflict import since
from review.doors import Permission, actor, door
from review.material import languages
from review.values import name_of
from review.views.incident.blueprint import pages


@pages.post("/claim")
@door(Permission.DECIDE)
def claim(ref: str) -> ResponseReturnValue:
    """Hold it for a while."""

    def change(db: Session, ref: str) -> str:
        verification.claim(db, actor(), ref)
        minutes = verification.CLAIM.seconds // 60
        return _("%(ref)s is yours for the next %(n)s minutes.", ref=ref, n=minutes)

    return do(ref, change)


@pages.post("/release")
@door(Permission.DECIDE)
def release(ref: str) -> ResponseReturnValue:
    """Let it go."""

    def change(db: Session, ref: str) -> str:
        verification.release(db, actor(), ref)
        return _("%(ref)s is free again.", ref=ref)

    return do(ref, change)


@pages.post("/correct")
@door(Permission.DECIDE)
def correct(ref: str) -> ResponseReturnValue:
    """Put facts right: one of them or several, compared with what the user saw."""

    def change(db: Session, ref: str) -> str:
        row = verification.held(db, actor(), ref, forms.version())
        before = conflict.as_seen(request.form.get("seen", "")) or corrections.base_of(row)
        changed = corrections.changes(db, before)
        if not changed:
            return _("Nothing was different, so nothing was changed.")
        _no_clash(db, row, before, corrections.whole(changed, before))
        correction.correct(db, actor(), ref, changed)
        return _("Corrected: %(names)s.", names=", ".join(name_of(name).lower() for name in changed))

    return do(ref, change)


def _no_clash(db: Session, row: Incident, before: dict[str, Any], yours: dict[str, Any]) -> None:
    """Not every fact counts as a version: none is overwritten that somebody else has changed meanwhile."""
    clashes = since(db, row, before, yours).clashes
    if any(f"use_{one.field}" not in request.form for one in clashes):
        raise Stale(_("%(ref)s was changed since you opened it.", ref=row.ref))


@pages.post("/language")
@door(Permission.DECIDE)
def language(ref: str) -> ResponseReturnValue:
    """Put the language of one report right."""

    def change(db: Session, ref: str) -> str:
        code = request.form.get("language", "")[:8]
        report = correction.correct_language(db, actor(), ref, forms.report(db, ref).ref, code)
        return _("%(ref)s is in %(language)s.", ref=report.ref, language=languages().get(code, code))

    return do(ref, change)


@pages.post("/merge")
@door(Permission.DECIDE)
def merge(ref: str) -> ResponseReturnValue:
    """Take another incident's reports into this one."""

    def change(db: Session, ref: str) -> str:
        other = normal_ref(request.form.get("other", "")[:20])
        correction.merge(db, actor(), other, ref, request.form.get("reason", "")[:2000])
        return _("%(other)s is now part of %(ref)s.", other=other, ref=ref)

    return do(ref, change)


@pages.post("/split")
@door(Permission.DECIDE)
def split(ref: str) -> ResponseReturnValue:
    """Make one report an incident of its own."""

    def change(db: Session, ref: str) -> str:
        report = forms.report(db, ref)
        fresh = correction.split(db, actor(), report.ref, request.form.get("reason", "")[:2000])
        return _("%(report)s is now incident %(ref)s.", report=report.ref, ref=fresh.ref)

    return do(ref, change)


@pages.post("/doubt")
@door(Permission.DECIDE)
def doubt(ref: str) -> ResponseReturnValue:
    """Say that somebody else may have sent a report."""

    def change(db: Session, ref: str) -> str:
        report = callback.doubt(db, actor(), ref, forms.report(db, ref).ref)
        return _("%(ref)s and what comes from there next is unconfirmed until a call-back.", ref=report.ref)

    return do(ref, change)


@pages.post("/confirm")
@door(Permission.DECIDE)
def confirm(ref: str) -> ResponseReturnValue:
    """Say that the call-back is done and it was them."""

    def change(db: Session, ref: str) -> str:
        report = callback.confirm(db, actor(), ref, forms.report(db, ref).ref)
        return _("%(ref)s is confirmed by a call-back.", ref=report.ref)

    return do(ref, change)


@pages.post("/note")
@door(Permission.DECIDE)
def note(ref: str) -> ResponseReturnValue:
    """Keep a remark; who is named in it and may see the incident is told."""

    def change(db: Session, ref: str) -> str:
        words = request.form.get("text", "")[:2000]
        if not words.strip():
            raise NotPossible(_("Write the note first."))
        kept = notes.keep(db, actor(), ref, words)
        said = [_("Noted.")]
        if kept.told:
            said.append(_("%(names)s will see it.", names=", ".join(kept.told)))
        if kept.untold:
            names = ", ".join(f"@{name}" for name in kept.untold)
            said.append(_("Not told: %(names)s. Nobody of that name can see this incident.", names=names))
        return " ".join(said)

    return do(ref, change)
