"""One alert as a ladder: which steps were taken when, who was told, who answered, and what comes next."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import escalation
from mbiu.codes import AlertState
from mbiu.escalation import promises, quorum, scene
from mbiu.escalation.chain import Rung, rungs
from mbiu.models import Alert, Contact, Incident, Response, Rota, StepTaken, User
from review import alerts, places
from review.alerts import Sending

#: Why somebody whom a step names was not told.
WHY = {
    "party": _("is of a suspected party"),
    "told": _("was told before"),
    "cannot": _("had said no"),
    "answered": _("had answered"),
    "unreachable": _("wants no messages, or cannot be reached"),
    "unverified": _("may not hear of what is not verified"),
    "hours": _("outside its hours"),
}


@dataclass(frozen=True)
class Telling:
    """A time at which a step was taken: at first or anew, and who was left out."""

    kind: str
    at: dt.datetime
    late: float
    told: int
    by: str
    left_out: list[tuple[str, object]]


@dataclass(frozen=True)
class Need:
    """So many of a class are wanted, and so many have promised."""

    responder_class: str
    have: int
    count: int


@dataclass(frozen=True)
class Step:
    """A step with what became of it; ``at`` is when it is taken if nobody answers."""

    number: int
    final: bool
    taken: bool
    now: bool
    wait: int
    repeats: int
    gap: int
    hours: tuple[int, int] | None
    needs: list[Need]
    met: bool
    rotas: list[str]
    names: list[str]
    tellings: list[Telling]
    deliveries: list[Sending]
    at: dt.datetime | None


@dataclass(frozen=True)
class Promise:
    """What somebody said, and until when it holds: no more once a later answer of theirs ``replaced`` it."""

    code: str
    responder_class: str
    answer: str
    text: str
    at: dt.datetime
    due_at: dt.datetime | None
    reminded_at: dt.datetime | None
    lapsed_at: dt.datetime | None
    lapsed_why: str
    replaced: bool


@dataclass(frozen=True)
class Ladder:
    """The page of one alert."""

    ref: str
    incident: str
    event_type: str
    priority: str
    place: str
    state: str
    by: str
    taken_by: str
    taken_until: dt.datetime | None
    unverified: bool
    exercise: bool
    settled: bool
    at_last: bool
    created_at: dt.datetime
    due_at: dt.datetime | None
    next_at: dt.datetime | None
    repeat_at: dt.datetime | None
    steps: list[Step]
    promises: list[Promise]

    @property
    def open(self) -> bool:
        return self.state in {AlertState.OPEN, AlertState.ACKNOWLEDGED} and not self.settled


def of(db: Session, ref: str) -> Ladder | None:
    """The alert ``ref`` within the session's scope."""
    row = db.execute(
        select(Alert, Incident, User.name)
        .join(Incident, Incident.id == Alert.incident_id)
        .join(User, User.id == Alert.created_by)
        .where(Alert.ref == ref)
    ).one_or_none()
    return _ladder(db, row.Alert, row.Incident, row.name) if row else None


def _ladder(db: Session, alert: Alert, incident: Incident, by: str) -> Ladder:
    taken_by = db.scalar(select(User.name).where(User.id == alert.taken_by)) if alert.taken_by else ""
    known = places.names(db, [incident.area_path])
    return Ladder(
        ref=alert.ref,
        incident=incident.ref,
        event_type=incident.event_type.value,
        priority=incident.priority.value,
        place=places.place_name(incident.area_path, known),
        state=alert.state.value,
        by=by,
        taken_by=taken_by or "",
        taken_until=alert.taken_until,
        unverified=alert.unverified,
        exercise=alert.exercise,
        settled=alert.settled_at is not None,
        at_last=alert.step == len(alert.chain),
        created_at=alert.created_at,
        due_at=alert.due_at,
        next_at=alert.next_at,
        repeat_at=alert.repeat_at,
        steps=_steps(db, alert),
        promises=_promises(db, alert),
    )


