"""A batch of reports finds its incidents: under a lock on the districts concerned, one after the other."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, bindparam, func, insert, select
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.analysis.similarity import likeness, plain
from mbiu.codes import IncidentState
from mbiu.facts import block_of, reading_facts
from mbiu.incidents import Candidate, absorb, candidates, hold, new_incident
from mbiu.joining import Facts, Match, compare
from mbiu.models import Incident
from mbiu.reports import Work


def join(session: Session, works: list[Work]) -> None:
    """Give each report an incident: one that is known, or a new one."""
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
