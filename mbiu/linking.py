"""What people do about joins: look at what is proposed and why, join, undo, keep apart.

Like merging and splitting, each makes its author one who may not approve the incident while it is grave,
and makes earlier approvals void. Records of joins are kept when they are undone; a pair that a person has
taken apart is never joined again by the machine.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from mbiu import audit, correction, sources, vault
from mbiu.analysis.reading import Reading
from mbiu.apart import part
from mbiu.audit import Actor
from mbiu.codes import IncidentState, JoiningState, Verdict
from mbiu.facts import facts_of, home_block
from mbiu.house import ranking
from mbiu.incidents import replace_facts, strengthen
from mbiu.models import Contact, Incident, Joining, Report, User, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible
from mbiu.verification import ENDED, decide, find, held, take_back, wait_for_reading

SHOWN = 10
_BY_MISTAKE = "Joined by mistake."
_SAME_EVENT = "The same event."
# Made once: making them is a tenth of the work of an incident's page.
_OWN, _TARGET = aliased(Incident), aliased(Incident)
_UNDONE, _NAMED, _HELD = aliased(Joining), aliased(Joining), aliased(Joining)


@dataclass(frozen=True)
class Proposal:
    """A report that may speak of an incident; ``other`` is that of the two which one is not looking at."""

    report: str
    incident: str
    other: str
    same_event: float
    independent: bool
    why: tuple[str, ...]
    created_at: dt.datetime


@dataclass(frozen=True)
class Joined:
    """How a report came to its incident; ``by`` is empty for the machine, ``undone_at`` while it holds."""

    report: str
    same_event: float | None
    independent: bool
    why: tuple[str, ...]
    by: str
    created_at: dt.datetime
    undone_at: dt.datetime | None


# --- look --------------------------------------------------------------------------------------


def proposals(session: Session, ref: str) -> list[Proposal]:
    """What the machine thinks may belong to an incident, or the incident to: the likeliest first.

    Only what the session's scope shows, and only what is still to be decided. Raises NotFound.
    """
    row = find(session, ref)
    apart = (
        select(_UNDONE.id)
        .where(_UNDONE.report_id == Joining.report_id, _UNDONE.incident_id == Joining.incident_id)
        .where(_UNDONE.undone_at.is_not(None))
    )
    query = (
        select(Joining, Report.ref.label("report"), _OWN.ref.label("own"), _TARGET.ref.label("target"))
        .join(Report, Report.id == Joining.report_id)
        .join(_OWN, _OWN.id == Report.incident_id)
        .join(_TARGET, _TARGET.id == Joining.incident_id)
        .where(Joining.state == JoiningState.PROPOSED, ~apart.exists(), _OWN.id != _TARGET.id)
        .where(of_incident(row.id), or_(_OWN.id == row.id, _TARGET.id == row.id))
        .where(_OWN.state.not_in(ENDED), _TARGET.state.not_in(ENDED))
        .order_by(Joining.same_event.desc(), Joining.created_at.desc())
        .limit(5 * SHOWN)
    )
    found: dict[str, Proposal] = {}
    for line in session.execute(query):
        one = _proposal(line, ref)
        found.setdefault(one.other, one)
    return list(found.values())[:SHOWN]


def _proposal(line: Any, ref: str) -> Proposal:
    record = line.Joining
    other = line.own if line.target == ref else line.target
    shown = (record.same_event or 0.0, record.independent, tuple(record.why), record.created_at)
    return Proposal(line.report, line.target, other, *shown)


def of_incident(incident_id: UUID) -> ColumnElement[bool]:
    """The joinings that an incident was or is meant by, its reports' others too.

    Each half has an index of its own; asked for with OR, the server would read every joining there is.
    """
    named = select(_NAMED.id).where(_NAMED.incident_id == incident_id)
    held_ = select(_HELD.id).join(Report, Report.id == _HELD.report_id)
    return Joining.id.in_(union_all(named, held_.where(Report.incident_id == incident_id)))


def joined(session: Session, ref: str) -> list[Joined]:
    """The joins of an incident, the newest first, with those that were undone. Raises NotFound."""
    row = find(session, ref)
    query = (
        select(Joining, Report.ref.label("report"), User.name.label("by"))
        .join(Report, Report.id == Joining.report_id)
        .outerjoin(User, User.id == Joining.made_by)
        .where(
            of_incident(row.id),
            or_(Joining.state == JoiningState.JOINED, Joining.undone_at.is_not(None)),
        )
        .order_by(Joining.created_at.desc())
        .limit(200)
    )
    return [
        Joined(
            line.report,
            line.Joining.same_event,
            line.Joining.independent,
            tuple(line.Joining.why),
            line.by or "",
            line.Joining.created_at,
            line.Joining.undone_at,
        )
        for line in session.execute(query)
    ]


# --- decide ------------------------------------------------------------------------------------


def join(session: Session, actor: Actor, report_ref: str, incident_ref: str, reason: str = "") -> Incident:
    """Put a report into an incident, which is returned; what was only this report is merged into it.

    Raises NotAllowed, NotFound, NotPossible.
    """
    report, old, target = _held_pair(session, actor, report_ref, incident_ref)
    if report.incident_id == target.id:
        raise NotPossible(f"{report_ref} is in {incident_ref} already.")
    if target.state in ENDED or (old and old.state in ENDED):
        raise NotPossible("Only reports of open incidents can be joined with open ones.")
    if report.exercise != target.exercise:
        raise NotPossible("An exercise is never joined with a real incident.")
    report.incident_id = target.id
    left = old if old and old.reports <= 1 else None
    if left:
        decide(session, actor, left, Verdict.MERGED, reason or _SAME_EVENT, None)
        left.state, left.merged_into, left.claimed_by = IncidentState.MERGED, target.id, None
        left.reports = left.sources = 0
    elif old:
        _changed(session, actor, old)
    _tell(session, report, target)
    _changed(session, actor, target)
    _record(session, actor, report, target, left, reason)
    audit.append(session, actor, "report.joined", f"report:{report_ref}", into=incident_ref)
    return target


def undo(session: Session, actor: Actor, report_ref: str, reason: str = "") -> Incident:
    """Take a joined report out again: into the incident it had before, else one of its own; returned.

    Raises NotAllowed, NotFound, NotPossible (the report began its incident, or is all that is left of it).
    """
    record = session.scalar(
        select(Joining)
        .join(Report, Report.id == Joining.report_id)
        .where(Report.ref == report_ref, Joining.state == JoiningState.JOINED)
        .order_by(Joining.created_at.desc())
        .limit(1)
    )
    if record is None:
        raise NotPossible(f"{report_ref} was not joined; there is nothing to undo.")
    before = session.get(Incident, record.left_id) if record.left_id else None
    if before is None or before.state is not IncidentState.MERGED:
        fresh = correction.split(session, actor, report_ref, reason or _BY_MISTAKE)
        if facts := _facts(session, _locked(session, report_ref)):
            replace_facts(fresh, facts)
        return fresh
    return _back(session, actor, report_ref, before.ref, reason)


def _back(session: Session, actor: Actor, report_ref: str, before_ref: str, reason: str) -> Incident:
    """Into the incident that was merged for this report's sake."""
    report, old, before = _held_pair(session, actor, report_ref, before_ref)
    if old is None or old.reports <= 1:
        raise NotPossible("This is the incident's only report.")
    before.state, before.merged_into = IncidentState.OPEN, None
    decide(session, actor, before, Verdict.REOPENED, reason or _BY_MISTAKE, None)
    report.incident_id, report.copied = before.id, False
    part(session, actor, report, old)
    for row in (old, before):
        _changed(session, actor, row)
    audit.append(session, actor, "incident.split", f"incident:{old.ref}", into=before.ref, report=report_ref)
    return before


