"""What was deleted for good, by kind and id alone: in the database and in a file beside it."""

import datetime as dt
from collections.abc import Collection, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from mbiu.models import Deletion
from mbiu.settings import settings

#: Lines that one call writes at most.
SHARE = 10_000


class Kind(StrEnum):
    """What went: a number (address), all that named or was said by a person, the words of one row."""

    ADDRESS = "address"
    NAMES = "names"
    CONTACT = "contact"
    PANIC = "panic"
    MESSAGE = "message"
    FILES = "files"
    REPORT = "report"
    NOTE = "note"
    OUTCOME = "outcome"
    RESPONSE = "response"


class Line(NamedTuple):
    """One deletion."""

    kind: Kind
    object_id: UUID
    at: dt.datetime


def note(session: Session, kind: Kind, ids: Collection[UUID], now: dt.datetime) -> None:
    """Write down that these are gone, in the transaction in which they go."""
    if ids:
        rows = [{"kind": kind.value, "object_id": one, "deleted_at": now} for one in ids]
        session.execute(insert(Deletion), rows)


def path() -> Path:
    """The file beside the database; it belongs into a backup of its own, made after the database's."""
    return settings().home_dir / "deletions.txt"


def write_out(session: Session, now: dt.datetime) -> int:
    """Carry what is new from the table to the file; how many lines. A line may come twice, none is missed."""
    rows = session.scalars(
        select(Deletion)
        .where(Deletion.noted_at.is_(None))
        .order_by(Deletion.id)
        .limit(SHARE)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        with path().open("a", encoding="ascii") as file:
            file.writelines(f"{row.kind} {row.object_id} {row.deleted_at.isoformat()}\n" for row in rows)
        done = update(Deletion).where(Deletion.id.in_([row.id for row in rows]))
        session.execute(done.values(noted_at=now))
    return len(rows)


def read(file: Path | None = None) -> Iterator[Line]:
    """The lines of the file, the oldest first; a line that was cut short by a crash is left out."""
    file = file or path()
    if not file.exists():
        return
    with file.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.endswith("\n") and (found := _line(line)):
                yield found


def _line(text: str) -> Line | None:
    try:
        kind, object_id, at = text.split()
        return Line(Kind(kind), UUID(object_id), dt.datetime.fromisoformat(at))
    except ValueError:
        return None
