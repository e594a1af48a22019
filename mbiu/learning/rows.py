"""What people decided, as examples: reports whose reading was put right, or whose incident was verified."""

import datetime as dt
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, func, select, union_all
from sqlalchemy.orm import Session

from mbiu import analysis, vault, words
from mbiu.analysis.events import Event
from mbiu.codes import EventType, IncidentState
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.learning.fit import Example
from mbiu.models import Contact, Correction, Incident, Report

log = logging.getLogger(__name__)

#: The corrected fields that are learned from.
FIELDS = ("event_type", "other_types")
#: States in which an incident's facts stand as verified.
VERIFIED = (IncidentState.VERIFIED, IncidentState.ALERTED, IncidentState.CLOSED)
#: So many are learned from at most: words change, and a training is to end within minutes.
MOST = 10_000
_BATCH = 500
_CODE = re.compile(r"[a-z_]+")


@dataclass(frozen=True)
class Decided:
    """A report on which people decided: its example, when it came in, when they decided, of which event."""

    example: Example
    came_at: dt.datetime
    decided_at: dt.datetime
    incident_id: UUID | None


def count(session: Session, since: dt.datetime | None = None) -> int:
    """How many reports were decided on (after ``since``)."""
    when = _decisions()
    query = (
        select(func.count()).select_from(Report).join(when, when.c.report_id == Report.id).where(_teaches())
    )
    return session.scalar(query.where(when.c.at > since) if since else query) or 0


def decided(session: Session, gazetteer: Gazetteer) -> list[Decided]:
    """The newest decided reports in the order in which they came in; what cannot be opened is left out."""
    when = _decisions()
    query = (
        select(
            Report.id,
            Report.contact_id,
            Report.created_at,
            Report.incident_id,
            Contact.country,
            Contact.home_place_id,
            Incident.event_type,
            Incident.other_types,
            _is_verified().label("verified"),
            when.c.at.label("decided_at"),
        )
        .join(when, when.c.report_id == Report.id)
        .join(Contact, Contact.id == Report.contact_id)
        .outerjoin(Incident, Incident.id == Report.incident_id)
        .where(_teaches())
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(MOST)
    )
    rows = session.execute(query).all()[::-1]
    parts = (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))
    return [one for part in parts for one in _opened(session, part, gazetteer)]


def _teaches() -> ColumnElement[bool]:
    """Exercises teach nothing, and a copied text teaches once."""
    return and_(Report.exercise.is_(False), Report.copied.is_(False), Report.reading.is_not(None))


def _is_verified() -> ColumnElement[bool]:
    return func.coalesce(and_(Incident.verified_at.is_not(None), Incident.state.in_(VERIFIED)), False)


def _decisions() -> Subquery:
    """The reports on which people decided, each with the time of the newest correction or verification."""
    corrected = select(Correction.report_id.label("report_id"), Correction.created_at.label("at"))
    verified = select(Report.id, Incident.verified_at).join(Incident, Incident.id == Report.incident_id)
    both = union_all(
        corrected.where(Correction.field.in_(FIELDS)),
        verified.where(Incident.state.in_(VERIFIED), Incident.verified_at.is_not(None)),
    ).subquery()
    return select(both.c.report_id, func.max(both.c.at).label("at")).group_by(both.c.report_id).subquery()


def _opened(session: Session, rows: Sequence[Any], gazetteer: Gazetteer) -> Iterator[Decided]:
    texts = _texts(session, [row.id for row in rows])
    corrections = _corrections(session, [row.id for row in rows])
    for row in rows:
        text, told = texts.get(row.id, ""), corrections.get(row.id, {})
        main, others = _main(row, told), _others(row, told)
        if text.strip() and (main or others is not None):
            rules = _by_rules(text, row, gazetteer)
            example = Example(text, row.contact_id, main, others, rules)
            yield Decided(example, row.created_at, row.decided_at, row.incident_id)


def _main(row: Any, told: dict[str, str]) -> str | None:
    """The newest correction, else the verified type; None where people do not know either."""
    code = told.get("event_type") or (row.event_type.value if row.verified else "")
    return code if code in set(EventType) - {EventType.UNKNOWN} else None


def _others(row: Any, told: dict[str, str]) -> frozenset[str] | None:
    if "other_types" in told:
        return frozenset(_CODE.findall(told["other_types"])) & frozenset(code.value for code in EventType)
    return frozenset(row.other_types) if row.verified else None


def _by_rules(text: str, row: Any, gazetteer: Gazetteer) -> Event:
    reading = analysis.read(text, gazetteer, country=row.country, home=row.home_place_id)
    return Event(reading.event_type, reading.event_confidence, reading.other_types, ())


def _texts(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    """The words of each report as they were read; empty where they cannot be opened."""
    return {report: _text(report, messages) for report, messages in words.messages(session, ids).items()}


def _text(report: UUID, messages: list[Any]) -> str:
    try:
        return words.put_together(messages).text
    except vault.CannotOpen:
        log.warning("learning.sealed", extra={"row": f"report:{report}"})
        return ""


def _corrections(session: Session, ids: list[UUID]) -> dict[UUID, dict[str, str]]:
    """The newest correction of each field of each report."""
    query = (
        select(Correction.id, Correction.report_id, Correction.field, Correction.after)
        .where(Correction.field.in_(FIELDS), Correction.report_id.in_(ids))
        .order_by(Correction.created_at, Correction.id)
    )
    found: dict[UUID, dict[str, str]] = {}
    for row in session.execute(query):
        found.setdefault(row.report_id, {})[row.field] = _unsealed(row)
    return found


def _unsealed(row: Any) -> str:
    try:
        return vault.unseal("correction", "after", row.id, row.after)
    except vault.CannotOpen:
        log.warning("learning.sealed", extra={"row": f"correction:{row.id}"})
        return ""
