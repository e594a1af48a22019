"""The phones' side of the network: what reaches them, and the report of it."""

import datetime as dt

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from mbiu import delivery
from mbiu.channels import conditions
from mbiu.channels.conditions import FINE
from mbiu.channels.simulator import LOST, NAME
from mbiu.codes import DeliveryState
from mbiu.messages import DeliveryReport
from mbiu.models import Address, Delivery
from mbiu.training.phones import phones
from mbiu.vault import blind_index

SINCE = dt.timedelta(days=2)
BATCH = 100


def bring(session: Session, now: dt.datetime) -> int:
    """Report what has reached its phone by ``now``; how many messages those were."""
    found = due(session, now)
    for provider_id in found:
        delivery.report(session, DeliveryReport(NAME, provider_id, DeliveryState.DELIVERED))
    return len(found)


def due(session: Session, now: dt.datetime) -> list[str]:
    """The provider's ids of messages that have reached their phones without anybody saying so yet."""
    waiting = session.execute(
        select(Delivery.provider_id, Delivery.sent_at, Address.blind_index)
        .join(Address, Address.id == Delivery.address_id)
        .where(
            Delivery.channel == NAME,
            Delivery.state == DeliveryState.SENT,
            Delivery.sent_at > now - SINCE,
            Delivery.provider_id.not_like(f"{LOST}%"),
        )
        .order_by(Delivery.sent_at)
        .limit(BATCH)
    ).all()
    if not waiting:
        return []
    there = {blind_index(one.kind, one.address): one.address for one in phones(session).values()}
    states = {
        index: conditions.of(there[index]) for index in {row.blind_index for row in waiting} & there.keys()
    }
    return [
        row.provider_id for row in waiting if states.get(row.blind_index, FINE).arrives_at(row.sent_at) <= now
    ]


def asks() -> ColumnElement[bool]:
    """Whether a delivery asks something: by a text of its own, or in the receipt."""
    return or_(Delivery.kind == "question", Delivery.extra["receipt"].astext == "asks")


def has_arrived(row: Delivery, state: conditions.Conditions, now: dt.datetime) -> bool:
    """Whether the phone shows a message, whatever the house knows of it."""
    if row.state is DeliveryState.DELIVERED:
        return True
    silent = row.state is DeliveryState.SENT and (row.provider_id or "").startswith(LOST)
    return silent and row.sent_at is not None and state.arrives_at(row.sent_at) <= now
