"""A report's words: put together from its messages, newest versions only, long texts whole."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.db import among
from mbiu.models import Message, utcnow

#: Stands where a part of a long SMS has not come.
GAP = " […] "


@dataclass(frozen=True)
class Words:
    """What a report consists of: its messages' texts as one, the newest pin, and about the sender."""

    text: str
    sent_at: dt.datetime
    location: tuple[float, float, float | None] | None
    forwarded: bool = False


def messages(session: Session, reports: list[UUID]) -> dict[UUID, list[Any]]:
    """The messages of each report, still sealed, in the order they came in."""
    query = (
        select(
            Message.id,
            Message.report_id,
            Message.text,
            Message.location,
            Message.forwarded,
            Message.sent_at,
            Message.created_at,
            Message.thread,
            Message.part,
            Message.parts,
            Message.replaces,
        )
        .where(among(Message.report_id, reports), Message.direction == "in", ~Message.folded)
        .order_by(Message.created_at, Message.id)
    )
    found: dict[UUID, list[Any]] = {report: [] for report in reports}
    for row in session.execute(query):
        found[row.report_id].append(row)
    return found


def put_together(rows: list[Any]) -> Words:
    """A report's words, one message a line, the parts of a long SMS as one. Raises CannotOpen.

    Of an edited message the newest version counts; a part that has not come is marked.
    """
    laid = lay_out(rows)
    first = laid[0].row if laid else None
    at = (first.sent_at or first.created_at) if first else utcnow()
    text = "".join(piece.lead + piece.text for piece in laid).rstrip("\n")
    return Words(text, at, _pin(rows), any(piece.row.forwarded for piece in laid))


def _pin(rows: list[Any]) -> tuple[float, float, float | None] | None:
    """The place that was shared last. Of a live location the first position counts: what follows may be
    the reporter's way home."""
    pin, versions = None, {row.id: row for row in rows}
    for row in rows:
        earlier = versions.get(row.replaces)
        if row.location and not (earlier is not None and earlier.location):
            shared = json.loads(vault.unseal("message", "location", row.id, row.location))
            pin = (shared["lat"], shared["lon"], shared["accuracy_m"])
    return pin


@dataclass(frozen=True)
class Piece:
    """One message in the text that was read: what leads to it, its words, and where these start there."""

    row: Any
    lead: str
    text: str
    start: int


def lay_out(rows: list[Any]) -> list[Piece]:
    """The messages that count in the order in which they are read, each with its place in the whole.

    ``rows`` are messages in the order in which they came. Raises CannotOpen.
    """
    pieces: list[Piece] = []
    length, open_line = 0, False
    for row in in_order(rows):
        text = vault.unseal("message", "text", row.id, row.text)
        before = pieces[-1].row if pieces else None
        lead = _lead(before, row) if open_line and text else ""
        if text and row.part and _misses(before, row):
            lead += GAP
        length += len(lead)
        pieces.append(Piece(row, lead, text, length))
        length, open_line = length + len(text), open_line or bool(text)
    return pieces


def _lead(before: Any, row: Any) -> str:
    return "" if row.part and before.part and before.thread == row.thread else "\n"


def _misses(before: Any, row: Any) -> bool:
    """Whether the part before this one has not come."""
    comes_after = before.part if before is not None and before.part and before.thread == row.thread else 0
    return bool(row.part > comes_after + 1)


def in_order(rows: list[Any]) -> list[Any]:
    """The messages that count: the newest versions, parts by their number where the first of them came."""
    replaced = {row.replaces for row in rows}
    began: dict[str, int] = {}
    for at, row in enumerate(rows):
        if row.part:
            began.setdefault(row.thread, at)
    keyed = [
        ((began[row.thread], row.part) if row.part else (at, 0), row)
        for at, row in enumerate(rows)
        if row.id not in replaced
    ]
    return [row for _, row in sorted(keyed, key=lambda pair: pair[0])]


def report_text(session: Session, report_id: UUID) -> str:
    """A report's words as they were read: the text that evidence offsets count in."""
    return put_together(messages(session, [report_id])[report_id]).text
