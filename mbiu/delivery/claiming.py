"""Taking due deliveries for the length of a lease, opened and with the gateways to try."""

import datetime as dt
import logging
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from mbiu import gateways, pace, vault
from mbiu.channels.phone import country_of
from mbiu.codes import AddressKind, DeliveryState
from mbiu.db import transaction
from mbiu.gateways import Snapshot
from mbiu.messages import Button, OutgoingMessage
from mbiu.models import Address, Delivery, EarlyReport, Message, VaultEntry, utcnow
from mbiu.settings import settings

log = logging.getLogger(__name__)

UNSENT = (DeliveryState.QUEUED, DeliveryState.SENDING)

#: No more are claimed than are sent at once: a message that waited for others could outlive its lease
#: and be sent by two.
BATCH = 8

_Row = Row[Any]


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours for the length of the lease, and the gateways to try in turn.

    ``unsure`` names those that did not say whether they took it, once for each time. ``heard`` is the
    channel and the provider's id where it was taken after all, though the answer was lost. ``paced``: its
    chat waits until it is answered.
    """

    id: UUID
    address_id: UUID
    channel: str
    ways: tuple[str, ...]
    attempts: int
    segments: int
    country: str
    message: OutgoingMessage
    extra: dict[str, Any]
    heard: tuple[str, str] | None = None
    paced: bool = False

    @property
    def unsure(self) -> tuple[str, ...]:
        return tuple(self.extra.get("unsure", ()))


def claim(limit: int = BATCH) -> list[Claimed]:
    """Take the most urgent due deliveries for the length of a lease: alerts first, then by age.

    What can never be sent (nobody is at the address any more, or it cannot be opened) fails here.
    """
    now = utcnow()
    with transaction() as session:
        _expire(session, now)
        due = session.execute(_due(now).limit(limit).with_for_update(of=Delivery, skip_locked=True)).all()
        taken = session.scalars(
            update(Delivery)
            .where(Delivery.id.in_(pace.admit(session, due, now, lease())))
            .values(state=DeliveryState.SENDING, due_at=now + lease(), attempts=Delivery.attempts + 1)
            .returning(Delivery.id)
        ).all()
        return _opened(session, list(taken)) if taken else []


def lease() -> dt.timedelta:
    return dt.timedelta(seconds=settings().lease_seconds)


def _expire(session: Session, now: dt.datetime) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.state.in_(UNSENT), Delivery.due_at <= now, Delivery.expires_at <= now)
        .values(state=DeliveryState.EXPIRED, error="too late")
    )


def _due(now: dt.datetime) -> Select[UUID, UUID, AddressKind]:
    """Which deliveries may be claimed, most urgent first."""
    return (
        select(Delivery.id, Delivery.address_id, Address.kind)
        .join(Address, Address.id == Delivery.address_id)
        .where(Delivery.state.in_(UNSENT), Delivery.due_at <= now, pace.is_free(now), _in_turn())
        .order_by(case((Delivery.kind == "alert", 0), else_=1), Delivery.due_at)
    )


def _in_turn() -> ColumnElement[bool]:
    """A question does not overtake the receipt of the report that it is about."""
    receipt = aliased(Delivery)
    before = exists().where(
        receipt.address_id == Delivery.address_id,
        receipt.kind == "reply",
        receipt.state.in_(UNSENT),
        receipt.created_at < Delivery.created_at,
    )
    return or_(Delivery.kind != "question", ~before)


def _opened(session: Session, ids: list[UUID]) -> list[Claimed]:
    now = gateways.snapshot(session)
    items = [item for row in _rows(session, ids) if (item := _open_or_fail(row, now))]
    again = [item.id for item in items if item.attempts > 1]
    heard = _heard(session, again) if again else {}
    return [replace(item, heard=heard.get(item.id)) for item in items]


def _rows(session: Session, ids: list[UUID]) -> list[_Row]:
    return list(
        session.execute(
            select(Delivery, Message, Address, VaultEntry)
            .join(Message, Message.id == Delivery.message_id)
            .join(Address, Address.id == Delivery.address_id)
            .outerjoin(VaultEntry, VaultEntry.id == Address.vault_id)
            .where(Delivery.id.in_(ids))
            .order_by(Delivery.created_at)
        )
    )


def _heard(session: Session, ids: list[UUID]) -> dict[UUID, tuple[str, str]]:
    """Where a provider's report of a text came, although its answer did not."""
    query = select(EarlyReport.delivery_id, EarlyReport.channel, EarlyReport.provider_id)
    rows = session.execute(query.where(EarlyReport.delivery_id.in_(ids)))
    return {row.delivery_id: (row.channel, row.provider_id) for row in rows}


def _open_or_fail(row: _Row, now: Snapshot) -> Claimed | None:
    if row.VaultEntry is None:
        row.Delivery.state, row.Delivery.error = DeliveryState.FAILED, "nobody_here"
        return None
    try:
        return _open(row, now)
    except vault.CannotOpen:
        row.Delivery.state, row.Delivery.error = DeliveryState.FAILED, "cannot_open"
        log.exception("delivery.cannot_open", extra={"delivery": str(row.Delivery.id)})
        return None


def _open(row: _Row, now: Snapshot) -> Claimed:
    delivery, address, entry = row.Delivery, row.Address, row.VaultEntry
    to = vault.unseal("vault", "value", entry.id, entry.value)
    default = settings().default_country
    country = country_of(to, default) if address.kind is AddressKind.SMS else default
    unsure = tuple(delivery.extra.get("unsure", ()))
    return Claimed(
        delivery.id,
        address.id,
        delivery.channel,
        tuple(now.choose(address.kind, delivery.channel, country, to, unsure)),
        delivery.attempts,
        delivery.segments,
        country,
        _message(delivery, row.Message, to, country),
        delivery.extra,
        paced=address.kind is AddressKind.TELEGRAM,
    )


def _message(delivery: Delivery, message: Message, to: str, country: str) -> OutgoingMessage:
    extra = delivery.extra
    buttons = tuple(
        tuple(Button(one["label"], one["data"]) for one in line) for line in extra.get("buttons", [])
    )
    return OutgoingMessage(
        to=to,
        text=vault.unseal("message", "text", message.id, message.text),
        buttons=buttons,
        callback_id=extra.get("callback_id"),
        reference=str(delivery.id),
        topic=extra.get("topic"),
        wants_pin=bool(extra.get("wants_pin")),
        country=country,
        kind=delivery.kind,
        subject=vault.unseal("message", "subject", message.id, message.subject),
    )
