"""What happened to an incident, in order: reports, decisions, alerts, answers, notes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.models import AuditEntry, Incident, Note, Outcome, User
from review.alerts import AlertCard
from review.reports import ReportCard
from review.words import label

# Looking and noting are recorded too, but say nothing of the incident's course.
_QUIET = ("incident.viewed", "incident.noted")
_KEY = frozenset(
    {"incident.verified", "incident.refuted", "alert.sent", "incident.closed", "incident.withdrawn"}
)


@dataclass(frozen=True)
class Step:
    """One line of the course; ``key`` marks the turning points."""

    at: dt.datetime
    text: str
    by: str = ""
    key: bool = False


@dataclass(frozen=True)
class Result:
    """What was done, as recorded at the end."""

    done: str
    effect: str
    note: str
    by: str
    created_at: dt.datetime


def steps(db: Session, row: Incident, reports: list[ReportCard], alerts: list[AlertCard]) -> list[Step]:
    """The course of an incident, newest first."""
    arrived = (Step(card.created_at, f"Report {card.ref}", card.code, key=True) for card in reports)
    found = [*arrived, *_recorded(db, row, alerts), *_notes(db, row)]
    return sorted(found, key=lambda step: step.at, reverse=True)


def _recorded(db: Session, row: Incident, alerts: list[AlertCard]) -> Iterator[Step]:
    subjects = [f"incident:{row.ref}", *(f"alert:{alert.ref}" for alert in alerts)]
    query = select(AuditEntry).where(or_(AuditEntry.object.in_(subjects)), AuditEntry.action.not_in(_QUIET))
    for entry in db.scalars(query.order_by(AuditEntry.seq.desc()).limit(200)):
        subject, _, verb = entry.action.partition(".")
        what = label(verb) if subject == "incident" else f"Alert {label(verb).lower()}"
        fields = entry.details.get("fields")
        text = f"{what}: {', '.join(label(name).lower() for name in fields)}" if fields else what
        yield Step(entry.at, text, entry.actor.removeprefix("contact "), entry.action in _KEY)


def _notes(db: Session, row: Incident) -> Iterator[Step]:
    notes = select(Note, User.name).join(User, User.id == Note.user_id).where(Note.incident_id == row.id)
    for note, name in db.execute(notes):
        yield Step(note.created_at, f"“{vault.unseal('note', 'text', note.id, note.text)}”", name)


def outcomes(db: Session, row: Incident) -> list[Result]:
    """What was recorded as done about an incident."""
    rows = db.execute(
        select(Outcome, User.name)
        .outerjoin(User, User.id == Outcome.user_id)
        .where(Outcome.incident_id == row.id)
        .order_by(Outcome.created_at.desc())
    )
    return [
        Result(
            one.done,
            one.effect,
            vault.unseal("outcome", "note", one.id, one.note),
            name or "",
            one.created_at,
        )
        for one, name in rows
    ]
