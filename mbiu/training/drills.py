"""Drills: scripts whose messages come from the made-up phones by themselves, while people do their work.

A script sends, waits and spoils the line; it decides nothing. Only one is played at a time.
"""

import datetime as dt
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.channels import conditions
from mbiu.channels.conditions import Conditions
from mbiu.codes import AlertState, ContactRole, DeliveryState
from mbiu.db import transaction
from mbiu.jobs import Job, enqueue
from mbiu.models import Address, Alert, Delivery, Drill, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible
from mbiu.training import handset, phones
from mbiu.training.playbook import Script, Step, scripts
from mbiu.training.saying import Said, say
from mbiu.vault import blind_index

__all__ = ["Script", "Step", "scripts"]

LOOK = dt.timedelta(seconds=2)
#: What an escalation waits for in a drill that hurries.
HURRY = dt.timedelta(minutes=1)


# --- start and stop ----------------------------------------------------------------------------


def newest(session: Session) -> Drill | None:
    """The drill that runs, or else the last one."""
    return session.scalar(select(Drill).order_by(Drill.started_at.desc()).limit(1))


def start(session: Session, actor: Actor, key: str) -> Drill:
    """Begin to play a script. Raises NotFound, and NotPossible while another runs."""
    script = alone(session, key)
    _ready(session, script)
    drill = begun(session, actor, script)
    audit.append(session, actor, "drill.started", f"drill:{drill.id}", script=key)
    return drill


def alone(session: Session, key: str) -> Script:
    """The script of that key, with the right to begin it. Raises as `start`."""
    script = scripts().get(key)
    if script is None:
        raise NotFound(f"There is no drill {key}.")
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("mbiu.drill"))))
    if session.scalar(select(Drill.id).where(Drill.ended_at.is_(None))):
        raise NotPossible("A drill is running already. Stop it first.")
    return script


def next_place(session: Session, script: Script) -> str:
    """Where the next run of a script happens: each time elsewhere, so that it joins no earlier one."""
    before = session.scalar(select(func.count()).where(Drill.script == script.key)) or 0
    return script.places[before % len(script.places)]


def begun(session: Session, actor: Actor, script: Script, parts: dict[str, str] | None = None) -> Drill:
    """A new row, due at once; ``parts`` make it a live one."""
    now = utcnow()
    drill = Drill(
        id=new_id(),
        script=script.key,
        place=next_place(session, script),
        started_by=actor.id,
        started_at=now,
        moved_at=now,
        due_at=now,
        position=0,
        said={},
        live=parts is not None,
        parts=parts or {},
    )
    session.add(drill)
    session.flush()
    enqueue(session, Job.TRAINING)
    return drill


def _ready(session: Session, script: Script) -> None:
    """Everybody of a script is enrolled; its responders are told one after the other, as they come in it."""
    turn = 1
    for who in dict.fromkeys(step.who for step in script.step):
        one = phones.find(session, who)
        phones.ready(session, one, turn)
        turn += one.role is ContactRole.RESPONDER


def stop(session: Session, actor: Actor) -> None:
    """End the drill that runs, if one does. What was said stays."""
    for drill in session.scalars(select(Drill).where(Drill.ended_at.is_(None)).with_for_update()).all():
        finish(session, drill, utcnow())
        audit.append(session, actor, "drill.stopped", f"drill:{drill.id}")


def finish(session: Session, drill: Drill, now: dt.datetime) -> None:
    """End a drill: its score is kept, and whoever played it on their own phone hears that it is over."""
    from mbiu.training import live, score

    script = scripts().get(drill.script)
    drill.results = score.kept(session, drill, script) if script else {}
    drill.ended_at = now
    if drill.live:
        live.release(session, drill, now)


# --- play --------------------------------------------------------------------------------------


def is_due(session: Session, now: dt.datetime) -> bool:
    """Whether the drill that runs has something to look at."""
    return bool(session.scalar(select(Drill.id).where(Drill.ended_at.is_(None), Drill.due_at <= now)))


