"""What an answer does to an alert, whichever way it came."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from mbiu import audit, feedback
from mbiu.audit import Actor
from mbiu.codes import AlertState, Answer
from mbiu.escalation import quorum, reminding
from mbiu.escalation.chain import rungs
from mbiu.escalation.scene import LIVE, Scene
from mbiu.escalation.steps import due_at, let_go
from mbiu.escalation.writing import Writing
from mbiu.jobs import Job, enqueue
from mbiu.models import Address, Alert, Contact, Delivery, Incident
from mbiu.outbox import drop

#: When whoever took an alert gives it back, the others told get so long before the next are asked.
BACK = dt.timedelta(minutes=10)


def is_open(alert: Alert) -> bool:
    """Whether it still waits for somebody or something."""
    return alert.state in LIVE


def answered(
    session: Session,
    alert: Alert,
    contact_id: UUID,
    answer: Answer,
    due_at: dt.datetime | None,
    now: dt.datetime,
) -> None:
    """Let an answer count that is written down as a `Response`: the alert is taken, done, or climbs on.

    The alert is locked, after its incident. ``due_at`` is until when somebody promised. An alert that has
    ended stays as it is.
    """
    session.flush()
    drop(session, _reminders(alert, contact_id), "answered", now)
    if is_open(alert):
        settle(session, alert, now)
    session.execute(update(Incident).where(Incident.id == alert.incident_id).values(updated_at=now))
    code = session.scalar(select(Contact.code).where(Contact.id == contact_id))
    until = {"until": due_at} if due_at else {}
    audit.append(session, Actor(f"contact {code}"), f"alert.{answer}", f"alert:{alert.ref}", **until)


def settle(session: Session, alert: Alert, now: dt.datetime) -> None:
    """Make of an open alert what its answers say now."""
    scene, writing = Scene(session, [alert], now), Writing(now)
    void, situation = let_go(scene, writing, alert)
    if void:
        writing.write(session, [alert])
    taken = rungs(alert.chain)[: alert.step]
    state = quorum.standing(taken, situation)
    if alert.taken_by and state is AlertState.OPEN:
        state = AlertState.ACKNOWLEDGED
    if state is AlertState.OPEN:
        _climb_on(alert, now, hopeless=quorum.is_hopeless(taken, situation))
    else:
        _stop(session, alert, state, now)
    alert.due_at = due_at(alert, situation)
    enqueue(session, Job.ESCALATION)


def _climb_on(alert: Alert, now: dt.datetime, *, hopeless: bool) -> None:
    """A promise taken back opens the alert; once no quorum can be met, the next step is due."""
    was_taken = alert.state is AlertState.ACKNOWLEDGED
    alert.state = AlertState.OPEN
    if was_taken:
        alert.next_at = now + BACK
    is_last = alert.step == len(alert.chain)
    if hopeless and (was_taken or not is_last):
        alert.next_at = now


def _stop(session: Session, alert: Alert, state: AlertState, now: dt.datetime) -> None:
    alert.state, alert.next_at, alert.repeat_at = state, None, None
    alert.acknowledged_at = alert.acknowledged_at or now
    if state is AlertState.DONE:
        alert.ended_at = now
        drop(session, Delivery.alert_id == alert.id, "done", now)
    _tell_action(session, alert)


def _tell_action(session: Session, alert: Alert) -> None:
    """Those who reported hear that somebody acts, unless it is they themselves who were alerted."""
    alerted = (
        select(Address.contact_id)
        .join(Delivery, Delivery.address_id == Address.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.incident_id == alert.incident_id)
    )
    feedback.tell_all(session, alert.incident_id, feedback.Event.ACTION, but=set(session.scalars(alerted)))


def _reminders(alert: Alert, contact_id: UUID) -> ColumnElement[bool]:
    mine = select(Address.id).where(Address.contact_id == contact_id)
    return (Delivery.alert_id == alert.id) & (Delivery.kind == reminding.KIND) & Delivery.address_id.in_(mine)
