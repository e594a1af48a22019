"""Recording what was done, correcting it later, and ending the incident with it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, aliased

from mbiu import audit, feedback, figures, vault
from mbiu.audit import Actor
from mbiu.codes import AlertState, IncidentState, ResponderClass
from mbiu.models import Alert, Contact, Delivery, Incident, Outcome, OutcomeBy, Response, utcnow
from mbiu.outbox import drop
from mbiu.outcomes.following import Ahead, plan
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.verification import MAY_DECIDE, find

#: What was done about an incident, what it changed, and how a dispute stands after it.
DONE = ("visit", "dialogue", "patrol", "arrest", "relief", "referral", "nothing")
EFFECTS = ("prevented", "contained", "too_late", "false", "unknown")
RESOLUTIONS = ("peaceful", "ongoing", "unresolved", "unclear")

#: Of several deeds, the one that reporters are told of: the first of these.
_TELLING = ("dialogue", "relief", "referral", "visit", "patrol", "arrest", "nothing")
_TRUE = frozenset({IncidentState.VERIFIED, IncidentState.ALERTED})


@dataclass(frozen=True)
class Deed:
    """An outcome as somebody tells it.

    ``by`` are contacts, ``kinds`` the classes of others who acted. ``resolution`` is empty where there was no
    dispute to settle. ``answer`` is the responder's answer that it was drawn from.
    """

    done: tuple[str, ...]
    effect: str
    words: str = ""
    resolution: str = ""
    by: tuple[UUID, ...] = ()
    kinds: tuple[str, ...] = ()
    on: dt.date | None = None
    answer: UUID | None = None


def close(session: Session, actor: Actor, ref: str, deed: Deed, ahead: Iterable[Ahead] = ()) -> Incident:
    """Record an outcome, end the incident with it, and tell those who reported it.

    Raises NotAllowed, NotFound, NotPossible.
    """
    record(session, actor, ref, deed, ahead)
    return finish(session, actor, ref)


def finish(session: Session, actor: Actor, ref: str) -> Incident:
    """End an incident whose outcome is recorded: its alerts end too, and those who reported it are told.

    Raises NotAllowed, NotFound, and NotPossible without an outcome.
    """
    incident = _held(session, actor, ref, _TRUE)
    latest = next(iter(current(session, incident.id)), None)
    if latest is None:
        raise NotPossible("Say first what was done: an incident is closed with an outcome.")
    now = utcnow()
    incident.state, incident.closed_at, incident.updated_at = IncidentState.CLOSED, now, now
    _end_alerts(session, incident, now)
    feedback.tell_all(session, incident.id, feedback.Event.OUTCOME, done=foremost(latest.done))
    audit.append(session, actor, "incident.closed", f"incident:{ref}", done=latest.done, effect=latest.effect)
    return incident


def record(session: Session, actor: Actor, ref: str, deed: Deed, ahead: Iterable[Ahead] = ()) -> UUID:
    """Keep what was done about a verified incident, also after its end; the id of the outcome.

    Raises NotAllowed, NotFound, NotPossible.
    """
    incident = _held(session, actor, ref, _TRUE | {IncidentState.CLOSED})
    row = _write(session, actor, incident, deed)
    plan(session, actor, incident, ahead)
    audit.append(session, actor, "incident.outcome", f"incident:{ref}", after=_codes(deed))
    return row


def correct(session: Session, actor: Actor, ref: str, outcome_id: UUID, deed: Deed) -> UUID:
    """Put another outcome in the place of one of this incident; the id of the new one. Both are kept.

    Raises NotAllowed, NotFound, NotPossible.
    """
    incident = _held(session, actor, ref, _TRUE | {IncidentState.CLOSED})
    old = next((one for one in current(session, incident.id) if one.id == outcome_id), None)
    if old is None:
        raise NotFound("There is no such outcome, or it was corrected already.")
    before = _codes(_deed(session, old))
    row = _write(session, actor, incident, deed, corrects=old)
    audit.append(
        session, actor, "incident.outcome_corrected", f"incident:{ref}", before=before, after=_codes(deed)
    )
    return row


def current(session: Session, incident_id: UUID) -> Sequence[Outcome]:
    """The outcomes of an incident that hold, the newest first."""
    query = select(Outcome).where(Outcome.incident_id == incident_id, holds())
    return session.scalars(query.order_by(Outcome.created_at.desc(), Outcome.id.desc())).all()


def holds() -> ColumnElement[bool]:
    """Whether an outcome was not corrected since."""
    later = aliased(Outcome)
    return ~select(later.id).where(later.corrects == Outcome.id).exists()


def foremost(done: Iterable[str]) -> str:
    """Of several deeds the one that says most."""
    return min(done, key=_TELLING.index, default="nothing")


def _held(session: Session, actor: Actor, ref: str, states: frozenset[IncidentState]) -> Incident:
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators record an outcome.")
    incident = find(session, ref, lock=True)
    if incident.state not in states:
        raise NotPossible(f"{ref} is {incident.state.value}; an outcome belongs to a verified incident.")
    return incident


def _write(
    session: Session, actor: Actor, incident: Incident, deed: Deed, corrects: Outcome | None = None
) -> UUID:
    _check(session, incident, deed)
    row_id, now = new_id(), utcnow()
    words = deed.words.strip()
    session.add(
        Outcome(
            id=row_id,
            incident_id=incident.id,
            user_id=actor.id,
            done=[one for one in DONE if one in deed.done],
            effect=deed.effect,
            resolution=deed.resolution,
            kinds=sorted(set(deed.kinds)),
            acted_on=deed.on,
            note=vault.seal("outcome", "note", row_id, words) if words else None,
            corrects=corrects.id if corrects else None,
            response_id=deed.answer,
            created_at=now,
        )
    )
    session.flush()
    session.add_all(OutcomeBy(outcome_id=row_id, contact_id=one) for one in set(deed.by))
    incident.updated_at = now
    session.flush()
    _count_again(session, incident)
    return row_id


def _check(session: Session, incident: Incident, deed: Deed) -> None:
    """Raises NotPossible for what no form offers and what contradicts itself."""
    if not deed.done or not set(deed.done) <= set(DONE) or deed.effect not in EFFECTS:
        raise NotPossible("Choose what was done and what it changed.")
    if "nothing" in deed.done and len(set(deed.done)) > 1:
        raise NotPossible("Either something was done or nothing could be done.")
    if deed.resolution not in {"", *RESOLUTIONS} or not set(deed.kinds) <= set(ResponderClass):
        raise NotPossible("Choose how the dispute stands and who acted from the lists.")
    if deed.on and deed.on > figures.today(utcnow()):
        raise NotPossible("What was done was not done in the future.")
    _check_people(session, incident, deed)


def _check_people(session: Session, incident: Incident, deed: Deed) -> None:
    known = session.scalar(select(func.count()).select_from(Contact).where(Contact.id.in_(deed.by))) or 0
    answered = select(Response.id).join(Alert, Alert.id == Response.alert_id)
    mine = answered.where(Response.id == deed.answer, Alert.incident_id == incident.id)
    if known < len(set(deed.by)) or (deed.answer and session.scalar(mine) is None):
        raise NotPossible("Choose those who acted from the people of the list.")


def _deed(session: Session, row: Outcome) -> Deed:
    by = session.scalars(select(OutcomeBy.contact_id).where(OutcomeBy.outcome_id == row.id))
    return Deed(tuple(row.done), row.effect, "", row.resolution, tuple(by), tuple(row.kinds), row.acted_on)


def _codes(deed: Deed) -> dict[str, object]:
    """What the record keeps of an outcome: codes and ids, no words."""
    return {
        "done": sorted(set(deed.done)),
        "effect": deed.effect,
        "resolution": deed.resolution,
        "by": sorted(str(one) for one in deed.by),
        "kinds": sorted(set(deed.kinds)),
        "on": deed.on.isoformat() if deed.on else None,
    }


def _count_again(session: Session, incident: Incident) -> None:
    """Disputes count on the day on which they were first said to be taken up: that one may be over."""
    first = session.scalar(select(func.min(Outcome.created_at)).where(Outcome.incident_id == incident.id))
    if first and figures.today(first) != figures.today(utcnow()):
        figures.again(session, figures.today(first))


def _end_alerts(session: Session, incident: Incident, now: dt.datetime) -> None:
    """Nobody is told, reminded or asked any more."""
    ended = session.scalars(
        update(Alert)
        .where(Alert.incident_id == incident.id, Alert.state.in_([AlertState.OPEN, AlertState.ACKNOWLEDGED]))
        .values(state=AlertState.DONE, due_at=None, next_at=None, repeat_at=None, ended_at=now)
        .returning(Alert.id)
    ).all()
    drop(session, Delivery.alert_id.in_(ended), "closed", now)
