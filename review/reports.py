"""The reports of an incident as an analyst reads them: the words, why we read them so, the conversation."""

import datetime as dt
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import texts, vault
from mbiu.analysis.language import chosen
from mbiu.analysis.reading import Evidence, Reading
from mbiu.models import Address, Contact, Delivery, Media, Message, Report
from mbiu.words import lay_out
from review.files import File, shown
from review.marks import Mark, of
from review.words import label

NUMBERS = frozenset({"killed", "injured", "displaced", "abducted", "livestock"})
#: Versions and surplus messages shown at most.
MANY = 20
QUESTIONS = ("question_place", "question_what")


@dataclass(frozen=True)
class Part:
    """A stretch of a text, marked if something was read from it."""

    text: str
    fields: tuple[str, ...] = ()
    title: str = ""

    @property
    def kind(self) -> str:
        if "place" in self.fields:
            return "place"
        return "numbers" if NUMBERS & set(self.fields) else "other"


@dataclass(frozen=True)
class Words:
    """One message of a report."""

    parts: list[Part]
    at: dt.datetime
    pin: str
    forwarded: bool
    edited: bool
    note: str = ""
    id: UUID | None = None


@dataclass(frozen=True)
class Line:
    """One message of the conversation with a reporter."""

    direction: str
    text: str
    at: dt.datetime
    state: str


@dataclass(frozen=True)
class ReportCard:
    """A report on the incident's page."""

    ref: str
    code: str
    role: str
    grade: str
    channel: str
    language: str
    language_code: str
    created_at: dt.datetime
    corrected: bool
    copied: bool
    silent: bool
    marks: list[Mark]
    unconfirmed: bool
    messages: list[Words]
    legend: list[tuple[str, str]]
    media: list[File]
    talk: list[Line]
    questions: list[str]
    reading: Reading | None = field(repr=False)


def cards(db: Session, incident_id: UUID) -> list[ReportCard]:
    """The reports of an incident, the first to come first."""
    rows = db.execute(
        select(Report, Contact, Address)
        .join(Contact, Contact.id == Report.contact_id)
        .join(Address, Address.id == Report.address_id)
        .where(Report.incident_id == incident_id)
        .order_by(Report.created_at)
        .limit(200)
    ).all()
    said = _messages(db, [row.Report.id for row in rows])
    files = _files(db, [message.id for messages in said.values() for message, _ in messages])
    return [_card(row.Report, row.Contact, row.Address, said[row.Report.id], files) for row in rows]


def _messages(db: Session, reports: Iterable[UUID]) -> dict[UUID | None, list[tuple[Message, str]]]:
    rows = db.execute(
        select(Message, Delivery.state)
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(Message.report_id.in_(list(reports)))
        .order_by(Message.created_at, Message.id)
    )
    found: dict[UUID | None, list[tuple[Message, str]]] = defaultdict(list)
    for message, state in rows:
        found[message.report_id].append((message, state.value if state else ""))
    return found


def _files(db: Session, messages: Iterable[UUID]) -> dict[UUID, list[Media]]:
    found: dict[UUID, list[Media]] = defaultdict(list)
    for media in db.scalars(select(Media).where(Media.message_id.in_(list(messages))).order_by(Media.id)):
        found[media.message_id].append(media)
    return found


def _card(
    report: Report,
    contact: Contact,
    address: Address,
    said: list[tuple[Message, str]],
    files: dict[UUID, list[Media]],
) -> ReportCard:
    reading = reading_of(report)
    incoming = [message for message, _ in said if message.direction == "in"]
    language = contact.language or texts.first_language(contact.country)
    return ReportCard(
        ref=report.ref,
        code=contact.code,
        role=contact.role.value,
        grade=contact.grade,
        channel=label(address.kind),
        language=_written_in(report, reading),
        language_code=report.language if report.language in languages() else "",
        created_at=report.created_at,
        corrected=report.corrected,
        copied=report.copied,
        silent=bool(address.stopped_at or address.blocked_at or contact.silent_at),
        marks=of(report),
        unconfirmed=report.unconfirmed,
        messages=_words(incoming, reading.evidence if reading else ()),
        legend=_legend(reading),
        media=[shown(media) for message in incoming for media in files.get(message.id, [])],
        talk=[_line(message, state) for message, state in said] if len(said) > 1 else [],
        questions=_questions(language),
        reading=reading,
    )


