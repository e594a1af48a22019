"""Doing one thing to many rows of the queue at once, and taking it back as exactly as it was done.

Rows are named by reference: incidents (``I…``) that nobody has decided about, and messages that led to none
(``R…``). One transaction does all or nothing. What changed is kept column by column; an undo puts these
columns back, and refuses where anybody changed them, or approved what they say, in between.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from mbiu import audit, correction, linking, vault
from mbiu.audit import Actor
from mbiu.codes import EventType, IncidentState, Priority, Role, Verdict
from mbiu.models import (
    Authorship,
    BulkAction,
    BulkRow,
    Correction,
    Incident,
    Joining,
    Report,
    User,
    utcnow,
)
from mbiu.refs import new_id, normal_ref
from mbiu.refusals import NotAllowed, NotFound, NotPossible, Stale
from mbiu.verification import MAY_DECIDE, claimed_by_other, decide, is_grave, wait_for_reading

#: So many rows at once.
MOST = 200
_LIVE = (IncidentState.OPEN, IncidentState.CLAIMED)
_SAME_EVENT = "The same event."
_UNDONE = "Joined by mistake."
# What only grows, is computed, or says when: none of it is put back.
_FIXED = {"id", "ref", "version", "updated_at", "cell", "created_at"}
_INCIDENT = tuple(column.name for column in Incident.__table__.columns if column.name not in _FIXED)
_REPORT = (
    "state", "incident_id", "copied", "independent", "source_note", "joined_at", "archived_at", "event_type",
)  # fmt: skip


@dataclass(frozen=True)
class Done:
    """What was done: to which rows, and under which number it can be undone."""

    id: UUID
    action: str
    refs: tuple[str, ...]
    into: str = ""


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
    snapshot = _Snapshot(session, held)
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


# --- before and after --------------------------------------------------------------------------


class _Snapshot:
    """The columns of the rows concerned, and of the reports of its incidents, before a deed."""

    def __init__(self, session: Session, held: _Held) -> None:
        self._session = session
        ids = [row.id for row in held.incidents.values()]
        inside = list(session.scalars(select(Report).where(Report.incident_id.in_(ids))))
        self._rows: list[Incident | Report] = [*held.incidents.values(), *held.messages.values(), *inside]
        self._before = [_columns(row) for row in self._rows]

    def keep(self, bulk_id: UUID) -> int:
        """Write down what differs now; how many rows do."""
        self._session.flush()
        for row in self._rows:
            self._session.refresh(row)
        made = [
            _difference(bulk_id, row, before) for row, before in zip(self._rows, self._before, strict=True)
        ]
        changed = [one for one in made if one is not None]
        self._session.add_all(changed)
        self._session.flush()
        return len(changed)


def _columns(row: Incident | Report) -> dict[str, Any]:
    names = _INCIDENT if isinstance(row, Incident) else _REPORT
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def _difference(bulk_id: UUID, row: Incident | Report, before: dict[str, Any]) -> BulkRow | None:
    after = _columns(row)
    changed = {name for name in after if after[name] != before[name]}
    if not changed:
        return None
    incident = isinstance(row, Incident)
    now = {name: after[name] for name in changed} | ({"version": row.version} if incident else {})  # type: ignore[union-attr]
    return BulkRow(
        bulk_id=bulk_id,
        incident_id=row.id if incident else None,
        report_id=None if incident else row.id,
        before={name: before[name] for name in changed},
        after=now,
    )


# --- undo --------------------------------------------------------------------------------------


def undo(session: Session, actor: Actor, done_id: UUID) -> Done:
    """Put every row back as it was before. Approvals that a join made void do not come back.

    Raises NotFound, NotAllowed (somebody else did it), NotPossible (undone before), Stale (changed since).
    """
    deed = session.scalar(select(BulkAction).where(BulkAction.id == done_id).with_for_update())
    if deed is None:
        raise NotFound("There is nothing to undo.")
    if actor.role not in MAY_DECIDE or (deed.user_id != actor.id and actor.role is not Role.COORDINATOR):
        raise NotAllowed("Only who did it, or a coordinator, undoes it.")
    if deed.undone_at is not None:
        raise NotPossible("This was undone before.")
    kept = _kept(session, deed)
    for change, row in kept:
        _unchanged(change, row)
    _forget_traces(session, deed, kept)
    for change, row in kept:
        _restore(session, actor, change, row)
    refs = tuple(row.ref for _, row in kept if isinstance(row, Incident) or row.incident_id is None)
    deed.undone_at, deed.undone_by = utcnow(), actor.id
    audit.append(session, actor, "bulk.undone", f"bulk:{deed.id}", what=deed.action, refs=sorted(refs))
    return Done(deed.id, deed.action, refs)


def latest(session: Session, actor: Actor) -> BulkAction | None:
    """The newest deed of this person that is not undone."""
    mine = select(BulkAction).where(BulkAction.user_id == actor.id, BulkAction.undone_at.is_(None))
    return session.scalar(mine.order_by(BulkAction.created_at.desc()).limit(1))


def _kept(session: Session, deed: BulkAction) -> list[tuple[BulkRow, Incident | Report]]:
    """What the deed changed, with the rows as they are now, locked in triage's order."""
    changes = list(session.scalars(select(BulkRow).where(BulkRow.bulk_id == deed.id)))
    again = {"populate_existing": True}
    wanted = [change.report_id for change in changes if change.report_id]
    reports = select(Report).where(Report.id.in_(wanted)).order_by(Report.id).with_for_update()
    found: dict[UUID | None, Incident | Report] = {
        row.id: row for row in session.scalars(reports.execution_options(**again))
    }
    wanted = [change.incident_id for change in changes if change.incident_id]
    incidents = select(Incident).where(Incident.id.in_(wanted)).order_by(Incident.ref).with_for_update()
    found |= {row.id: row for row in session.scalars(incidents.execution_options(**again))}
    if len(changes) != deed.rows or len(found) != deed.rows:
        raise Stale("Some of it is gone or out of your area by now; nothing was undone.")
    return [(change, found[change.incident_id or change.report_id]) for change in changes]


