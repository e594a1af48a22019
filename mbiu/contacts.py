"""People behind addresses: found again by blind index, made known at their first message."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.codes import AddressKind, AlertState, ContactRole
from mbiu.dialogue import Known
from mbiu.messages import IncomingMessage
from mbiu.models import Address, Alert, Contact, Delivery, Report, VaultEntry, utcnow
from mbiu.refs import new_code, new_id
from mbiu.settings import settings


@dataclass(frozen=True)
class Sender:
    """The row of an address and its contact, with what the conversation needs of the recent past."""

    address_id: UUID
    contact_id: UUID
    kind: AddressKind
    role: ContactRole
    language: str | None
    country: str | None
    stopped: bool
    noticed: bool
    exercise: bool
    replies_from: dt.datetime | None
    replies: int
    known: Known
    question_report_id: UUID | None
    last_report_id: UUID | None


_LAST = (
    select(Report.id, Report.ref, Report.created_at)
    .where(Report.address_id == Address.id)
    .order_by(Report.created_at.desc())
    .limit(1)
    .lateral("last")
)
_ASKED = select(Report.ref).where(Report.id == Address.question_report_id).scalar_subquery()
_ALERTS = (
    select(func.array_agg(aggregate_order_by(Alert.ref, Alert.created_at.desc())))
    .join(Delivery, Delivery.alert_id == Alert.id)
    .where(
        Delivery.address_id == Address.id,
        Alert.state.in_([AlertState.OPEN, AlertState.ACKNOWLEDGED]),
    )
    .scalar_subquery()
)
# A statement that waits for the lock gets the new row, but sees everything else as it was before.
_IS_NEW = literal_column("address.xmin::text") != (
    select(literal_column("before.xmin::text"))
    .select_from(Address.__table__.alias("before"))
    .where(literal_column("before.id") == Address.id)
    .scalar_subquery()
)
_FIND = (
    select(
        Address.id,
        Address.contact_id,
        Address.kind,
        Contact.role,
        Contact.language,
        Contact.country,
        Address.stopped_at,
        Address.noticed_at,
        Contact.exercise,
        Address.replies_from,
        Address.replies,
        Address.question,
        Address.question_report_id,
        Address.question_at,
        _ASKED.label("question_ref"),
        _LAST.c.id.label("last_id"),
        _LAST.c.ref.label("last_ref"),
        _LAST.c.created_at.label("last_at"),
        _ALERTS.label("alerts"),
        _IS_NEW.label("waited"),
    )
    .join(Contact, Contact.id == Address.contact_id)
    .outerjoin(_LAST, Address.id.is_not(None))
    .where(Address.kind == bindparam("wanted_kind"), Address.blind_index == bindparam("blind"))
    .with_for_update(of=Address)
)


def sender_of(session: Session, message: IncomingMessage, now: dt.datetime) -> Sender:
    """The sender's row, locked, so that two messages of one person are taken one after the other."""
    link, blind = session.connection(), vault.blind_index(message.kind, message.sender)
    found = _find(link, message, blind)
    if found is None:
        link.execute(select(func.pg_advisory_xact_lock(int.from_bytes(blind[:8], signed=True))))
        found = _find(link, message, blind)
    if found is None:
        enrol(
            session,
            message.kind,
            message.sender,
            channel=message.channel,
            country=_country(message),
            exercise=message.channel == "simulator",
            now=now,
        )
        found = _find(link, message, blind)
    return _as_sender(found)


def _find(link: Connection, message: IncomingMessage, blind: bytes) -> Any:
    key = {"wanted_kind": message.kind, "blind": blind}
    found = link.execute(_FIND, key).one_or_none()
    return link.execute(_FIND, key).one() if found and found.waited else found


def _as_sender(row: Any) -> Sender:
    known = Known(
        row.question, row.question_ref, row.question_at, row.last_ref, row.last_at, tuple(row.alerts or ())
    )
    return Sender(
        row.id,
        row.contact_id,
        row.kind,
        row.role,
        row.language,
        row.country,
        bool(row.stopped_at),
        bool(row.noticed_at),
        row.exercise,
        row.replies_from,
        row.replies,
        known,
        row.question_report_id,
        row.last_id,
    )


def _country(message: IncomingMessage) -> str:
    return message.country or settings().default_country


def enrol(
    session: Session,
    kind: AddressKind,
    address: str,
    *,
    channel: str,
    now: dt.datetime | None = None,
    **contact: Any,
) -> UUID:
    """Make a contact with one address and return the contact's id; the address goes into the vault only.

    ``contact`` holds values for the contact's columns; without a ``code`` it gets a random one.
    """
    contact_id, vault_id, now = new_id(), new_id(), now or utcnow()
    values = {"code": new_code(), "role": ContactRole.UNKNOWN} | contact
    session.execute(insert(Contact).values(id=contact_id, created_at=now, **values))
    session.execute(
        insert(VaultEntry).values(
            id=vault_id,
            contact_id=contact_id,
            field=kind.value,
            value=vault.seal("vault", "value", vault_id, address),
        )
    )
    session.execute(
        insert(Address).values(
            id=new_id(),
            contact_id=contact_id,
            kind=kind,
            blind_index=vault.blind_index(kind, address),
            vault_id=vault_id,
            channel=channel,
            created_at=now,
        )
    )
    return contact_id
