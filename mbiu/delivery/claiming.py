"""Taking due deliveries for the length of a lease, the most urgent first."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from mbiu import pace
from mbiu.codes import AddressKind, DeliveryState
from mbiu.db import transaction
from mbiu.delivery import bundling, rates
from mbiu.delivery.bundle import BUNDLE, share
from mbiu.delivery.opening import Claimed, opened
from mbiu.models import Address, Delivery, utcnow
from mbiu.settings import settings

UNSENT = (DeliveryState.QUEUED, DeliveryState.SENDING)

#: No more are claimed than are sent at once: a message that waited for others could outlive its lease
#: and be sent by two.
BATCH = 8

#: Looks for something to send, where what was due had to wait or to go with others.
_LOOKS = 50


def claim(limit: int = BATCH) -> list[Claimed]:
    """Take the most urgent due deliveries for the length of a lease: alerts first, then by age.

    What can never be sent (nobody is at the address any more, or it cannot be opened) fails here.
    """
    items: list[Claimed] = []
    for _ in range(_LOOKS):
        with transaction() as session:
            items, more = _claim(session, limit, utcnow())
        if items or not more:
            break
    return items


def _claim(session: Session, limit: int, now: dt.datetime) -> tuple[list[Claimed], bool]:
    """What is taken; and whether something else is due since this began, such as a bundle."""
    _expire(session, now)
    due = session.execute(_due(now).limit(limit).with_for_update(of=Delivery, skip_locked=True)).all()
    single = bundling.thin(session, due, now)
    taken = pace.admit(session, single, now, lease())
    if not taken:
        return [], len(single) < len(due)
    _take(session, taken, now)
    return rates.admit(session, opened(session, taken), now), False


def _take(session: Session, ids: list[UUID], now: dt.datetime) -> None:
    lapsed = Delivery.extra.op("||")(literal({"lapsed": True}, JSONB))
    values = {
        "state": DeliveryState.SENDING,
        "due_at": now + lease(),
        "attempts": Delivery.attempts + 1,
        # What is taken out of somebody's hands may have been sent, and nobody wrote it down.
        "extra": case((Delivery.state == DeliveryState.SENDING, lapsed), else_=Delivery.extra),
    }
    kinds = session.execute(
        update(Delivery).where(Delivery.id.in_(ids)).values(values).returning(Delivery.id, Delivery.kind)
    )
    for row in kinds.all():
        if row.kind == BUNDLE:
            share(session, row.id)


def lease() -> dt.timedelta:
    return dt.timedelta(seconds=settings().lease_seconds)


def _expire(session: Session, now: dt.datetime) -> None:
    """What is too late to be of use is not sent, even where it waited for something else."""
    ours = or_(
        Delivery.state == DeliveryState.QUEUED,
        and_(Delivery.state == DeliveryState.SENDING, Delivery.due_at <= now),
    )
    late = session.execute(
        update(Delivery)
        .where(ours, Delivery.expires_at <= now, Delivery.carrier_id.is_(None))
        .values(state=DeliveryState.EXPIRED, error="too late")
        .returning(Delivery.id, Delivery.kind)
    )
    for row in late.all():
        if row.kind == BUNDLE:
            share(session, row.id)


def _due(now: dt.datetime) -> Select[UUID, UUID, UUID | None, AddressKind, str, DeliveryState]:
    """Which deliveries may be claimed, most urgent first."""
    what = Delivery.kind.label("what")
    return (
        select(Delivery.id, Delivery.address_id, Delivery.alert_id, Address.kind, what, Delivery.state)
        .join(Address, Address.id == Delivery.address_id)
        .where(Delivery.state.in_(UNSENT), Delivery.due_at <= now, Delivery.carrier_id.is_(None))
        .where(pace.is_free(now), _in_turn(now))
        .order_by(Delivery.urgency, Delivery.created_at)
    )


def _in_turn(now: dt.datetime) -> ColumnElement[bool]:
    """A question does not overtake the receipt of the report that it is about, nor a bundle the alerts that
    go one by one before it.
    """
    before = aliased(Delivery)
    is_going = or_(before.state == DeliveryState.SENDING, before.due_at <= now)
    earlier = exists().where(
        before.address_id == Delivery.address_id,
        before.state.in_(UNSENT),
        before.created_at < Delivery.created_at,
        before.carrier_id.is_(None),
        case(
            (Delivery.kind == "question", before.kind == "reply"),
            else_=and_(before.kind == bundling.ALERT, is_going),
        ),
    )
    return or_(Delivery.kind.not_in(("question", BUNDLE)), ~earlier)
