"""Reads reports and joins them to incidents: one claim, one transaction, as many reports as are due.

The texts are read first; then, under a lock on the districts concerned, each report is compared with
the incidents there. A report that cannot be read is tried again later and, if that does not help,
shown to a person unread: nothing waits for ever.
"""

import datetime as dt
import json
import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from mbiu import analysis, questions, vault
from mbiu.analysis.reading import Reading
from mbiu.analysis.similarity import fingerprint, likeness, plain
from mbiu.codes import EventType, IncidentState, ReportState, Severity, Urgency
from mbiu.facts import block_of, place_columns, reading_facts
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.incidents import Candidate, absorb, candidates, hold, new_incident, recount
from mbiu.joining import Facts, Match, compare
from mbiu.models import Contact, Incident, Message, Report, utcnow

log = logging.getLogger(__name__)

BATCH = 50
GIVE_UP_AFTER = 5


@dataclass(frozen=True)
class Words:
    """What a report consists of: its messages' texts as one, the newest pin, and about the sender."""

    text: str
    sent_at: dt.datetime
    location: tuple[float, float, float | None] | None


@dataclass
class Work:
    """One claimed report on its way through a batch."""

    row: Any
    words: Words
    reading: Reading
    match: Match | None = None
    copied: bool = False
    incident_id: UUID | None = None


def triage(session: Session, gazetteer: Gazetteer, limit: int = BATCH) -> int:
    """Read and join up to ``limit`` due reports inside the caller's transaction; how many were claimed."""
    rows = _claim(session, limit)
    if not rows:
        return 0
    messages = _messages(session, [row.id for row in rows])
    works = [work for row in rows if (work := _read(session, row, messages[row.id], gazetteer))]
    nothing = [
        work for work in works if work.reading.event_type == EventType.NONE and not work.row.incident_id
    ]
    something = [work for work in works if work not in nothing]
    with session.no_autoflush:
        _join(session, something)
        _write(session, works)
    recount(session, [work.incident_id for work in something if work.incident_id])
    for work in something:
        _ask(session, work)
    return len(rows)


# --- claim and read ----------------------------------------------------------------------------

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
        Contact.country,
        Contact.home_place_id,
    )
    .join(Contact, Contact.id == Report.contact_id)
    .where(Report.state == ReportState.RECEIVED, Report.due_at <= func.now())
    .order_by(Report.due_at)
    .limit(bindparam("n"))
    .with_for_update(of=Report, skip_locked=True)
)


def _claim(session: Session, limit: int) -> list[Any]:
    return list(session.execute(_DUE, {"n": limit}).all())


def _messages(session: Session, reports: list[UUID]) -> dict[UUID, list[Any]]:
    """The messages of each report, still sealed, in the order they came in."""
    query = (
        select(
            Message.id, Message.report_id, Message.text, Message.location, Message.sent_at, Message.created_at
        )
        .where(Message.report_id.in_(reports), Message.direction == "in")
        .order_by(Message.created_at, Message.id)
    )
    found: dict[UUID, list[Any]] = {report: [] for report in reports}
    for row in session.execute(query):
        found[row.report_id].append(row)
    return found


def _put_together(rows: list[Any]) -> Words:
    """A report's words, one message a line. Raises CannotOpen."""
    parts = [vault.unseal("message", "text", row.id, row.text) for row in rows]
    first = rows[0] if rows else None
    at = (first.sent_at or first.created_at) if first else utcnow()
    pin = None
    for row in rows:
        if row.location:
            shared = json.loads(vault.unseal("message", "location", row.id, row.location))
            pin = (shared["lat"], shared["lon"], shared["accuracy_m"])
    return Words("\n".join(part for part in parts if part), at, pin)


def report_text(session: Session, report_id: UUID) -> str:
    """A report's words as they were read: the text that evidence offsets count in."""
    return _put_together(_messages(session, [report_id])[report_id]).text


def _read(session: Session, row: Any, messages: list[Any], gazetteer: Gazetteer) -> Work | None:
    words = Words("", row.created_at, None)
    try:
        words = _put_together(messages)
        reading = analysis.read(
            words.text,
            gazetteer,
            country=row.country,
            home=row.home_place_id,
            sent_at=words.sent_at,
            message_id=row.ref,
            location=words.location,
        )
    except Exception:
        log.exception("report.unreadable", extra={"report": row.ref, "attempt": row.attempts + 1})
        if row.attempts + 1 < GIVE_UP_AFTER:
            _later(session, row)
            return None
        reading = _unread(row.ref)
    return Work(row, words, reading)


def _later(session: Session, row: Any) -> None:
    wait = dt.timedelta(seconds=30 * 2**row.attempts)
    session.execute(
        update(Report).where(Report.id == row.id).values(attempts=row.attempts + 1, due_at=utcnow() + wait)
    )


