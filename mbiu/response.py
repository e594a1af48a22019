"""What comes back: answers, and escalation when none comes."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from mbiu import audit, feedback, routing, texts, vault
from mbiu.audit import SYSTEM, Actor
from mbiu.codes import AlertState, Answer, DeliveryState
from mbiu.dialogue import Effect
from mbiu.jobs import Job, enqueue
from mbiu.models import Address, Alert, Contact, Delivery, Incident, Response, utcnow
from mbiu.outbox import Outgoing, drop, put
from mbiu.refs import new_id
from mbiu.refusals import NotPossible
from mbiu.verification import MAY_DECIDE, find, wait_for_reading

#: A promise without a time of its own is looked at again after so long.
PROMISE = dt.timedelta(hours=4)

#: When whoever took an alert gives it back, the others told get so long before the next are asked.
BACK = dt.timedelta(minutes=10)


# --- answers -----------------------------------------------------------------------------------


def answer_by_message(
    session: Session,
    turn: Effect,
    contact_id: UUID,
    open_alerts: tuple[str, ...],
    message_id: UUID | None,
    now: dt.datetime,
) -> tuple[str, dict[str, object]]:
    """Take a responder's word; the key of the reply and what fills it.

    Only someone to whom the alert was sent can answer it; any other reference is as unknown as an
    invented one.
    """
    if turn.ref is None and len(open_alerts) > 1:
        return "reply.alert.which", {"refs": ", ".join(open_alerts), "first": open_alerts[0]}
    if turn.ref is None or turn.ref not in open_alerts or turn.answer is None:
        return "reply.alert.none", {"ref": turn.ref or ""}
    alert = _held(session, turn.ref)
    _record(session, alert, contact_id, turn, message_id, now)
    return f"reply.alert.{turn.answer.value}", {"ref": alert.ref}


def _held(session: Session, alert_ref: str) -> Alert:
    """The alert, locked after its incident: whoever ends the incident takes them in that order too."""
    of_alert = (
        select(Incident.ref).join(Alert, Alert.incident_id == Incident.id).where(Alert.ref == alert_ref)
    )
    ref = session.scalars(of_alert).one()
    wait_for_reading(session, ref)
    find(session, ref, lock=True)
    return session.scalars(select(Alert).where(Alert.ref == alert_ref).with_for_update()).one()


def _record(
    session: Session, alert: Alert, contact_id: UUID, turn: Effect, message_id: UUID | None, now: dt.datetime
) -> None:
    row_id = new_id()
    session.add(
        Response(
            id=row_id,
            alert_id=alert.id,
            contact_id=contact_id,
            message_id=message_id,
            answer=turn.answer,
            text=vault.seal("response", "text", row_id, turn.words) if turn.words else None,
            due_at=_promised(turn, now),
            created_at=now,
        )
    )
    if turn.answer is Answer.CANNOT:
        _cannot(session, alert, now)
    elif routing.is_open(alert):
        _move(alert, AlertState.DONE if turn.answer is Answer.DONE else AlertState.ACKNOWLEDGED, now)
        _tell_action(session, alert)
    session.execute(update(Incident).where(Incident.id == alert.incident_id).values(updated_at=now))
    code = session.scalar(select(Contact.code).where(Contact.id == contact_id))
    audit.append(session, Actor(f"contact {code}"), f"alert.{turn.answer}", f"alert:{alert.ref}")


def _tell_action(session: Session, alert: Alert) -> None:
    """Those who reported hear that somebody acts, unless it is they themselves who were alerted."""
    alerted = (
        select(Address.contact_id)
        .join(Delivery, Delivery.address_id == Address.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.incident_id == alert.incident_id)
    )
    feedback.tell_all(session, alert.incident_id, feedback.Event.ACTION, but=set(session.scalars(alerted)))


def _promised(turn: Effect, now: dt.datetime) -> dt.datetime | None:
    if turn.answer not in {Answer.ACK, Answer.GO}:
        return None
    return now + (texts.span(turn.words) or PROMISE)


def _move(alert: Alert, state: AlertState, now: dt.datetime) -> None:
    alert.state, alert.due_at = state, None
    alert.acknowledged_at = alert.acknowledged_at or now
    if state is AlertState.DONE:
        alert.ended_at = now


def _cannot(session: Session, alert: Alert, now: dt.datetime) -> None:
    """Once everybody told so far has said no, the next step is due; a promise taken back opens the alert."""
    session.flush()
    said = session.execute(
        select(Response.contact_id, Response.answer)
        .where(Response.alert_id == alert.id)
        .order_by(Response.created_at, Response.id)
    )
    last = {row.contact_id: row.answer for row in said}
    told = select(Address.contact_id).join(Delivery, Delivery.address_id == Address.id)
    hopes = [contact for contact, answer in last.items() if answer is not Answer.CANNOT]
    if alert.state is AlertState.ACKNOWLEDGED and not hopes:
        alert.state = AlertState.OPEN
        alert.due_at = now + BACK
    silent = set(session.scalars(told.where(Delivery.alert_id == alert.id, _may_answer()))) - last.keys()
    if alert.state is AlertState.OPEN and not hopes and not silent:
        alert.due_at = now
        enqueue(session, Job.ESCALATION)


def _may_answer() -> ColumnElement[bool]:
    """Whether a delivery can still lead to an answer."""
    return Delivery.state.not_in([DeliveryState.FAILED, DeliveryState.EXPIRED])


# --- escalation --------------------------------------------------------------------------------


def escalate(session: Session, limit: int = 20) -> int:
    """Take the next step of every open alert whose time is up; how many there were."""
    now = utcnow()
    due = list(
        session.scalars(
            select(Alert)
            .where(Alert.state == AlertState.OPEN, Alert.due_at <= now)
            .order_by(Alert.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    for alert in due:
        told = routing.take_step(session, alert, now)
        session.execute(update(Incident).where(Incident.id == alert.incident_id).values(updated_at=now))
        action = "alert.escalated" if told else "alert.unanswered"
        audit.append(session, SYSTEM, action, f"alert:{alert.ref}", step=alert.step)
    return len(due)


def cancel(session: Session, actor: Actor, alert_ref: str) -> Alert:
    """Stop an alert: what is not sent yet is not sent, nobody is escalated to, who was told hears of it."""
    alert = session.scalar(select(Alert).where(Alert.ref == alert_ref).with_for_update())
    if alert is None or actor.role not in MAY_DECIDE:
        raise NotPossible(f"There is no alert {alert_ref} that you could cancel.")
    if not routing.is_open(alert):
        raise NotPossible(f"{alert_ref} is {alert.state.value} already.")
    now = utcnow()
    alert.state, alert.due_at, alert.ended_at = AlertState.CANCELLED, None, now
    drop(session, Delivery.alert_id == alert.id, "cancelled", now)
    _tell_cancelled(session, alert, now)
    audit.append(session, actor, "alert.cancelled", f"alert:{alert_ref}")
    return alert


def _tell_cancelled(session: Session, alert: Alert, now: dt.datetime) -> None:
    told = session.execute(
        select(Delivery.address_id, Delivery.channel, Contact.id.label("contact_id"), Contact.language)
        .join(Address, Address.id == Delivery.address_id)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Delivery.alert_id == alert.id, _may_answer(), *routing.ALERTABLE)
    )
    for row in told.all():
        text = texts.say(row.language, "alert.cancel", ref=alert.ref)
        put(session, Outgoing(row.address_id, row.contact_id, row.channel, text, "alert"), now)
