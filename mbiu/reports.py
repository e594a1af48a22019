"""The reports that are due: claimed, put together from their messages, written back once they are read."""

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from mbiu import searching, vault
from mbiu.analysis.reading import Reading
from mbiu.analysis.similarity import FEW_WORDS, Text, fingerprint
from mbiu.codes import EventType, Lane, ReportState, Severity, Urgency
from mbiu.facts import home_block, place_columns, reading_facts
from mbiu.joining import Facts, Match, Source, Witness, doubt, ties
from mbiu.models import Contact, Report, utcnow
from mbiu.words import Words


@dataclass
class Work:
    """One claimed report on its way through a batch: what it says, what it fits, where it went.

    ``left`` is the incident it was alone in before; ``founded`` says that it began its incident,
    ``flooded`` that it is one too many (`mbiu.flood`).
    """

    row: Any
    words: Words
    reading: Reading
    matches: list[Match] = field(default_factory=list)
    match: Match | None = None
    source: Source = field(default_factory=Source)
    copied: bool = False
    incident_id: UUID | None = None
    left: UUID | None = None
    founded: bool = False
    flooded: bool = False

    @cached_property
    def home(self) -> str:
        """The block where the event is looked for if no place is told."""
        return home_block(self.row.area_path, self.row.country)

    @cached_property
    def facts(self) -> Facts:
        at, drill = self.words.sent_at, self.row.exercise
        return reading_facts(self.reading, at, exercise=drill, home=self.home)

    @cached_property
    def witness(self) -> Witness:
        kinds = (self.reading.event_type, *self.reading.other_types)
        return Witness(
            texts=(Text.of(self.words.text),),
            contact=self.row.contact_id,
            forwarded=self.words.forwarded,
            hearsay=EventType.RUMOUR in kinds,
            doubt=doubt(self.row),
            **ties(self.row),
        )

    @cached_property
    def digest(self) -> bytes:
        """A keyed mark by which the same words are known again."""
        return vault.blind_digest("text", fingerprint(self.words.text))

    @property
    def fingerprint(self) -> bytes | None:
        """The mark, if the text is long enough to be looked for by it."""
        return self.digest if len(self.witness.texts[0].words) >= FEW_WORDS else None


# --- claim -------------------------------------------------------------------------------------

_DUE = (
    select(
        Report.id,
        Report.ref,
        Report.contact_id,
        Report.address_id,
        Report.incident_id,
        Report.created_at,
        Report.exercise,
        Report.corrected,
        Report.attempts,
        Report.read_at,
        Report.copied,
        Report.source_note,
        Report.told,
        Report.lane,
        or_(Report.unconfirmed, Contact.doubted_at.is_not(None)).label("unconfirmed"),
        Report.duress,
        Contact.country,
        Contact.home_place_id,
        Contact.language,
        Contact.area_path,
        Contact.organisation,
        Contact.community,
        Contact.denomination,
        Contact.supervisor_id,
    )
    .join(Contact, Contact.id == Report.contact_id)
    .where(Report.state == ReportState.RECEIVED, Report.due_at <= func.now())
    .where(Report.withdrawn_at.is_(None), Report.erased_at.is_(None))
    .order_by(Report.lane, Report.due_at)
    .limit(bindparam("n"))
    .with_for_update(of=Report, skip_locked=True)
)


def claim(session: Session, limit: int) -> list[Any]:
    """Up to ``limit`` due reports with what is known of their senders, locked; others' claims are skipped."""
    return list(session.execute(_DUE, {"n": limit}).all())


def put_off(session: Session, row: Any) -> None:
    """A report that could not be read is due again later, each time twice as late."""
    wait = dt.timedelta(seconds=30 * 2**row.attempts)
    session.execute(
        update(Report).where(Report.id == row.id).values(attempts=row.attempts + 1, due_at=utcnow() + wait)
    )


# --- write -------------------------------------------------------------------------------------

_COLUMNS = (
    "state",
    "incident_id",
    "reading",
    "fingerprint",
    "language",
    "missing",
    "copied",
    "independent",
    "source_note",
    "lane",
    "unconfirmed",
    "read_at",
    "joined_at",
    "archived_at",
    "place_id",
    "area_path",
    "lat",
    "lon",
    "precision",
    "radius_km",
    "event_type",
    "severity",
    "urgency",
)
_UPDATE = (
    update(Report)
    .where(Report.id == bindparam("row_id"))
    .values({name: bindparam(f"new_{name}") for name in _COLUMNS})
)


def write(session: Session, works: list[Work]) -> None:
    """Keep what was read and where it was joined; what a person has put right stays."""
    session.flush()
    as_read = [work for work in works if not work.row.corrected]
    if as_read:
        session.connection().execute(_UPDATE, [_columns(work) for work in as_read])
    searching.keep(session, {work.row.id: work.words.text for work in works})
    for work in works:
        if work.row.corrected:
            session.execute(
                update(Report)
                .where(Report.id == work.row.id)
                .values(state=ReportState.JOINED, joined_at=utcnow(), reading=_sealed(work))
            )


def _sealed(work: Work) -> bytes:
    return vault.seal(
        "report", "reading", work.row.id, json.dumps(work.reading.to_json(), ensure_ascii=False)
    )


def _columns(work: Work) -> dict[str, Any]:
    now, reading = utcnow(), work.reading
    values = place_columns(reading) | {
        "state": ReportState.JOINED if work.incident_id else ReportState.READ,
        "incident_id": work.incident_id,
        "reading": _sealed(work),
        "copied": work.copied,
        "independent": work.source.independent,
        "source_note": work.source.code,
        "lane": Lane.FLOOD if work.flooded else work.row.lane,
        "unconfirmed": work.row.unconfirmed,
        "fingerprint": work.digest,
        "language": reading.language,
        "missing": list(reading.missing),
        "read_at": now,
        "joined_at": now if work.incident_id else None,
        "archived_at": None,
        "event_type": EventType(reading.event_type),
        "severity": Severity(reading.severity),
        "urgency": Urgency(reading.urgency),
    }
    return {"row_id": work.row.id} | {f"new_{name}": value for name, value in values.items()}
