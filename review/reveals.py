"""Requests to learn who somebody is, as the screen shows them."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mbiu import revealing, vault
from mbiu.audit import Actor
from mbiu.models import Contact, Incident, Reveal, User, utcnow

MANY = 100


@dataclass(frozen=True)
class Line:
    """One request. ``may`` is what the user can do with it now: answer, show, or nothing."""

    id: UUID
    code: str
    incident: str
    asked_by: str
    asked_at: dt.datetime
    reason: str
    state: str
    answered_by: str
    shown_at: dt.datetime | None
    may: str


def listed(db: Session, actor: Actor) -> list[Line]:
    """The newest requests of the user's areas."""
    asker, answerer = aliased(User), aliased(User)
    query = (
        select(Reveal, Contact.code, Incident.ref, asker.name.label("asker"), answerer.name.label("answerer"))
        .join(Contact, Contact.id == Reveal.contact_id)
        .join(Incident, Incident.id == Reveal.incident_id)
        .join(asker, asker.id == Reveal.asked_by)
        .outerjoin(answerer, answerer.id == Reveal.answered_by)
        .order_by(Reveal.asked_at.desc())
        .limit(MANY)
    )
    now = utcnow()
    return [
        Line(
            id=row.Reveal.id,
            code=row.code,
            incident=row.ref,
            asked_by=row.asker,
            asked_at=row.Reveal.asked_at,
            reason=vault.unseal("reveal", "reason", row.Reveal.id, row.Reveal.reason),
            state=(state := _state(row.Reveal, now)),
            answered_by=row.answerer or "",
            shown_at=row.Reveal.shown_at,
            may=_may(row.Reveal, state, actor),
        )
        for row in db.execute(query)
    ]


def _state(row: Reveal, now: dt.datetime) -> str:
    if row.shown_at:
        return "shown"
    if row.answered_at is None:
        return "asked" if row.asked_at > now - revealing.ASKED_FOR else "lapsed"
    if not row.agreed:
        return "declined"
    return "agreed" if row.answered_at > now - revealing.AGREED_FOR else "lapsed"


def _may(row: Reveal, state: str, actor: Actor) -> str:
    mine = row.asked_by == actor.id
    if state == "asked" and not mine:
        return "answer"
    return "show" if state == "agreed" and mine else ""
