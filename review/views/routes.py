"""Which incidents go to whom."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.codes import EventType, Severity
from mbiu.db import transaction
from mbiu.models import Contact, Place, Route, RouteRecipient
from mbiu.refusals import NotFound, NotPossible
from review import places
from review.doors import Permission, actor, door
from review.words import label
from review.words import told as translated

pages = Blueprint("routes", __name__, url_prefix="/admin/routes")
#: How often others can be told when nobody answers.
STEPS = (1, 2, 3, 4)


@dataclass(frozen=True)
class RouteCard:
    """A rule in words, and as its form holds it."""

    id: UUID | None = None
    key: str = "new"
    name: str = ""
    active: bool = True
    area: str = ""
    summary: str = ""
    types: tuple[str, ...] = ()
    min_severity: str = Severity.MODERATE.value
    wait_minutes: int = 30
    steps: list[tuple[int, list[str]]] = field(default_factory=list)
    mediators: str = ""

    def told(self, step: int) -> str:
        return ", ".join(code for number, codes in self.steps if number == step for code in codes)


@pages.get("")
@door(Permission.ROUTES)
def show() -> ResponseReturnValue:
    """All rules, and a form for another."""
    with transaction() as db:
        areas = _areas(db)
        routes = _cards(db, dict(areas))
        codes = list(db.scalars(select(Contact.code).where(Contact.role != "unknown").order_by(Contact.code)))
    return render_template(
        "pages/routes.html",
        routes=routes,
        blank=RouteCard(),
        steps=STEPS,
        areas=areas,
        codes=codes,
        types=[(kind.value, label(kind)) for kind in EventType],
        severities=[(one.value, label(one)) for one in Severity],
    )


def _areas(db: Session) -> list[tuple[str, str]]:
    paths = list(db.scalars(select(Place.path).where(Place.level.in_((0, 1))).order_by(Place.path)))
    known = places.names(db, paths)
    return [(path, places.full_name(path, known)) for path in paths]


def _cards(db: Session, areas: dict[str, str]) -> list[RouteCard]:
    """All rules with the people that they tell, in two questions."""
    rows = db.execute(
        select(RouteRecipient.route_id, RouteRecipient.step, RouteRecipient.mediator, Contact.code)
        .join(Contact, Contact.id == RouteRecipient.contact_id)
        .order_by(RouteRecipient.step, Contact.code)
    ).all()
    people: dict[UUID, list[Any]] = {}
    for row in rows:
        people.setdefault(row.route_id, []).append(row)
    return [
        _card(one, people.get(one.id, []), areas) for one in db.scalars(select(Route).order_by(Route.name))
    ]


def _card(route: Route, rows: list[Any], areas: dict[str, str]) -> RouteCard:
    steps = [
        (step, [row.code for row in rows if row.step == step]) for step in sorted({r.step for r in rows})
    ]
    types = ", ".join(label(kind) for kind in route.event_types) or _("all types")
    where = areas.get(route.area_path, _("everywhere") if route.area_path in {"", "/"} else route.area_path)
    severity = label(route.min_severity)
    return RouteCard(
        id=route.id,
        key=str(route.id),
        name=route.name,
        active=route.active,
        area=route.area_path,
        summary=_("%(where)s, %(types)s, from: %(severity)s", where=where, types=types, severity=severity),
        types=tuple(route.event_types),
        min_severity=route.min_severity.value,
        wait_minutes=route.wait_minutes,
        steps=steps,
        mediators=", ".join(row.code for row in rows if row.mediator),
    )


@pages.post("")
@door(Permission.ROUTES)
def create() -> ResponseReturnValue:
    """Make a rule."""
    return _save(None)


@pages.post("/<uuid:route_id>")
@door(Permission.ROUTES)
def change(route_id: UUID) -> ResponseReturnValue:
    """Change a rule; alerts on their way keep the rule as it was."""
    return _save(route_id)


def _save(route_id: UUID | None) -> ResponseReturnValue:
    try:
        with transaction() as db:
            route = db.get(Route, route_id) if route_id else Route()
            if route is None:
                raise NotFound(_("There is no such route."))
            values = _values(db, route_id)
            told = [_people(db, step, needed=step == 1) for step in STEPS]
            mediators = _mediators(db, {one for people in told for one in people})
            before = _facts(db, route) if route_id else None
            for name, value in values.items():
                setattr(route, name, value)
            db.add(route)
            db.flush()
            count = _link(db, route, told, mediators)
            audit.append(
                db,
                actor(),
                "route.saved",
                f"route:{route.id}",
                recipients=count,
                before=before,
                after=_facts(db, route),
            )
        flash(_told(values["name"], count), "ok")
    except NotPossible as refused:
        flash(translated(refused.why), "bad")
    return redirect(url_for("routes.show"))


def _told(name: str, count: int) -> str:
    return ngettext(
        "Route «%(name)s» goes to %(num)s person.",
        "Route «%(name)s» goes to %(num)s people.",
        count,
        name=name,
    )


def _facts(db: Session, route: Route) -> dict[str, Any]:
    """A rule as the audit keeps it: code names, no person."""
    db.flush()
    link, who = RouteRecipient, Contact.code
    rows = db.execute(
        select(link.step, link.mediator, who).join_from(link, Contact).where(link.route_id == route.id)
    )
    people = sorted([row.step, row.code, row.mediator] for row in rows)
    facts = {name: getattr(route, name) for name in ("name", "active", "area_path", "wait_minutes")}
    return facts | {"types": list(route.event_types), "from": route.min_severity.value, "people": people}


def _values(db: Session, route_id: UUID | None) -> dict[str, Any]:
    form = request.form
    name, wait = form.get("name", "").strip()[:80], form.get("wait_minutes", "")
    if not name or db.scalar(select(Route.id).where(Route.name == name, Route.id != route_id)):
        raise NotPossible(_("A route needs a name that no other route has."))
    if not (wait.isascii() and wait.isdigit()) or not 1 <= int(wait[:9]) <= 1440:
        raise NotPossible(_("Wait between 1 and 1440 minutes."))
    area = form.get("area", "")
    if area and not db.scalar(select(Place.id).where(Place.path == area)):
        raise NotPossible(_("There is no such area."))
    return {
        "name": name,
        "wait_minutes": int(wait),
        "area_path": area or "/",
        "active": "active" in form,
        "event_types": [kind for kind in form.getlist("types") if kind in set(EventType)],
        "min_severity": _severity(form.get("min_severity", "")),
    }


def _severity(text: str) -> Severity:
    if text not in set(Severity):
        raise NotPossible(_("Choose from which severity on the route applies."))
    return Severity(text)


def _people(db: Session, step: int, *, needed: bool = True) -> list[UUID]:
    """The contacts whose code names a form field lists. Raises NotPossible for an unknown one."""
    return _named(db, f"step{step}", needed=needed)


def _mediators(db: Session, told: set[UUID]) -> set[UUID]:
    """Those of the people told who may be warned of what is not verified. Raises NotPossible for others."""
    found = set(_named(db, "mediators", needed=False))
    if not found <= told:
        raise NotPossible(_("A mediator is one of those whom the route tells."))
    return found


def _named(db: Session, field: str, *, needed: bool) -> list[UUID]:
    text = request.form.get(field, "")[:600].upper().replace("\0", "")
    codes = [code for code in text.replace(",", " ").split() if code]
    found = dict(db.execute(select(Contact.code, Contact.id).where(Contact.code.in_(codes))).all())
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise NotPossible(_("Nobody is called %(names)s.", names=", ".join(unknown)))
    if needed and not found:
        raise NotPossible(_("Somebody must be told first."))
    return list(found.values())


def _link(db: Session, route: Route, told: list[list[UUID]], mediators: set[UUID]) -> int:
    db.execute(delete(RouteRecipient).where(RouteRecipient.route_id == route.id))
    steps = {
        contact: step for step, people in reversed(tuple(zip(STEPS, told, strict=True))) for contact in people
    }
    for contact_id, step in steps.items():
        mediator = contact_id in mediators
        link = RouteRecipient(route_id=route.id, contact_id=contact_id, step=step, mediator=mediator)
        db.add(link)
    return len(steps)
