"""The reports of an incident as an analyst reads them: the words as received, and why we read them so."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from mbiu import vault
from mbiu.analysis.reading import Evidence, Reading
from mbiu.models import Media, Message
from mbiu.words import lay_out
from review.evidence import Part, mark
from review.files import File, shown
from review.marks import Mark, of
from review.material import Account, Material, languages, reading_of
from review.values import Value, read_values
from review.words import label

__all__ = ["ReportCard", "Words", "cards", "languages", "reading_of"]

#: Versions and surplus messages shown at most.
MANY = 20
#: Why a report is no source of its own, by the code that is kept with it (`mbiu.joining.REASONS`).
SOURCE_NOTES = {
    "same_person": lazy_gettext("the same person told it before"),
    "copy": lazy_gettext("the words of an earlier report"),
    "forwarded": lazy_gettext("a forwarded message"),
    "hearsay": lazy_gettext("told from hearsay"),
    "connected": lazy_gettext(
        "close to an earlier reporter: one organisation or community, or one line of supervision"
    ),
    "unconfirmed": lazy_gettext("perhaps not from whom the number says"),
    "duress": lazy_gettext("sent under duress"),
    "withdrawn": lazy_gettext("taken back by the reporter"),
    "flood": lazy_gettext("one of more reports from there at once than are looked at one by one"),
}


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
    apart: bool = True


@dataclass(frozen=True)
class ReportCard:
    """A report on the incident's page; ``not_source`` says why it is no source of its own, or is empty."""

    ref: str
    code: str
    role: str
    grade: str
    channel: str
    language: str
    language_code: str
    created_at: dt.datetime
    corrected: bool
    independent: bool
    not_source: str
    marks: list[Mark]
    unconfirmed: bool
    messages: list[Words]
    legend: list[tuple[str, str]]
    media: list[File]
    values: list[Value]
    circle: dict[str, Any] | None
    reading: Reading | None = field(repr=False)


def cards(material: Material) -> list[ReportCard]:
    """The reports of an incident, the first to come first."""
    return [_card(account, material.files) for account in material.accounts]


def _card(account: Account, files: dict[UUID, list[Media]]) -> ReportCard:
    report, contact, reading = account.report, account.contact, account.reading
    incoming = [one.row for one in account.said if one.row.direction == "in"]
    return ReportCard(
        ref=report.ref,
        code=contact.code,
        role=contact.role.value,
        grade=contact.grade,
        channel=label(account.address.kind),
        language=_written_in(report.language, reading),
        language_code=report.language if report.language in languages() else "",
        created_at=report.created_at,
        corrected=report.corrected,
        independent=report.independent,
        not_source=_not_source(account),
        marks=of(report),
        unconfirmed=report.unconfirmed,
        messages=_words(incoming, reading.evidence if reading else ()),
        legend=_legend(reading),
        media=[shown(media) for message in incoming for media in files.get(message.id, [])],
        values=read_values(reading) if reading else [],
        circle=_circle(account),
        reading=reading,
    )


def _not_source(account: Account) -> str:
    if account.report.independent:
        return ""
    words = SOURCE_NOTES.get(account.report.source_note)
    return str(words) if words else _("not counted")


def _circle(account: Account) -> dict[str, Any] | None:
    """Where this report says it was, for the map: the point and how far it may be off."""
    report = account.report
    if report.lat is None or report.lon is None:
        return None
    return {
        "lat": report.lat,
        "lon": report.lon,
        "radius_km": report.radius_km,
        "name": f"{account.contact.code} {report.ref}",
        "independent": report.independent,
    }


def _written_in(language: str | None, reading: Reading | None) -> str:
    """The report's language, and for a mixed text the others."""
    others = [e.value for e in (reading.evidence if reading else ()) if e.field == "language"]
    names = [languages()[code] for code in dict.fromkeys([language or "", *others]) if code in languages()]
    return " + ".join(names)


def _words(messages: list[Message], evidence: Iterable[Evidence]) -> list[Words]:
    """Each message with its marks, as it was read; then what was kept, but not read: versions and surplus."""
    laid = lay_out([message for message in messages if not message.folded])
    shown_ = [_said(piece.row, mark(piece.text, evidence, piece.start)) for piece in laid]
    read = {piece.row.id for piece in laid}
    others = [message for message in messages if message.id not in read][:MANY]
    return shown_ + [
        _said(message, _unmarked(message), _("not read") if message.folded else _("earlier version"),
              apart=message.folded)
        for message in others
    ]  # fmt: skip


def _said(message: Message, parts: list[Part], note: str = "", *, apart: bool = True) -> Words:
    notes = [note] if note else []
    if message.parts:
        notes.append(_("part %(n)s of %(all)s", n=message.part, all=message.parts))
    if message.author:
        notes.append(_("member %(code)s", code=message.author))
    return Words(
        parts,
        message.created_at,
        pin_of(message),
        message.forwarded,
        message.edited,
        ", ".join(notes),
        message.id,
        apart,
    )


def _unmarked(message: Message) -> list[Part]:
    text = vault.unseal("message", "text", message.id, message.text)
    return [Part(text)] if text else []


def _legend(reading: Reading | None) -> list[tuple[str, str]]:
    """Why each fact was read so, one sentence a fact."""
    found: dict[str, str] = {}
    for item in reading.evidence if reading else ():
        if item.why:
            found.setdefault(item.field, item.why.replace("_", " "))
    return list(found.items())


def pin_of(message: Message) -> str:
    """The place that was shared with a message, as latitude and longitude; empty for none."""
    if not message.location:
        return ""
    shared: dict[str, Any] = json.loads(vault.unseal("message", "location", message.id, message.location))
    return f"{shared['lat']:.4f}, {shared['lon']:.4f}"
