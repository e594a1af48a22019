"""Providers' words on what they took: applied forward only, kept when they come too early."""

from typing import Any

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu.codes import DeliveryState
from mbiu.delivery.bundle import BUNDLE, share
from mbiu.messages import DeliveryReport
from mbiu.models import Delivery, EarlyReport, utcnow
from mbiu.refs import new_id


def report(session: Session, word: DeliveryReport) -> bool:
    """Apply a provider's word on a delivery, forward only; one that came too early is kept for later."""
    values: dict[str, Any] = {"state": word.state, "error": word.code}
    if word.state is DeliveryState.DELIVERED:
        values["delivered_at"] = utcnow()
    lock(session, word.channel, word.provider_id)
    moved = session.execute(
        update(Delivery)
        .where(*_is(word), Delivery.state.in_(below(word.state)))
        .values(**values)
        .returning(Delivery.id, Delivery.kind)
    ).one_or_none()
    if moved is None and not session.scalar(select(literal(1)).where(*_is(word))):
        _keep_early(session, word)
    if moved is not None and moved.kind == BUNDLE:
        share(session, moved.id)
    return moved is not None


def lock(session: Session, channel: str, provider_id: str) -> None:
    """Without it a word could come between our looking for early words and our writing down the id."""
    key = func.hashtextextended(f"{channel}:{provider_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def below(state: DeliveryState) -> list[DeliveryState]:
    """The states from which this one is a step forward."""
    return [other for other in DeliveryState if other.rank < state.rank]


def _is(word: DeliveryReport) -> tuple[Any, ...]:
    return Delivery.channel == word.channel, Delivery.provider_id == word.provider_id


def _keep_early(session: Session, word: DeliveryReport) -> None:
    row = insert(EarlyReport).values(
        id=new_id(),
        channel=word.channel,
        provider_id=word.provider_id,
        delivery_id=word.reference,
        state=word.state,
        code=word.code,
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["channel", "provider_id"],
            set_={"state": row.excluded.state, "code": row.excluded.code},
            where=EarlyReport.state.in_(below(word.state)),
        )
    )
