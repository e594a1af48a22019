"""When no second person comes in time: a warning to mediators, marked as unverified, and to nobody else.

The database lets such an alert in only with a written reason, of an incident that nobody has decided, and
to mediators, whom the chains have to name. Whoever got it hears later whether it was confirmed
(`mbiu.settling`).
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, escalation, notices, routing
from mbiu.audit import SYSTEM, Actor
from mbiu.codes import IncidentState, Role, Verdict
from mbiu.house.settings import value
from mbiu.models import Alert, Decision, Incident, User, utcnow
from mbiu.refs import new_ref
from mbiu.refusals import NotPossible, Refused
from mbiu.routing import Plan
from mbiu.verification import approvals, decide, find, held, is_grave, needs_reason, wait_for_reading

_LIVE = frozenset({IncidentState.OPEN, IncidentState.CLAIMED})


def why_not(session: Session, row: Incident) -> str:
    """Why no warning can be sent of an incident as it is now; empty if one can."""
    if row.state not in _LIVE:
        return f"{row.ref} is {row.state.value}; only what is undecided is warned of."
    if not is_grave(row):
        return f"One person can verify {row.ref}: verify it and send the alert."
    if row.restricted:
        return f"{row.ref} is restricted: two people decide before anybody hears of it."
    if _warned(session, row):
        return f"The mediators were warned of {row.ref} as it is now."
    return ""


def _warned(session: Session, row: Incident) -> bool:
    query = select(Decision.id).where(
        Decision.incident_id == row.id, Decision.verdict == Verdict.WARNED, Decision.version == row.version
    )
    return session.scalar(query.limit(1)) is not None


def plan(session: Session, row: Incident) -> Plan:
    """Who would be warned, in what words."""
    return routing.plan(session, row, mediators=True)


def warn(
    session: Session,
    actor: Actor,
    ref: str,
    reason: str,
    version: int | None = None,
    *,
    waited: bool = False,
) -> Alert:
    """Warn the mediators of a grave incident before it is verified, for a written reason.

    ``waited`` says that the time for a second person is over. Raises NotAllowed, NotFound, Stale, and
    NotPossible where the incident is not of that kind or no mediator can be reached.
    """
    row = held(session, actor, ref, version)
    needs_reason(reason)
    if found := why_not(session, row):
        raise NotPossible(found)
    alert_ref = new_ref("A")
    told = routing.plan(session, row, alert_ref, mediators=True)
    if not told.recipients:
        raise NotPossible("No route names a mediator for this place who can be reached.")
    decide(session, actor, row, Verdict.WARNED, reason, None)
    session.flush()
    alert = escalation.start(session, actor, row, alert_ref, told, unverified=True)
    row.warn_at = None
    audit.append(
        session, actor, "alert.warned", f"alert:{alert_ref}", incident=ref, waited=waited,
        recipients=len(told.recipients), routes=list(told.routes),
    )  # fmt: skip
    return alert


def warn_due(session: Session, limit: int = 20) -> int:
    """Warn of every grave incident that one person approved and no second one in time; how many were due."""
    now = utcnow()
    due = select(Incident.ref).where(Incident.warn_at <= now).order_by(Incident.warn_at).limit(limit)
    refs = session.scalars(due).all()
    for ref in refs:
        wait_for_reading(session, ref)
        row = find(session, ref, lock=True)
        if row.warn_at and row.warn_at <= now:  # No other worker was here meanwhile.
            row.warn_at = None
            _look(session, row)
    return len(refs)


def _look(session: Session, row: Incident) -> None:
    found = approvals(session, row)
    if found.have and not found.complete and not why_not(session, row):
        _warn_alone(session, row, session.get_one(User, found.have[0]))


def _warn_alone(session: Session, row: Incident, user: User) -> None:
    """The warning in the name of the one who approved; coordinators hear of it where none can be sent."""
    minutes = value(session, "second_person_minutes")
    actor = Actor(user.name, user.id, user.role)
    try:
        with session.begin_nested():
            reason = f"No second person came within {minutes} minutes."
            warn(session, actor, row.ref, reason, waited=True)
    except Refused as refused:
        why = type(refused).__name__
        audit.append(session, SYSTEM, "incident.unwarned", f"incident:{row.ref}", why=why)
        notices.raise_notice(session, "unwarned", Role.COORDINATOR, f"incident:{row.ref}")
    else:
        notices.raise_notice(session, "warned_alone", Role.COORDINATOR, f"incident:{row.ref}")
