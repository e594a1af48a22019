"""What the form of an outcome can start from: responders who wrote DONE, and who may have acted."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.codes import Answer, ContactRole, ResponderClass
from mbiu.models import Address, Alert, Contact, Delivery, Incident, Outcome, Response

#: So many committees are offered.
MOST = 30


@dataclass(frozen=True)
class Draft:
    """A responder's DONE that no outcome was drawn from yet, with the words."""

    id: UUID
    contact: UUID
    code: str
    words: str
    at: dt.datetime


@dataclass(frozen=True)
class Candidate:
    """Somebody who may have acted: told by an alert, or a committee of the area."""

    id: UUID
    code: str
    organisation: str
    told: bool


def drafts(session: Session, incident_id: UUID) -> list[Draft]:
    """The answers that tell what was done, the newest first."""
    used = select(Outcome.response_id).where(Outcome.response_id.is_not(None))
    rows = session.execute(
        select(Response, Contact.code)
        .join(Alert, Alert.id == Response.alert_id)
        .join(Contact, Contact.id == Response.contact_id)
        .where(Alert.incident_id == incident_id, Response.answer == Answer.DONE, Response.id.not_in(used))
        .order_by(Response.created_at.desc())
        .limit(MOST)
    )
    return [_draft(row.Response, row.code) for row in rows]


def _draft(row: Response, code: str) -> Draft:
    words = vault.unseal("response", "text", row.id, row.text) if row.text else ""
    return Draft(row.id, row.contact_id, code, words, row.created_at)


def who_may_have_acted(session: Session, incident: Incident) -> Sequence[Candidate]:
    """Those who were told by its alerts, then the committees whose area it lies in."""
    told = (
        select(Address.contact_id)
        .join(Delivery, Delivery.address_id == Address.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.incident_id == incident.id)
    )
    committee = or_(
        Contact.role == ContactRole.COMMITTEE, Contact.responder_class == ResponderClass.PEACE_COMMITTEE
    )
    near = committee & func.starts_with(literal(incident.area_path), Contact.area_path)
    there = Contact.silent_at.is_(None) & Contact.archived_at.is_(None)
    query = select(Contact.id, Contact.code, Contact.organisation, Contact.id.in_(told).label("told"))
    query = query.where(or_(Contact.id.in_(told), near & there), Contact.exercise == incident.exercise)
    rows = session.execute(query.order_by(Contact.id.in_(told).desc(), Contact.code).limit(2 * MOST))
    return [Candidate(row.id, row.code, row.organisation, row.told) for row in rows]
