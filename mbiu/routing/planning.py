"""Who would be told of an incident, why, in what words, and who comes next. Changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mbiu import alerting, texts
from mbiu.channels.text import compose, segments
from mbiu.codes import AddressKind, Wish
from mbiu.house import settings as house
from mbiu.models import Address, Contact, Incident, Place, Route, RouteRecipient
from mbiu.routing.plans import LeftOut, Plan, PlannedStep, Recipient


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
        return Plan(())
    chosen: dict[UUID, tuple[int, list[str]]] = {}
    for route, link in _links(session, routes, mediators=mediators):
        step, names = chosen.get(link.contact_id, (link.step, []))
        chosen[link.contact_id] = (min(step, link.step), [*names, route.name])
    place, drill = place_name(session, incident.place_id), house.value(session, "exercise")
    words = partial(alerting.wording, incident, place, ref=ref, verified=not mediators)
    found, omitted = [], []
    for contact, address in _reachable(session, list(chosen)):
        step, names = chosen[contact.id]
        why_not = _why_not(contact, address, incident, drill=drill)
        if why_not or address is None:
            omitted.append(LeftOut(contact.id, contact.code, contact.responder_class, why_not))
        else:
            found.append(_recipient(words, contact, address, (step, tuple(names))))
    numbers = {step: number for number, step in enumerate(sorted({one.step for one in found}), start=1)}
    found = [replace(one, step=numbers[one.step]) for one in found]
    found.sort(key=lambda one: (one.step, one.code))
    return Plan(tuple(found), tuple(omitted), tuple(route.name for route in routes), _steps(routes, found))


def _steps(routes: list[Route], found: list[Recipient]) -> tuple[PlannedStep, ...]:
    """A route that leads to nobody, all being left out, hurries none."""
    used = {name for one in found for name in one.routes}
    wait = min((route.wait_minutes for route in routes if route.name in used), default=0)
    return tuple(
        PlannedStep(number, after=wait * (number - 1), wait_minutes=wait)
        for number in sorted({one.step for one in found})
    )


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
        contact.id, contact.code, address.id, address.channel, address.kind, language,
        contact.responder_class, step, text, segments(text) if sms else 1, routes, language,
    )  # fmt: skip


def place_name(session: Session, place_id: str | None) -> str | None:
    """A place with the unit above it, as people say it: ``Bwera, Kasese``."""
    place = session.get(Place, place_id) if place_id else None
    if place is None:
        return None
    above = session.get(Place, place.parent_id) if place.parent_id else None
    named = above and above.level not in {None, 0} and (place.level is None or place.level > 1)
    return f"{place.name}, {above.name}" if above and named else place.name
