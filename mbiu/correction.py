"""Changing what an incident is: correct its facts, merge incidents, split a report out.

Each change makes its author one who may not approve the incident while it is grave, and makes
earlier approvals void (the database counts the versions).
"""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from mbiu import audit, sources, vault
from mbiu.amending import CODED, amend, block_of_area, fact
from mbiu.analysis.language import chosen
from mbiu.apart import part
from mbiu.audit import Actor
from mbiu.codes import EventType, IncidentState, ReportState, Verdict
from mbiu.db import handing_over
from mbiu.house import ranking
from mbiu.house.ranking import Ranking
from mbiu.incidents import mark_survivors
from mbiu.jobs import Job, enqueue
from mbiu.models import Authorship, Correction, Incident, Report, utcnow
from mbiu.refs import new_id, new_ref
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.verification import (
    ENDED,
    MAY_DECIDE,
    decide,
    held,
    needs_reason,
    take_back,
    wait_for_reading,
)


def correct(
    session: Session, actor: Actor, ref: str, changes: dict[str, Any], *, version: int | None = None
) -> Incident:
    """Put the facts of an incident right.

    ``changes`` maps the names of facts to their new values, in the shapes that ``amending`` describes.
    Approvals of the earlier facts no longer count, and a verified incident is open again.
    """
    row = held(session, actor, ref, version)
    if row.state in ENDED:
        raise NotPossible(f"{ref} is {row.state.value}; reopen it to change it.")
    before = {name: fact(row, name) for name in changes}
    with handing_over(session):
        for name, value in changes.items():
            amend(session, row, name, value)
        after = {name: fact(row, name) for name in changes}
        changed = [name for name in changes if before[name] != after[name]]
        if changed:
            _note_change(session, actor, row, {name: (before[name], after[name]) for name in changed})
    return row


def _note_change(session: Session, actor: Actor, row: Incident, changed: dict[str, tuple[Any, Any]]) -> None:
    now = utcnow()
    ranked = ranking.current(session)
    row.priority = ranked.of(row)
    row.due_at, row.updated_at = ranked.due_at(row.priority, row.created_at), now
    take_back(row)
    write_authorship(session, actor, row)
    reports = list(session.scalars(select(Report).where(Report.incident_id == row.id)))
    for report in reports:
        report.corrected = True
        for name, (before, after) in changed.items():
            session.add(_correction(actor, report, name, before, after))
    enqueue(session, Job.ESCALATION)  # who promised may be of a party now
    codes = {name: values for name, values in changed.items() if name in CODED}
    audit.append(
        session, actor, "incident.corrected", f"incident:{row.ref}", fields=sorted(changed), codes=codes
    )


def _correction(actor: Actor, report: Report, name: str, before: Any, after: Any) -> Correction:
    row_id = new_id()
    return Correction(
        id=row_id,
        report_id=report.id,
        user_id=actor.id,
        field=name,
        before=vault.seal("correction", "before", row_id, str(before)),
        after=vault.seal("correction", "after", row_id, str(after)),
    )


def correct_language(session: Session, actor: Actor, ref: str, report_ref: str, language: str) -> Report:
    """Say which language a report of the incident is written in: a code of the centre's closed set."""
    held(session, actor, ref, None)
    query = select(Report).join(Incident, Incident.id == Report.incident_id)
    report = session.scalar(query.where(Report.ref == report_ref, Incident.ref == ref))
    if report is None:
        raise NotFound(f"There is no report {report_ref} in {ref}.")
    if language not in chosen().codes:
        raise NotPossible(f"{language} is not one of: {', '.join(sorted(chosen().codes))}.")
    if language != report.language:
        session.add(_correction(actor, report, "language", report.language, language))
        audit.append(session, actor, "report.language", f"report:{report.ref}", language=language)
        report.language = language
    return report


def write_authorship(session: Session, actor: Actor, row: Incident) -> None:
    """Note that this person shaped the incident's facts, so that others must approve it when it is grave."""
    session.execute(
        upsert(Authorship).values(id=new_id(), incident_id=row.id, user_id=actor.id).on_conflict_do_nothing()
    )


