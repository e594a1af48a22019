"""Files fetched from their providers, one at a time, in steps that each leave the row telling the next.

A file is fetched, hashed, sealed into the store and entered in the audit chain; then it is made anew
for the screen; then the provider's copy is deleted, that of a refused file as well. A claim is a
lease, and no transaction is open while a provider, the store or a decoder works: whoever dies leaves
the row to the next, who goes on from where it stands.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.engine import CursorResult

from mbiu import audit, channels, vault
from mbiu.darkroom import NotShown, develop
from mbiu.darkroom.content import kind_of
from mbiu.db import engine, transaction
from mbiu.media import store
from mbiu.media.erasing import ERASED
from mbiu.messages import ChannelError
from mbiu.models import Media, Message, utcnow
from mbiu.settings import settings

log = logging.getLogger(__name__)

#: Bytes of a file that is fetched at all.
MAX_BYTES = 10 * 1024 * 1024
LEASE = dt.timedelta(minutes=5)
GIVE_UP_AFTER = 8
_LOCK = 0x6D656469  # «medi»

Step = Literal["fetch", "develop", "finish"]


@dataclass(frozen=True)
class Claimed:
    """A file that is ours for the length of the lease."""

    id: UUID
    channel: str
    handle: str
    attempts: int
    original: str | None
    clean: str | None
    reason: str


def next_step(item: Claimed) -> Step:
    """What is left to do with a file."""
    if item.reason or item.clean:
        return "finish"
    return "develop" if item.original else "fetch"


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else in the house works on media now: films must not keep every worker busy."""
    with engine(scoped=False).connect().execution_options(isolation_level="AUTOCOMMIT") as link:
        is_ours = bool(link.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}))
        try:
            yield is_ours
        finally:
            if is_ours:
                link.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})


def fetch_due(limit: int = 1) -> int:
    """Take up to ``limit`` files whose time has come as far as they get; how many were claimed."""
    claimed = claim(limit)
    for item in claimed:
        _handle(item)
    return len(claimed)


def claim(limit: int = 1) -> list[Claimed]:
    """Take due files for the length of a lease, so that no other worker does."""
    now = utcnow()
    due = (
        select(Media.id)
        .where(Media.state == "pending", Media.due_at <= now)
        .order_by(Media.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Media)
        .where(Media.id.in_(due.scalar_subquery()), Message.id == Media.message_id)
        .values(due_at=now + LEASE, attempts=Media.attempts + 1)
        .returning(Media, Message.channel)
        .execution_options(synchronize_session=False)
    )
    with transaction() as session:
        return [_claimed(row.Media, row.channel) for row in session.execute(taken)]


def _claimed(row: Media, channel: str) -> Claimed:
    handle = vault.unseal("media", "handle", row.id, row.handle)
    return Claimed(row.id, channel, handle, row.attempts, row.original, row.clean, row.reason)


def _handle(item: Claimed) -> None:
    """One file, as far as it gets; a fault of one touches no other."""
    try:
        if item.attempts > GIVE_UP_AFTER and next_step(item) != "finish":
            item = _note(item, "given up: workers died of it")
        if next_step(item) == "fetch":
            item = arrive(item)
        if next_step(item) == "develop":
            item = _develop(item)
        _delete(item)
        _finish(item)
    except ChannelError as error:
        _stumble(item, error)
    except store.StoreAway as away:
        _stumble(item, ChannelError(f"store: {away.reason}"))
    except Lost:
        log.info("media.lost_claim", extra={"media": str(item.id)})


class Lost(Exception):
    """The lease ended and another went on, or the file was erased meanwhile."""


def arrive(item: Claimed) -> Claimed:
    """Fetch the file and keep it as it came; the hash stands in the audit chain with it."""
    content = _fetch(item)
    digest, kind = hashlib.sha256(content), kind_of(content)
    name = store.put(item.id, "original", content)
    values = {"sha256": digest.digest(), "size": len(content), "original_type": kind.content_type}
    with _or_discard(name), transaction() as session:
        _update(session, item, original=name, **values)
        audit.append(
            session,
            audit.SYSTEM,
            "media.stored",
            f"media:{item.id}",
            sha256=digest.hexdigest(),
            size=len(content),
            type=kind.content_type,
        )
    return _read(item)


