"""What must vanish: numbers whose last answer has gone, and chats that Telegram lets us empty.

Rows say what is still to be done, so that whoever dies in between leaves it to the next; doing it twice
does no harm. The chat id of a chat to be emptied lies sealed in its row, which goes when that is done.
"""

import datetime as dt
import logging
import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from mbiu import channels, ledger, vault
from mbiu.channels.chat import numbers
from mbiu.codes import DeliveryState
from mbiu.db import transaction
from mbiu.jobs import Job, enqueue
from mbiu.messages import ChannelError
from mbiu.models import Address, Delivery, Erasure, Message, VaultEntry, utcnow
from mbiu.outbox import drop
from mbiu.refs import new_id
from mbiu.settings import settings

log = logging.getLogger(__name__)

#: Telegram deletes nothing that is older.
DELETABLE = dt.timedelta(hours=48)
#: A last answer that could not be sent for so long is not sent.
LAST_WORD = dt.timedelta(hours=2)
BATCH = 4
LEASE = dt.timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=15), dt.timedelta(minutes=10)
_UNSENT = (DeliveryState.QUEUED, DeliveryState.SENDING)
_TELEGRAM = "telegram"


# --- numbers -----------------------------------------------------------------------------------


def burn_later(session: Session, addresses: Collection[UUID], now: dt.datetime) -> None:
    """Destroy these numbers once the last answer to them has gone, or when ``LAST_WORD`` is over."""
    session.execute(update(Address).where(Address.id.in_(addresses)).values(burn_at=now + LAST_WORD))
    enqueue(session, Job.ERASURE)


