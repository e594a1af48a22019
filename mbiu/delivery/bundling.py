"""Many alerts to one person: the first come one by one, the surplus together in one message, so that a night
of forty alerts does not bury the one that matters.

What is sent in one with others keeps a delivery of its own, with the one that carries it as its ``carrier``,
whose state it shares. Hooks are machines: they get each by itself.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, text, update
from sqlalchemy.orm import Session

from mbiu.codes import AddressKind, DeliveryState
from mbiu.delivery.bundle import BUNDLE, dissolve, write
from mbiu.house.settings import value
from mbiu.models import Delivery

ALERT = "alert"
#: Within so long somebody gets as many alerts one by one as the house says.
WINDOW = dt.timedelta(minutes=10)
#: From then on there is so long between two messages.
GATHER = dt.timedelta(minutes=2)

_LOCK = text(
    "SELECT pg_advisory_xact_lock(key) FROM"
    " (SELECT hashtextextended('mbiu.alerts:' || id, 0) AS key FROM unnest(CAST(:ids AS text[])) AS id"
    " ORDER BY 1) AS keys"
)


@dataclass(frozen=True)
class Recent:
    """How many messages with alerts an address got within `WINDOW`, and when the last."""

    count: int = 0
    last: dt.datetime | None = None


def thin(session: Session, due: Sequence[Any], now: dt.datetime) -> list[Any]:
    """Of ``due`` (rows of `claiming`, locked, the most urgent first) what goes by itself now.

    What else is due at the same addresses is put into bundles, or waits for the next one.
    """
    bundles = [row.id for row in due if row.what == BUNDLE and row.state is DeliveryState.QUEUED]
    gone = dissolve(session, bundles, now) if bundles else frozenset()
    crowded = sorted({row.address_id for row in due if _counts(row)})
    if not crowded:
        return [row for row in due if row.id not in gone]
    session.execute(_LOCK, {"ids": [str(one) for one in crowded]})
    recent, waiting = _recent(session, crowded, now), _waiting(session, crowded, now)
    alone: set[UUID] = set()
    for address_id, rows in waiting.items():
        alone |= _alone(session, rows, recent.get(address_id, Recent()), now)
    return [row for row in due if row.id in alone or not (_counts(row) or row.id in gone)]


def _counts(row: Any) -> bool:
    """One that was being sent when its worker died is sent again as it is."""
    fresh = row.what == ALERT and row.alert_id is not None and row.state is DeliveryState.QUEUED
    return fresh and row.kind is not AddressKind.WEBHOOK


def _recent(session: Session, addresses: Collection[UUID], now: dt.datetime) -> dict[UUID, Recent]:
    """What is on its way counts as sent now."""
    under_way = and_(Delivery.state == DeliveryState.SENDING, Delivery.due_at > now)
    rows = session.execute(
        select(
            Delivery.address_id,
            func.count(func.coalesce(Delivery.carrier_id, Delivery.id).distinct()),
            func.max(func.coalesce(Delivery.sent_at, now)),
        )
        .where(*_alerts(addresses), or_(Delivery.sent_at > now - WINDOW, under_way))
        .group_by(Delivery.address_id)
    )
    return {address_id: Recent(count, last) for address_id, count, last in rows}


def _waiting(session: Session, addresses: Collection[UUID], now: dt.datetime) -> dict[UUID, list[Delivery]]:
    """All alerts due at these addresses, the oldest first, but for those that another process is at."""
    rows = session.scalars(
        select(Delivery)
        .where(*_alerts(addresses), Delivery.carrier_id.is_(None))
        .where(Delivery.state == DeliveryState.QUEUED, Delivery.due_at <= now)
        .order_by(Delivery.created_at, Delivery.id)
        .with_for_update(skip_locked=True)
    )
    found: dict[UUID, list[Delivery]] = {}
    for row in rows:
        found.setdefault(row.address_id, []).append(row)
    return found


def _alerts(addresses: Collection[UUID]) -> tuple[Any, ...]:
    return Delivery.address_id.in_(addresses), Delivery.alert_id.is_not(None), Delivery.kind == ALERT


def _alone(session: Session, waiting: list[Delivery], recent: Recent, now: dt.datetime) -> set[UUID]:
    """Which of an address's due alerts go one by one now."""
    most = value(session, "alerts_alone")
    if recent.last and recent.count >= most and recent.last + GATHER > now:
        _postpone(session, waiting, recent.last + GATHER)
        return set()
    room = max(most - recent.count, 1)
    if len(waiting) <= room:
        return {one.id for one in waiting}
    alone, surplus = waiting[: room - 1], waiting[room - 1 :]
    carried = write(session, surplus, now)
    _postpone(session, surplus[carried:], now + GATHER)
    return {one.id for one in alone}


def _postpone(session: Session, rows: Collection[Delivery], until: dt.datetime) -> None:
    ids = [row.id for row in rows]
    if ids:
        session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(due_at=until))
