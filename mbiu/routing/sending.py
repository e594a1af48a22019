"""Sending an alert about a verified incident: the door of the console."""

from sqlalchemy.orm import Session

from mbiu import audit, escalation, sources
from mbiu.audit import Actor
from mbiu.codes import IncidentState
from mbiu.models import Alert, Incident
from mbiu.refs import new_ref
from mbiu.refusals import NotAllowed, NotPossible, Stale
from mbiu.routing.planning import plan
from mbiu.verification import MAY_DECIDE, approvals, find

_ROUTABLE = frozenset({IncidentState.VERIFIED, IncidentState.ALERTED})


def send(
    session: Session,
    actor: Actor,
    ref: str,
    *,
    version: int | None = None,
    knowing: bool = False,
    released: str = "",
) -> Alert:
    """Alert the people that the routes name about a verified incident.

    ``knowing`` says that the actor knows if only somebody under duress has told of it; ``released`` are words
    of a report that they let go out with the alert. Raises NotAllowed, NotFound, Stale when it changed since,
    and NotPossible when it is not approved enough or nobody would be told.
    """
    incident = find(session, ref, lock=True)
    _check(session, actor, incident, version)
    if not knowing and sources.is_coerced(session, incident.id):
        raise NotPossible(
            f"Nobody but somebody under duress tells of {ref}. Say that you know it, then send."
        )
    alert_ref = new_ref("A")
    found = plan(session, incident, alert_ref, released=released)
    if found.is_empty:
        raise NotPossible("No route leads to anyone who can be reached, so nobody would be told.")
    alert = escalation.start(session, actor, incident, alert_ref, found, released=released)
    incident.state = IncidentState.ALERTED
    audit.append(
        session, actor, "alert.sent", f"alert:{alert_ref}", incident=ref, released=bool(released),
        recipients=len(found.recipients), routes=list(found.routes), versions=found.versions,
    )  # fmt: skip
    return alert


def _check(session: Session, actor: Actor, incident: Incident, version: int | None) -> None:
    ref = incident.ref
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators send alerts.")
    if incident.state not in _ROUTABLE:
        raise NotPossible(f"{ref} is {incident.state.value}; only verified incidents are alerted.")
    if version is not None and version != incident.version:
        raise Stale(f"{ref} was changed since you opened it. Look again, then send.")
    if not approvals(session, incident).complete:
        raise NotPossible(f"The facts of {ref} changed after it was verified: it needs approval again.")
