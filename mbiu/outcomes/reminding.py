"""Word by phone to whoever looks at an incident again: the responder who does, or else who is on duty."""

import datetime as dt
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import parties, texts
from mbiu.codes import AddressKind
from mbiu.escalation import people
from mbiu.models import BY_USE, Address, Alert, Contact, Delivery, FollowUp, Incident
from mbiu.outbox import Outgoing, put
from mbiu.wishes import quiet_until, wants_push

KIND = "look"
#: After so long it says nothing new.
LATE = dt.timedelta(days=1)


def tell(session: Session, row: FollowUp, incident: Incident, now: dt.datetime) -> int:
    """Write once to whoever owns this day, in their language, naming no more than a reference; to how many.

    Whoever wants no messages, or belongs to a suspected party by now, gets none, and nobody in their place.
    """
    owners = [row.contact_id] if row.contact_id else _on_duty(session, incident, now)
    kept = parties.barred(session, incident, owners)
    told = 0
    for contact_id in owners:
        if contact_id not in kept:
            ref = _known_by(session, incident, contact_id) or incident.ref
            told += _write(session, contact_id, ref, now)
    return told


def _on_duty(session: Session, incident: Incident, now: dt.datetime) -> list[UUID]:
    """Nobody is called to look at what was practice."""
    if incident.exercise:
        return []
    return list(dict.fromkeys(people.ids(one)[1] for one in people.of_the_house(session, now)))


def _known_by(session: Session, incident: Incident, contact_id: UUID) -> str | None:
    """The reference by which somebody was told of it: that of the alert."""
    query = (
        select(Alert.ref)
        .join(Delivery, Delivery.alert_id == Alert.id)
        .join(Address, Address.id == Delivery.address_id)
        .where(Alert.incident_id == incident.id, Address.contact_id == contact_id)
    )
    return session.scalar(query.order_by(Alert.created_at.desc()).limit(1))


def _write(session: Session, contact_id: UUID, ref: str, now: dt.datetime) -> bool:
    contact, address = session.get_one(Contact, contact_id), _address(session, contact_id)
    if address is None or contact.archived_at or not wants_push(contact):
        return False
    language = contact.language or texts.first_language(contact.country)
    mark = texts.say(language, "alert.exercise") if contact.exercise else ""
    due_at = quiet_until(contact, now)
    out = Outgoing(
        address.id, contact.id, address.channel, mark + texts.say(language, "look.again", ref=ref), KIND,
        subject=ref, due_at=due_at, expires_at=(due_at or now) + LATE,
    )  # fmt: skip
    put(session, out, now)
    return True


def _address(session: Session, contact_id: UUID) -> Address | None:
    """Where a person reads: no partner's server."""
    query = select(Address).where(Address.contact_id == contact_id, Address.kind != AddressKind.WEBHOOK)
    open_ = query.where(
        Address.vault_id.is_not(None), Address.blocked_at.is_(None), Address.stopped_at.is_(None)
    )
    return session.scalar(open_.order_by(*BY_USE).limit(1))