def _develop(item: Claimed) -> Claimed:
    """Make the clean copy, or note why there is none."""
    try:
        made = develop(store.get(item.id, "original", item.original or ""))
    except NotShown as refusal:
        log.info("media.not_shown", extra={"media": str(item.id), "why": refusal.reason})
        return _note(item, refusal.reason)
    except (store.Missing, vault.CannotOpen) as fault:
        log.warning("media.original_lost", extra={"media": str(item.id), "why": type(fault).__name__})
        return _note(item, "the stored file does not open")
    name = store.put(item.id, "clean", made.content)
    with _or_discard(name), transaction() as session:
        _update(session, item, clean=name, content_type=made.content_type)
    return _read(item)


def _fetch(item: Claimed) -> bytes:
    """The file's bytes from the provider. Raises ChannelError."""
    channel: Any = channels.outgoing(item.channel, settings())
    if item.channel == "twilio":
        content, _ = channel.fetch_media(item.handle, MAX_BYTES)
        return bytes(content)
    if item.channel in {"telegram", "simulator"}:
        return bytes(channel.fetch_file(item.handle, MAX_BYTES))
    raise ChannelError("no files on this channel", permanent=True)


def _delete(item: Claimed) -> None:
    """Twilio keeps a file until it is told not to; Telegram has no such call."""
    if item.channel == "twilio":
        channel: Any = channels.outgoing(item.channel, settings())
        channel.delete_media(item.handle)


def _finish(item: Claimed, note: str = "") -> None:
    """Shown, kept without being shown, erased, or never had."""
    values: dict[str, object] = {"state": _final(item)}
    if item.reason == ERASED:
        values["handle"] = b""
    elif note and item.clean:
        values["reason"] = note
    with transaction() as session:
        _update(session, item, **values)


def _final(item: Claimed) -> str:
    if item.reason == ERASED:
        return ERASED
    if item.clean:
        return "ready"
    return "kept" if item.original else "refused"


def _stumble(item: Claimed, error: ChannelError) -> None:
    """Again after 1, 2, 4 … minutes; at the end with what there is, and the provider's copy deleted first."""
    is_last = item.attempts >= GIVE_UP_AFTER or (error.permanent and error.reason != "not_configured")
    log.warning("media.put_off", extra={"media": str(item.id), "why": error.reason, "last": is_last})
    try:
        item = _read(item)
        if not is_last:
            _put_off(item, error)
        elif next_step(item) == "finish":
            _finish(item, "the provider kept its copy")
        else:
            _give_up(item, error)
    except Lost:
        log.info("media.lost_claim", extra={"media": str(item.id)})


def _put_off(item: Claimed, error: ChannelError) -> None:
    wait = dt.timedelta(seconds=max(60 * 2 ** (item.attempts - 1), error.retry_after or 0))
    with transaction() as session:
        _update(session, item, due_at=utcnow() + wait)


def _give_up(item: Claimed, error: ChannelError) -> None:
    """Note why, and count anew: the provider's copy has to go all the same."""
    item = _note(item, error.reason.replace("_", " "), attempts=1, due_at=utcnow())
    try:
        _delete(item)
    except ChannelError as again:
        if again.permanent:
            _finish(item)
        else:
            _put_off(item, again)
    else:
        _finish(item)


def _note(item: Claimed, reason: str, **values: object) -> Claimed:
    with transaction() as session:
        _update(session, item, reason=reason, **values)
    return _read(item)


def _read(item: Claimed) -> Claimed:
    """The row as it is now. Raises Lost if it is nobody's to work on."""
    with transaction() as session:
        row = session.execute(
            select(Media, Message.channel)
            .join(Message, Message.id == Media.message_id)
            .where(Media.id == item.id, Media.state == "pending")
        ).one_or_none()
        if row is None:
            raise Lost
        return _claimed(row.Media, row.channel)


def _update(session: Any, item: Claimed, **values: object) -> None:
    """Change the row if it still stands as it was claimed. Raises Lost otherwise."""
    unchanged = (
        Media.id == item.id,
        Media.state == "pending",
        Media.attempts == item.attempts,
        Media.reason == item.reason,
    )
    done: CursorResult[Any] = session.execute(update(Media).where(*unchanged).values(**values))
    if done.rowcount != 1:
        raise Lost


@contextmanager
def _or_discard(name: str) -> Iterator[None]:
    """Take a file out of the store again if it came too late. After any other fault a row may name it."""
    try:
        yield
    except Lost:
        store.discard([name])
        raise