def play(now: dt.datetime | None = None) -> int:
    """Take the next step of the drill that runs, if its time has come; how many were taken.

    The step is claimed before it is taken: a worker that dies in between leaves out one message of an
    exercise, and none is ever sent twice.
    """
    from mbiu.training import live

    now = now or utcnow()
    with transaction() as session:
        drill = session.scalar(
            select(Drill)
            .where(Drill.ended_at.is_(None), Drill.due_at <= now)
            .with_for_update(skip_locked=True)
        )
        step = _claim(session, drill, now) if drill else None
    if drill is None or step is None:
        return 0
    if drill.live:
        live.ask(drill.id, step)
    else:
        _take(drill.id, drill.position - 1, step, drill.place, now)
    return 1


def _claim(session: Session, drill: Drill, now: dt.datetime) -> Step | None:
    """The step whose turn it is; None if there is nothing to do but wait, or to end."""
    script = scripts().get(drill.script)
    if script is None or now > drill.started_at + dt.timedelta(minutes=script.minutes):
        finish(session, drill, now)
        return None
    drill.due_at = now + LOOK
    if drill.position >= len(script.step):
        _end_if_done(session, drill, script, now)
        return None
    step = script.step[drill.position]
    if drill.live and not step.is_card:
        drill.position, drill.due_at = drill.position + 1, now
        return None
    turn = _turn(session, drill, step)
    given_up = step.awaits and turn is None and now > drill.moved_at + dt.timedelta(seconds=step.at_most)
    if not given_up and (turn is None or turn > now):
        return None
    drill.position, drill.moved_at, drill.due_at = drill.position + 1, now, now
    return None if given_up else step


def _end_if_done(session: Session, drill: Drill, script: Script, now: dt.datetime) -> None:
    from mbiu.training import score

    if all(one.seconds is not None for one in score.of(session, drill, script)):
        finish(session, drill, now)


def _turn(session: Session, drill: Drill, step: Step) -> dt.datetime | None:
    """When a step is to be taken; None while what it waits for has not come."""
    pause = dt.timedelta(seconds=step.after)
    if not step.awaits:
        return drill.moved_at + pause
    came = _came(session, drill, step)
    return came + pause if came else None


def _came(session: Session, drill: Drill, step: Step) -> dt.datetime | None:
    one = phones.find(session, step.who)
    sent = step.awaits == "sent"
    kind = Delivery.kind == ("alert" if sent else step.awaits)
    moment = Delivery.sent_at if sent else func.coalesce(Delivery.delivered_at, Delivery.sent_at)
    reached = (DeliveryState.SENT, DeliveryState.DELIVERED) if sent else (DeliveryState.DELIVERED,)
    return session.scalar(
        select(func.min(moment))
        .join(Address, Address.id == Delivery.address_id)
        .where(
            Address.kind == one.kind,
            Address.blind_index == blind_index(one.kind, one.address),
            handset.asks() if step.awaits == "question" else kind,
            Delivery.state.in_(reached),
            Delivery.created_at >= drill.started_at,
        )
    )


def _take(drill_id: UUID, number: int, step: Step, place: str, now: dt.datetime) -> None:
    if step.away:
        with transaction() as session:
            address = phones.find(session, step.who).address
        conditions.wish(address, Conditions(away_until=now.timestamp() + step.away))
    if step.hurry:
        with transaction() as session:
            _hurry(session, step.who, now)
    if step.text or step.pin or step.file:
        _speak(drill_id, number, step, place)


def _hurry(session: Session, who: str, now: dt.datetime) -> None:
    """Let the wait of the exercise's alerts that this phone was sent be short."""
    one = phones.find(session, who)
    sent = (
        select(Delivery.alert_id)
        .join(Address, Address.id == Delivery.address_id)
        .where(Address.kind == one.kind, Address.blind_index == blind_index(one.kind, one.address))
    )
    short = update(Alert).where(
        Alert.exercise, Alert.state == AlertState.OPEN, Alert.id.in_(sent), Alert.due_at > now + HURRY
    )
    session.execute(short.values(due_at=now + HURRY))


def _speak(drill_id: UUID, number: int, step: Step, place: str) -> None:
    said = Said(
        step.text.format(place=place),
        pin=step.pin,
        file=step.file,
        forwarded=step.forwarded,
        member=step.member,
    )
    try:
        heard = say(step.who, said)
    except NotPossible:
        return
    with transaction() as session:
        drill = session.get_one(Drill, drill_id, with_for_update=True)
        drill.said = drill.said | {str(number): [str(message) for message in heard.messages]}
