"""Writing down what became of a claimed text, in one transaction with its cost and its tries."""

import datetime as dt
import logging
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from mbiu import moving, pace
from mbiu.codes import AddressKind, DeliveryState
from mbiu.db import transaction
from mbiu.delivery import elsewhere
from mbiu.delivery.bundle import BUNDLE, share
from mbiu.delivery.opening import Claimed
from mbiu.delivery.words import below, lock
from mbiu.gateways import costs, faults
from mbiu.gateways.watch import Try, note_tries
from mbiu.messages import ChannelError, Sent
from mbiu.models import Address, Delivery, EarlyReport, utcnow

log = logging.getLogger(__name__)

FIRST_WAIT = dt.timedelta(seconds=15)
LONGEST_WAIT = dt.timedelta(minutes=10)
#: So many silent calls of a text are remembered.
_REMEMBERED = 4


def sent(item: Claimed, channel: str, taken: Sent, tries: list[Try]) -> None:
    """The provider has it; a word that came before its id was known counts now. The first time it costs."""
    now = utcnow()
    with transaction() as session:
        note_tries(session, tries)
        if item.paced:
            pace.done(session, item.address_id, now)
        lock(session, channel, taken.provider_id)
        if _move(session, item, channel, taken, now):
            country, number = item.country, item.message.to
            costs.count(session, channel, "out", country, number, item.segments, now)
        _share(session, item)


def _move(session: Session, item: Claimed, channel: str, taken: Sent, now: dt.datetime) -> bool:
    early = session.execute(
        delete(EarlyReport)
        .where(EarlyReport.channel == channel, EarlyReport.provider_id == taken.provider_id)
        .returning(EarlyReport.state, EarlyReport.code)
    ).one_or_none()
    state = max(taken.state, early.state, key=lambda s: s.rank) if early else taken.state
    moved = session.execute(
        update(Delivery)
        .where(Delivery.id == item.id, Delivery.state.in_(below(state)))
        .values(
            state=state,
            channel=channel,
            provider_id=taken.provider_id,
            error=early.code if early else "",
            # What was heard of without its answer is not called for again.
            attempts=Delivery.attempts - int(item.heard is not None),
            sent_at=now,
            delivered_at=now if state is DeliveryState.DELIVERED else None,
        )
        .returning(Delivery.id)
    )
    return moved.scalar() is not None


def failed(item: Claimed, error: ChannelError, tries: list[Try]) -> None:
    """Put it off, ever longer up to ``LONGEST_WAIT``; a final refusal or its own expiry ends the trying."""
    final, now = error.permanent, utcnow()
    values: dict[str, Any] = {
        "state": DeliveryState.FAILED if final else DeliveryState.QUEUED,
        "due_at": now + _wait(item, error),
        "error": error.reason[:80],
    }
    if tries and faults.is_unsure(error):
        values["extra"] = item.extra | {"unsure": [*item.unsure, tries[-1].gateway][-_REMEMBERED:]}
    with transaction() as session:
        note_tries(session, tries)
        _note_address(session, item, error, now)
        mine = (Delivery.id == item.id, Delivery.state == DeliveryState.SENDING)
        session.execute(update(Delivery).where(*mine).values(**values))
        _share(session, item)
        if final:
            elsewhere.tell(session, item.id, now)
    log.warning("delivery.failed", extra={"delivery": str(item.id), "why": error.reason, "final": final})


def _share(session: Session, item: Claimed) -> None:
    if item.message.kind == BUNDLE:
        share(session, item.id)


def _note_address(session: Session, item: Claimed, error: ChannelError, now: dt.datetime) -> None:
    """What a failure tells of the address. Before the delivery: who stops us locks in this order too."""
    if item.paced:
        pace.done(session, item.address_id, now)
    if error.blocked:
        session.execute(update(Address).where(Address.id == item.address_id).values(blocked_at=now))
    if error.retry_after:
        pace.obey(session, item.address_id, error.retry_after, now)
    if error.moved_to:
        moving.move(session, AddressKind.TELEGRAM, item.message.to, error.moved_to)


def _wait(item: Claimed, error: ChannelError) -> dt.timedelta:
    if error.moved_to:
        return dt.timedelta()
    if error.retry_after:
        return dt.timedelta(seconds=error.retry_after)
    doublings = min(item.attempts, 10)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))
