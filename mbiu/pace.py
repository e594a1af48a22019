"""How closely messages follow each other in a Telegram chat, kept by all processes together.

Telegram wants no more than one message a second in a chat and twenty a minute in a group; the library's own
limiter knows only its own process and no private chat. `address.sent_at` is when a chat's latest message
was answered; while one is under way it lies ahead, so that nothing overtakes it. A wish to wait that comes
all the same is kept by everybody: from a group, for that group; from a private chat, where the limit is
kept, it is about the whole bot.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from mbiu.codes import AddressKind, DeliveryState
from mbiu.models import Address, Delivery, Pause

CHAT, GROUP = dt.timedelta(seconds=1), dt.timedelta(seconds=3)
#: A silence of the whole bot is tried again after so long: alerts wait behind it.
LONGEST = dt.timedelta(minutes=1)


def gap(*, is_group: bool) -> dt.timedelta:
    """The least time between two messages in one chat."""
    return GROUP if is_group else CHAT


def is_free(now: dt.datetime) -> ColumnElement[bool]:
    """Whether a delivery may go now, in a query over Delivery and its Address."""
    paused = select(Pause.channel).where(Pause.until > now)
    return and_(is_rested(now), Delivery.channel.not_in(paused))


def is_rested(now: dt.datetime) -> ColumnElement[bool]:
    """Whether an address may be written to as far as its own chat goes."""
    return or_(
        Address.kind != AddressKind.TELEGRAM,
        Address.sent_at.is_(None),
        and_(Address.is_group, Address.sent_at <= now - GROUP),
        and_(not_(Address.is_group), Address.sent_at <= now - CHAT),
    )


def admit(session: Session, due: Iterable[Any], now: dt.datetime, lease: dt.timedelta) -> list[UUID]:
    """Which of ``due`` (id, address_id, kind; most urgent first) to claim: of a chat one, and none of those
    that another process is at."""
    rows = list(due)
    first: dict[UUID, UUID] = {}
    for row in rows:
        if row.kind is AddressKind.TELEGRAM:
            first.setdefault(row.address_id, row.id)
    ours = _take(session, list(first), now, lease) if first else set()
    chosen = {first[address] for address in ours}
    return [row.id for row in rows if row.kind is not AddressKind.TELEGRAM or row.id in chosen]


def _take(session: Session, addresses: list[UUID], now: dt.datetime, lease: dt.timedelta) -> set[UUID]:
    """The chats nobody else is at. Whoever talks with us just now holds the row: skipped, not waited for."""
    free = select(Address.id).where(Address.id.in_(addresses), is_rested(now))
    ours = session.scalars(free.with_for_update(skip_locked=True)).all()
    session.execute(update(Address).where(Address.id.in_(ours)).values(sent_at=now + lease))
    return set(ours)


def done(session: Session, address_id: UUID, now: dt.datetime) -> None:
    """A chat's message was answered, well or badly: the next may follow at its distance."""
    session.execute(update(Address).where(Address.id == address_id).values(sent_at=now))


def obey(session: Session, address_id: UUID, wish: float, now: dt.datetime) -> None:
    """A provider's wish on a Telegram chat to wait so many seconds; nothing for other addresses."""
    kind, is_group = session.execute(
        select(Address.kind, Address.is_group).where(Address.id == address_id)
    ).one()
    if kind is not AddressKind.TELEGRAM:
        return
    wait = dt.timedelta(seconds=wish)
    if is_group:
        session.execute(update(Address).where(Address.id == address_id).values(sent_at=now + wait - GROUP))
        return
    pause = upsert(Pause).values(channel="telegram", until=now + min(wait, LONGEST))
    later = {"until": func.greatest(Pause.until, pause.excluded.until)}
    session.execute(pause.on_conflict_do_update(index_elements=["channel"], set_=later))


def held(session: Session, now: dt.datetime) -> bool:
    """Whether something is due that only waits for its turn, in its chat or at a channel that rests."""
    paused = select(Pause.channel).where(Pause.until > now)
    query = (
        select(Delivery.id)
        .join(Address, Address.id == Delivery.address_id)
        .where(
            Delivery.state == DeliveryState.QUEUED,
            Delivery.due_at <= now,
            Delivery.carrier_id.is_(None),
            or_(Address.kind == AddressKind.TELEGRAM, Delivery.channel.in_(paused)),
        )
        .limit(1)
    )
    return session.scalar(query) is not None
