"""Routes and chains as the screen shows them: conditions and steps in words, and what a form needs."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import chains
from mbiu.chains import Selector, Step
from mbiu.codes import Certainty, Driver, EventType, ResponderClass, Severity
from mbiu.models import Address, Contact, EscalationChain, Place, Rota, Route
from mbiu.refusals import NotFound
from review import places
from review.words import label

#: The chains and versions that one page shows.
MOST = 200


@dataclass(frozen=True)
class Names:
    """What ids in steps are called: contacts and chats by code name, rotas and areas by name."""

    people: dict[UUID, str]
    groups: dict[UUID, str]
    rotas: dict[UUID, str]
    areas: places.Names

    @classmethod
    def of(cls, db: Session, steps: Iterable[Step]) -> "Names":
        """Look up what these steps name, in four questions."""
        found = [one for step in steps for one in step.who]
        ids = {kind: [one.id for one in found if one.kind == kind] for kind in ("person", "group", "rota")}
        people = select(Contact.id, Contact.code).where(Contact.id.in_(ids["person"]))
        rotas = select(Rota.id, Rota.name).where(Rota.id.in_(ids["rota"]))
        return cls(
            people=dict(db.execute(people).all()),
            groups=dict(chats(db, ids["group"])),
            rotas=dict(db.execute(rotas).all()),
            areas=places.names(db, [one.area for one in found]),
        )


def chats(db: Session, ids: Iterable[UUID | None] | None = None) -> list[tuple[UUID, str]]:
    """Group chats with the code name of their committee; those of ``ids``, or all."""
    query = (
        select(Address.id, Contact.code)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Address.is_group, Contact.archived_at.is_(None))
        .order_by(Contact.code)
        .limit(MOST)
    )
    return [
        (row.id, row.code)
        for row in db.execute(query if ids is None else query.where(Address.id.in_(list(ids))))
    ]


def who(one: Selector, names: Names) -> str:
    """A selector in words."""
    if one.kind == "all":
        return str(_("everybody told before, once more"))
    if one.kind == "rota":
        return str(_("on duty: %(name)s", name=names.rotas.get(one.id, "–") if one.id else "–"))
    if one.kind == "group":
        return str(_("chat of %(name)s", name=names.groups.get(one.id, "–") if one.id else "–"))
    if one.kind == "person":
        return names.people.get(one.id, "–") if one.id else "–"
    where = area_words(one.area, names.areas)
    return str(_("%(people)s: %(area)s", people=label(one.responder_class), area=where))


def area_words(area: str, known: places.Names) -> str:
    """Where people of a class are looked for."""
    around = {
        "district": _("the district of the incident"),
        "region": _("its region"),
        "country": _("its country"),
        "/": _("everywhere"),
    }
    return str(around[area]) if area in around else places.place_name(area, known)


@dataclass(frozen=True)
class StepLine:
    """A step in words; ``after`` is minutes since the start, if every step before was taken."""

    number: int
    after: int
    wait_minutes: int
    who: tuple[str, ...]
    notes: tuple[str, ...]


def lines(steps: Iterable[Step], names: Names) -> tuple[StepLine, ...]:
    """The steps of a chain in words."""
    found, after = [], 0
    for number, step in enumerate(steps, start=1):
        people = tuple(who(one, names) for one in step.who)
        found.append(StepLine(number, after, step.wait_minutes, people, tuple(notes(step))))
        after += step.wait_minutes
    return tuple(found)


def notes(step: Step) -> list[str]:
    """What else a step says: whose answers are enough, how often it is told anew, in which hours."""
    said = []
    if step.quorum:
        said.append(_("enough: %(who)s", who=quorum_words(step.quorum)))
    if step.repeats:
        said.append(repeat_words(step.repeats, step.repeat_minutes))
    if step.hours:
        said.append(hour_words(step.hours))
    return [str(one) for one in said]


def repeat_words(times: int, minutes: int) -> str:
    """How often and when a step is told anew."""
    return ngettext(
        "told again %(num)s time, after %(minutes)s min",
        "told again %(num)s times, every %(minutes)s min",
        times,
        minutes=minutes,
    )


def quorum_words(quorum: Iterable[tuple[ResponderClass, int]]) -> str:
    """``1 × Mediator and 1 × Police liaison``."""
    return str(_(" and ")).join(f"{count} × {label(name)}" for name, count in quorum)


def hour_words(hours: tuple[int, int]) -> str:
    """``from 6:00 to 21:00``."""
    return str(_("from %(start)s:00 to %(end)s:00", start=hours[0], end=hours[1]))


@dataclass(frozen=True)
class ChainCard:
    """A chain in words. ``shut`` are hours of the day in which none of its steps tells anybody."""

    id: UUID
    name: str
    active: bool
    version: int
    saved_at: dt.datetime
    lines: tuple[StepLine, ...]
    routes: tuple[str, ...]
    shut: str

    @property
    def ends(self) -> int:
        """Minutes until the centre is told, if every step is taken."""
        return self.lines[-1].after + self.lines[-1].wait_minutes if self.lines else 0


def chain_cards(db: Session) -> list[ChainCard]:
    """All chains by name, with the routes that lead to them."""
    rows = db.scalars(select(EscalationChain).order_by(EscalationChain.name).limit(MOST)).all()
    steps = {row.id: chains.read(row.steps) for row in rows}
    names = Names.of(db, (step for found in steps.values() for step in found))
    used: dict[UUID, list[str]] = {}
    for chain_id, name in db.execute(select(Route.chain_id, Route.name).order_by(Route.name)):
        used.setdefault(chain_id, []).append(name)
    return [
        ChainCard(
            row.id, row.name, row.active, row.version, row.saved_at, lines(steps[row.id], names),
            tuple(used.get(row.id, ())), shut_words(steps[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def shut_words(steps: Iterable[Step]) -> str:
    """The hours in which no step is open, as spans; empty if there are none."""
    hours = set(chains.shut_hours(steps))
    starts = [hour for hour in sorted(hours) if (hour - 1) % 24 not in hours]
    return ", ".join(hour_words((start, _end(start, hours))) for start in starts)


def _end(start: int, hours: set[int]) -> int:
    end = start
    while end % 24 in hours:
        end += 1
    return end % 24


@dataclass(frozen=True)
class RouteCard:
    """A route in words, and as its form holds it."""

    id: UUID | None = None
    key: str = "new"
    name: str = ""
    active: bool = True
    version: int = 0
    chain: str = ""
    chain_name: str = ""
    area: str = ""
    summary: str = ""
    types: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    min_severity: str = Severity.MODERATE.value
    min_certainty: str = Certainty.UNKNOWN.value
    hours: tuple[int | None, int | None] = (None, None)
    exercise: str = "any"


def route_cards(db: Session) -> list[RouteCard]:
    """All routes by name."""
    rows = db.execute(
        select(Route, EscalationChain.name)
        .join(EscalationChain, EscalationChain.id == Route.chain_id)
        .order_by(Route.name)
        .limit(MOST)
    ).all()
    known = places.names(db, [row.Route.area_path for row in rows])
    return [_route_card(row.Route, row.name, known) for row in rows]


def route_card(db: Session, route_id: UUID) -> RouteCard:
    """One route. Raises NotFound."""
    route = db.get(Route, route_id)
    if route is None:
        raise NotFound("There is no such route.")
    chain = db.get_one(EscalationChain, route.chain_id)
    return _route_card(route, chain.name, places.names(db, [route.area_path]))


def _route_card(route: Route, chain: str, known: places.Names) -> RouteCard:
    return RouteCard(
        id=route.id,
        key=str(route.id),
        name=route.name,
        active=route.active,
        version=route.version,
        chain=str(route.chain_id),
        chain_name=chain,
        area="" if route.area_path == "/" else route.area_path,
        summary=", ".join(conditions(route, known)),
        types=tuple(route.event_types),
        drivers=tuple(route.drivers),
        min_severity=route.min_severity.value,
        min_certainty=route.min_certainty.value,
        hours=(route.hour_from, route.hour_to),
        exercise={None: "any", True: "only", False: "never"}[route.exercise],
    )


def conditions(route: Route, known: places.Names) -> list[str]:
    """What a route asks, in words."""
    said = [
        places.full_name(route.area_path, known) or _("everywhere"),
        " / ".join(label(kind) for kind in route.event_types) or _("all types"),
    ]
    if route.drivers:
        said.append(_("about %(drivers)s", drivers=" / ".join(label(one) for one in route.drivers)))
    if route.min_severity.rank:
        said.append(_("severity at least: %(severity)s", severity=label(route.min_severity)))
    if route.min_certainty.rank:
        said.append(_("certainty at least: %(certainty)s", certainty=label(route.min_certainty)))
    if route.hour_from is not None and route.hour_to is not None:
        said.append(hour_words((route.hour_from, route.hour_to)))
    if route.exercise is not None:
        said.append(_("exercises only") if route.exercise else _("real incidents only"))
    return [str(one) for one in said]


def choices(db: Session) -> dict[str, Any]:
    """What the forms of routes offer."""
    chosen = select(EscalationChain.id, EscalationChain.name).where(EscalationChain.active)
    return {
        "areas": areas(db),
        "chains": [(str(row.id), row.name) for row in db.execute(chosen.order_by(EscalationChain.name))],
        "types": [(kind.value, label(kind)) for kind in EventType],
        "drivers": [(one.value, label(one)) for one in Driver],
        "severities": [(one.value, label(one)) for one in sorted(Severity, key=lambda one: one.rank)],
        "certainties": [(one.value, label(one)) for one in sorted(Certainty, key=lambda one: one.rank)],
        "exercises": [
            ("any", _("real incidents and exercises")),
            ("never", _("real incidents only")),
            ("only", _("exercises only")),
        ],
    }


def areas(db: Session) -> list[tuple[str, str]]:
    """Countries and the units below them, to choose from."""
    paths = list(db.scalars(select(Place.path).where(Place.level.in_((0, 1, 2)), ~Place.retired)))
    known = places.names(db, paths)
    return sorted(((path, places.full_name(path, known)) for path in paths), key=lambda one: one[0])
