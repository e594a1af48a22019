"""From a verified incident to an alert: who is told, why, in what words, and who comes next.

`plan` is the preview and changes nothing; `send` writes the alert with its escalation chain, as it
stands now, and the first deliveries.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mbiu import alerting, audit, sources, texts, vault
from mbiu.audit import Actor
from mbiu.channels.text import compose, segments
from mbiu.codes import AddressKind, AlertState, IncidentState, Wish
from mbiu.house import settings as house
from mbiu.models import Address, Alert, Contact, Incident, Place, Route, RouteRecipient, utcnow
from mbiu.outbox import Outgoing, put
from mbiu.refs import new_id, new_ref
from mbiu.refusals import NotAllowed, NotPossible, Stale
from mbiu.verification import MAY_DECIDE, approvals, find

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
_ROUTABLE = frozenset({IncidentState.VERIFIED, IncidentState.ALERTED})


@dataclass(frozen=True)
class Recipient:
    """Someone who would be told: the address, the step of the chain, the words, and by which route."""

    contact_id: UUID
    code: str
    address_id: UUID
    channel: str
    kind: AddressKind
    language: str
    step: int
    text: str
    segments: int
    routes: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Who would get what, and who not and why. ``waits`` are minutes until each next step."""

    recipients: tuple[Recipient, ...]
    left_out: tuple[tuple[str, str], ...]
    waits: dict[int, int] = field(default_factory=dict)
    routes: tuple[str, ...] = ()

    def step(self, number: int) -> list[Recipient]:
        return [one for one in self.recipients if one.step == number]


def matches(route: Route, incident: Incident) -> bool:
    """Whether a rule covers an incident."""
    return (
        route.active
        and incident.area_path.startswith(route.area_path)
        and (not route.event_types or incident.event_type.value in route.event_types)
        and incident.severity.rank >= route.min_severity.rank
    )


def plan(session: Session, incident: Incident, ref: str = "A??????", *, mediators: bool = False) -> Plan:
    """The preview for an incident; ``ref`` is the reference to show in the words.

    With ``mediators`` that of a warning: to those alone who may be told what is not verified, and so marked.
    """
    routes = [
        route for route in session.scalars(select(Route).order_by(Route.name)) if matches(route, incident)
    ]
    if not routes:
        return Plan((), ())
    chosen: dict[UUID, tuple[int, list[str]]] = {}
    for route, link in _links(session, routes, mediators=mediators):
        step, names = chosen.get(link.contact_id, (link.step, []))
        chosen[link.contact_id] = (min(step, link.step), [*names, route.name])
    place, drill = place_name(session, incident.place_id), house.value(session, "exercise")
    found, left_out = [], []
    for contact, address in _reachable(session, list(chosen)):
        step, names = chosen[contact.id]
        why_not = _why_not(contact, address, incident, drill=drill)
        if why_not or address is None:
            left_out.append((contact.code, why_not))
        else:
            words = partial(alerting.wording, incident, place, ref=ref, verified=not mediators)
            found.append(_recipient(words, contact, address, (step, tuple(names))))
    waits = _waits(routes, found)
    found.sort(key=lambda one: (one.step, one.code))
    return Plan(tuple(found), tuple(left_out), waits, tuple(route.name for route in routes))


def _waits(routes: list[Route], found: list[Recipient]) -> dict[int, int]:
    """Minutes until each next step. A route that leads to nobody, all being left out, hurries none."""
    used = {name for one in found for name in one.routes}
    shortest = min((route.wait_minutes for route in routes if route.name in used), default=0)
    return {one.step: shortest for one in found}


def _links(session: Session, routes: list[Route], *, mediators: bool) -> list[tuple[Route, RouteRecipient]]:
    by_id = {route.id: route for route in routes}
    query = select(RouteRecipient).where(RouteRecipient.route_id.in_(by_id))
    links = session.scalars(query.where(RouteRecipient.mediator) if mediators else query)
    return [(by_id[link.route_id], link) for link in links]


