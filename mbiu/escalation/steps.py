"""Taking the steps that are due, of many alerts at once."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mbiu import notices
from mbiu.audit import SYSTEM, Actor
from mbiu.codes import AlertState, Role
from mbiu.db import is_away
from mbiu.escalation import promises, quorum, reminding, telling
from mbiu.escalation.quorum import Situation
from mbiu.escalation.scene import LIVE, Scene, held_by_parties
from mbiu.escalation.writing import Writing
from mbiu.models import Alert, Incident, utcnow

log = logging.getLogger(__name__)

#: A step that could not be taken is tried again after so long.
AGAIN = dt.timedelta(minutes=1)
#: The notice of an alert that stands still.
STUCK = "escalation_broken"
#: So many alerts are climbed in one transaction.
BATCH = 50
#: Whoever told of an unverified incident how it ended has ended the climbing too.
CLIMBS: ColumnElement[bool] = Alert.state.in_(LIVE) & Alert.settled_at.is_(None)


def take_due(session: Session, limit: int = BATCH) -> int:
    """Do what is due of open alerts: steps, repeats, promises; how many alerts there were.

    What somebody holds who turned out to be of a suspected party is due at once.

    One that somebody else works on just now, or whose incident, is left for the next look.
    """
    now = utcnow()
    alerts = _locked(session, Alert.due_at <= now, limit)
    if len(alerts) < limit:
        void = (Alert.due_at > now) & Alert.id.in_(held_by_parties())
        alerts += _locked(session, void, limit - len(alerts))
    try:
        with session.begin_nested():
            climb(session, alerts, now)
    except DBAPIError as error:
        if is_away(error) or not alerts:
            raise
        _one_by_one(session, alerts, now)
    return len(alerts)


def _locked(session: Session, which: ColumnElement[bool], limit: int) -> list[Alert]:
    """Alerts that are ours with their incidents; asked for together, PostgreSQL may begin with incidents."""
    free = select(Alert).where(CLIMBS, which).order_by(Alert.due_at).limit(limit)
    alerts = session.scalars(free.with_for_update(skip_locked=True)).all()
    about = select(Incident.id).where(Incident.id.in_({alert.incident_id for alert in alerts}))
    ours = set(session.scalars(about.with_for_update(skip_locked=True)) if alerts else ())
    return [alert for alert in alerts if alert.incident_id in ours]


def _one_by_one(session: Session, alerts: Sequence[Alert], now: dt.datetime) -> None:
    """One alert that the database refuses holds up no other: it is tried again, and coordinators see it."""
    for alert in alerts:
        try:
            with session.begin_nested():
                climb(session, [alert], now)
        except DBAPIError as error:
            if is_away(error):
                raise
            log.exception("escalation.refused", extra={"alert": alert.ref})
            alert.due_at = now + AGAIN
            notices.raise_notice(session, STUCK, Role.COORDINATOR, f"alert:{alert.ref}")


def next_due(session: Session) -> dt.datetime | None:
    """When the next step, repeat or promise of any open alert is due."""
    return session.scalar(select(func.min(Alert.due_at)).where(CLIMBS))


def climb(session: Session, alerts: Sequence[Alert], now: dt.datetime, actor: Actor = SYSTEM) -> None:
    """Do what is due at ``now`` of these alerts, which are locked with their incidents."""
    if not alerts:
        return
    scene, writing = Scene(session, alerts, now), Writing(now, actor)
    for alert in alerts:
        _keep_promises(scene, writing, alert)
        if alert.state is AlertState.OPEN:
            _step(scene, writing, alert)
        alert.due_at = due_at(alert, scene.situations[alert.id])
    reminding.remind(scene, writing)
    writing.write(session, alerts)


def due_at(alert: Alert, situation: Situation) -> dt.datetime | None:
    """The earliest of what comes next; None when the alert has ended."""
    if alert.state not in LIVE or alert.settled_at:
        return None
    steps = [alert.next_at, alert.repeat_at] if alert.state is AlertState.OPEN else [alert.taken_until]
    return min((at for at in [*steps, *map(promises.due_at, situation.words.values())] if at), default=None)


def let_go(scene: Scene, writing: Writing, alert: Alert) -> tuple[bool, Situation]:
    """Void what people of a suspected party promised; whether there was any, and how it stands then."""
    void = scene.void(alert)
    for word in void:
        writing.void(alert, word, scene.code(word.contact))
    situation = scene.situations[alert.id].changed(*(replace(word, lapsed=True) for word in void))
    scene.situations[alert.id] = situation
    return bool(void), situation


def _keep_promises(scene: Scene, writing: Writing, alert: Alert) -> None:
    """Remind of promises; without those that are void, or whose time is over, the alert is open again."""
    void, situation = let_go(scene, writing, alert)
    found = promises.look(situation.words.values(), scene.now)
    for word in found.remind:
        writing.remind(alert, word)
    for word in found.lapse:
        writing.lapsed.append(word.id)
        writing.note("alert.lapsed", alert)
    situation = situation.changed(
        *(replace(word, reminded_at=scene.now) for word in found.remind),
        *(replace(word, lapsed=True) for word in found.lapse),
    )
    scene.situations[alert.id] = situation
    if alert.taken_until and alert.taken_until <= scene.now:
        alert.taken_by = alert.taken_until = None
        writing.note("alert.lapsed", alert)
    taken = scene.chains[alert.id][: alert.step]
    is_held = alert.taken_by or quorum.standing(taken, situation) is not AlertState.OPEN
    if alert.state is AlertState.ACKNOWLEDGED and not is_held:
        alert.state, alert.next_at = AlertState.OPEN, scene.now
    elif (found.lapse or void) and alert.state is AlertState.OPEN and quorum.is_hopeless(taken, situation):
        alert.next_at = scene.now


def _step(scene: Scene, writing: Writing, alert: Alert) -> None:
    """The next step that anybody can be told in, if its time has come, or the last one anew."""
    chain, now = scene.chains[alert.id], scene.now
    while alert.next_at and alert.next_at <= now and alert.step < len(chain):
        rung = chain[alert.step]
        alert.step, alert.repeated = alert.step + 1, 0
        if not rung.final and not scene.is_open(rung):
            writing.step(alert, "passed", 0, [{"contact": "", "why": "hours"}])
        elif telling.tell(scene, writing, alert, rung) or rung.final:
            _wait(writing, alert, scene)
            return
    # Where no step is left, the last is told anew when the next would be due.
    if any(at and at <= now for at in (alert.next_at, alert.repeat_at)):
        _repeat(scene, writing, alert)


def _wait(writing: Writing, alert: Alert, scene: Scene) -> None:
    """From now on the step waits for answers."""
    rung = scene.chains[alert.id][alert.step - 1]
    alert.next_at = None if rung.final else scene.now + rung.wait
    alert.repeat_at = rung.repeat_at(scene.now, 0, alert.next_at)
    if rung.final:
        writing.finals.append(alert.ref)
    if alert.round > 1:
        action = "alert.unanswered" if rung.final else "alert.escalated"
        writing.note(action, alert, step=alert.step)


def _repeat(scene: Scene, writing: Writing, alert: Alert) -> None:
    rung = scene.chains[alert.id][alert.step - 1]
    alert.repeated += 1
    telling.tell(scene, writing, alert, rung, repeat=True)
    if rung.final:
        alert.next_at = None
        writing.finals.append(alert.ref)
    alert.repeat_at = rung.repeat_at(scene.now, alert.repeated, alert.next_at)
    writing.note("alert.repeated", alert, step=alert.step)
