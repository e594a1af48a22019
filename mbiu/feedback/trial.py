"""Sending a text to one of our own people to see how it looks on a phone."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, texts
from mbiu.audit import Actor
from mbiu.codes import ContactRole
from mbiu.feedback import wordings
from mbiu.feedback.matrix import must_coordinate
from mbiu.models import BY_USE, Address, Contact, utcnow
from mbiu.outbox import Outgoing, put
from mbiu.refusals import NotPossible
from mbiu.wishes import quiet_until, wants_push


def send(session: Session, actor: Actor, at: tuple[str, str, str], code: str) -> str:
    """Send the text ``at`` (key, language, audience), filled with an example and marked as an exercise.

    Returns the code name it goes to. Raises NotAllowed, NotFound, and NotPossible when nobody registered
    is called ``code`` or may be written to.
    """
    must_coordinate(actor)
    found = wordings.text(session, *at)
    contact = session.scalar(
        select(Contact).where(Contact.code == code.strip().upper(), Contact.role != ContactRole.UNKNOWN)
    )
    address = _address(session, contact.id) if contact and wants_push(contact) else None
    if contact is None or address is None:
        raise NotPossible("Nobody registered is called so who could be written to.")
    now = utcnow()
    put(
        session,
        Outgoing(
            address.id,
            contact.id,
            address.channel,
            texts.say(found.language, "alert.exercise") + found.preview,
            "test",
            due_at=quiet_until(contact, now),
        ),
        now,
    )
    audit.append(session, actor, "wording.tried", f"contact:{contact.code}", text=found.key)
    return contact.code


def _address(session: Session, contact_id: UUID) -> Address | None:
    """The address that somebody used last, if it can be written to."""
    query = select(Address).where(
        Address.contact_id == contact_id,
        Address.stopped_at.is_(None),
        Address.blocked_at.is_(None),
        Address.vault_id.is_not(None),
    )
    return session.scalars(query.order_by(*BY_USE).limit(1)).first()
