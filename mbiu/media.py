"""Files that came with messages: fetched from the provider, made anew, kept sealed, deleted there.

A claim is a lease, and no transaction is open while a provider answers. The content is stored
before the provider's copy is deleted, and the row stays pending until that is done: whoever dies
in between leaves it to be deleted by the next.
"""

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from mbiu import channels, vault
from mbiu.db import transaction
from mbiu.messages import ChannelError
from mbiu.models import Media, Message, utcnow
from mbiu.pictures import NotShown, remake
from mbiu.settings import settings

log = logging.getLogger(__name__)

#: Bytes of a file that is fetched at all.
MAX_BYTES = 10 * 1024 * 1024
BATCH = 4
LEASE = dt.timedelta(minutes=5)
GIVE_UP_AFTER = 8


@dataclass(frozen=True)
class Claimed:
    """A file that is ours for the length of the lease. ``is_stored``: only its deletion is left to do."""

    id: UUID
    channel: str
    handle: str
    attempts: int
    is_stored: bool


def fetch_due(limit: int = BATCH) -> int:
    """Fetch up to ``limit`` files whose time has come; how many were claimed."""
    claimed = claim(limit)
    for item in claimed:
        _handle(item)
    return len(claimed)


def claim(limit: int = BATCH) -> list[Claimed]:
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
        .returning(
            Media.id,
            Message.channel,
            Media.handle,
            Media.attempts,
            Media.content.is_not(None).label("is_stored"),
        )
    )
    with transaction() as session:
        return [
            Claimed(
                row.id,
                row.channel,
                vault.unseal("media", "handle", row.id, row.handle),
                row.attempts,
                row.is_stored,
            )
            for row in session.execute(taken)
        ]


def _handle(item: Claimed) -> None:
    """One file, as far as it gets; a fault of one touches no other."""
    try:
        if not item.is_stored:
            content, content_type = remake(_fetch(item))
            _record(
                item,
                content=vault.seal_bytes("media", "content", item.id, content),
                content_type=content_type,
            )
        _delete(item)
        _record(item, state="ready")
    except NotShown as error:
        _refuse(item, error.reason)
    except ChannelError as error:
        _put_off(item, error)


def _fetch(item: Claimed) -> bytes:
    """The file's bytes from the provider. Raises ChannelError."""
    channel: Any = channels.outgoing(item.channel, settings())
    if item.channel == "twilio":
        content, _ = channel.fetch_media(item.handle, MAX_BYTES)
        return bytes(content)
    if item.channel == "telegram":
        return bytes(channel.fetch_file(item.handle, MAX_BYTES))
    raise ChannelError("no files on this channel", permanent=True)


def _delete(item: Claimed) -> None:
    """Twilio keeps a file until it is told not to; Telegram has no such call."""
    if item.channel == "twilio":
        channel: Any = channels.outgoing(item.channel, settings())
        channel.delete_media(item.handle)


def _put_off(item: Claimed, error: ChannelError) -> None:
    """Again after 1, 2, 4 … minutes; a file that is stored already is shown even if it lives on there."""
    is_last = item.attempts >= GIVE_UP_AFTER or (error.permanent and error.reason != "not_configured")
    log.warning("media.put_off", extra={"media": str(item.id), "why": error.reason, "last": is_last})
    if is_last and _is_stored(item):
        _record(item, state="ready", reason="the provider kept its copy")
    elif is_last:
        _refuse(item, error.reason.replace("_", " "))
    else:
        wait = dt.timedelta(seconds=max(60 * 2 ** (item.attempts - 1), error.retry_after or 0))
        _record(item, due_at=utcnow() + wait)


def _is_stored(item: Claimed) -> bool:
    with transaction() as session:
        return bool(session.scalar(select(Media.content.is_not(None)).where(Media.id == item.id)))


def _refuse(item: Claimed, reason: str) -> None:
    log.info("media.refused", extra={"media": str(item.id), "why": reason})
    _record(item, state="refused", reason=reason)


def _record(item: Claimed, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Media).where(Media.id == item.id, Media.state == "pending").values(**values))
