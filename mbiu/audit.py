"""The record of who did what: append-only, each entry bound to the one before by a MAC.

The chain follows the secure audit log of Schneier and Kelsey (1999) in its simplest form: entry *n*
carries HMAC-SHA-256 over entry *n-1*'s MAC and its own canonical JSON. An advisory lock makes
appending single-file; without it, writers at the same time fork the chain. The head, under a MAC of
its own, and an anchor kept outside the database show a cut tail.
"""

import datetime as dt
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.orm import Session

from mbiu.codes import Role
from mbiu.models import AuditEntry, AuditHead, utcnow
from mbiu.settings import settings

_LOCK = 0x6D626975  # «mbiu»
_START = b"\0" * 32


@dataclass(frozen=True)
class Actor:
    """Who acts: a user of the console, or a part of the system (no ``id``, no ``role``)."""

    name: str
    id: UUID | None = None
    role: Role | None = None


SYSTEM = Actor("system")


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold, and why."""

    seq: int
    why: str


@dataclass(frozen=True)
class Entry:
    """What happened to what: ``subject`` is ``kind:reference``, ``details`` are JSON values; neither names a
    person, a number or a text.
    """

    action: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


def append(session: Session, actor: Actor, action: str, subject: str, **details: Any) -> int:
    """Add an entry inside the caller's transaction; returns its number. See `Entry`."""
    return append_all(session, actor, [Entry(action, subject, details)])


def append_all(session: Session, actor: Actor, entries: Sequence[Entry]) -> int:
    """Add entries inside the caller's transaction, in order; returns the number of the last."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    head = session.execute(select(AuditHead.seq, AuditHead.mac).where(AuditHead.id == 1)).one()
    seq, mac = int(head.seq), head.mac
    if not entries:
        return seq
    rows = []
    for entry in entries:
        seq += 1
        row = _row(seq, actor, entry)
        mac = _mac(mac, row)
        rows.append({**row, "mac": mac})
    session.execute(insert(AuditEntry), rows)
    session.execute(update(AuditHead).where(AuditHead.id == 1).values(seq=seq, mac=mac, seal=_seal(seq, mac)))
    return seq


def _row(seq: int, actor: Actor, entry: Entry) -> dict[str, Any]:
    return {
        "seq": seq,
        "at": utcnow(),
        "actor_id": actor.id,
        "actor": actor.name,
        "action": entry.action,
        "object": entry.subject,
        "details": json.loads(json.dumps(entry.details, default=str)),
    }


def _mac(before: bytes, row: dict[str, Any]) -> bytes:
    at: dt.datetime = row["at"]
    line = [
        row["seq"],
        at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        str(row["actor_id"] or ""),
        row["actor"],
        row["action"],
        row["object"],
        row["details"],
    ]
    text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.digest(settings().audit_mac_key, before + text.encode(), "sha256")


def _seal(seq: int, mac: bytes) -> bytes:
    return hmac.digest(settings().audit_mac_key, b"head:%d:" % seq + mac, "sha256")


def verify(session: Session, anchors: list[tuple[int, str]] | None = None) -> Break | None:
    """Walk the whole chain; the first break, or None. ``anchors`` are (seq, MAC in hex) kept elsewhere."""
    kept = dict(anchors or [])
    query = select(AuditEntry.__table__).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    with session.execute(query) as entries:
        found = _walk(entries.mappings(), kept)
    if isinstance(found, Break):
        return found
    seq, mac = found
    return _check_head(session, seq, mac) or _check_anchors(kept, seq)


def _walk(entries: Iterable[RowMapping], kept: dict[int, str]) -> Break | tuple[int, bytes]:
    """The number and MAC of the last entry, or the first entry that does not follow from those before."""
    mac, seq = _START, 0
    for entry in entries:
        if entry["seq"] != seq + 1:
            return Break(seq + 1, f"entry {seq + 1} is missing")
        seq, mac = entry["seq"], _mac(mac, dict(entry))
        if not hmac.compare_digest(mac, entry["mac"]):
            return Break(seq, f"entry {seq} was changed, or an entry before it was")
        if seq in kept and kept[seq] != mac.hex():
            return Break(seq, f"entry {seq} differs from the anchor kept outside")
    return seq, mac


def _check_head(session: Session, seq: int, mac: bytes) -> Break | None:
    head = session.execute(
        select(AuditHead.seq, AuditHead.mac, AuditHead.seal).where(AuditHead.id == 1)
    ).one_or_none()
    if head is None:
        return Break(seq, "the head of the chain is gone")
    genuine = head.seq == 0 if head.seal == b"" else hmac.compare_digest(head.seal, _seal(head.seq, head.mac))
    if not genuine:
        return Break(head.seq, "the head of the chain was changed")
    if head.seq > seq:
        return Break(seq + 1, f"entries {seq + 1} to {head.seq} were cut off")
    return None if (head.seq, head.mac) == (seq, mac) else Break(seq, f"entry {seq} is not the chain's head")


def _check_anchors(kept: dict[int, str], seq: int) -> Break | None:
    beyond = [n for n in kept if n > seq]
    return Break(seq + 1, f"entries {seq + 1} to {max(beyond)} were cut off") if beyond else None


def anchor_file() -> Path:
    return settings().home_dir / "audit-anchors.txt"


def write_anchor(session: Session, path: Path | None = None) -> None:
    """Note the chain's head in a file outside the database, one line a call when it has moved."""
    path = path or anchor_file()
    head = session.execute(select(AuditHead.seq, AuditHead.mac).where(AuditHead.id == 1)).one()
    if head.seq and (head.seq, head.mac.hex()) not in read_anchors(path)[-1:]:
        with path.open("a") as file:
            file.write(f"{head.seq} {head.mac.hex()}\n")


def read_anchors(path: Path | None = None) -> list[tuple[int, str]]:
    path = path or anchor_file()
    if not path.exists():
        return []
    return [(int(seq), mac) for seq, mac in (line.split() for line in path.read_text().splitlines() if line)]
