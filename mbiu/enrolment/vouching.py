"""Vouching: a supervisor says of somebody that they know them, which lifts the lowest grade by one step."""

import datetime as dt
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.codes import ContactRole
from mbiu.enrolment.naming import called
from mbiu.enrolment.people import Registrar
from mbiu.models import Contact
from mbiu.refusals import NotPossible

#: From *cannot be judged* to *fairly reliable*; what is better comes from what somebody's reports prove.
UNKNOWN, VOUCHED = "F", "C"
#: By message a supervisor speaks for so many in a day: a stolen phone shall not lift a whole network.
A_DAY = 10


def vouch(session: Session, by_contact_id: UUID, code: str, now: dt.datetime) -> bool:
    """Take a supervisor's word by message; False for all that may not be, whatever the reason.

    A supervisor speaks for registered people of their own area or line. Nobody is told.
    """
    supervisor = session.get(Contact, by_contact_id)
    contact = session.scalars(called(code).limit(1).with_for_update()).one_or_none()
    if supervisor is None or contact is None or not _may(supervisor, contact):
        return False
    if contact.vouched_by == supervisor.id:
        return True
    if _today(session, supervisor, now) >= A_DAY:
        return False
    _take(session, audit.SYSTEM, supervisor, contact, now)
    return True


def vouch_for(session: Session, by: Registrar, code: str, contact: Contact, now: dt.datetime) -> None:
    """Take the word of the supervisor ``code`` as a coordinator heard it. Raises NotPossible."""
    supervisor = session.scalars(called(code).limit(1)).one_or_none()
    if supervisor is None or not by.sees(supervisor.area_path) or not _may(supervisor, contact):
        raise NotPossible("No supervisor of this person is called so.")
    _take(session, by.actor, supervisor, contact, now)


def _take(
    session: Session, actor: audit.Actor, supervisor: Contact, contact: Contact, now: dt.datetime
) -> None:
    contact.vouched_by, contact.vouched_at = supervisor.id, now
    if contact.grade == UNKNOWN:
        contact.grade = VOUCHED
    audit.append(
        session, actor, "contact.vouched", f"contact:{contact.code}", by=supervisor.code, grade=contact.grade
    )


def _may(supervisor: Contact, contact: Contact) -> bool:
    if supervisor.role is not ContactRole.SUPERVISOR or supervisor.silent_at or supervisor.doubted_at:
        return False
    if contact.role is ContactRole.UNKNOWN or contact.id == supervisor.id:
        return False
    near = supervisor.area_path != "/" and contact.area_path.startswith(supervisor.area_path)
    return (near or contact.supervisor_id == supervisor.id) and contact.exercise == supervisor.exercise


def _today(session: Session, supervisor: Contact, now: dt.datetime) -> int:
    since = now - dt.timedelta(days=1)
    spoken = select(func.count()).where(Contact.vouched_by == supervisor.id, Contact.vouched_at > since)
    return session.scalar(spoken) or 0
