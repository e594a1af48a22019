"""A batch of reports finds its incidents: under a lock on the areas concerned, one after the other.

Every join by the machine and every proposal is kept as a `Joining` with its reasons.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, bindparam, func, insert, select
from sqlalchemy.orm import Session

from mbiu import candidates, flood, search, vault
from mbiu.apart import apart
from mbiu.candidates import Candidate, Pool
from mbiu.codes import IncidentState, JoiningState
from mbiu.house import ranking
from mbiu.house.ranking import Ranking
from mbiu.incidents import absorb, hold, new_incident
from mbiu.joining import Match, Source, compare, source
from mbiu.models import Incident, Joining, utcnow
from mbiu.refs import new_id
from mbiu.reports import Work

#: So many incidents are proposed for one report.
PROPOSED = 3


def join(session: Session, works: list[Work]) -> None:
    """Give each report an incident: one that is known, or a new one."""
    searches = {work.row.id: search.Search.of(work.facts, work.fingerprint) for work in works}
    _lock(session, {lock for where in searches.values() for lock in where.locks})
    known = candidates.find(session, searches.values())
    parted = apart(session, [work.row.id for work in works if work.row.incident_id])
    lists = {work.row.id: known.shortlist(work.facts, searches[work.row.id]) for work in works}
    candidates.add_witnesses(session, [one for found in lists.values() for one in found])
    begun, fresh = Pool(), []
    flood.mark(session, works)
    folds, ranked = flood.folds(session, works), ranking.current(session)
    for work in works:
        where = searches[work.row.id]
        same = known.same_words(where) | begun.same_words(where)
        near = [*lists[work.row.id], *begun.shortlist(work.facts, where)]
        work.matches = _matches(work, near, same, parted[work.row.id])
        if not (_settle(session, work) or flood.fold(work, folds)):
            fresh.append(_begin(work, begun, ranked))
            if work.flooded and work.incident_id:
                folds[work.facts.block] = work.incident_id
        elif one := begun.get(work.incident_id) or known.get(work.incident_id):  # type: ignore[arg-type]
            one.witnesses.append(work.witness)
    _keep(session, works, fresh)


def _keep(session: Session, works: list[Work], fresh: list[dict[str, Any]]) -> None:
    """Write the new incidents, let the others speak of what joined them, and note the reasons."""
    if fresh:
        session.connection().execute(insert(Incident), fresh)
    begun = {
        row["id"]: work for row in fresh for work in works if work.founded and work.incident_id == row["id"]
    }
    joined: dict[UUID, list[Work]] = defaultdict(list)
    for work in works:
        if work.incident_id and begun.get(work.incident_id) is not work:
            joined[work.incident_id].append(work)
    left = {work.left for work in works if work.left}
    held = {row.id: row for row in hold(session, {*joined, *left})}
    for incident_id, mine in joined.items():
        absorb(session, held[incident_id], mine)
    records = [record for work in works for record in _records(work)]
    if records:
        session.connection().execute(insert(Joining), records)


def _lock(session: Session, names: Iterable[str]) -> None:
    """Two workers must not make two incidents of one event: one at a time in each district and square."""
    keys = sorted(int.from_bytes(vault.blind_digest("block", name)[:8], signed=True) for name in names)
    if keys:
        array = bindparam("keys", keys, ARRAY(BigInteger))
        session.execute(
            select(func.count(func.pg_advisory_xact_lock(func.unnest(array).column_valued("key"))))
        )


def _matches(work: Work, near: list[Candidate], same_words: set[UUID], parted: set[UUID]) -> list[Match]:
    """What fits, the best first; the newest first among equals."""
    matches = []
    for candidate in near:
        if candidate.facts.id == work.row.incident_id or candidate.facts.id in parted:
            continue
        told = candidate.witnesses
        if candidate.facts.id in same_words:  # Perhaps by one of those whose texts were not opened.
            told = [*told, work.witness.unnamed()]
        if match := compare(work.facts, candidate.facts, work.witness, told):
            matches.append(match)
    return sorted(matches, key=lambda match: -match.same_event)


def _settle(session: Session, work: Work) -> bool:
    """Whether the report finds or keeps an incident."""
    best, present = next(iter(work.matches), None), work.row.incident_id
    if best and best.joins and (present is None or _may_move(session, work)):
        work.match, work.incident_id, work.left = best, best.incident_id, present
        work.source, work.copied = best.source, best.is_copy or best.source.code == "copy"
        return True
    work.incident_id, work.source = present, source(work.witness, ())
    if present and work.row.source_note in {"copy", "same_person", "connected"}:
        work.source, work.copied = Source(work.row.source_note), work.row.copied
    return present is not None


def _may_move(session: Session, work: Work) -> bool:
    """Whether the report's present incident is nothing but this report, and nobody has touched it."""
    if work.row.corrected:
        return False
    row = session.get(Incident, work.row.incident_id)
    return bool(row and row.reports <= 1 and row.state is IncidentState.OPEN)


def _begin(work: Work, begun: Pool, ranked: Ranking) -> dict[str, Any]:
    """A new incident, which reports later in the batch may join."""
    incident = new_incident(work, ranked)
    work.incident_id, work.founded = incident["id"], True
    facts = replace(work.facts, id=incident["id"])
    begun.add(Candidate(facts, [work.witness]), search.keys_of(facts, work.fingerprint))
    return incident


def _records(work: Work) -> list[dict[str, Any]]:
    """The join, or what is proposed in its place."""
    if work.match:
        return [_record(work, work.match, JoiningState.JOINED)]
    return [_record(work, match, JoiningState.PROPOSED) for match in work.matches[:PROPOSED]]


def _record(work: Work, match: Match, state: JoiningState) -> dict[str, Any]:
    why = [*match.why, match.source.why] if match.source.why else list(match.why)
    return {
        "id": new_id(),
        "report_id": work.row.id,
        "incident_id": match.incident_id,
        "left_id": work.left,
        "state": state,
        "same_event": match.same_event,
        "independent": match.independent,
        "why": why,
        "created_at": utcnow(),
    }