def burn(session: Session, now: dt.datetime | None = None, limit: int = 50) -> int:
    """Destroy the numbers whose time has come; how many."""
    now = now or utcnow()
    unsent = select(Delivery.id).where(Delivery.address_id == Address.id, Delivery.state.in_(_UNSENT))
    due = (
        select(Address.id)
        .where(Address.burn_at.is_not(None), or_(Address.burn_at <= now, ~unsent.exists()))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = list(session.scalars(due))
    unlink(session, found, now)
    return len(found)


def unlink(session: Session, addresses: Collection[UUID], now: dt.datetime) -> None:
    """Destroy the numbers of addresses: nothing in the database leads from these to a person any more."""
    drop(session, Delivery.address_id.in_(addresses), "silent", now)
    kept = select(Address.vault_id).where(Address.id.in_(addresses))
    session.execute(delete(VaultEntry).where(VaultEntry.id.in_(kept)))
    gone: dict[str, Any] = {"vault_id": None, "burn_at": None, "last_text": None, "choices": []}
    session.execute(update(Address).where(Address.id.in_(addresses)).values(gone | {"question": None}))
    hide(session, addresses)
    ledger.note(session, ledger.Kind.ADDRESS, addresses, now)


def hide(session: Session, addresses: Collection[UUID]) -> None:
    """Let nobody find these addresses again by their numbers."""
    for address_id in addresses:
        values = {"blind_index": os.urandom(32)}
        session.execute(update(Address).where(Address.id == address_id).values(values))


# --- chats -------------------------------------------------------------------------------------


def empty_chats(
    session: Session, addresses: Collection[UUID], now: dt.datetime, *, incoming_only: bool = False
) -> None:
    """Have the messages of these addresses deleted at the provider; needs their numbers still."""
    rows = session.execute(
        select(Address.id, VaultEntry.id.label("vault_id"), VaultEntry.value)
        .join(VaultEntry, VaultEntry.id == Address.vault_id)
        .where(Address.id.in_(addresses), Address.channel == _TELEGRAM)
    )
    for row in rows.all():
        row_id, chat = new_id(), vault.unseal("vault", "value", row.vault_id, row.value)
        session.add(
            Erasure(
                id=row_id,
                address_id=row.id,
                chat=vault.seal("erasure", "chat", row_id, chat),
                incoming_only=incoming_only,
                due_at=now,
                created_at=now,
            )
        )
    session.flush()
    enqueue(session, Job.ERASURE)


@dataclass(frozen=True)
class Claimed:
    """A chat that is ours to empty for the length of the lease, with what may still be deleted there.

    ``underway``: something is just being sent there, so that it must be looked at again.
    """

    id: UUID
    chat: str
    messages: tuple[int, ...]
    attempts: int
    created_at: dt.datetime
    underway: bool


def erase(limit: int = BATCH) -> int:
    """Empty up to ``limit`` chats; how many were claimed."""
    claimed = claim(limit)
    for item in claimed:
        _empty(item)
    return len(claimed)


def claim(limit: int = BATCH) -> list[Claimed]:
    """Take due chats for the length of a lease, so that no other worker does."""
    now = utcnow()
    due = (
        select(Erasure.id)
        .where(Erasure.due_at <= now)
        .order_by(Erasure.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Erasure)
        .where(Erasure.id.in_(due.scalar_subquery()))
        .values(due_at=now + LEASE, attempts=Erasure.attempts + 1)
        .returning(Erasure)
    )
    with transaction() as session:
        return [_claimed(session, row, now) for row in session.scalars(taken).all()]


def _claimed(session: Session, row: Erasure, now: dt.datetime) -> Claimed:
    return Claimed(
        row.id,
        vault.unseal("erasure", "chat", row.id, row.chat),
        tuple(sorted(_messages(session, row, now))),
        row.attempts,
        row.created_at,
        underway=not row.incoming_only and _is_underway(session, row, now),
    )


def _messages(session: Session, row: Erasure, now: dt.datetime) -> set[int]:
    """The ids in the chat of what was said there within `DELETABLE`."""
    since = now - DELETABLE
    mine = select(Message.chat_message).where(Message.address_id == row.address_id)
    said = func.coalesce(Message.sent_at, Message.created_at)
    found: list[Any] = list(session.scalars(mine.where(Message.chat_message.is_not(None), said > since)))
    if not row.incoming_only:
        sent = select(Delivery.provider_id).where(Delivery.address_id == row.address_id)
        found += session.scalars(sent.where(Delivery.provider_id.is_not(None), Delivery.sent_at > since))
    return {number for one in found for number in numbers(str(one))}


def _is_underway(session: Session, row: Erasure, now: dt.datetime) -> bool:
    sending = select(Delivery.id).where(
        Delivery.address_id == row.address_id, Delivery.state == DeliveryState.SENDING, Delivery.due_at > now
    )
    return session.scalar(sending.limit(1)) is not None


def _empty(item: Claimed) -> None:
    """Delete what may be deleted; a fault of one chat touches no other."""
    try:
        if item.messages:
            _delete(item.chat, item.messages)
    except ChannelError as error:
        log.warning("erasure.put_off", extra={"erasure": str(item.id), "why": error.reason})
        _put_off(item, error)
    else:
        log.info("erasure.done", extra={"erasure": str(item.id), "messages": len(item.messages)})
        _put_off(item, None) if item.underway else _done(item)


def _delete(chat: str, messages: tuple[int, ...]) -> None:
    """All at once; one by one where Telegram will not, so that one stubborn message keeps no other."""
    channel: Any = channels.outgoing(_TELEGRAM, settings())
    try:
        channel.delete_messages(chat, list(messages))
    except ChannelError as error:
        if error.blocked or not error.permanent:
            raise
        for message in messages:
            _delete_one(channel, chat, message)


def _delete_one(channel: Any, chat: str, message: int) -> None:
    try:
        channel.delete_messages(chat, [message])
    except ChannelError as error:
        if error.blocked or not error.permanent:
            raise


def _put_off(item: Claimed, error: ChannelError | None) -> None:
    """Again later; given up when the chat is shut to us, or nothing there is young enough any more."""
    now = utcnow()
    if (error and error.blocked) or now - item.created_at > DELETABLE:
        return _done(item)
    pause = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(item.attempts, 10))
    wait = dt.timedelta(seconds=error.retry_after) if error and error.retry_after else pause
    with transaction() as session:
        session.execute(update(Erasure).where(Erasure.id == item.id).values(due_at=now + wait))
    return None


def _done(item: Claimed) -> None:
    with transaction() as session:
        session.execute(delete(Erasure).where(Erasure.id == item.id))
