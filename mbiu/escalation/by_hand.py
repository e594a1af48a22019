"""What a person of the console does with a running alert: not wait, or take it on."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, notices
from mbiu.audit import Actor
from mbiu.codes import AlertState
from mbiu.escalation import steps
from mbiu.escalation.answering import is_open, settle
from mbiu.escalation.promises import PROMISE
from mbiu.escalation.writing import UNANSWERED
from mbiu.jobs import Job, enqueue
from mbiu.models import Alert, Incident, utcnow
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.verification import MAY_DECIDE, find, wait_for_reading


def held(session: Session, actor: Actor, ref: str) -> Alert:
    """An open alert, locked after its incident. Raises NotAllowed, NotFound, NotPossible if it has ended."""
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators act on alerts.")
    of_alert = select(Incident.ref).join(Alert, Alert.incident_id == Incident.id).where(Alert.ref == ref)
    incident = session.scalar(of_alert)
    if incident is None:
        raise NotFound("There is no such alert.")
    wait_for_reading(session, incident)
    find(session, incident, lock=True)
    alert = session.scalars(select(Alert).where(Alert.ref == ref).with_for_update()).one()
    if not is_open(alert) or alert.settled_at:
        raise NotPossible("This alert has ended.")
    return alert


def step_now(session: Session, actor: Actor, ref: str) -> Alert:
    """Take the next step without waiting; at the last one it is told anew. Whoever took it on keeps it.

    Raises NotAllowed, NotFound, and NotPossible for an alert that has ended or is taken.
    """
    alert = held(session, actor, ref)
    if alert.state is not AlertState.OPEN:
        raise NotPossible("Somebody has taken this alert on; the next step comes if the promise is not kept.")
    now = utcnow()
    alert.next_at = alert.due_at = now
    steps.climb(session, [alert], now, actor)
    audit.append(session, actor, "alert.hurried", f"alert:{ref}", step=alert.step)
    enqueue(session, Job.ESCALATION)
    return alert


def take_on(session: Session, actor: Actor, ref: str, lasting: dt.timedelta = PROMISE) -> Alert:
    """Take an alert on at the console: nobody else is asked until the time is over. Raises as `held`."""
    alert, now = held(session, actor, ref), utcnow()
    alert.taken_by, alert.taken_until = actor.id, now + lasting
    settle(session, alert, now)
    notices.settled(session, UNANSWERED, f"alert:{ref}")
    audit.append(session, actor, "alert.taken", f"alert:{ref}", until=alert.taken_until)
    return alert
