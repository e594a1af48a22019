"""Sends what the outbox holds: claim, send, record, with no transaction open while a provider answers.

A claim is a lease: whoever dies between sending and recording leaves the row to be sent again, so a
text may arrive twice but never not at all; each carries its reference. States only move forward, so
a provider's late or repeated word changes nothing.
"""

import datetime as dt
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from mbiu import channels, vault
from mbiu.codes import AddressKind, DeliveryState
from mbiu.db import transaction
from mbiu.messages import Button, ChannelError, DeliveryReport, OutgoingMessage, Sent
from mbiu.models import Address, Delivery, EarlyReport, Message, VaultEntry, utcnow
from mbiu.refs import new_id
from mbiu.settings import settings

log = logging.getLogger(__name__)

SENDERS = 8
#: No more are claimed than are sent at once: a message that waited for others could outlive its lease
#: and be sent by two.
BATCH = SENDERS
FIRST_WAIT = dt.timedelta(seconds=15)
LONGEST_WAIT = dt.timedelta(minutes=10)
_UNSENT = (DeliveryState.QUEUED, DeliveryState.SENDING)


_Row = Row[Any]


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours for the length of the lease."""

    id: UUID
    address_id: UUID
    channel: str
    kind: AddressKind
    attempts: int
    message: OutgoingMessage


def deliver(limit: int = BATCH) -> int:
    """Send up to ``limit`` due messages; how many were claimed."""
    claimed = claim(limit)
    if claimed:
        list(_senders().map(_send, claimed))
    return len(claimed)


@lru_cache
def _senders() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SENDERS, thread_name_prefix="sender")


# --- claim -------------------------------------------------------------------------------------


def claim(limit: int = BATCH) -> list[Claimed]:
    """Take the most urgent due deliveries for the length of a lease: alerts first, then by age."""
    now = utcnow()
    with transaction() as session:
        _expire(session, now)
        due = (
            select(Delivery.id)
            .where(Delivery.state.in_(_UNSENT), Delivery.due_at <= now)
            .order_by(case((Delivery.kind == "alert", 0), else_=1), Delivery.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        taken = session.scalars(
            update(Delivery)
            .where(Delivery.id.in_(due.scalar_subquery()))
            .values(state=DeliveryState.SENDING, due_at=now + _lease(), attempts=Delivery.attempts + 1)
            .returning(Delivery.id)
        ).all()
        return [item for row in _rows(session, list(taken)) if (item := _open_or_fail(row))]


def _lease() -> dt.timedelta:
    return dt.timedelta(seconds=settings().lease_seconds)


def _expire(session: Session, now: dt.datetime) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.state.in_(_UNSENT), Delivery.due_at <= now, Delivery.expires_at <= now)
        .values(state=DeliveryState.EXPIRED, error="too late")
    )


def _rows(session: Session, ids: list[UUID]) -> list[_Row]:
    return list(
        session.execute(
            select(Delivery, Message, Address, VaultEntry)
            .join(Message, Message.id == Delivery.message_id)
            .join(Address, Address.id == Delivery.address_id)
            .join(VaultEntry, VaultEntry.id == Address.vault_id)
            .where(Delivery.id.in_(ids))
            .order_by(Delivery.created_at)
        )
    )


def _open_or_fail(row: _Row) -> Claimed | None:
    """What cannot be opened can never be sent, and must not hold up the others."""
    try:
        return _open(row)
    except vault.CannotOpen:
        row.Delivery.state, row.Delivery.error = DeliveryState.FAILED, "cannot_open"
        log.exception("delivery.cannot_open", extra={"delivery": str(row.Delivery.id)})
        return None


def _open(row: _Row) -> Claimed:
    delivery, message, address, entry = row.Delivery, row.Message, row.Address, row.VaultEntry
    buttons = tuple(
        tuple(Button(one["label"], one["data"]) for one in line) for line in delivery.extra.get("buttons", [])
    )
    return Claimed(
        delivery.id,
        address.id,
        delivery.channel,
        address.kind,
        delivery.attempts,
        OutgoingMessage(
            to=vault.unseal("vault", "value", entry.id, entry.value),
            text=vault.unseal("message", "text", message.id, message.text),
            buttons=buttons,
            callback_id=delivery.extra.get("callback_id"),
            reference=str(delivery.id),
            topic=delivery.extra.get("topic"),
            wants_pin=bool(delivery.extra.get("wants_pin")),
        ),
    )


# --- send --------------------------------------------------------------------------------------


def _send(item: Claimed) -> None:
    """Send one and record what became of it; an error of one touches no other."""
    try:
        name = way_out(item.channel, item.kind)
        sent = channels.outgoing(name, settings()).send(item.message)
    except ChannelError as error:
        _record_failure(item, error)
    except Exception as error:
        log.exception("delivery.broken", extra={"delivery": str(item.id), "channel": item.channel})
        _record_failure(item, ChannelError(type(error).__name__))
    else:
        _record_sent(item, name, sent)


def way_out(channel: str, kind: AddressKind) -> str:
    """The channel to send by: the one the person used, else the first enabled that reaches the address."""
    enabled = channels.enabled(settings())
    if channel in enabled or channel == "simulator":
        return channel
    for name in enabled:
        if name != "simulator" and channels.outgoing(name, settings()).kind is kind:
            return name
    raise ChannelError("not_configured")


def _record_sent(item: Claimed, channel: str, sent: Sent) -> None:
    now = utcnow()
    with transaction() as session:
        _lock(session, channel, sent.provider_id)
        early = session.execute(
            delete(EarlyReport)
            .where(EarlyReport.channel == channel, EarlyReport.provider_id == sent.provider_id)
            .returning(EarlyReport.state, EarlyReport.code)
        ).one_or_none()
        state = max(sent.state, early.state, key=lambda s: s.rank) if early else sent.state
        session.execute(
            update(Delivery)
            .where(Delivery.id == item.id, Delivery.state.in_(_below(state)))
            .values(
                state=state,
                channel=channel,
                provider_id=sent.provider_id,
                error=early.code if early else "",
                sent_at=now,
                delivered_at=now if state is DeliveryState.DELIVERED else None,
            )
        )


def _record_failure(item: Claimed, error: ChannelError) -> None:
    """Put it off, ever longer up to ``LONGEST_WAIT``; a final refusal or its own expiry ends the trying."""
    gone = error.permanent
    pause = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(item.attempts, 10))
    wait = dt.timedelta(seconds=error.retry_after) if error.retry_after else pause
    now = utcnow()
    with transaction() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == item.id, Delivery.state == DeliveryState.SENDING)
            .values(
                state=DeliveryState.FAILED if gone else DeliveryState.QUEUED,
                due_at=now + wait,
                error=error.reason[:80],
            )
        )
        if error.blocked:
            session.execute(update(Address).where(Address.id == item.address_id).values(blocked_at=now))
    log.warning("delivery.failed", extra={"delivery": str(item.id), "why": error.reason, "final": gone})


# --- providers' words --------------------------------------------------------------------------


def report(session: Session, word: DeliveryReport) -> bool:
    """Apply a provider's word on a delivery, forward only; one that came too early is kept for later."""
    if word.state is None:
        return False
    now = utcnow()
    values = {"state": word.state, "error": word.code}
    if word.state is DeliveryState.DELIVERED:
        values["delivered_at"] = now  # type: ignore[assignment]  # one column is a time
    _lock(session, word.channel, word.provider_id)
    moved = session.execute(
        update(Delivery)
        .where(
            Delivery.channel == word.channel,
            Delivery.provider_id == word.provider_id,
            Delivery.state.in_(_below(word.state)),
        )
        .values(**values)
        .returning(Delivery.id)
    ).scalar()
    if moved is None and not _is_known(session, word):
        _keep_early(session, word)
    return moved is not None


def _lock(session: Session, channel: str, provider_id: str) -> None:
    """Without it a word could come between our looking for early words and our writing down the id."""
    key = func.hashtextextended(f"{channel}:{provider_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def _is_known(session: Session, word: DeliveryReport) -> bool:
    return bool(
        session.scalar(
            select(literal(1)).where(
                Delivery.channel == word.channel, Delivery.provider_id == word.provider_id
            )
        )
    )


def _keep_early(session: Session, word: DeliveryReport) -> None:
    insert = upsert(EarlyReport).values(
        id=new_id(), channel=word.channel, provider_id=word.provider_id, state=word.state, code=word.code
    )
    higher = EarlyReport.state.in_(_below(word.state or DeliveryState.QUEUED))
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["channel", "provider_id"],
            set_={"state": insert.excluded.state, "code": insert.excluded.code},
            where=higher,
        )
    )


def _below(state: DeliveryState) -> list[DeliveryState]:
    return [other for other in DeliveryState if other.rank < state.rank]


def waiting(session: Session) -> int:
    """How many messages are due to be sent now."""
    return (
        session.scalar(select(func.count()).where(Delivery.state.in_(_UNSENT), Delivery.due_at <= utcnow()))
        or 0
    )
