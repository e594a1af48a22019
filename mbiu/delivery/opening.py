"""Opening what was claimed: to whom, what, with which files, and by which channels in turn."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from mbiu import gateways, vault
from mbiu.channels.phone import country_of
from mbiu.codes import AddressKind, DeliveryState
from mbiu.gateways import Snapshot
from mbiu.messages import Button, File, OutgoingMessage
from mbiu.models import Address, Attachment, Delivery, EarlyReport, Message, VaultEntry
from mbiu.settings import settings

log = logging.getLogger(__name__)

_Row = Row[Any]
_Files = dict[UUID, tuple[File, ...]]


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


def opened(session: Session, ids: Collection[UUID]) -> list[Claimed]:
    """What was claimed, in the order of ``ids``. What can never be sent fails here: nobody is at the address
    any more, or it cannot be opened.
    """
    now = gateways.snapshot(session)
    rows = {row.Delivery.id: row for row in _rows(session, ids)}
    files = _files(session, rows)
    found = (_open_or_fail(rows[one], now, files) for one in ids if one in rows)
    items = [item for item in found if item]
    again = [item.id for item in items if item.attempts > 1]
    heard = _heard(session, again) if again else {}
    return [replace(item, heard=heard.get(item.id)) for item in items]


def _rows(session: Session, ids: Collection[UUID]) -> list[_Row]:
    return list(
        session.execute(
            select(Delivery, Message, Address, VaultEntry)
            .join(Message, Message.id == Delivery.message_id)
            .join(Address, Address.id == Delivery.address_id)
            .outerjoin(VaultEntry, VaultEntry.id == Address.vault_id)
            .where(Delivery.id.in_(ids))
        )
    )


def _files(session: Session, rows: dict[UUID, _Row]) -> _Files:
    """The files of mails, by message."""
    mails = [row.Message.id for row in rows.values() if row.Address.kind is AddressKind.EMAIL]
    found: _Files = {}
    if mails:
        query = select(Attachment).where(Attachment.message_id.in_(mails)).order_by(Attachment.id)
        for one in session.scalars(query):
            content = vault.unseal_bytes("attachment", "content", one.id, one.content)
            file = File(one.name, one.content_type, content)
            found[one.message_id] = (*found.get(one.message_id, ()), file)
    return found


def _heard(session: Session, ids: list[UUID]) -> dict[UUID, tuple[str, str]]:
    """Where a provider's report of a text came, although its answer did not."""
    query = select(EarlyReport.delivery_id, EarlyReport.channel, EarlyReport.provider_id)
    rows = session.execute(query.where(EarlyReport.delivery_id.in_(ids)))
    return {row.delivery_id: (row.channel, row.provider_id) for row in rows}


def _open_or_fail(row: _Row, now: Snapshot, files: _Files) -> Claimed | None:
    if row.VaultEntry is None:
        row.Delivery.state, row.Delivery.error = DeliveryState.FAILED, "nobody_here"
        return None
    try:
        return _open(row, now, files)
    except vault.CannotOpen:
        row.Delivery.state, row.Delivery.error = DeliveryState.FAILED, "cannot_open"
        log.exception("delivery.cannot_open", extra={"delivery": str(row.Delivery.id)})
        return None


def _open(row: _Row, now: Snapshot, files: _Files) -> Claimed:
    delivery, address, entry = row.Delivery, row.Address, row.VaultEntry
    to = vault.unseal("vault", "value", entry.id, entry.value)
    default = settings().default_country
    country = country_of(to, default) if address.kind is AddressKind.SMS else default
    unsure = tuple(delivery.extra.get("unsure", ()))
    message = replace(
        _message(delivery, row.Message), to=to, country=country, attachments=files.get(row.Message.id, ())
    )
    return Claimed(
        delivery.id,
        address.id,
        delivery.channel,
        tuple(now.choose(address.kind, delivery.channel, country, to, unsure)),
        delivery.attempts,
        delivery.segments,
        country,
        message,
        delivery.extra,
        paced=address.kind is AddressKind.TELEGRAM,
    )


def _message(delivery: Delivery, message: Message) -> OutgoingMessage:
    extra = delivery.extra
    buttons = tuple(
        tuple(Button(one["label"], one["data"]) for one in line) for line in extra.get("buttons", [])
    )
    return OutgoingMessage(
        to="",
        text=vault.unseal("message", "text", message.id, message.text),
        buttons=buttons,
        callback_id=extra.get("callback_id"),
        reference=str(delivery.id),
        topic=extra.get("topic"),
        wants_pin=bool(extra.get("wants_pin")),
        kind=delivery.kind,
        subject=vault.unseal("message", "subject", message.id, message.subject),
    )
