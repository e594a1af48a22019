"""Taking back: what a reporter says of a report, as far as people have not decided about it."""

import datetime as dt
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, notices, settling, sources
from mbiu.audit import Actor
from mbiu.codes import IncidentState, ReportState, Role
from mbiu.models import Contact, Incident, Report
from mbiu.refs import normal_ref
from mbiu.verification import consent_again

_UNDECIDED = (IncidentState.OPEN, IncidentState.CLAIMED)
_DECIDED = (IncidentState.VERIFIED, IncidentState.ALERTED)


def withdraw(session: Session, contact_id: UUID, ref: str, now: dt.datetime) -> bool:
    """Take back one report of this very person; False if there is none of theirs.

    It is no source any more. An incident of nothing else leaves the queue while nobody has decided about
    it; one that is verified or alerted stays, and coordinators are told.
    """
    mine = select(Report).where(Report.ref == normal_ref(ref), Report.contact_id == contact_id)
    report = session.scalar(mine.with_for_update())
    if report is None:
        return False
    if report.withdrawn_at is None:
        _take_back(session, report, now)
        _leave(session, report, now)
    return True


def _take_back(session: Session, report: Report, now: dt.datetime) -> None:
    report.withdrawn_at, report.independent, report.source_note = now, False, "withdrawn"
    if report.state is ReportState.RECEIVED:
        report.state = ReportState.READ
    session.flush()
    audit.append(session, _as(session, report), "report.withdrawn", f"report:{report.ref}")


def _leave(session: Session, report: Report, now: dt.datetime) -> None:
    """What it means to the incident, once the others' accounts are weighed without this one."""
    if report.incident_id is None:
        return
    locked = select(Incident).where(Incident.id == report.incident_id).with_for_update()
    row = session.scalars(locked.execution_options(populate_existing=True)).one()
    sources.judge(session, row.id)
    session.refresh(row, ["reports", "sources"])
    consent_again(session, row)
    row.updated_at = now
    action = "incident.report_withdrawn"
    if row.state in _UNDECIDED and not row.reports:
        row.state, row.claimed_by, row.claim_until, row.closed_at = IncidentState.WITHDRAWN, None, None, now
        action = "incident.withdrawn"
        settling.settle(session, row.id, confirmed=False)
    elif row.state in _DECIDED:
        notices.raise_notice(session, "withdrawn", Role.COORDINATOR, f"incident:{row.ref}")
    audit.append(session, _as(session, report), action, f"incident:{row.ref}", report=report.ref)


def _as(session: Session, report: Report) -> Actor:
    return Actor(f"contact {session.scalar(select(Contact.code).where(Contact.id == report.contact_id))}")
