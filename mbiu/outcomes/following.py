"""Days on which an incident is looked at again: set with an outcome, called to mind, and settled."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mbiu import audit, notices
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.house.settings import value
from mbiu.models import Contact, FollowUp, Incident, User, utcnow
from mbiu.outcomes import reminding
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.verification import MAY_DECIDE, find

#: How an incident is looked at again, and what may be found then.
WAYS = ("agreement", "visit", "call", "referral")
RESULTS = ("well", "trouble", "dropped")
#: No later than so long from now.
FURTHEST = dt.timedelta(days=2 * 366)
#: The hour of the day, in the house's zone, from which on people are reminded.
HOUR = 7
_AT_ONCE = 100
_NOTICE = "follow_up"


@dataclass(frozen=True)
class Ahead:
    """A day to look again, how, and who of the responders does; nobody if the centre does."""

    on: dt.date
    what: str = "agreement"
    who: UUID | None = None


def plan(session: Session, actor: Actor, incident: Incident, ahead: Iterable[Ahead]) -> None:
    """Keep the days. Raises NotPossible for one that has passed or makes no sense, and for nobody we know."""
    today = _today(session, utcnow())
    for one in ahead:
        if one.what not in WAYS or not today <= one.on <= today + FURTHEST:
            raise NotPossible("A day to look again lies ahead, within two years.")
        if one.who and session.get(Contact, one.who) is None:
            raise NotPossible("Choose those who acted from the people of the list.")
        values = {"due_on": one.on, "what": one.what, "contact_id": one.who, "made_by": actor.id}
        session.add(FollowUp(incident_id=incident.id, **values))
        details = {"on": one.on.isoformat(), "what": one.what, "who": str(one.who) if one.who else None}
        audit.append(session, actor, "incident.follow_up", f"incident:{incident.ref}", **details)
    session.flush()


def set_days(session: Session, actor: Actor, ref: str, ahead: Iterable[Ahead]) -> None:
    """Set days to look again at an incident. Raises NotAllowed, NotFound, NotPossible."""
    days = list(ahead)
    if not days:
        raise NotPossible("A day to look again lies ahead, within two years.")
    plan(session, actor, _held(session, actor, ref), days)


def settle(session: Session, actor: Actor, ref: str, follow_up_id: UUID, result: str) -> None:
    """Say what was found. Raises NotAllowed, NotFound, NotPossible."""
    incident = _held(session, actor, ref)
    row = session.get(FollowUp, follow_up_id)
    if row is None or row.incident_id != incident.id or row.done_at is not None:
        raise NotFound("There is nothing to look at again, or somebody has done so.")
    if result not in RESULTS:
        raise NotPossible("Say what was found.")
    now = utcnow()
    row.result, row.done_at, row.done_by, incident.updated_at = result, now, actor.id, now
    session.flush()
    waits = (FollowUp.incident_id == incident.id) & FollowUp.done_at.is_(None)
    if session.scalar(select(FollowUp.id).where(waits, FollowUp.reminded_at.is_not(None)).limit(1)) is None:
        notices.settled(session, _NOTICE, f"incident:{ref}")
    audit.append(session, actor, "incident.followed_up", f"incident:{ref}", what=row.what, after=result)


def due(today: dt.date) -> ColumnElement[bool]:
    """Whether an incident is to be looked at again today, or should have been."""
    waits = select(FollowUp.id).where(
        FollowUp.incident_id == Incident.id, FollowUp.done_at.is_(None), FollowUp.due_on <= today
    )
    return waits.exists()


def remind(session: Session, now: dt.datetime | None = None) -> int:
    """Raise a notice for each incident whose day has come, once, and write to whoever looks; how many days.

    It is seen by people of the role of whoever set the day; of what few may see, by coordinators.
    """
    now = now or utcnow()
    local = now.astimezone(ZoneInfo(value(session, "time_zone")))
    if local.hour < HOUR:
        return 0
    rows = session.execute(
        select(FollowUp, Incident, User.role)
        .join(Incident, Incident.id == FollowUp.incident_id)
        .join(User, User.id == FollowUp.made_by)
        .where(FollowUp.done_at.is_(None), FollowUp.reminded_at.is_(None), FollowUp.due_on <= local.date())
        .order_by(FollowUp.due_on)
        .limit(_AT_ONCE)
        .with_for_update(of=FollowUp, skip_locked=True)
    ).all()
    for row in rows:
        role = Role.COORDINATOR if row.Incident.restricted else row.role
        notices.raise_notice(session, _NOTICE, role, f"incident:{row.Incident.ref}")
        row.FollowUp.reminded_at = row.Incident.updated_at = now
        reminding.tell(session, row.FollowUp, row.Incident, now)
    return len(rows)


def _held(session: Session, actor: Actor, ref: str) -> Incident:
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators record an outcome.")
    return find(session, ref, lock=True)


def _today(session: Session, now: dt.datetime) -> dt.date:
    return now.astimezone(ZoneInfo(value(session, "time_zone"))).date()
