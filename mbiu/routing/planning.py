"""Who would be told of an incident, why, in what words, and who comes next. Changes nothing."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import alerting, chains, parties
from mbiu.alerting.places import place_name
from mbiu.chains import Selector, Step
from mbiu.channels.text import compose, segments
from mbiu.codes import AddressKind, ResponderClass
from mbiu.house import settings as house
from mbiu.models import EscalationChain, Incident, Route, utcnow
from mbiu.routing.merging import Key, Merged, Rung, ladder, merge
from mbiu.routing.omitting import language, omitted, words_key
from mbiu.routing.people import Cast
from mbiu.routing.plans import Plan, Recipient, Rule
from mbiu.routing.rules import Case, misses


@dataclass(frozen=True)
class Pair:
    """A route with its chain; ``misses`` are the conditions that an incident does not meet."""

    route: Route
    chain: EscalationChain
    steps: tuple[Step, ...]
    misses: tuple[str, ...]

    @property
    def rule(self) -> Rule:
        """Which versions these are."""
        route, chain = self.route, self.chain
        return Rule(route.id, route.name, route.version, chain.id, chain.name, chain.version)


def pairs(session: Session, incident: Incident, at: dt.datetime) -> list[Pair]:
    """All routes by name, those that are meant for an incident at a moment and those that are not."""
    case = _case(session, incident, at)
    rows = session.execute(
        select(Route, EscalationChain)
        .join(EscalationChain, EscalationChain.id == Route.chain_id)
        .order_by(Route.name)
    ).all()
    return [
        Pair(row.Route, row.EscalationChain, chains.read(row.EscalationChain.steps), misses(row.Route, case))
        for row in rows
    ]


def _case(session: Session, incident: Incident, at: dt.datetime) -> Case:
    return Case(
        area_path=incident.area_path,
        types=frozenset({incident.event_type.value, *incident.other_types}),
        drivers=frozenset(incident.drivers),
        severity=incident.severity,
        certainty=incident.certainty,
        exercise=incident.exercise,
        hour=at.astimezone(zone(session)).hour,
    )


def zone(session: Session) -> ZoneInfo:
    """The time zone of the house, in which hours of routes and steps are read."""
    return ZoneInfo(house.value(session, "time_zone"))


def plan(
    session: Session,
    incident: Incident,
    ref: str = "A??????",
    *,
    mediators: bool = False,
    at: dt.datetime | None = None,
    released: str = "",
) -> Plan:
    """The preview of an incident's alert that starts ``at`` a moment (now); ``ref`` is the reference in it.

    With ``mediators`` that of a warning: to those alone who may be told what is not verified, and so marked.
    ``released`` are words of a report that go out with it.
    """
    now = at or utcnow()
    fitting = [one for one in pairs(session, incident, now) if not one.misses]
    if mediators:
        fitting = [replace(one, steps=_alone(one.steps)) for one in fitting]
    found = cast(session, fitting, incident.area_path, mediators=mediators)
    left = omitted(session, incident, found)
    if helpers := () if mediators else _helpers(session, incident, fitting, found, left):
        fitting = [replace(fitting[0], steps=(*fitting[0].steps, Step(helpers))), *fitting[1:]]
        found = cast(session, fitting, incident.area_path)
        left = omitted(session, incident, found)
    merged = _merged(session, fitting, found, left, now)
    people = _recipients(found, merged)
    words = alerting.contents(
        session, incident, place_name(session, incident.place_id), ref, people,
        verified=not mediators, released=released,
    )  # fmt: skip
    return Plan(
        recipients=tuple(_worded(one, words[one.key]) for one in people),
        omitted=tuple(left[key] for key in found.ways if key in left),
        rules=tuple(one.rule for one in fitting),
        steps=merged.steps,
        words=words,
    )


def cast(session: Session, fitting: Iterable[Pair], area_path: str, *, mediators: bool = False) -> Cast:
    """Everybody whom the chains name for a place, or the mediators among them."""
    named = (who for one in fitting for step in one.steps for who in step.who)
    found = Cast.of(session, named, area_path)
    if not mediators:
        return found
    ways = {key: way for key, way in found.ways.items() if way[0].responder_class is ResponderClass.MEDIATOR}
    return replace(found, ways=ways)


def _helpers(
    session: Session, incident: Incident, fitting: Collection[Pair], found: Cast, left: Collection[Key]
) -> tuple[Selector, ...]:
    """Who is told of survivors where the chains lead to nobody who may be."""
    if not fitting or len(left) < len(found.ways):
        return ()
    return tuple(Selector("person", one) for one in parties.instead(session, incident))


def _alone(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps as a warning takes them: nobody on duty, for that may be anybody, and one answer is enough."""
    return tuple(
        replace(step, who=tuple(one for one in step.who if one.kind != "rota"), quorum=()) for step in steps
    )


def _merged(
    session: Session, fitting: Iterable[Pair], found: Cast, left: Collection[Key], now: dt.datetime
) -> Merged:
    local = zone(session)

    def hour(after: int) -> int:
        return (now + dt.timedelta(minutes=after)).astimezone(local).hour

    return merge([ladder(_rungs(one, found, left), hour) for one in fitting])


def _rungs(pair: Pair, found: Cast, left: Collection[Key]) -> list[Rung]:
    return [
        Rung(
            pair.route.name,
            step,
            tuple(key for one in step.who for key in found.keys(one) if key not in left),
            tuple(one.id for one in step.who if one.kind == "rota" and one.id),
        )
        for step in pair.steps
    ]


def _recipients(found: Cast, merged: Merged) -> list[Recipient]:
    people = []
    for key, (step, routes) in merged.at.items():
        contact, address = found.ways[key]
        if address is not None:
            people.append(
                Recipient(
                    contact.id, contact.code, address.id, address.channel, address.kind, language(contact),
                    contact.responder_class, step, "", 1, routes, words_key(contact, address),
                )
            )  # fmt: skip
    return sorted(people, key=lambda one: (one.step, one.code))


def _worded(one: Recipient, words: str) -> Recipient:
    text = compose(words) if one.kind is AddressKind.SMS else words
    return replace(one, text=text, segments=segments(text) if one.kind is AddressKind.SMS else 1)
