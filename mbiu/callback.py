"""Who really sent a report: a number is only a claim, until somebody has called back with the agreed word."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mbiu import audit, correction
from mbiu.audit import Actor
from mbiu.models import Contact, Incident, Report, utcnow
from mbiu.refusals import NotFound
from mbiu.verification import consent_again, held


def doubt(session: Session, actor: Actor, ref: str, report_ref: str) -> Report:
    """Note that a report, and what its sender sends from now on, may come from somebody else.

    Such reports are read and joined like others, but are no independent source. Raises NotAllowed, NotFound.
    """
    return _settle(session, actor, ref, report_ref, unconfirmed=True)


def confirm(session: Session, actor: Actor, ref: str, report_ref: str) -> Report:
    """Note that the person was called back and gave the agreed word. Raises NotAllowed, NotFound."""
    return _settle(session, actor, ref, report_ref, unconfirmed=False)


def _settle(session: Session, actor: Actor, ref: str, report_ref: str, *, unconfirmed: bool) -> Report:
    row = held(session, actor, ref, None)
    query = select(Report).join(Incident, Incident.id == Report.incident_id)
    report = session.scalar(query.where(Report.ref == report_ref, Incident.ref == ref))
    if report is None:
        raise NotFound(f"There is no report {report_ref} in {ref}.")
    report.unconfirmed = unconfirmed
    contact = update(Contact).where(Contact.id == report.contact_id)
    session.execute(contact.values(doubted_at=utcnow() if unconfirmed else None))
    correction.recount(session, row)
    consent_again(session, row)
    action = "incident.sender_doubted" if unconfirmed else "incident.sender_confirmed"
    audit.append(session, actor, action, f"incident:{ref}", report=report_ref)
    return report
