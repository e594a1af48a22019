"""The start of an alert: its chain and its words are fixed, its first step is taken."""

import json
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from mbiu import alerting, texts, vault
from mbiu.alerting.places import place_name
from mbiu.audit import Actor
from mbiu.codes import AddressKind
from mbiu.escalation import chain, people, steps
from mbiu.exchange import cap
from mbiu.house import settings as house
from mbiu.jobs import Job, enqueue
from mbiu.models import Alert, Incident, utcnow
from mbiu.refs import new_id

if TYPE_CHECKING:
    from mbiu.routing.plans import Plan, Recipient

#: How people may be told who are only known when a step is taken: those on duty.
_WAYS = (AddressKind.SMS, AddressKind.TELEGRAM, AddressKind.EMAIL)


def start(
    session: Session,
    actor: Actor,
    incident: Incident,
    ref: str,
    plan: "Plan",
    *,
    unverified: bool = False,
    released: str = "",
) -> Alert:
    """Write an alert as planned, with a final step that reaches a person, and take the first step.

    The incident is locked. ``released`` are words of a report that an analyst lets go out with it. The
    database refuses an alert that is neither approved enough nor a warning to mediators.
    """
    now = utcnow()
    alert_id = new_id()
    wordings = _wordings(session, incident, ref, plan, verified=not unverified, released=released)
    alert = Alert(
        id=alert_id,
        ref=ref,
        incident_id=incident.id,
        incident_version=incident.version,
        created_by=actor.id,
        texts=vault.seal("alert", "texts", alert_id, json.dumps(wordings, ensure_ascii=False)),
        chain=[*_chain(plan), final(session, incident)],
        exercise=incident.exercise,
        unverified=unverified,
        next_at=now,
        due_at=now,
        created_at=now,
    )
    session.add(alert)
    session.flush()
    cap.begin(session, alert)
    steps.climb(session, [alert], now, actor)
    enqueue(session, Job.ESCALATION)
    return alert


def _chain(plan: "Plan") -> list[dict[str, Any]]:
    """The steps in order."""
    return [chain.written(step, [_to(one) for one in plan.step(step.number)]) for step in plan.steps]


def _to(one: "Recipient") -> dict[str, Any]:
    return {
        "contact": str(one.contact_id),
        "address": str(one.address_id),
        "channel": one.channel,
        "language": one.language,
        "class": one.responder_class.value if one.responder_class else None,
        "key": one.key,
    }


def final(session: Session, incident: Incident) -> dict[str, Any]:
    """The last step of every chain: who is on duty, or the coordinators of the area, until one answers."""
    rota = house.value(session, "duty_rota")
    return {
        "recipients": people.coordinators(session, incident),
        "rotas": [rota] if rota else [],
        "wait_minutes": 0,
        "quorum": [],
        "repeats": 0,
        "repeat_minutes": 0,
        "hours": None,
        "final": True,
    }


@dataclass(frozen=True)
class _Key:
    key: str


def _wordings(
    session: Session, incident: Incident, ref: str, plan: "Plan", *, verified: bool, released: str
) -> dict[str, str]:
    """The words as planned, and those for whoever will be on duty when the time comes."""
    keys = {alerting.key(kind, code) for kind, code in product(_WAYS, texts.languages())} - plan.words.keys()
    wanted = [_Key(key) for key in sorted(keys)]
    place = place_name(session, incident.place_id)
    more = alerting.contents(session, incident, place, ref, wanted, verified=verified, released=released)
    return {**more, **plan.words}
