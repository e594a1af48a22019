"""The first steps of an alert, until the escalation has a package of its own."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import alerting, vault
from mbiu.audit import Actor
from mbiu.codes import AlertState, Wish
from mbiu.models import Address, Alert, Contact, Incident, utcnow
from mbiu.outbox import Outgoing, put
from mbiu.refs import new_id
from mbiu.routing.plans import Plan

#: An alert that could not be delivered for so long is of no use any more.
USEFUL = dt.timedelta(hours=12)
#: Whom an alert may reach at an address: nobody who asked for silence, by STOP, SAFE or in danger. Quiet
#: hours hold nothing back here, because an alert cannot wait.
ALERTABLE = (
    Address.stopped_at.is_(None),
    Address.blocked_at.is_(None),
    Contact.stopped_at.is_(None),
    Contact.silent_at.is_(None),
    Contact.wish == Wish.PUSH,
)


def start(
    session: Session, actor: Actor, incident: Incident, ref: str, found: Plan, *, unverified: bool = False
) -> Alert:
    """Write an alert as planned and tell the people of its first step. The database refuses one that is
    neither approved enough nor a warning to mediators.
    """
    now = utcnow()
    alert_id = new_id()
    wordings = {one.language: one.text for one in found.recipients}
    alert = Alert(
        id=alert_id,
        ref=ref,
        incident_id=incident.id,
        incident_version=incident.version,
        created_by=actor.id,
        texts=vault.seal("alert", "texts", alert_id, json.dumps(wordings, ensure_ascii=False)),
        chain=_chain(found),
        exercise=incident.exercise,
        unverified=unverified,
    )
    session.add(alert)
    session.flush()
    incident.updated_at = now
    take_step(session, alert, now)
    return alert


def _chain(found: Plan) -> list[dict[str, Any]]:
    """The steps in order, without gaps: who is told in each, and how long to wait for an answer."""
    waits = {one.number: one.wait_minutes for one in found.steps}
    return [
        {
            "recipients": [
                {
                    "contact": str(one.contact_id),
                    "address": str(one.address_id),
                    "channel": one.channel,
                    "language": one.language,
                }
                for one in found.step(step)
            ],
            "wait_minutes": waits[step],
        }
        for step in sorted({one.step for one in found.recipients})
    ]


def take_step(session: Session, alert: Alert, now: dt.datetime) -> bool:
    """Tell the people of the chain's next step; False, and nothing due any more, when there is none.

    Who ended the conversation meanwhile is not told; a step with nobody left is passed over.
    """
    while alert.step < len(alert.chain):
        step = alert.chain[alert.step]
        alert.step += 1
        if people := _still_reachable(session, step["recipients"]):
            _tell(session, alert, people, now)
            alert.due_at = now + dt.timedelta(minutes=step["wait_minutes"])
            return True
    alert.due_at = None
    return False


def _still_reachable(session: Session, people: list[dict[str, str]]) -> list[dict[str, str]]:
    reachable = (
        select(Address.id)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Address.id.in_([UUID(one["address"]) for one in people]), *ALERTABLE)
    )
    open_to_us = set(session.scalars(reachable))
    return [one for one in people if UUID(one["address"]) in open_to_us]


def _tell(session: Session, alert: Alert, people: list[dict[str, str]], now: dt.datetime) -> None:
    wordings = json.loads(vault.unseal("alert", "texts", alert.id, alert.texts))
    for one in people:
        put(
            session,
            Outgoing(
                address_id=UUID(one["address"]),
                contact_id=UUID(one["contact"]),
                channel=one["channel"],
                text=wordings[one["language"]],
                kind="alert",
                alert_id=alert.id,
                buttons=alerting.buttons(one["language"], alert.ref),
                step=alert.step,
                expires_at=now + USEFUL,
            ),
            now,
        )


def is_open(alert: Alert) -> bool:
    return alert.state in {AlertState.OPEN, AlertState.ACKNOWLEDGED}
