"""Proves that every open alert has a future step, mends those that have none, and raises an alarm."""

import datetime as dt
import logging
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from mbiu import audit, notices, texts
from mbiu.audit import SYSTEM
from mbiu.codes import AlertState, Role
from mbiu.escalation import people
from mbiu.escalation.starting import final
from mbiu.escalation.steps import CLIMBS, STUCK
from mbiu.escalation.writing import UNANSWERED
from mbiu.jobs import Job, enqueue
from mbiu.models import Alert, EscalationCheck, Incident, utcnow
from mbiu.outbox import Outgoing, put_all

log = logging.getLogger(__name__)

#: A step that is so late says that the escalation stands still.
LATE = dt.timedelta(minutes=2)
#: A proof is as old as this at most.
FRESH = dt.timedelta(minutes=3)
#: The house hears of one alarm in this time by phone; the console shows each.
QUIET = dt.timedelta(hours=1)
KEPT = dt.timedelta(days=7)
#: So many are mended at one look.
MENDED = 20


def look(session: Session) -> EscalationCheck:
    """Look at all open alerts, and write down what was found. May run any number of times."""
    now = utcnow()
    broken = session.scalars(
        select(Alert)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(CLIMBS, _is_broken(now))
        .order_by(Alert.created_at)
        .limit(MENDED)
        .with_for_update(of=[Alert, Incident], skip_locked=True)
    ).all()
    found = session.execute(
        select(func.count().label("open"), func.count().filter(_is_broken(now)).label("broken")).where(CLIMBS)
    ).one()
    if found.broken:
        _alarm(session, now, broken, found.broken)
    for alert in broken:
        _mend(session, alert, now)
    _put_away(session)
    check = EscalationCheck(at=now, open=found.open, broken=found.broken)
    session.add(check)
    session.execute(delete(EscalationCheck).where(EscalationCheck.at < now - KEPT))
    return check


def is_proven(session: Session, now: dt.datetime) -> bool:
    """Whether the last look is recent, and found that every open alert has a future step."""
    last = newest(session)
    return last is not None and not last.broken and now - last.at < FRESH


def newest(session: Session) -> EscalationCheck | None:
    """The last look."""
    return session.scalar(select(EscalationCheck).order_by(EscalationCheck.at.desc()).limit(1))


def _is_broken(now: dt.datetime) -> ColumnElement[bool]:
    nothing_next = (Alert.state == AlertState.OPEN) & Alert.next_at.is_(None) & Alert.repeat_at.is_(None)
    has_end = func.coalesce(Alert.chain[-1]["final"].as_boolean(), False)
    return or_(Alert.due_at.is_(None), Alert.due_at < now - LATE, nothing_next, ~has_end)


def _mend(session: Session, alert: Alert, now: dt.datetime) -> None:
    """Let the next step be taken at once. A warning's chain is closed, and ends where it ends."""
    if not alert.unverified and not (alert.chain and alert.chain[-1].get("final")):
        alert.chain = [*alert.chain, final(session, session.get_one(Incident, alert.incident_id))]
    if alert.state is AlertState.OPEN:
        alert.next_at = alert.next_at or now
    alert.due_at = min(alert.due_at or now, now)
    enqueue(session, Job.ESCALATION)


def _put_away(session: Session) -> None:
    """Nobody is asked any more to take on what somebody has taken on, or what has ended."""
    for subject in notices.waiting(session, UNANSWERED):
        state = session.scalar(select(Alert.state).where(Alert.ref == subject.partition(":")[2]))
        if state is not AlertState.OPEN:
            notices.settled(session, UNANSWERED, subject)


def _alarm(session: Session, now: dt.datetime, broken: Sequence[Alert], count: int) -> None:
    log.error("escalation.broken", extra={"alerts": count})
    for alert in broken:
        audit.append(session, SYSTEM, "alert.stuck", f"alert:{alert.ref}")
        for role in (Role.COORDINATOR, Role.ADMIN):
            notices.raise_notice(session, STUCK, role, f"alert:{alert.ref}")
    lately = select(EscalationCheck.id).where(EscalationCheck.at > now - QUIET, EscalationCheck.broken > 0)
    if session.scalar(lately.limit(1)) is None:
        put_all(session, [_call(one) for one in people.of_the_house(session, now)], now)


def _call(one: people.Recipient) -> Outgoing:
    address, contact = people.ids(one)
    return Outgoing(address, contact, one["channel"], texts.say(one["language"], "climb.alarm"), "alarm")
