"""Whom an alert had reached, at which address, and who of them is told what follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from mbiu import alerting, parties, texts
from mbiu.codes import DeliveryState, Wish
from mbiu.models import Address, Alert, Contact, Delivery, Incident

_LEFT = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DELIVERED)
_LOST = (DeliveryState.FAILED, DeliveryState.EXPIRED)


class Kind(StrEnum):
    """What follows an alert."""

    UPDATE = "update"
    RECALL = "recall"
    ALL_CLEAR = "all_clear"


@dataclass(frozen=True)
class To:
    """Somebody whom the alert had reached, at one address; ``why_not`` is a code, empty for who is told.

    ``told`` says that it had reached them at this address; others serve when this one fails.
    """

    contact: Contact
    address: Address
    told: bool
    why_not: str

    @property
    def language(self) -> str:
        return self.contact.language or texts.first_language(self.contact.country)

    @property
    def key(self) -> str:
        return alerting.key(self.address.kind, self.language, self.contact.responder_class)


def reached(alert_id: UUID) -> Select[UUID]:
    """The addresses to which the alert, or a reminder of it, has gone out or may have."""
    sent = or_(Delivery.state.in_(_LEFT), Delivery.sent_at.is_not(None))
    return select(Delivery.address_id).where(Delivery.alert_id == alert_id, sent)


def recipients(session: Session, alert: Alert, incident: Incident, kind: Kind) -> list[To]:
    """Everybody whom the alert had reached, with all their addresses."""
    at = set(session.scalars(reached(alert.id)))
    whose = select(Address.contact_id).where(Address.id.in_(at))
    rows = session.execute(
        select(Contact, Address)
        .join(Address, Address.contact_id == Contact.id)
        .where(Contact.id.in_(whose))
        .order_by(Contact.code, Address.created_at)
    ).all()
    kept = parties.barred(session, incident, {row.Contact.id for row in rows}) if kind is Kind.UPDATE else {}
    return [
        To(row.Contact, row.Address, row.Address.id in at, _why_not(row.Contact, row.Address, kept))
        for row in rows
    ]


def _why_not(contact: Contact, address: Address, barred: Mapping[UUID, Any]) -> str:
    if contact.id in barred:
        return "party"
    if address.stopped_at or contact.stopped_at or contact.silent_at or contact.wish is not Wish.PUSH:
        return "silence"
    return "unreachable" if address.blocked_at or address.vault_id is None else ""


def missed(session: Session, sequel_id: UUID) -> set[UUID]:
    """The contacts at none of whose addresses it arrived or may yet."""
    rows = session.execute(
        select(Address.contact_id, func.bool_and(Delivery.state.in_(_LOST)).label("lost"))
        .join(Delivery, Delivery.address_id == Address.id)
        .where(Delivery.sequel_id == sequel_id)
        .group_by(Address.contact_id)
    )
    return {row.contact_id for row in rows if row.lost}
