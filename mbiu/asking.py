"""What a report does not say is asked once it is read: one question, in the receipt if that is here yet."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from mbiu import told
from mbiu.codes import DeliveryState, EventType, Lane
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.jobs import Job, enqueue
from mbiu.models import Delivery, Message, Report, utcnow
from mbiu.questions import Asked, pose
from mbiu.reports import Work


def settle(session: Session, works: Sequence[Work], gazetteer: Gazetteer) -> None:
    """Ask for what the reports do not say, and let their receipts go."""
    held = _held(session, [work.row.id for work in works if work.row.read_at is None])
    for work in works:
        asked = missing(work, gazetteer)
        if asked and (report := session.get(Report, work.row.id)):
            pose(session, report, asked, held.get(work.row.id))
    if held:
        enqueue(session, Job.DELIVERY)


def missing(work: Work, gazetteer: Gazetteer) -> Asked | None:
    """The one question that a report needs; one that was read before is not asked about again, and what a
    survivor told is not asked for at all.
    """
    reading, row = work.reading, work.row
    if (
        row.read_at is not None
        or work.copied
        or row.lane == Lane.FLOOD
        or reading.event_type == EventType.NONE
        or EventType.SEXUAL_VIOLENCE in {reading.event_type, *reading.other_types}
    ):
        return None
    if "place" in reading.missing:
        offered = tuple(told.choices(reading, row.home_place_id, gazetteer))
        return Asked("place", "which" if offered else "place", offered)
    return Asked("what", "what") if "event_type" in reading.missing else None


def _held(session: Session, report_ids: list[UUID]) -> dict[UUID, Any]:
    """The receipts that have not left, now free to go, by report; locked until the commit."""
    if not report_ids:
        return {}
    freed = (
        update(Delivery)
        .where(
            Delivery.message_id == Message.id,
            Message.report_id.in_(report_ids),
            Delivery.state == DeliveryState.QUEUED,
            Delivery.extra.has_key("receipt"),
        )
        .values(due_at=func.least(Delivery.due_at, utcnow()))
        .returning(Delivery.id, Delivery.message_id, Delivery.extra, Message.report_id)
    )
    return {row.report_id: row for row in session.execute(freed)}
