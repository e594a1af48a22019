"""The lines of the queue: what a row of the database says to somebody who must choose in a second."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, aliased

from mbiu import figures, outcomes
from mbiu.codes import EventType, IncidentState, Severity, Verdict
from mbiu.db import among
from mbiu.models import Contact, Decision, Incident, Report, User, utcnow
from review import marks, places
from review.filters import WAITING
from review.marks import Mark
from review.words import amount, label

_HOLDER = aliased(User)


@dataclass(frozen=True)
class Flag:
    text: str
    tone: str = ""
    title: str = ""


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue: an incident, or a message that led to none (``message``)."""

    ref: str
    priority: str
    event_type: str
    place: str
    area: str
    state: str
    created_at: dt.datetime
    message: bool = False
    sender: str = ""
    facts: list[str] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    reports: int = 1
    sources: int = 1
    grade: str = ""
    due_at: dt.datetime | None = None
    late: bool = False
    claimed_by: str = ""
    claim_until: dt.datetime | None = None
    assigned_to: str = ""
    mine: bool = False
    waits: bool = True


def incident_rows() -> Select[Incident, str, str]:
    """Incidents with the names of who holds and who has them."""
    named = (User.name.label("claimer"), _HOLDER.name.label("holder"))
    query = select(Incident, *named).outerjoin(User, User.id == Incident.claimed_by)
    return query.outerjoin(_HOLDER, _HOLDER.id == Incident.assigned_to)


def message_rows() -> Select[Report, str]:
    """Messages that led to no incident, with the code names of their senders."""
    return select(Report, Contact.code).join(Contact, Contact.id == Report.contact_id)


def present(db: Session, found: Iterable[Any], user_id: UUID, due: dt.timedelta) -> list[QueueRow]:
    """Rows of the database as lines of the screen; a message is due ``due`` after it came."""
    rows = list(found)
    incidents = [row.Incident for row in rows if hasattr(row, "Incident")]
    paths = [one.area_path for one in incidents]
    paths += [row.Report.area_path for row in rows if hasattr(row, "Report")]
    known, ids = places.names(db, paths), [one.id for one in incidents]
    halves, marked, again = _half_verified(db, ids), marks.of_incidents(db, ids), _again(db, ids)
    lines = []
    for row in rows:
        if hasattr(row, "Report"):
            lines.append(_message(row.Report, row.code, known, due))
        else:
            shown = flags(row.Incident, half=row.Incident.id in halves, marked=marked[row.Incident.id])
            shown += [Flag(_("look again"), "warn")] if row.Incident.id in again else []
            lines.append(_incident(row, known, shown, user_id))
    return lines


def _message(report: Report, code: str, known: places.Names, due: dt.timedelta) -> QueueRow:
    shown = [Flag(str(mark.text), mark.tone, str(mark.title)) for mark in marks.of(report)]
    waits, due_at = report.archived_at is None, report.created_at + due
    return QueueRow(
        ref=report.ref,
        priority="P4",
        event_type=EventType.NONE.value,
        place=places.place_name(report.area_path, known) if places.parts(report.area_path) else "",
        area=places.area_name(report.area_path, known),
        state="open" if waits else IncidentState.ARCHIVED.value,
        created_at=report.created_at,
        message=True,
        sender=code,
        flags=shown + ([Flag(_("exercise"))] if report.exercise else []),
        due_at=due_at if waits else None,
        late=waits and due_at < utcnow(),
        waits=waits,
    )


def _incident(row: Any, known: places.Names, shown: list[Flag], user_id: UUID) -> QueueRow:
    incident, now = row.Incident, utcnow()
    waiting = incident.state in WAITING
    held = incident.state is IncidentState.CLAIMED and bool(
        incident.claim_until and incident.claim_until > now
    )
    state = incident.state if held or not waiting else IncidentState.OPEN
    return QueueRow(
        ref=incident.ref,
        priority=incident.priority.value,
        event_type=incident.event_type.value,
        place=places.place_name(incident.area_path, known),
        area=places.area_name(incident.area_path, known),
        state=state.value,
        facts=numbers(incident.numbers),
        flags=shown,
        missing=[word for word in incident.missing if word != "event_type"],
        reports=incident.reports,
        sources=incident.sources,
        grade=_grade(incident),
        due_at=incident.due_at if waiting else None,
        late=waiting and incident.due_at < now,
        created_at=incident.created_at,
        claimed_by=row.claimer or "",
        claim_until=incident.claim_until if held else None,
        assigned_to=row.holder or "",
        mine=held and incident.claimed_by == user_id,
        waits=waiting,
    )


def _grade(incident: Incident) -> str:
    """The Admiralty pair, once somebody has judged."""
    grade = f"{incident.grade_source}{incident.grade_information}"
    return "" if grade == "F6" else grade


def numbers(values: dict[str, Any]) -> list[str]:
    """``3 killed``, ``12 (10–15) hurt``: what is known of numbers, gravest first."""
    said = {
        "killed": _("killed"),
        "injured": _("hurt"),
        "displaced": _("displaced"),
        "abducted": _("taken"),
        "livestock": _("animals"),
    }
    return [f"{amount(values[key])} {noun}" for key, noun in said.items() if values.get(key)]


def flags(incident: Incident, *, half: bool, marked: Iterable[Mark] = ()) -> list[Flag]:
    """What an eye should catch."""
    found = [Flag(str(mark.text), mark.tone, str(mark.title)) for mark in marked]
    kinds = {incident.event_type.value, *incident.other_types}
    said = (
        (incident.severity.rank >= Severity.SEVERE.rank, Flag(label(incident.severity), "bad")),
        (EventType.SEXUAL_VIOLENCE in kinds, Flag(_("survivor path"), "warn")),
        (incident.restricted, Flag(_("restricted"), "warn")),
        (half, Flag(_("1 of 2 verified"), "info")),
        (incident.reports > 1 and incident.sources == 1, Flag(_("one source only"), "warn")),
        (incident.exercise, Flag(_("exercise"))),
    )
    return found + [flag for is_so, flag in said if is_so]


def _half_verified(db: Session, ids: list[UUID]) -> set[UUID]:
    """Which waiting incidents one person has verified, so that a second is awaited."""
    said = db.scalars(
        select(Decision.incident_id)
        .join(Incident, Incident.id == Decision.incident_id)
        .where(Decision.incident_id.in_(ids), Incident.state.in_(WAITING), _stands())
    )
    return set(said)


def _again(db: Session, ids: list[UUID]) -> set[UUID]:
    """Which incidents are to be looked at again today, or should have been."""
    due = outcomes.due(figures.today(utcnow()))
    return set(db.scalars(select(Incident.id).where(among(Incident.id, ids), due)))


def _stands() -> ColumnElement[bool]:
    return and_(Decision.verdict == Verdict.VERIFIED, Decision.version == Incident.version)
