"""Routes in the database, with every version they ever had."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import chains, proposals
from mbiu.audit import SYSTEM, Actor
from mbiu.codes import Certainty, Driver, EventType, Severity
from mbiu.models import EscalationChain, Place, Proposal, Route
from mbiu.proposals import Change
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible, Stale


@dataclass(frozen=True)
class Rules:
    """What a route asks, as `mbiu.models.Route` has it, and the chain it leads to."""

    name: str
    chain_id: UUID
    active: bool = True
    area_path: str = "/"
    event_types: Collection[str] = ()
    drivers: Collection[str] = ()
    min_severity: Severity = Severity.UNKNOWN
    min_certainty: Certainty = Certainty.UNKNOWN
    hours: tuple[int, int] | None = None
    exercise: bool | None = None


def save(
    session: Session, actor: Actor, route_id: UUID | None, rules: Rules, *, version: int | None = None
) -> Route | Proposal:
    """Make a route, or a new version of one; what did not change makes none. Running alerts are not touched.

    What changes who hears of real incidents waits for a second person: then it is the proposal that is
    returned. What the system saves does not wait. Raises NotAllowed, NotFound, NotPossible for what makes no
    sense, and Stale when ``version`` is not the newest.
    """
    chains.may_keep(actor)
    chain = _check(session, rules)
    route = _held(session, route_id, version)
    name = chains.named(session, Route, rules.name, route_id)
    before, after = _facts(route) if route_id else None, _facts(_filled(Route(), rules, name))
    if actor != SYSTEM and reach(before) != reach(after):
        change = Change("route", route.id, name, after, before, route.version, chain.version)
        return proposals.put(session, actor, change)
    chains.record(session, actor, "route", _filled(route, rules, name), (before, after))
    return route


def put_in_force(session: Session, actor: Actor, agreed: Proposal) -> Route:
    """Save a route as it was proposed and agreed.

    Raises Stale if it or the chain that it leads to changed since, NotPossible if it makes no sense any more.
    """
    rules = _rules(agreed.after)
    if _check(session, rules).version != agreed.chain_version:
        raise Stale("The chain changed since this was proposed. Take it back and propose it anew.")
    route = _held(session, agreed.subject_id if agreed.version else None, agreed.version)
    before = _facts(route) if agreed.version else None
    route.id = agreed.subject_id
    _filled(route, rules, chains.named(session, Route, rules.name, route.id))
    chains.record(session, actor, "route", route, (before, agreed.after), agreed)
    return route


def reach(facts: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a route does to real incidents; nothing while it is off or for exercises only. Pure."""
    if not facts or not facts["active"] or facts["exercise"]:
        return None
    return {name: value for name, value in facts.items() if name != "name"}


def _filled(route: Route, rules: Rules, name: str) -> Route:
    route.name, route.chain_id, route.active = name, rules.chain_id, rules.active
    route.area_path, route.exercise = rules.area_path, rules.exercise
    route.event_types, route.drivers = sorted(rules.event_types), sorted(rules.drivers)
    route.min_severity, route.min_certainty = rules.min_severity, rules.min_certainty
    route.hour_from, route.hour_to = rules.hours or (None, None)
    return route


def _rules(facts: dict[str, Any]) -> Rules:
    """What `_facts` wrote down."""
    start, end = facts["hour_from"], facts["hour_to"]
    return Rules(
        name=facts["name"],
        chain_id=UUID(facts["chain"]),
        active=facts["active"],
        area_path=facts["area_path"],
        event_types=facts["event_types"],
        drivers=facts["drivers"],
        min_severity=Severity(facts["min_severity"]),
        min_certainty=Certainty(facts["min_certainty"]),
        hours=None if start is None or end is None else (start, end),
        exercise=facts["exercise"],
    )


def _held(session: Session, route_id: UUID | None, version: int | None) -> Route:
    if route_id is None:
        return Route(id=new_id(), version=0)
    route = session.get(Route, route_id, with_for_update=True)
    if route is None:
        raise NotFound("There is no such route.")
    chains.newest(route, version)
    return route


def _check(session: Session, rules: Rules) -> EscalationChain:
    """The chain it leads to. Raises NotPossible."""
    if not set(rules.event_types) <= set(EventType) or not set(rules.drivers) <= set(Driver):
        raise NotPossible("Choose types and drivers from the lists.")
    if rules.area_path != "/" and not session.scalar(select(Place.id).where(Place.path == rules.area_path)):
        raise NotPossible("There is no such area.")
    if rules.hours and (not all(0 <= hour <= 23 for hour in rules.hours) or rules.hours[0] == rules.hours[1]):
        raise NotPossible("Hours go from 0 to 23, and end when they did not begin.")
    chain = session.get(EscalationChain, rules.chain_id)
    if chain is None or (rules.active and not chain.active):
        raise NotPossible("Choose a chain that is in force.")
    return chain


def _facts(route: Route) -> dict[str, Any]:
    """A route as its versions and the audit keep it."""
    plain = ("name", "active", "area_path", "hour_from", "hour_to", "exercise")
    return {name: getattr(route, name) for name in plain} | {
        "event_types": list(route.event_types),
        "drivers": list(route.drivers),
        "min_severity": route.min_severity.value,
        "min_certainty": route.min_certainty.value,
        "chain": str(route.chain_id),
    }