def _reachable(session: Session, contacts: list[UUID]) -> list[tuple[Contact, Address | None]]:
    """Each contact with the address it used last; a blocked or silent one only if there is no other."""
    rows = session.execute(
        select(Contact, Address)
        .outerjoin(Address, Address.contact_id == Contact.id)
        .where(Contact.id.in_(contacts))
        .order_by(
            Contact.id,
            Address.blocked_at.is_(None).desc(),
            Address.stopped_at.is_(None).desc(),
            Address.last_in_at.desc().nulls_last(),
        )
        .ext(distinct_on(Contact.id))
    )
    return [(row.Contact, row.Address) for row in rows]


_WISHES = {Wish.PULL: "wants to hear from us only in answer", Wish.NEVER: "wants never to hear from us"}


def _why_not(contact: Contact, address: Address | None, incident: Incident, *, drill: bool) -> str:
    """Why somebody is not told; in an exercise of the whole house (``drill``) everybody is part of it."""
    if address is None:
        return "has no address"
    if address.stopped_at or contact.stopped_at or contact.silent_at:
        return "asked for no more messages"
    if contact.wish is not Wish.PUSH:
        return _WISHES[contact.wish]
    if address.blocked_at:
        return "blocked us, or the number does not work"
    if contact.exercise and not incident.exercise:
        return "belongs to the demonstration"
    if incident.exercise and not (contact.exercise or drill):
        return "is not part of the exercise"
    return ""


def _recipient(
    words: Callable[..., str], contact: Contact, address: Address, how: tuple[int, tuple[str, ...]]
) -> Recipient:
    language = contact.language or texts.first_language(contact.country)
    text = words(language=language)
    sms = address.kind is AddressKind.SMS
    text = compose(text) if sms else text
    step, routes = how
    return Recipient(
        contact.id, contact.code, address.id, address.channel, address.kind, language, step, text,
        segments(text) if sms else 1, routes,
    )  # fmt: skip


def place_name(session: Session, place_id: str | None) -> str | None:
    """A place with the unit above it, as people say it: ``Bwera, Kasese``."""
    place = session.get(Place, place_id) if place_id else None
    if place is None:
        return None
    above = session.get(Place, place.parent_id) if place.parent_id else None
    named = above and above.level not in {None, 0} and (place.level is None or place.level > 1)
    return f"{place.name}, {above.name}" if above and named else place.name


def send(
    session: Session, actor: Actor, ref: str, *, version: int | None = None, knowing: bool = False
) -> Alert:
    """Alert the people that the routes name about a verified incident.

    ``knowing`` says that the actor knows if only somebody under duress has told of it. Raises NotAllowed,
    NotFound, Stale when it changed since, and NotPossible when it is not approved enough or nobody would be
    told.
    """
    incident = find(session, ref, lock=True)
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators send alerts.")
    if incident.state not in _ROUTABLE:
        raise NotPossible(f"{ref} is {incident.state.value}; only verified incidents are alerted.")
    if version is not None and version != incident.version:
        raise Stale(f"{ref} was changed since you opened it. Look again, then send.")
    if not approvals(session, incident).complete:
        raise NotPossible(f"The facts of {ref} changed after it was verified: it needs approval again.")
    if not knowing and sources.is_coerced(session, incident.id):
        raise NotPossible(
            f"Nobody but somebody under duress tells of {ref}. Say that you know it, then send."
        )
    alert_ref = new_ref("A")
    found = plan(session, incident, alert_ref)
    if not found.recipients:
        raise NotPossible("No route leads to anyone who can be reached, so nobody would be told.")
    alert = start(session, actor, incident, alert_ref, found)
    incident.state = IncidentState.ALERTED
    audit.append(
        session, actor, "alert.sent", f"alert:{alert_ref}", incident=ref,
        recipients=len(found.recipients), routes=list(found.routes),
    )  # fmt: skip
    return alert


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
            "wait_minutes": found.waits[step],
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