def keep_apart(session: Session, actor: Actor, report_ref: str, incident_ref: str) -> None:
    """Say that a report does not speak of an incident: not proposed again, nor joined by the machine."""
    report, _, target = _held_pair(session, actor, report_ref, incident_ref)
    if report.incident_id == target.id:
        raise NotPossible(f"{report_ref} is in {incident_ref}; take it out instead.")
    part(session, actor, report, target)
    audit.append(session, actor, "report.kept_apart", f"report:{report_ref}", incident=incident_ref)


# --- parts -------------------------------------------------------------------------------------


def _held_pair(
    session: Session, actor: Actor, report_ref: str, incident_ref: str
) -> tuple[Report, Incident | None, Incident]:
    """A report, its present incident and another, locked in the order in which triage locks them."""
    wait_for_reading(session, incident_ref)
    report = _locked(session, report_ref)
    old_ref = session.scalar(select(Incident.ref).where(Incident.id == report.incident_id))
    rows = {ref: held(session, actor, ref, None) for ref in sorted({old_ref or incident_ref, incident_ref})}
    return report, rows.get(old_ref or ""), rows[incident_ref]


def _locked(session: Session, ref: str) -> Report:
    query = select(Report).where(Report.ref == ref).with_for_update()
    report = session.scalar(query.execution_options(populate_existing=True))
    if report is None:
        raise NotFound(f"There is no report {ref}.")
    return report


def _facts(session: Session, report: Report) -> dict[str, Any] | None:
    """What the machine read of a report as columns of an incident, unless a person has put it right since."""
    contact = session.get(Contact, report.contact_id)
    if report.corrected or not report.reading or contact is None:
        return None
    told = Reading.from_json(json.loads(vault.unseal("report", "reading", report.id, report.reading)))
    return facts_of(told, home_block(contact.area_path, contact.country))


def _tell(session: Session, report: Report, target: Incident) -> None:
    """The incident is as grave as its gravest report, and knows what any of them told."""
    ranked = ranking.current(session)
    if facts := _facts(session, report):
        strengthen(target, facts, ranked)
    elif report.severity.rank > target.severity.rank:
        target.severity = report.severity
        target.priority = ranked.of(target)


def _changed(session: Session, actor: Actor, row: Incident) -> None:
    row.version += 1
    row.updated_at = utcnow()
    take_back(row)
    correction.write_authorship(session, actor, row)
    sources.judge(session, row.id)
    session.refresh(row, ["reports", "sources"])


def _record(
    session: Session, actor: Actor, report: Report, target: Incident, left: Incident | None, reason: str
) -> None:
    pair = and_(Joining.report_id == report.id, Joining.incident_id == target.id)
    thought = session.scalar(select(Joining).where(pair).order_by(Joining.created_at.desc()).limit(1))
    row_id = new_id()
    session.add(
        Joining(
            id=row_id,
            report_id=report.id,
            incident_id=target.id,
            left_id=left.id if left else None,
            state=JoiningState.JOINED,
            same_event=thought.same_event if thought else None,
            independent=report.independent,
            why=list(thought.why) if thought else [],
            reason=vault.seal("joining", "reason", row_id, reason.strip()) if reason.strip() else None,
            made_by=actor.id,
        )
    )
