"""What a deed on many rows changed, column by column, and putting exactly that back."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.codes import IncidentState, Role, Verdict
from mbiu.models import Authorship, BulkAction, BulkRow, Correction, Incident, Joining, Report, utcnow
from mbiu.refusals import NotAllowed, NotFound, NotPossible, Stale
from mbiu.verification import MAY_DECIDE, decide

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


# --- before and after --------------------------------------------------------------------------


class Snapshot:
    """The columns of the rows concerned, and of the reports of its incidents, before a deed."""

    def __init__(self, session: Session, incidents: Iterable[Incident], messages: Iterable[Report]) -> None:
        self._session, named = session, [*incidents]
        inside = select(Report).where(Report.incident_id.in_([row.id for row in named]))
        self._rows: list[Incident | Report] = [*named, *messages, *session.scalars(inside)]
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
