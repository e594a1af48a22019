"""A look into a row of the queue without opening its page: the words, from whom, what it may belong to."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import vault, words
from mbiu.joining import REASONS
from mbiu.models import Contact, Incident, Report
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound
from review import likely, lines, marks
from review.evidence import Part, mark
from review.likely import Likely
from review.lines import QueueRow
from review.marks import Mark
from review.material import reading_of

#: So many reports of an incident are shown: the newest that are no copies, then the others.
MANY = 8


@dataclass(frozen=True)
class Said:
    """One report: its words with what was read marked, from whom, and why it is no source of its own."""

    ref: str
    code: str
    grade: str
    at: dt.datetime
    language: str
    parts: list[Part]
    why_not: str = ""
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True)
class Peek:
    """What is shown of one row; ``more`` reports are on the page of the incident."""

    row: QueueRow
    version: int
    said: list[Said]
    more: int
    proposed: list[Likely]


def peek(db: Session, ref: str, user_id: UUID) -> Peek:
    """The incident or the message ``ref`` with its words. Raises NotFound."""
    found, version, told = _found(db, normal_ref(ref))
    reports = list(db.execute(told.limit(MANY)))
    messages = words.messages(db, [one.Report.id for one in reports])
    row = lines.present(db, [found], user_id, dt.timedelta())[0]
    return Peek(
        row=row,
        version=version,
        said=[_said(one.Report, one.Contact, messages[one.Report.id]) for one in reports],
        more=max(0, row.reports - len(reports)),
        proposed=[] if row.message or not row.waits else likely.proposed(db, row.ref)[:2],
    )


def _found(db: Session, ref: str) -> tuple[Any, int, Any]:
    told = select(Report, Contact).join(Contact, Contact.id == Report.contact_id)
    newest = told.order_by(Report.copied, Report.independent.desc(), Report.created_at.desc())
    if incident := db.execute(lines.incident_rows().where(Incident.ref == ref)).one_or_none():
        return incident, incident.Incident.version, newest.where(Report.incident_id == incident.Incident.id)
    loose = lines.message_rows().where(Report.ref == ref, Report.incident_id.is_(None))
    if message := db.execute(loose).one_or_none():
        return message, 0, told.where(Report.ref == ref)
    raise NotFound(f"There is no {ref}.")


def _said(report: Report, contact: Contact, messages: list[Any]) -> Said:
    reading = reading_of(report)
    evidence = reading.evidence if reading else ()
    parts: list[Part] = []
    try:
        for piece in words.lay_out(messages):
            parts += [Part(piece.lead), *mark(piece.text, evidence, piece.start)]
    except vault.CannotOpen:
        parts = []
    return Said(
        ref=report.ref,
        code=contact.code,
        grade=contact.grade,
        at=report.created_at,
        language=report.language or "",
        parts=[part for part in parts if part.text],
        why_not="" if report.independent else REASONS.get(report.source_note, ""),
        marks=marks.of(report),
    )
