"""A dry run: for a real or an imagined incident, who would get what when, and why others would not."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import parties, rotas
from mbiu.codes import ContactRole, IncidentState, ResponderClass
from mbiu.escalation import people, starting
from mbiu.models import Contact, Incident, Rota
from mbiu.routing.people import Cast, unit
from mbiu.routing.planning import Pair, cast, pairs, plan
from mbiu.routing.plans import Plan, Rule
from mbiu.verification import approvals

#: So many people of no chain are named; the others are counted.
NAMED = 100


@dataclass(frozen=True)
class Unfit:
    """A route that is not meant for the incident: the conditions not met, and whom its chain would tell."""

    rule: Rule
    misses: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """A step of a chain that asks for a class of which nobody is in the area; ``area`` is a path or empty."""

    route: str
    step: int
    responder_class: ResponderClass
    area: str


@dataclass(frozen=True)
class Short:
    """A quorum that nobody can fill: of a class ``wanted`` are asked for and ``told`` are told by then."""

    step: int
    responder_class: ResponderClass
    wanted: int
    told: int


@dataclass(frozen=True)
class Idle:
    """Somebody who responds and whom no fitting route names: the names of the routes that would."""

    code: str
    responder_class: ResponderClass | None
    routes: tuple[str, ...]


@dataclass(frozen=True)
class DryRun:
    """What would happen if an alert started at that moment.

    ``obstacles`` are codes of what stands before any alert: ``undecided``, ``ended`` or ``approval``.
    ``on_duty`` and ``final`` are code names: who has which rota then, and whom the last step reaches.
    """

    plan: Plan
    obstacles: tuple[str, ...] = ()
    unfit: tuple[Unfit, ...] = ()
    gaps: tuple[Gap, ...] = ()
    short: tuple[Short, ...] = ()
    idle: tuple[Idle, ...] = ()
    more_idle: int = 0
    on_duty: Mapping[UUID, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    final: tuple[str, ...] = ()


def run(session: Session, incident: Incident, at: dt.datetime, *, real: bool = True) -> DryRun:
    """Try an incident out at a moment. Changes nothing; an imagined one is stored nowhere."""
    found = plan(session, incident, at=at)
    all_pairs = pairs(session, incident, at)
    everybody = cast(session, all_pairs, incident.area_path)
    named = {one.route.name: _codes(one, everybody) for one in all_pairs if one.route.active}
    idle, more = _idle(session, found, named)
    return DryRun(
        plan=found,
        obstacles=_obstacles(session, incident) if real else (),
        unfit=tuple(Unfit(one.rule, one.misses, _codes(one, everybody)) for one in all_pairs if one.misses),
        gaps=tuple(gap for one in all_pairs if not one.misses for gap in _gaps(one, everybody)),
        short=tuple(_short(found)),
        idle=idle,
        more_idle=more,
        on_duty=_on_duty(session, found, at),
        final=_final(session, incident, at + dt.timedelta(minutes=found.ends)),
    )


def _codes(pair: Pair, everybody: Cast) -> tuple[str, ...]:
    keys = (key for step in pair.steps for one in step.who for key in everybody.keys(one))
    return tuple(dict.fromkeys(everybody.ways[key][0].code for key in keys))


def _obstacles(session: Session, incident: Incident) -> tuple[str, ...]:
    if incident.state in {IncidentState.OPEN, IncidentState.CLAIMED}:
        return ("undecided",)
    if incident.state not in {IncidentState.VERIFIED, IncidentState.ALERTED}:
        return ("ended",)
    return () if approvals(session, incident).complete else ("approval",)


def _gaps(pair: Pair, everybody: Cast) -> Iterable[Gap]:
    for number, step in enumerate(pair.steps, start=1):
        for one in step.who:
            if one.responder_class and not everybody.keys(one):
                area = unit(one.area, everybody.area_path) or ""
                yield Gap(pair.route.name, number, one.responder_class, area)


def _short(found: Plan) -> Iterable[Short]:
    """Who is on duty may be of any class, so a step after one with a rota is not counted."""
    for step in found.steps:
        before = [one for one in found.steps if one.number <= step.number]
        if any(one.rotas for one in before):
            return
        for need in step.quorum:
            told = [one for one in found.recipients if one.step <= step.number]
            count = sum(1 for one in told if one.responder_class is need.responder_class)
            if count < need.count:
                yield Short(step.number, need.responder_class, need.count, count)


def _idle(
    session: Session, found: Plan, named: Mapping[str, Collection[str]]
) -> tuple[tuple[Idle, ...], int]:
    """Responders of whom no fitting route speaks, by code name; and how many more there are."""
    spoken_of = {one.contact_id for one in found.recipients} | {one.contact_id for one in found.omitted}
    responds = Contact.responder_class.is_not(None) | (Contact.role == ContactRole.RESPONDER)
    query = select(Contact.code, Contact.responder_class).where(responds, Contact.archived_at.is_(None))
    if spoken_of:
        query = query.where(Contact.id.not_in(spoken_of))
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(query.order_by(Contact.code).limit(NAMED)).all()
    idle = (Idle(row.code, row.responder_class, _naming(named, row.code)) for row in rows)
    return tuple(idle), max(count - NAMED, 0)


def _naming(named: Mapping[str, Collection[str]], code: str) -> tuple[str, ...]:
    return tuple(name for name, codes in named.items() if code in codes)


def _on_duty(session: Session, found: Plan, at: dt.datetime) -> dict[UUID, tuple[str, tuple[str, ...]]]:
    """The name of each rota of the plan, and who has it when its step comes."""
    times = {rota: at + dt.timedelta(minutes=step.after) for step in found.steps for rota in step.rotas}
    names = dict(session.execute(select(Rota.id, Rota.name).where(Rota.id.in_(times))).all())
    people = {rota: rotas.on_duty(session, rota, then) for rota, then in times.items()}
    ids = {one for found_ids in people.values() for one in found_ids}
    codes = dict(session.execute(select(Contact.id, Contact.code).where(Contact.id.in_(ids))).all())
    return {
        rota: (names.get(rota, ""), tuple(codes[one] for one in who if one in codes))
        for rota, who in people.items()
    }


def _final(session: Session, incident: Incident, at: dt.datetime) -> tuple[str, ...]:
    """Whom the final step reaches outside the console, by code name."""
    step = starting.final(session, incident)
    duty = people.on_duty(session, incident, map(UUID, step["rotas"]), at, everywhere=True)
    for named in (duty, step["recipients"], people.coordinators(session, incident, any_area=True)):
        ids = {UUID(one["contact"]) for one in named}
        if ids := ids - parties.barred(session, incident, ids).keys():
            codes = select(Contact.code).where(Contact.id.in_(ids)).order_by(Contact.code)
            return tuple(session.scalars(codes))
    return ()