# --- merge and split ---------------------------------------------------------------------------


def merge(session: Session, actor: Actor, ref: str, into: str, reason: str) -> Incident:
    """Move all reports of ``ref`` into the incident ``into``, which is returned."""
    if ref == into:
        raise NotPossible("An incident cannot be merged into itself.")
    first, second = sorted((ref, into))
    wait_for_reading(session, first, second)
    both = {name: held(session, actor, name, None) for name in (first, second)}
    source, target = both[ref], both[into]
    if source.state in ENDED or target.state in ENDED:
        raise NotPossible("Only open incidents can be merged.")
    if source.exercise != target.exercise:
        raise NotPossible("An exercise is never merged with a real incident.")
    needs_reason(reason)
    decide(session, actor, source, Verdict.MERGED, reason, None)
    session.execute(update(Report).where(Report.incident_id == source.id).values(incident_id=target.id))
    source.state, source.merged_into, source.claimed_by = IncidentState.MERGED, target.id, None
    if source.severity.rank > target.severity.rank:
        target.severity = source.severity
        target.priority = ranking.current(session).of(target)
    mark_survivors(target, {source.event_type.value, *source.other_types})
    target.version += 1
    take_back(target)
    write_authorship(session, actor, target)
    recount(session, source)
    recount(session, target)
    return target


def split(session: Session, actor: Actor, report_ref: str, reason: str) -> Incident:
    """Take a report out of its incident into a new one of its own, which is returned."""
    report = session.scalar(select(Report).where(Report.ref == report_ref))
    if report is None or report.incident_id is None:
        raise NotFound(f"There is no joined report {report_ref}.")
    old = session.get(Incident, report.incident_id, with_for_update=True)
    if old is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators split incidents.")
    if old.reports <= 1:
        raise NotPossible("This is the incident's only report.")
    needs_reason(reason)
    fresh = _from_report(report, ranking.current(session))
    with handing_over(session):
        session.add(fresh)
        session.flush()
        report.incident_id = fresh.id
        part(session, actor, report, old)
        old.version += 1
        take_back(old)
        for row in (old, fresh):
            write_authorship(session, actor, row)
            recount(session, row)
    audit.append(session, actor, "incident.split", f"incident:{old.ref}", into=fresh.ref, report=report.ref)
    return fresh


def _from_report(report: Report, ranked: Ranking) -> Incident:
    now = utcnow()
    level = ranked.of(report)
    return Incident(
        id=new_id(),
        ref=new_ref("I"),
        event_type=report.event_type,
        severity=report.severity,
        urgency=report.urgency,
        priority=level,
        place_id=report.place_id,
        area_path=report.area_path,
        country=report.area_path.split("/")[1].upper() or None,
        block=block_of_area(report.area_path) if report.place_id else "/",
        lat=report.lat,
        lon=report.lon,
        precision=report.precision,
        radius_km=report.radius_km,
        missing=list(report.missing),
        exercise=report.exercise,
        due_at=ranked.due_at(level, report.created_at),
        created_at=now,
        updated_at=now,
    )


def raise_incident(session: Session, actor: Actor, report_ref: str) -> Incident:
    """Make an incident of a report that the machine took for nothing."""
    if actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators make incidents.")
    report = session.scalar(select(Report).where(Report.ref == report_ref))
    if report is None or report.incident_id is not None:
        raise NotFound(f"There is no report {report_ref} without an incident.")
    fresh = _from_report(report, ranking.current(session))
    fresh.event_type = EventType.UNKNOWN if report.event_type is EventType.NONE else report.event_type
    session.add(fresh)
    session.flush()
    report.incident_id, report.state, report.joined_at = fresh.id, ReportState.JOINED, utcnow()
    recount(session, fresh)
    audit.append(session, actor, "incident.raised", f"incident:{fresh.ref}", report=report.ref)
    return fresh


def recount(session: Session, row: Incident) -> None:
    """Count an incident's reports, and its independent sources, each judged anew."""
    sources.judge(session, row.id)
    session.refresh(row, ["reports", "sources"])
    row.updated_at = utcnow()
