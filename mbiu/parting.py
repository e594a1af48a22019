"""A message that was taken for more of a report, but tells of something else, becomes a report of its own."""

from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.codes import ReportState
from mbiu.jobs import Job, enqueue
from mbiu.models import Message, Report, utcnow
from mbiu.refs import new_id, new_ref
from mbiu.refusals import NotFound, NotPossible
from mbiu.verification import MAY_DECIDE, find


def part(session: Session, actor: Actor, incident_ref: str, message_id: UUID) -> str:
    """Make a report of the message, with its versions and whatever its provider says belongs to it.

    Both reports are read again, and the new one finds its incident like any other. Returns its reference.
    Raises NotFound, NotPossible.
    """
    incident = find(session, incident_ref, lock=True)
    if actor.role not in MAY_DECIDE:
        raise NotPossible("Only analysts and coordinators part reports.")
    message = session.scalar(select(Message).where(Message.id == message_id, Message.direction == "in"))
    report = session.get(Report, message.report_id, with_for_update=True) if message else None
    if message is None or report is None or report.incident_id != incident.id:
        raise NotFound(f"There is no such message in {incident_ref}.")
    moved = _belonging(session, message)
    told = select(func.count()).where(Message.report_id == report.id, Message.direction == "in")
    if session.scalar(told) == len(moved):
        raise NotPossible(f"This is all that {report.ref} says; split the report from the incident instead.")
    ref = _begin(session, report, moved)
    audit.append(session, actor, "report.parted", f"report:{report.ref}", into=ref)
    enqueue(session, Job.TRIAGE)
    return ref


def _belonging(session: Session, message: Message) -> list[Message]:
    same = [Message.id == message.id]
    if message.chat_message:
        same.append(Message.chat_message == message.chat_message)
    if message.thread:
        same.append(Message.thread == message.thread)
    query = select(Message).where(
        Message.report_id == message.report_id, Message.direction == "in", or_(*same)
    )
    return list(session.scalars(query.order_by(Message.created_at)))


def _begin(session: Session, old: Report, messages: list[Message]) -> str:
    now, ref = utcnow(), new_ref("R")
    row = Report(
        id=new_id(), ref=ref, contact_id=old.contact_id, address_id=old.address_id, due_at=now,
        created_at=messages[0].created_at, exercise=old.exercise, lane=old.lane, borrowed=old.borrowed,
        unconfirmed=old.unconfirmed, duress=old.duress,
    )  # fmt: skip
    session.add(row)
    session.flush()
    ids = [message.id for message in messages]
    session.execute(update(Message).where(Message.id.in_(ids)).values(report_id=row.id))
    again = {"state": ReportState.RECEIVED, "due_at": now, "attempts": 0}
    session.execute(update(Report).where(Report.id == old.id).values(again))
    return ref
