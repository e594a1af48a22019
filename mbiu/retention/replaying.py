"""After a restore: what had been deleted since the backup was made is deleted again."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mbiu import audit, leaving, ledger
from mbiu.db import transaction
from mbiu.ledger import Kind, Line
from mbiu.models import Address, Contact, Deletion, Media, Message, Note, Outcome, Report, Response, utcnow
from mbiu.retention import blanking

SHARE = 500


def replay(file: Path | None = None, now: dt.datetime | None = None) -> dict[Kind, int]:
    """Delete again what the file names and the database still holds; how many of each kind. May run twice."""
    now, found = now or utcnow(), defaultdict[Kind, int](int)
    for kind, ids in _by_kind(ledger.read(file)).items():
        for share in _shares(sorted(ids)):
            with transaction() as session:
                found[kind] += _again(session, kind, share, now)
    with transaction() as session:
        counts = {kind.value: count for kind, count in found.items()}
        audit.append(session, audit.SYSTEM, "retention.replay", "house:retention", **counts)
    return dict(found)


def _by_kind(lines: Iterable[Line]) -> dict[Kind, set[UUID]]:
    found = defaultdict[Kind, set[UUID]](set)
    for line in lines:
        found[line.kind].add(line.object_id)
    return found


def _shares(ids: list[UUID]) -> Iterable[list[UUID]]:
    return (ids[start : start + SHARE] for start in range(0, len(ids), SHARE))


def _again(session: Session, kind: Kind, ids: list[UUID], now: dt.datetime) -> int:
    """Only rows of which this database does not know yet that they were deleted."""
    column, act = _ACTS[kind]
    gone = exists().where(Deletion.object_id == column, Deletion.kind == kind.value)
    left = list(session.scalars(select(column).where(column.in_(ids), ~gone).distinct()))
    if left:
        act(session, left, now)
    return len(left)


def _each(
    act: Callable[[Session, UUID, dt.datetime], None],
) -> Callable[[Session, Collection[UUID], dt.datetime], None]:
    def all_of(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
        for one in ids:
            act(session, one, now)

    return all_of


_ACTS: dict[Kind, tuple[Any, Callable[[Session, Collection[UUID], dt.datetime], None]]] = {
    Kind.ADDRESS: (Address.id, blanking.addresses),
    Kind.NAMES: (Contact.id, blanking.names),
    Kind.CONTACT: (Contact.id, _each(leaving.delete)),
    Kind.PANIC: (Contact.id, _each(leaving.panic)),
    Kind.FILES: (Media.message_id, blanking.files),
    Kind.MESSAGE: (Message.id, blanking.messages),
    Kind.REPORT: (Report.id, blanking.reports),
    Kind.NOTE: (Note.id, blanking.notes),
    Kind.OUTCOME: (Outcome.id, blanking.outcomes),
    Kind.RESPONSE: (Response.id, blanking.responses),
}