def reading_of(report: Report) -> Reading | None:
    """The machine's reading of a report, or None where it has not been read."""
    if not report.reading:
        return None
    return Reading.from_json(json.loads(vault.unseal("report", "reading", report.id, report.reading)))


def languages() -> dict[str, str]:
    """The centre's languages by code."""
    return dict(chosen().names)


def _written_in(report: Report, reading: Reading | None) -> str:
    """The report's language, and for a mixed text the others."""
    codes = [
        report.language or "",
        *(e.value for e in (reading.evidence if reading else ()) if e.field == "language"),
    ]
    return " and ".join(dict.fromkeys(languages()[code] for code in codes if code in languages()))


def _words(messages: list[Message], evidence: Iterable[Evidence]) -> list[Words]:
    """Each message with its marks, as it was read; then what was kept, but not read: versions and surplus."""
    laid = lay_out([message for message in messages if not message.folded])
    shown = [_said(piece.row, mark(piece.text, evidence, piece.start)) for piece in laid]
    read = {piece.row.id for piece in laid}
    others = [message for message in messages if message.id not in read][:MANY]
    return shown + [
        _said(message, _unmarked(message), "not read" if message.folded else "earlier version")
        for message in others
    ]


def _said(message: Message, parts: list[Part], note: str = "") -> Words:
    notes = [note] if note else []
    if message.parts:
        notes.append(f"part {message.part} of {message.parts}")
    if message.author:
        notes.append(f"member {message.author}")
    return Words(
        parts,
        message.created_at,
        _pin(message),
        message.forwarded,
        message.edited,
        ", ".join(notes),
        message.id,
    )


def _unmarked(message: Message) -> list[Part]:
    text = vault.unseal("message", "text", message.id, message.text)
    return [Part(text)] if text else []


def mark(text: str, evidence: Iterable[Evidence], start: int = 0) -> list[Part]:
    """``text`` cut where evidence begins or ends; ``start`` is its place in the text that was read."""
    told = (e for e in evidence if e.field != "language")
    spans = [(max(e.start - start, 0), min(e.end - start, len(text)), e) for e in told]
    spans = [span for span in spans if span[0] < span[1]]
    cuts = sorted({0, len(text), *(cut for a, b, _ in spans for cut in (a, b))})
    return [
        _part(text[a:b], [e for first, last, e in spans if first <= a and b <= last])
        for a, b in itertools.pairwise(cuts)
    ]


def _part(text: str, marks: list[Evidence]) -> Part:
    fields = tuple(dict.fromkeys(e.field for e in marks))
    return Part(text, fields, "; ".join(dict.fromkeys(f"{label(e.field)}: {label(e.value)}" for e in marks)))


def _legend(reading: Reading | None) -> list[tuple[str, str]]:
    """Why each fact was read so, one sentence a fact."""
    found: dict[str, str] = {}
    for item in reading.evidence if reading else ():
        if item.why:
            found.setdefault(item.field, item.why.replace("_", " "))
    return list(found.items())


def _pin(message: Message) -> str:
    if not message.location:
        return ""
    shared: dict[str, Any] = json.loads(vault.unseal("message", "location", message.id, message.location))
    return f"{shared['lat']:.4f}, {shared['lon']:.4f}"


def _line(message: Message, state: str) -> Line:
    text = vault.unseal("message", "text", message.id, message.text)
    return Line(message.direction, text, message.created_at, state)


def _questions(language: str) -> list[str]:
    """The ready questions in the reporter's language, without the reference that is put before them."""
    found = [texts.say(language, f"reply.{key}", ref="") for key in QUESTIONS]
    return [words.lstrip(": ") for words in found]
