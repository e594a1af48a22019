"""Files taken out of the store: those of a person or message, and those that no row names any more."""

import datetime as dt
import logging
import secrets
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import case, event, literal, or_, select, union_all, update
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.db import transaction
from mbiu.media import store
from mbiu.models import Media, Message, utcnow

log = logging.getLogger(__name__)

#: Why an erased file is not shown.
ERASED = "erased"
#: A file is put into the store before its row names it: the young are left alone.
YOUNG = dt.timedelta(days=1)
#: How many of the store's folders one sweep looks through.
SHARE = 2


def erase(session: Session, *, contacts: Collection[UUID] = (), messages: Collection[UUID] = ()) -> int:
    """Forget every file of these contacts' messages and of these messages; how many had not been before.

    The rows stay, with hash and size, and say so. The files leave the store once this transaction is
    committed; what a crash leaves there is swept later. A copy that may still lie with the provider is
    deleted by the worker, like any other. Safe to run twice.
    """
    of = select(Message.id).where(or_(Message.contact_id.in_(list(contacts)), Message.id.in_(list(messages))))
    rows = session.execute(
        select(Media.id, Media.original, Media.clean)
        .where(Media.message_id.in_(of), Media.reason != ERASED)
        .with_for_update()
    ).all()
    if not rows:
        return 0
    ids = [row.id for row in rows]
    _blank(session, ids)
    _after_commit(session, [name for row in rows for name in (row.original, row.clean) if name])
    audit.append(session, audit.SYSTEM, "media.erased", "media:files", media=[str(one) for one in ids])
    return len(rows)


def _blank(session: Session, ids: Sequence[UUID]) -> None:
    """Leave hash and size; and the handle of a pending file, by which the worker deletes it there."""
    is_pending = Media.state == "pending"
    values = {
        "original": None,
        "clean": None,
        "content_type": "",
        "reason": ERASED,
        "state": case((is_pending, "pending"), else_=ERASED),
        "handle": case((is_pending, Media.handle), else_=literal(b"")),
        "due_at": utcnow(),
    }
    session.execute(update(Media).where(Media.id.in_(ids)).values(**values))


def _after_commit(session: Session, names: Sequence[str]) -> None:
    session.info.setdefault("discarded", []).extend(names)


@event.listens_for(Session, "after_commit")
def _discard(session: Session) -> None:
    if session.in_nested_transaction():
        return
    try:
        store.discard(session.info.pop("discarded", ()))
    except store.StoreAway:
        log.warning("media.left_to_sweep")


@event.listens_for(Session, "after_rollback")
def _keep(session: Session) -> None:
    session.info.pop("discarded", None)


def sweep(now: dt.datetime | None = None, folders: Sequence[str] = ()) -> int:
    """Remove files that no row names, in ``folders`` or a random few; how many. Raises StoreAway."""
    gone = 0
    for folder in folders or secrets.SystemRandom().sample(store.FOLDERS, SHARE):
        names = store.older_than((now or utcnow()) - YOUNG, folder)
        gone += store.discard(sorted(set(names) - _named(names))) if names else 0
    return gone


def _named(names: Sequence[str]) -> set[str]:
    """Those that a row names."""
    columns = (Media.original, Media.clean)
    with transaction() as session:
        return set(session.scalars(union_all(*(select(one).where(one.in_(names)) for one in columns))))