def _unchanged(change: BulkRow, row: Incident | Report) -> None:
    now = _columns(row) | ({"version": row.version} if isinstance(row, Incident) else {})
    if any(now[name] != value for name, value in change.after.items()):
        raise Stale(f"{row.ref} was changed since; nothing was undone.")


def _forget_traces(
    session: Session, deed: BulkAction, kept: Sequence[tuple[BulkRow, Incident | Report]]
) -> None:
    """What the deed wrote beside the rows: what was to be learned, who shaped the facts, what was joined."""
    incidents = [row.id for _, row in kept if isinstance(row, Incident)]
    inside = select(Report.id).where(Report.incident_id.in_(incidents))
    reports = or_(
        Report.id.in_([row.id for _, row in kept if isinstance(row, Report)]), Report.id.in_(inside)
    )
    told = select(Report.id).where(reports)
    traces: dict[str, list[tuple[Any, Any, Any]]] = {
        "none": [(Correction, Correction.user_id, Correction.report_id.in_(told))],
        "join": [
            (Authorship, Authorship.user_id, Authorship.incident_id.in_(incidents)),
            (Joining, Joining.made_by, Joining.report_id.in_(told)),
        ],
    }
    for model, by, of in traces.get(deed.action, []):
        since = model.created_at >= deed.created_at
        session.execute(delete(model).where(by == deed.user_id, of, since))


def _restore(session: Session, actor: Actor, change: BulkRow, row: Incident | Report) -> None:
    types = row.__table__.columns
    for name, value in change.before.items():
        setattr(row, name, _typed(types[name].type.python_type, value))
    if isinstance(row, Incident):
        row.updated_at = utcnow()
        if change.after.get("state") == IncidentState.MERGED.value:
            row.version += 1
            decide(session, actor, row, Verdict.REOPENED, _UNDONE, None)
        audit.append(session, actor, "incident.restored", f"incident:{row.ref}")
    else:
        audit.append(session, actor, "report.restored", f"report:{row.ref}")


def _typed(kind: type, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(value)
    return kind(value) if kind is UUID or issubclass(kind, Enum) else value