def _steps(db: Session, alert: Alert) -> list[Step]:
    chain = rungs(alert.chain)
    situation = scene.situations(db, [alert])[alert.id]
    holders = situation.holders()
    taken = _taken(db, alert)
    sent = defaultdict(list)
    for one in alerts.sendings(db, [alert])[alert.id]:
        sent[one.step].append(one)
    codes = _codes(db, chain, taken)
    duty = _rotas(db, chain)
    return [
        Step(
            number=number,
            final=rung.final,
            taken=number <= alert.step,
            now=number == alert.step and escalation.is_open(alert),
            wait=int(rung.wait.total_seconds() // 60),
            repeats=rung.repeats,
            gap=int(rung.gap.total_seconds() // 60),
            hours=rung.hours,
            needs=_needs(rung, holders),
            met=number <= alert.step and quorum.is_met(rung, number, holders),
            rotas=[duty[one] for one in rung.rotas if one in duty],
            names=list(dict.fromkeys(codes[one] for one in _people(rung) if one in codes)),
            tellings=[_telling(one, by, codes) for one, by in taken if one.step == number],
            deliveries=sent[number],
            at=_expected(alert, chain, number),
        )
        for number, rung in enumerate(chain, start=1)
    ]


def _expected(alert: Alert, chain: Sequence[Rung], number: int) -> dt.datetime | None:
    """When a step is taken if nobody answers before."""
    if number <= alert.step or alert.next_at is None:
        return None
    return alert.next_at + sum((one.wait for one in chain[alert.step : number - 1]), dt.timedelta())


def _needs(rung: Rung, holders: Iterable[quorum.Told]) -> list[Need]:
    have = Counter(one.responder_class for one in holders)
    return [Need(kind, min(have[kind], count), count) for kind, count in rung.needs]


def _people(rung: Rung) -> list[UUID]:
    return [UUID(one["contact"]) for one in rung.people]


def _taken(db: Session, alert: Alert) -> list[tuple[StepTaken, str]]:
    query = select(StepTaken, User.name).outerjoin(User, User.id == StepTaken.user_id)
    rows = db.execute(query.where(StepTaken.alert_id == alert.id).order_by(StepTaken.round))
    return [(row.StepTaken, row.name or "") for row in rows]


def _telling(row: StepTaken, by: str, codes: Mapping[UUID, str]) -> Telling:
    left_out = [
        (codes.get(UUID(one["contact"]), "") if one["contact"] else "", WHY.get(one["why"], one["why"]))
        for one in row.left_out
    ]
    late = max((row.taken_at - row.due_at).total_seconds(), 0.0)
    return Telling(row.kind, row.taken_at, late, row.told, by, left_out)


def _codes(db: Session, chain: Sequence[Rung], taken: Sequence[tuple[StepTaken, str]]) -> dict[UUID, str]:
    wanted = {one for rung in chain for one in _people(rung)}
    wanted |= {UUID(one["contact"]) for row, _by in taken for one in row.left_out if one["contact"]}
    rows = db.execute(select(Contact.id, Contact.code).where(Contact.id.in_(wanted)))
    return {row.id: row.code for row in rows}


def _rotas(db: Session, chain: Sequence[Rung]) -> dict[UUID, str]:
    wanted = {one for rung in chain for one in rung.rotas}
    return {row.id: row.name for row in db.execute(select(Rota.id, Rota.name).where(Rota.id.in_(wanted)))}


def _promises(db: Session, alert: Alert) -> list[Promise]:
    rows = db.execute(
        select(Response, Contact.code, Contact.responder_class)
        .join(Contact, Contact.id == Response.contact_id)
        .where(Response.alert_id == alert.id)
        .order_by(Response.created_at, Response.id)
    ).all()
    newest = {row.code: row.Response.id for row in rows}
    return [
        Promise(
            code=row.code,
            responder_class=row.responder_class.value if row.responder_class else "",
            answer=row.Response.answer.value,
            text=alerts.words_of(row.Response),
            at=row.Response.created_at,
            due_at=row.Response.due_at,
            reminded_at=row.Response.reminded_at,
            lapsed_at=row.Response.lapsed_at,
            lapsed_why=row.Response.lapsed_why,
            replaced=newest[row.code] != row.Response.id,
        )
        for row in rows
    ]


#: Minutes after the reminder at which a promise is void, for the page.
GRACE = int(promises.GRACE.total_seconds() // 60)
