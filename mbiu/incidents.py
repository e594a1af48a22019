"""Incidents as reports make them: the candidates, how one begins, how it takes in another report."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mbiu import survivors
from mbiu.codes import EventType, IncidentState
from mbiu.facts import facts_of
from mbiu.house import ranking
from mbiu.house.ranking import Ranking
from mbiu.models import Incident, utcnow
from mbiu.priority import soonest
from mbiu.refs import new_id, new_ref
from mbiu.reports import Work

_UNDECIDED = (IncidentState.OPEN, IncidentState.CLAIMED)


def new_incident(work: Work, ranked: Ranking) -> dict[str, Any]:
    """The row of a new incident that so far only this report speaks of."""
    now, facts = utcnow(), facts_of(work.reading, work.home, ranked.table)
    return facts | {
        "id": new_id(),
        "ref": new_ref("I"),
        "state": IncidentState.OPEN,
        "exercise": work.row.exercise,
        "child": _tells_of_child(work, facts),
        "reports": 1,
        "sources": 1,
        "created_at": now,
        "updated_at": now,
        "due_at": ranked.due_at(facts["priority"], work.row.created_at),
    }


def hold(session: Session, ids: Collection[UUID]) -> list[Incident]:
    """The incidents as they are now, locked until the transaction ends, in the order in which people lock."""
    if not ids:
        return []
    query = select(Incident).where(Incident.id.in_(ids)).order_by(Incident.ref).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def absorb(session: Session, incident: Incident, works: Sequence[Work]) -> None:
    """Let the reports speak in their incident: more of them, perhaps graver, perhaps with more facts."""
    before, ranked = _approvable(incident), ranking.current(session)
    if incident.state is IncidentState.ARCHIVED:
        _take_up(incident)
    for work in works:
        if work.row.incident_id not in {None, incident.id}:
            _leave(session, work.row.incident_id, incident.id)
        _take_in(incident, work, ranked)
    if incident.state is IncidentState.VERIFIED and _approvable(incident) != before:
        incident.state, incident.verified_at = IncidentState.OPEN, None
    incident.updated_at = utcnow()
    incident.due_at = min(incident.due_at, ranked.due_at(incident.priority, works[0].row.created_at))


def _take_up(incident: Incident) -> None:
    """More was told of what a person had put aside: somebody must look again."""
    incident.state, incident.archived_at, incident.closed_at = IncidentState.OPEN, None, None
    if incident.event_type is EventType.NONE:
        incident.event_type = EventType.UNKNOWN


def _take_in(incident: Incident, work: Work, ranked: Ranking) -> None:
    """What a person has put right stays; a report that is the whole incident replaces it; others add."""
    facts = facts_of(work.reading, work.home, ranked.table)
    if work.row.corrected:
        _complete(incident, facts)
    elif work.row.incident_id == incident.id and incident.reports <= 1 and incident.state in _UNDECIDED:
        replace_facts(incident, facts)
    else:
        strengthen(incident, facts, ranked)
    mark_survivors(incident, {facts["event_type"].value, *facts["other_types"]})
    incident.child = incident.child or (not work.row.corrected and _tells_of_child(work, facts))


def _tells_of_child(work: Work, facts: dict[str, Any]) -> bool:
    types = {facts["event_type"].value, *facts["other_types"]}
    return survivors.tells_of_child(work.words.text, types)


def mark_survivors(incident: Incident, types: set[str]) -> None:
    """What is told of sexual violence stays told of the incident, so that few see it: the database restricts
    by the types. Only a person who may see it takes the mark away.
    """
    mark = EventType.SEXUAL_VIOLENCE
    if mark.value in types and incident.event_type is not mark:
        incident.other_types = sorted({*incident.other_types, mark.value})


def replace_facts(incident: Incident, values: dict[str, Any]) -> None:
    """Let the incident say what its only report says."""
    for name, value in values.items():
        setattr(incident, name, value)


def _leave(session: Session, old_id: UUID, new_id_: UUID) -> None:
    """The report was all that its old incident was: that one is merged into the new."""
    session.execute(
        update(Incident)
        .where(Incident.id == old_id)
        .values(state=IncidentState.MERGED, merged_into=new_id_, updated_at=utcnow(), reports=0, sources=0)
    )


def _approvable(incident: Incident) -> tuple[object, ...]:
    """What people approve: once it changes, they have to look again."""
    return incident.event_type, incident.severity, incident.place_id, incident.numbers


def strengthen(incident: Incident, facts: dict[str, Any], ranked: Ranking) -> None:
    """Add what another report tells: the graver severity, the wider numbers, what was missing so far."""
    _complete(incident, facts)
    if facts["severity"].rank > incident.severity.rank:
        incident.severity = facts["severity"]
    incident.numbers = _widest(incident.numbers, facts["numbers"])
    incident.actors = {**facts["actors"], **incident.actors}
    incident.risk_factors = sorted({*incident.risk_factors, *facts["risk_factors"]})
    incident.drivers = sorted({*incident.drivers, *facts["drivers"]})
    incident.other_types = sorted(
        {*incident.other_types, *facts["other_types"]} - {incident.event_type.value}
    )
    incident.urgency = soonest(incident.urgency, facts["urgency"])
    incident.missing = [name for name in incident.missing if name in facts["missing"]]
    incident.priority = min(incident.priority, ranked.of(incident))


def _complete(incident: Incident, facts: dict[str, Any]) -> None:
    """What the incident's reports did not tell so far: where it was, what it was, when."""
    if incident.place_id is None and facts["place_id"]:
        where = ("place_id", "area_path", "lat", "lon", "precision", "radius_km", "country", "block")
        replace_facts(incident, {name: facts[name] for name in where})
        incident.missing = [name for name in incident.missing if name != "place"]
    if incident.event_type is EventType.UNKNOWN:
        incident.event_type = facts["event_type"]
    if incident.occurred_from is None:
        incident.occurred_from, incident.occurred_to = facts["occurred_from"], facts["occurred_to"]


def _widest(a: dict[str, dict[str, int]], b: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Both tellings as one range; the best guess stays with the first until a person decides."""
    merged = dict(b) | dict(a)
    for name in a.keys() & b.keys():
        merged[name] = {
            "low": min(a[name]["low"], b[name]["low"]),
            "best": a[name]["best"],
            "high": max(a[name]["high"], b[name]["high"]),
        }
    return merged
