"""Doing one thing to many rows of the queue at once, and taking it back as exactly as it was done.

Rows are named by reference: incidents (``I…``) that nobody has decided about, and messages that led to none
(``R…``). One transaction does all or nothing. What changed is kept column by column; an undo puts these
columns back, and refuses where anybody changed them, or approved what they say, in between.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, correction, linking, vault
from mbiu.audit import Actor
from mbiu.codes import EventType, IncidentState, Priority
from mbiu.models import BulkAction, Correction, Incident, Report, User, utcnow
from mbiu.refs import new_id, normal_ref
from mbiu.refusals import NotAllowed, NotFound, NotPossible, Stale
from mbiu.undoing import Done, Snapshot, latest, undo
from mbiu.verification import MAY_DECIDE, claimed_by_other, is_grave, wait_for_reading

__all__ = ["ACTIONS", "MOST", "Done", "do", "latest", "may_see", "undo"]

#: So many rows at once.
MOST = 200
_LIVE = (IncidentState.OPEN, IncidentState.CLAIMED)
_SAME_EVENT = "The same event."


@dataclass
class _Held:
    """The rows of one deed, locked: in the order in which they were named."""

    refs: tuple[str, ...]
    incidents: dict[str, Incident] = field(default_factory=dict)
    messages: dict[str, Report] = field(default_factory=dict)


def do(session: Session, actor: Actor, action: str, refs: Iterable[str], **values: Any) -> Done:
    """Do ``join``, ``none``, ``archive`` or ``assign`` to all these rows.

    ``join`` takes all into the first incident among them (or ``into``); ``assign`` takes ``to``, a user's id
    or None. Raises NotAllowed, NotFound, NotPossible, Stale, with the reference that is in the way.
    """
    deed = _DEEDS.get(action)
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators decide about incidents.")
    if deed is None:
        raise NotPossible("This cannot be done to many at once.")
    held = _hold(session, [*refs, *filter(None, [values.get("into")])])
    _check(held, actor, action)
    snapshot = Snapshot(session, held.incidents.values(), held.messages.values())
    row = BulkAction(id=new_id(), user_id=actor.id, action=action, rows=0, created_at=utcnow())
    session.add(row)
    session.flush()
    into = deed(session, actor, held, values)
    row.rows = snapshot.keep(row.id)
    audit.append(session, actor, f"bulk.{action}", f"bulk:{row.id}", refs=list(held.refs), into=into)
    return Done(row.id, action, held.refs, into)


def _hold(session: Session, named: Sequence[str]) -> _Held:
    """Lock reports before incidents, each in order, as triage does."""
    refs = tuple(dict.fromkeys(normal_ref(ref) for ref in named))
    if not refs or len(refs) > MOST:
        raise NotPossible(f"Select 1 to {MOST} rows first.")
    wait_for_reading(session, *refs)
    again = {"populate_existing": True}
    reports = select(Report).where(Report.ref.in_(refs)).order_by(Report.id).with_for_update()
    incidents = select(Incident).where(Incident.ref.in_(refs)).order_by(Incident.ref).with_for_update()
    held = _Held(refs)
    held.messages = {row.ref: row for row in session.scalars(reports.execution_options(**again))}
    held.incidents = {row.ref: row for row in session.scalars(incidents.execution_options(**again))}
    if missing := [ref for ref in refs if ref not in held.messages and ref not in held.incidents]:
        raise NotFound(f"There is no {missing[0]}.")
    return held


def _check(held: _Held, actor: Actor, action: str) -> None:
    now = utcnow()
    for row in held.incidents.values():
        if row.state not in _LIVE:
            raise NotPossible(f"{row.ref} is {row.state.value} already.")
        if action != "assign" and claimed_by_other(row, actor, now):
            raise Stale(f"{row.ref} is claimed by someone else until {row.claim_until:%H:%M} UTC.")
        if action in {"none", "archive"} and is_grave(row):
            raise NotPossible(f"{row.ref} is {row.severity.value}: decide about it on its own page.")
    for message in held.messages.values():
        if message.incident_id is not None or message.archived_at is not None:
            raise NotPossible(f"{message.ref} waits no more.")


# --- deeds -------------------------------------------------------------------------------------


def _join(session: Session, actor: Actor, held: _Held, values: dict[str, Any]) -> str:
    first = next((ref for ref in held.refs if ref in held.incidents), "")
    into = normal_ref(values.get("into") or first)
    if into not in held.incidents or len(held.refs) < 2:
        raise NotPossible("Select the incident first, then what belongs to it.")
    reason = str(values.get("reason") or "").strip() or _SAME_EVENT
    for ref in held.refs:
        if ref in held.messages:
            linking.join(session, actor, ref, into, reason)
        elif ref != into:
            correction.merge(session, actor, ref, into, reason)
    return into


def _none(session: Session, actor: Actor, held: _Held, _values: dict[str, Any]) -> str:
    for message in held.messages.values():
        _put_aside_message(session, actor, message)
    for row in held.incidents.values():
        before = row.event_type
        row.event_type, row.priority = EventType.NONE, Priority.P4
        _put_aside(session, actor, row, "incident.none")
        told = select(Report.id, Report.incident_id).where(Report.incident_id == row.id)
        _learn(session, actor, [report.id for report in session.execute(told)], before)
    _learn(session, actor, [message.id for message in held.messages.values()], EventType.NONE)
    return ""


def _archive(session: Session, actor: Actor, held: _Held, _values: dict[str, Any]) -> str:
    for message in held.messages.values():
        _put_aside_message(session, actor, message)
    for row in held.incidents.values():
        _put_aside(session, actor, row, "incident.archived")
    return ""


def _put_aside(session: Session, actor: Actor, row: Incident, action: str) -> None:
    now = utcnow()
    row.state, row.archived_at, row.closed_at, row.updated_at = IncidentState.ARCHIVED, now, now, now
    row.claimed_by = row.claim_until = None
    audit.append(session, actor, action, f"incident:{row.ref}")


def _put_aside_message(session: Session, actor: Actor, message: Report) -> None:
    message.archived_at = utcnow()
    audit.append(session, actor, "report.archived", f"report:{message.ref}")


def _learn(session: Session, actor: Actor, reports: Sequence[UUID], before: EventType) -> None:
    """Let the machine learn that these reports tell of nothing; they are read anew if more is told."""
    for report_id in reports:
        row_id = new_id()
        sealed = {"before": before.value, "after": EventType.NONE.value}
        values = {name: vault.seal("correction", name, row_id, code) for name, code in sealed.items()}
        session.add(
            Correction(id=row_id, report_id=report_id, user_id=actor.id, field="event_type", **values)
        )


def _assign(session: Session, actor: Actor, held: _Held, values: dict[str, Any]) -> str:
    if held.messages:
        raise NotPossible(f"{next(iter(held.messages))} is no incident: only incidents are assigned.")
    user = _assignee(session, values.get("to"))
    for row in held.incidents.values():
        if user and not may_see(user, row):
            raise NotPossible(f"{user.name} does not see {row.ref}.")
        row.assigned_to, row.updated_at = user.id if user else None, utcnow()
        audit.append(
            session, actor, "incident.assigned", f"incident:{row.ref}", to=str(user.id) if user else None
        )
    return user.name if user else ""


def _assignee(session: Session, user_id: UUID | None) -> User | None:
    if user_id is None:
        return None
    user = session.get(User, user_id)
    if user is None or user.disabled_at or user.role not in MAY_DECIDE:
        raise NotPossible("Only an analyst or a coordinator can have it.")
    return user


def may_see(user: User, row: Incident) -> bool:
    """Whether an incident lies in a user's areas, and is not kept from them."""
    kept_back = getattr(row, "restricted", False) and not getattr(user, "cleared", False)
    return not kept_back and any(row.area_path.startswith(area) for area in user.scope.split(","))


_DEEDS: dict[str, Callable[[Session, Actor, _Held, dict[str, Any]], str]] = {
    "join": _join,
    "none": _none,
    "archive": _archive,
    "assign": _assign,
}
ACTIONS = tuple(_DEEDS)
