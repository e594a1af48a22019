"""One incident: see it, decide about it, ask, alert, close."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mbiu import audit, callback, correction, questions, response, routing, verification
from mbiu.codes import IncidentState
from mbiu.refs import normal_ref
from mbiu.refusals import NotPossible
from review import alerts, corrections, dossier, forms, history, joins, judging
from review.changes import do
from review.doors import Permission, actor, door, scoped
from review.reports import languages
from review.words import label

pages = Blueprint("incident", __name__, url_prefix="/incidents/<ref>")

VERIFIED = frozenset({IncidentState.VERIFIED, IncidentState.ALERTED})


@pages.get("")
@door(Permission.SEE)
def show(ref: str) -> ResponseReturnValue:
    """The whole page. That it was looked at is recorded."""
    with scoped() as db:
        page = _page(db, normal_ref(ref))
        audit.append(db, actor(), "incident.viewed", f"incident:{page['dossier'].row.ref}")
    return render_template("pages/incident.html", **page)


def _page(db: Session, ref: str) -> dict[str, Any]:
    found = dossier.gather(db, ref, actor())
    sent = alerts.cards(db, found.row.id)
    plan = routing.plan(db, found.row) if found.row.state in {*VERIFIED, *dossier.LIVE} else None
    may_decide = actor().role in verification.MAY_DECIDE
    return {
        "dossier": found,
        "row": found.row,
        "judging": judging.panel(db, found.row, actor()),
        "alerts": sent,
        "plan": plan,
        "samples": alerts.samples(plan) if plan else [],
        "approved": found.row.state in VERIFIED and verification.approvals(db, found.row).complete,
        "can_close": may_decide and found.row.state in VERIFIED,
        "may_decide": may_decide,
        "outcomes": history.outcomes(db, found.row),
        "steps": history.steps(db, found.row, found.reports, sent),
        "choices": dossier.choices() | _outcome_choices(),
        "typed": corrections.shown(found.row),
        "proposed": joins.proposed(db, found.row.ref) if may_decide else [],
        "ways": joins.ways(db, found.row.ref),
    }


def _outcome_choices() -> dict[str, Any]:
    return {
        "done": [(code, label(f"done_{code}")) for code in response.DONE],
        "effect": [(code, label(f"effect_{code}")) for code in response.EFFECTS],
    }


@pages.post("/claim")
@door(Permission.DECIDE)
def claim(ref: str) -> ResponseReturnValue:
    """Hold it for a while."""

    def change(db: Session, ref: str) -> str:
        verification.claim(db, actor(), ref)
        return f"{ref} is yours for the next {verification.CLAIM.seconds // 60} minutes."

    return do(ref, change)


@pages.post("/release")
@door(Permission.DECIDE)
def release(ref: str) -> ResponseReturnValue:
    """Let it go."""

    def change(db: Session, ref: str) -> str:
        verification.release(db, actor(), ref)
        return f"{ref} is free again."

    return do(ref, change)


@pages.post("/correct")
@door(Permission.DECIDE)
def correct(ref: str) -> ResponseReturnValue:
    """Put the facts right."""

    def change(db: Session, ref: str) -> str:
        changes = corrections.changes(db, verification.find(db, ref))
        if not changes:
            raise NotPossible("Nothing was different, so nothing was changed.")
        correction.correct(db, actor(), ref, changes, version=forms.version())
        return f"Corrected: {', '.join(label(name).lower() for name in changes)}."

    return do(ref, change)


@pages.post("/language")
@door(Permission.DECIDE)
def language(ref: str) -> ResponseReturnValue:
    """Put the language of one report right."""

    def change(db: Session, ref: str) -> str:
        code = request.form.get("language", "")[:8]
        report = correction.correct_language(db, actor(), ref, forms.report(db, ref).ref, code)
        return f"{report.ref} is in {languages().get(code, code)}."

    return do(ref, change)


@pages.post("/merge")
@door(Permission.DECIDE)
def merge(ref: str) -> ResponseReturnValue:
    """Take another incident's reports into this one."""

    def change(db: Session, ref: str) -> str:
        other = normal_ref(request.form.get("other", "")[:20])
        correction.merge(db, actor(), other, ref, request.form.get("reason", "")[:2000])
        return f"{other} is now part of {ref}."

    return do(ref, change)


@pages.post("/split")
@door(Permission.DECIDE)
def split(ref: str) -> ResponseReturnValue:
    """Make one report an incident of its own."""

    def change(db: Session, ref: str) -> str:
        report = forms.report(db, ref)
        fresh = correction.split(db, actor(), report.ref, request.form.get("reason", "")[:2000])
        return f"{report.ref} is now incident {fresh.ref}."

    return do(ref, change)


@pages.post("/doubt")
@door(Permission.DECIDE)
def doubt(ref: str) -> ResponseReturnValue:
    """Say that somebody else may have sent a report."""

    def change(db: Session, ref: str) -> str:
        report = callback.doubt(db, actor(), ref, forms.report(db, ref).ref)
        return f"{report.ref} and what comes from there next is unconfirmed until a call-back."

    return do(ref, change)


@pages.post("/confirm")
@door(Permission.DECIDE)
def confirm(ref: str) -> ResponseReturnValue:
    """Say that the call-back is done and it was them."""

    def change(db: Session, ref: str) -> str:
        report = callback.confirm(db, actor(), ref, forms.report(db, ref).ref)
        return f"{report.ref} is confirmed by a call-back."

    return do(ref, change)


@pages.post("/ask")
@door(Permission.DECIDE)
def ask(ref: str) -> ResponseReturnValue:
    """Send a reporter a question."""

    def change(db: Session, ref: str) -> str:
        report = forms.report(db, ref)
        questions.ask_as(db, actor(), report, request.form.get("text", "")[:300])
        return "The question is on its way. The answer will stand with the report."

    return do(ref, change)


@pages.post("/note")
@door(Permission.DECIDE)
def note(ref: str) -> ResponseReturnValue:
    """Keep a remark."""

    def change(db: Session, ref: str) -> str:
        verification.note(db, actor(), ref, request.form.get("text", "")[:2000])
        return "Noted."

    return do(ref, change)


@pages.post("/alert")
@door(Permission.DECIDE)
def send(ref: str) -> ResponseReturnValue:
    """Send the alert that the preview showed."""

    def change(db: Session, ref: str) -> str:
        knowing = request.form.get("knowing") == "1"
        alert = routing.send(db, actor(), ref, version=forms.version(), knowing=knowing)
        return f"Alert {alert.ref} is on its way."

    return do(ref, change)


@pages.post("/cancel")
@door(Permission.DECIDE)
def cancel(ref: str) -> ResponseReturnValue:
    """Stop an alert of this incident."""

    def change(db: Session, _ref: str) -> str:
        alert = response.cancel(db, actor(), normal_ref(request.form.get("alert", "")[:20]))
        return f"Alert {alert.ref} is cancelled; what was not sent yet will not be."

    return do(ref, change)


@pages.post("/outcome")
@door(Permission.DECIDE)
def outcome(ref: str) -> ResponseReturnValue:
    """Say what was done; ends the incident and tells its reporters."""

    def change(db: Session, ref: str) -> str:
        form = request.form
        response.close(
            db, actor(), ref, form.get("done", ""), form.get("effect", ""), form.get("note", "")[:2000]
        )
        return f"{ref} is closed, and those who reported it are told."

    return do(ref, change)