def _unread(ref: str) -> Reading:
    return Reading(
        id=ref,
        language="unknown",
        language_confidence=0.0,
        event_type=EventType.UNKNOWN.value,
        event_confidence=0.0,
        missing=("place", "event_type", "when"),
    )


# --- join --------------------------------------------------------------------------------------


def _join(session: Session, works: list[Work]) -> None:
    blocks = sorted({block_of(work.reading) for work in works})
    _lock(session, blocks)
    known = candidates(session, blocks)
    by_id = {item.facts.id: item for found in known.values() for item in found}
    changed: dict[UUID, list[Work]] = {}
    fresh: list[dict[str, Any]] = []
    for work in works:
        block = block_of(work.reading)
        match = best_match(work, known.get(block, []))
        if work.row.incident_id and not (match and match.joins and _may_move(session, work)):
            work.incident_id = work.row.incident_id
        elif match and match.joins:
            work.match, work.incident_id, work.copied = match, match.incident_id, match.is_copy
        else:
            incident = new_incident(work)
            fresh.append(incident)
            work.incident_id = incident["id"]
            known.setdefault(block, []).append(_fresh_candidate(work, incident, block))
            continue
        if work.incident_id is None:
            continue
        changed.setdefault(work.incident_id, []).append(work)
        if work.incident_id in by_id:
            by_id[work.incident_id].texts.append(plain(work.words.text))
    if fresh:
        session.execute(insert(Incident), fresh)
    for held in hold(session, list(changed)):
        absorb(session, held, changed[held.id])


def _lock(session: Session, blocks: list[str]) -> None:
    """Two workers must not make two incidents of one event: one at a time in each district."""
    keys = sorted(int.from_bytes(vault.blind_digest("block", block)[:8], signed=True) for block in blocks)
    if keys:
        array = bindparam("keys", keys, ARRAY(BigInteger))
        session.execute(
            select(func.count(func.pg_advisory_xact_lock(func.unnest(array).column_valued("key"))))
        )


def best_match(work: Work, known: list[Candidate]) -> Match | None:
    """The candidate that fits best, the newest first among equals."""
    facts = reading_facts(work.reading, work.words.sent_at, exercise=work.row.exercise)
    words, matches = plain(work.words.text), []
    for candidate in known:
        if candidate.facts.id != work.row.incident_id and _may_be_same(facts, candidate.facts):
            alike = max((likeness(words, told) for told in candidate.texts), default=0.0)
            matches.append(compare(facts, candidate.facts, alike))
    return max((match for match in matches if match), key=lambda match: match.score, default=None)


def _may_be_same(report: Facts, incident: Facts) -> bool:
    same_type = report.event_type is incident.event_type
    return same_type or report.place_id is None or report.place_id == incident.place_id


def _may_move(session: Session, work: Work) -> bool:
    """Whether the report's present incident is nothing but this report, and nobody has touched it."""
    if work.row.corrected:
        return False
    row = session.get(Incident, work.row.incident_id)
    return bool(row and row.reports <= 1 and row.state is IncidentState.OPEN)


def _fresh_candidate(work: Work, incident: dict[str, Any], block: str) -> Candidate:
    facts = reading_facts(work.reading, work.words.sent_at, exercise=work.row.exercise)
    return Candidate(
        Facts(**{**facts.__dict__, "id": incident["id"], "block": block}),
        incident["ref"],
        [plain(work.words.text)],
    )


# --- write -------------------------------------------------------------------------------------

_UPDATE = (
    update(Report)
    .where(Report.id == bindparam("row_id"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "state",
                "incident_id",
                "reading",
                "fingerprint",
                "language",
                "missing",
                "copied",
                "read_at",
                "joined_at",
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
        }
    )
)


def _write(session: Session, works: list[Work]) -> None:
    session.flush()
    as_read = [work for work in works if not work.row.corrected]
    if as_read:
        session.connection().execute(_UPDATE, [_columns(work) for work in as_read])
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
        "fingerprint": vault.blind_digest("text", fingerprint(work.words.text)),
        "language": reading.language,
        "missing": list(reading.missing),
        "read_at": now,
        "joined_at": now if work.incident_id else None,
        "event_type": EventType(reading.event_type),
        "severity": Severity(reading.severity),
        "urgency": Urgency(reading.urgency),
    }
    return {"row_id": work.row.id} | {f"new_{name}": value for name, value in values.items()}


# --- ask ---------------------------------------------------------------------------------------


def _ask(session: Session, work: Work) -> None:
    """If nobody can say where it was, ask once; a report that was asked about is not asked about again."""
    if "place" not in work.reading.missing or work.row.read_at is not None or work.copied:
        return
    report = session.get(Report, work.row.id)
    if report is not None:
        questions.ask(session, report, "place")
