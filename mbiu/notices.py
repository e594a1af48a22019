"""What people of the console must see: raised for a role, shown until one of them has seen it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.models import Notice, utcnow

#: So many are shown at once; the rest follow when these are seen.
SHOWN = 20


def raise_notice(session: Session, kind: str, role: Role, subject: str) -> None:
    """Show everybody of ``role`` that ``kind`` happened to ``subject`` (``contact:KAS-07``, ``gateway:til``).

    Nothing is added while an equal notice waits to be seen. The subject names no person, number or text.
    """
    waiting = select(Notice.id).where(
        Notice.role == role.value, Notice.seen_at.is_(None), Notice.kind == kind, Notice.subject == subject
    )
    if session.scalar(waiting.limit(1)) is None:
        session.add(Notice(kind=kind, role=role.value, subject=subject))
        session.flush()


def open_notices(session: Session, role: Role) -> Sequence[Notice]:
    """What people of ``role`` have not seen yet, the oldest first, at most `SHOWN`."""
    query = select(Notice).where(Notice.role == role.value, Notice.seen_at.is_(None))
    return session.scalars(query.order_by(Notice.created_at, Notice.id).limit(SHOWN)).all()


def waiting(session: Session, kind: str) -> set[str]:
    """What notices of this kind are about that nobody has put away, of any role."""
    return set(session.scalars(select(Notice.subject).where(Notice.seen_at.is_(None), Notice.kind == kind)))


def settled(session: Session, kind: str, subject: str) -> None:
    """Put away, for all roles, what asks for a deed that is done."""
    open_ = update(Notice).where(Notice.seen_at.is_(None), Notice.kind == kind, Notice.subject == subject)
    session.execute(open_.values(seen_at=utcnow()))


def seen(session: Session, actor: Actor, notice_id: UUID) -> bool:
    """Put a notice away for all of the actor's role; False when there is none, or it was seen before."""
    mine = update(Notice).where(Notice.id == notice_id, Notice.role == actor.role, Notice.seen_at.is_(None))
    found = session.execute(
        mine.values(seen_at=utcnow(), seen_by=actor.id).returning(Notice.kind, Notice.subject)
    ).one_or_none()
    if found is None:
        return False
    audit.append(session, actor, "notice.seen", found.subject, kind=found.kind)
    return True
