"""A dry run of routes as the screen shows it: what was asked, and what would happen in words."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from mbiu import routing
from mbiu.codes import Certainty, Driver, EventType, Severity
from mbiu.models import Incident, utcnow
from mbiu.refs import normal_ref
from mbiu.refusals import NotPossible
from mbiu.routing import DryRun, Gap, Imagined, PlannedStep, Recipient
from mbiu.verification import find
from review import places, routes
from review.routes import hour_words, quorum_words
from review.words import label


@dataclass(frozen=True)
class Asked:
    """What somebody wants to try: a reference, or what they imagine; and when it would start."""

    ref: str = ""
    event_type: str = ""
    other_types: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    severity: str = Severity.SEVERE.value
    certainty: str = Certainty.LIKELY.value
    place: str = ""
    parties: str = ""
    exercise: bool = False
    child: bool = False
    at: str = ""

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "Asked":
        """From an address, cut to a bearable length."""
        return cls(
            ref=args.get("incident", "").strip()[:20],
            event_type=args.get("event_type", "")[:24],
            other_types=tuple(args.getlist("other_types")[:24]),
            drivers=tuple(args.getlist("drivers")[:24]),
            severity=args.get("severity", Severity.SEVERE.value)[:24],
            certainty=args.get("certainty", Certainty.LIKELY.value)[:24],
            place=args.get("place", "").replace("\0", "")[:120],
            parties=args.get("parties", "").replace("\0", "")[:200],
            exercise=bool(args.get("exercise", "")),
            child=bool(args.get("child", "")),
            at=args.get("at", "")[:20],
        )

    @property
    def is_asked(self) -> bool:
        return bool(self.ref or self.event_type)


def incident(db: Session, asked: Asked) -> Incident:
    """The real incident that was named, or the imagined one. Raises NotFound and NotPossible."""
    if asked.ref:
        return find(db, normal_ref(asked.ref))
    return routing.imagine(
        db,
        Imagined(
            event_type=EventType(_code(EventType, asked.event_type)),
            place_id=_place(db, asked.place),
            other_types=asked.other_types,
            drivers=asked.drivers,
            severity=Severity(_code(Severity, asked.severity)),
            certainty=Certainty(_code(Certainty, asked.certainty)),
            parties=[name.strip() for name in asked.parties.split(",") if name.strip()],
            exercise=asked.exercise,
            child=asked.child,
        ),
    )


def _code(kind: type[EventType] | type[Severity] | type[Certainty], text: str) -> str:
    if text not in {one.value for one in kind}:
        raise NotPossible("Choose types and drivers from the lists.")
    return text


def _place(db: Session, text: str) -> str | None:
    if not text.strip():
        return None
    found = places.find(db, text)
    if found is None:
        raise NotPossible(_("No place, or more than one, is called so. Add what it lies in: Bwera, Kasese."))
    return found


def moment(db: Session, asked: Asked) -> dt.datetime:
    """When the alert would start, by the clock of the house; now if nothing was said. Raises NotPossible."""
    if not asked.at:
        return utcnow()
    try:
        naive = dt.datetime.fromisoformat(asked.at)
    except ValueError:
        raise NotPossible(_("Write the time as 2026-11-23 02:10.")) from None
    return naive.replace(tzinfo=naive.tzinfo or routing.zone(db)).astimezone(dt.UTC)


def choices(db: Session) -> dict[str, Any]:
    """What the form offers."""
    return {
        "types": [(one.value, label(one)) for one in EventType if one is not EventType.NONE],
        "drivers": [(one.value, label(one)) for one in Driver],
        "severities": [(one.value, label(one)) for one in sorted(Severity, key=lambda one: one.rank)],
        "certainties": [(one.value, label(one)) for one in sorted(Certainty, key=lambda one: one.rank)],
        "units": [name for _path, name in routes.areas(db)],
    }


@dataclass(frozen=True)
class Rung:
    """A step in words: when by the clock, who, and what else holds."""

    number: int
    after: int
    at: dt.datetime
    shut: bool
    again: bool
    people: tuple[Recipient, ...]
    on_duty: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """A dry run as the page shows it."""

    found: DryRun
    rungs: tuple[Rung, ...]
    final_at: dt.datetime
    unfit: tuple[tuple[str, str, str], ...]
    gaps: tuple[str, ...]
    short: tuple[str, ...]
    obstacles: tuple[str, ...]


def shown(db: Session, found: DryRun, at: dt.datetime) -> Shown:
    """Everything in words."""
    known = places.names(db, [gap.area for gap in found.gaps])
    return Shown(
        found=found,
        rungs=tuple(_rung(found, step, at) for step in found.plan.steps),
        final_at=at + dt.timedelta(minutes=found.plan.ends),
        unfit=tuple(
            (one.rule.route, "; ".join(str(MISSES[name]) for name in one.misses), ", ".join(one.people))
            for one in found.unfit
        ),
        gaps=tuple(_gap(one, known) for one in found.gaps),
        short=tuple(
            _(
                "Step %(step)s asks for %(wanted)s × %(people)s, and only %(told)s are told by then.",
                step=one.step, wanted=one.wanted, people=label(one.responder_class), told=one.told,
            )
            for one in found.short
        ),
        obstacles=tuple(str(OBSTACLES[name]) for name in found.obstacles),
    )  # fmt: skip


def _rung(found: DryRun, step: PlannedStep, at: dt.datetime) -> Rung:
    notes = []
    if step.quorum:
        notes.append(
            _("enough: %(who)s", who=quorum_words((one.responder_class, one.count) for one in step.quorum))
        )
    if step.repeats:
        notes.append(routes.repeat_words(step.repeats, step.repeat_minutes))
    if step.hours:
        notes.append(hour_words(step.hours))
    return Rung(
        number=step.number,
        after=step.after,
        at=at + dt.timedelta(minutes=step.after),
        shut=step.shut,
        again=step.again,
        people=tuple(one for one in found.plan.recipients if one.step == step.number),
        on_duty=tuple(found.on_duty[rota] for rota in step.rotas if rota in found.on_duty),
        notes=tuple(str(one) for one in notes),
    )


def _gap(gap: Gap, known: places.Names) -> str:
    return str(
        _(
            "Route «%(route)s», step %(step)s: nobody is registered as %(people)s in %(area)s.",
            route=gap.route,
            step=gap.step,
            people=label(gap.responder_class),
            area=(places.full_name(gap.area, known) if gap.area else "") or _("this area"),
        )
    )


#: Why a route is not meant for an incident.
MISSES = {
    "active": lazy_gettext("it is switched off"),
    "area": lazy_gettext("it is for another area"),
    "type": lazy_gettext("it is for other types"),
    "driver": lazy_gettext("it is for conflicts about something else"),
    "severity": lazy_gettext("it is for graver incidents"),
    "certainty": lazy_gettext("it is for surer incidents"),
    "hours": lazy_gettext("it is for other hours of the day"),
    "exercise": lazy_gettext("exercises and real incidents go different ways"),
}
#: What stands before any alert about a real incident.
OBSTACLES = {
    "undecided": lazy_gettext("Nobody is told yet: the incident is not verified."),
    "ended": lazy_gettext("Nobody is told any more: the incident was closed or not found true."),
    "approval": lazy_gettext("Nobody is told yet: approval is missing for the facts as they are now."),
}
