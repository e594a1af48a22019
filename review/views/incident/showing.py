"""One incident as a page."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy.orm import Session

from mbiu import audit, notes, releasing, routing, verification
from mbiu.codes import IncidentState
from mbiu.models import utcnow
from mbiu.refs import normal_ref
from review import (
    alerts,
    corrections,
    dossier,
    fieldnotes,
    judging,
    outcomes,
    partied,
    past,
    previews,
    sequels,
    timeline,
)
from review.doors import Permission, actor, current_user, door, scoped
from review.views.incident.blueprint import pages

VERIFIED = frozenset({IncidentState.VERIFIED, IncidentState.ALERTED})
#: So many steps of the timeline stand open; the earlier ones fold away.
RECENT = 25


@pages.get("")
@door(Permission.SEE)
def show(ref: str) -> ResponseReturnValue:
    """The whole page. That it was looked at is recorded, and who was named in its notes has seen them."""
    with scoped() as db:
        page = gathered(db, normal_ref(ref))
        notes.seen(db, current_user().id, page["row"].id)
        audit.append(db, actor(), "incident.viewed", f"incident:{page['row'].ref}")
    return render_template("pages/incident.html", **page)


def gathered(db: Session, ref: str) -> dict[str, Any]:
    """What the page is made of. Raises NotFound."""
    found = dossier.gather(db, ref, actor())
    row, judged = found.row, judging.panel(db, found.row, actor())
    may_decide = actor().role in verification.MAY_DECIDE
    sent = alerts.cards(db, row.id)
    history = past.load(db, found.material, [alert.ref for alert in sent])
    return {
        "dossier": found,
        "row": row,
        "can": found.can,
        "judging": judged,
        "seen": found.seen,
        "alerts": sent,
        "sequels": sequels.panels(db, row, str(get_locale())),
        "fieldnotes": fieldnotes.of(db, row.id),
        "may_decide": may_decide,
        "steps": timeline.steps(found.material, history, sent),
        "put_right": timeline.put_right(found.material, history),
        "step_kinds": timeline.KINDS_OF_STEPS,
        "recent": RECENT,
        "remarks": timeline.notes(found.material, history),
        "ending": outcomes.panel(db, found.material, history.outcomes, may_decide=may_decide),
        "colleagues": _colleagues(found),
        "choices": dossier.choices(),
        "typed": corrections.shown(row),
        **_outside(db, found, coerced=judged.coerced),
    }


def _outside(db: Session, found: dossier.Dossier, *, coerced: bool) -> dict[str, Any]:
    """What others would see: responders by the plan of the routes, partners and the public by disclosure."""
    row = found.row
    live = row.state in {*VERIFIED, *dossier.LIVE}
    plan = routing.plan(db, row) if live else None
    return {
        "plan": plan,
        "parties": partied.shown(db, row, actor(), plan, found.material.users),
        "releasable": releasing.offers(db, row) if plan and plan.recipients else [],
        "samples": alerts.samples(plan) if plan else [],
        "approved": row.state in VERIFIED and verification.approvals(db, row).complete,
        "partner": previews.partner(row, found.known, coerced=coerced),
        "public": previews.public(row, found.known, utcnow(), coerced=coerced),
    }


def _colleagues(found: dossier.Dossier) -> list[str]:
    """Who can be named in a note, and is told of it."""
    others = [user for user in found.material.users.values() if user.id != actor().id]
    return [user.name for user in others if not user.disabled_at and notes.may_see(user, found.row)]
