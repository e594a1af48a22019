"""Learning who stands behind a code name: the one way from a contact to a number (control 5 of the threats).

A custodian asks with a reason and an incident, another custodian agrees, and the one who asked is shown it
once, a one-time code in hand. `release` notes the showing and its audit entry; only after that is committed
may `identity` open the vault, in a transaction of its own: no entry, no number.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from mbiu import audit, notices, vault
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.models import (
    Address,
    Alert,
    Contact,
    Delivery,
    Incident,
    Report,
    Reveal,
    User,
    VaultEntry,
    utcnow,
)
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible

#: How long the second custodian may take, and how long what was agreed to may still be shown.
ASKED_FOR = dt.timedelta(hours=24)
AGREED_FOR = dt.timedelta(hours=1)
A_DAY = 5
SHORTEST = 20


@dataclass(frozen=True)
class Way:
    """How somebody is reached: the kind of address and the number or chat id. Never kept, never logged."""

    kind: str
    value: str


def ask(session: Session, actor: Actor, code: str, ref: str, reason: str) -> Reveal:
    """Ask to learn who ``code`` is, because of incident ``ref``. Raises NotAllowed, NotFound, NotPossible.

    The contact must have reported the incident, or an alert of it must have gone to them.
    """
    _custodian(actor)
    reason = reason.strip()
    if len(reason) < SHORTEST:
        raise NotPossible("Say in a sentence why it must be known who this is.")
    contact, incident = _pair(session, code, ref)
    _others(session, actor)
    waiting = select(Reveal.id).where(Reveal.contact_id == contact.id, Reveal.asked_by == actor.id, _open())
    if session.scalar(waiting.limit(1)):
        raise NotPossible(f"You have asked about {contact.code} already.")
    row_id = new_id()
    row = Reveal(
        id=row_id,
        contact_id=contact.id,
        incident_id=incident.id,
        asked_by=actor.id,
        reason=vault.seal("reveal", "reason", row_id, reason),
    )
    session.add(row)
    session.flush()
    notices.raise_notice(session, "reveal_asked", Role.CUSTODIAN, f"contact:{contact.code}")
    _record(session, actor, "reveal.asked", row, contact.code, incident=incident.ref)
    return row


def answer(session: Session, actor: Actor, reveal_id: UUID, *, agree: bool) -> Reveal:
    """Agree to what another custodian asked, or not. Raises NotAllowed, NotFound, NotPossible."""
    _custodian(actor)
    row = _locked(session, reveal_id)
    if row.asked_by == actor.id:
        raise NotAllowed("Another custodian has to answer this.")
    if row.answered_at is not None or row.asked_at < utcnow() - ASKED_FOR:
        raise NotPossible("This was answered, or it was asked too long ago.")
    row.answered_by, row.answered_at, row.agreed = actor.id, utcnow(), agree
    _record(session, actor, "reveal.agreed" if agree else "reveal.declined", row, _code(session, row))
    return row


def release(session: Session, actor: Actor, reveal_id: UUID) -> UUID:
    """Note that it is shown now; returns the contact's id. Commit before asking for the `identity`.

    The caller has checked a fresh one-time code. Raises NotAllowed, NotFound, NotPossible.
    """
    _custodian(actor)
    now = utcnow()
    session.execute(select(User.id).where(User.id == actor.id).with_for_update())
    row = _locked(session, reveal_id)
    if row.asked_by != actor.id:
        raise NotAllowed("Only the custodian who asked is shown it.")
    if not row.agreed or row.answered_at is None or row.answered_at < now - AGREED_FOR:
        raise NotPossible("Nobody agreed to this within the last hour.")
    if row.shown_at is not None:
        raise NotPossible("It was shown before. Ask anew if it must be seen again.")
    if left(session, actor) <= 0:
        raise NotPossible(f"{A_DAY} identities in a day are the limit. Ask a colleague, or wait.")
    row.shown_at = now
    _record(session, actor, "reveal.shown", row, _code(session, row))
    return row.contact_id


def identity(session: Session, contact_id: UUID) -> list[Way]:
    """What the vault keeps of a contact. Only after `release` is committed, and in a system transaction."""
    rows = session.execute(
        select(VaultEntry, Address.kind)
        .outerjoin(Address, Address.vault_id == VaultEntry.id)
        .where(VaultEntry.contact_id == contact_id)
        .order_by(VaultEntry.id)
    )
    return [
        Way(
            row.kind.value if row.kind else row.VaultEntry.field,
            vault.unseal("vault", "value", row.VaultEntry.id, row.VaultEntry.value),
        )
        for row in rows
    ]


def left(session: Session, actor: Actor) -> int:
    """How many identities the custodian may still be shown within 24 hours."""
    since = utcnow() - dt.timedelta(days=1)
    shown = select(func.count()).where(Reveal.asked_by == actor.id, Reveal.shown_at > since)
    return A_DAY - (session.scalar(shown) or 0)


def related(session: Session, contact_id: UUID, most: int = 12) -> list[str]:
    """References of the newest incidents that the contact reported or was alerted of."""
    query = select(Incident.ref).where(_concerns(contact_id)).order_by(Incident.created_at.desc())
    return list(session.scalars(query.limit(most)))


def _concerns(contact_id: UUID) -> ColumnElement[bool]:
    told = exists(select(Report.id).where(Report.incident_id == Incident.id, Report.contact_id == contact_id))
    alerted = exists(
        select(Delivery.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .join(Address, Address.id == Delivery.address_id)
        .where(Alert.incident_id == Incident.id, Address.contact_id == contact_id)
    )
    return or_(told, alerted)


def _pair(session: Session, code: str, ref: str) -> tuple[Contact, Incident]:
    contact = session.scalar(select(Contact).where(Contact.code == code))
    if contact is None:
        raise NotFound(f"There is nobody called {code}.")
    incident = session.scalar(select(Incident).where(Incident.ref == ref, _concerns(contact.id)))
    if incident is None:
        raise NotPossible(f"Name an incident that {code} reported or was told of.")
    return contact, incident


def _others(session: Session, actor: Actor) -> None:
    other = select(User.id).where(
        User.role == Role.CUSTODIAN, User.disabled_at.is_(None), User.id != actor.id
    )
    if session.scalar(other.limit(1)) is None:
        raise NotPossible("There is no second custodian who could agree. Ask an administrator for one.")


def _custodian(actor: Actor) -> None:
    if actor.id is None or actor.role is not Role.CUSTODIAN:
        raise NotAllowed("Only custodians learn who somebody is.")


def _locked(session: Session, reveal_id: UUID) -> Reveal:
    query: Select[Reveal] = select(Reveal).where(Reveal.id == reveal_id)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotFound("There is no such request.")
    return row


def _open() -> ColumnElement[bool]:
    """Which requests may still lead to something."""
    now = utcnow()
    fresh = Reveal.answered_at.is_(None) & (Reveal.asked_at > now - ASKED_FOR)
    agreed = Reveal.agreed.is_(True) & (Reveal.answered_at > now - AGREED_FOR)
    return Reveal.shown_at.is_(None) & or_(fresh, agreed)


def _code(session: Session, row: Reveal) -> str:
    return session.scalars(select(Contact.code).where(Contact.id == row.contact_id)).one()


def _record(session: Session, actor: Actor, action: str, row: Reveal, code: str, **more: object) -> None:
    audit.append(session, actor, action, f"contact:{code}", request=str(row.id), **more)
