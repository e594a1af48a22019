"""Remarks on an incident, and the people whom they name: ``@ruth``."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mbiu import verification
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.models import Incident, Note, NoteMention, User, utcnow

#: So many mentions are shown at once; the rest follow when these are seen.
SHOWN = 20
_NAMED = re.compile(r"(?<![\w@])@([\w.-]{1,60})")
#: Roles that read incidents; those that see the restricted ones without being cleared one by one.
_READERS = frozenset({Role.ANALYST, Role.COORDINATOR, Role.CUSTODIAN})
_SEE_ALL = frozenset({Role.COORDINATOR, Role.CUSTODIAN})


@dataclass(frozen=True)
class Kept:
    """Who was named and is told of the note, and which names were not: nobody's, or not for this incident."""

    told: tuple[str, ...]
    untold: tuple[str, ...]


@dataclass(frozen=True)
class Mention:
    """A note that names somebody who has not opened its incident since."""

    incident: str
    by: str
    at: dt.datetime


def named(words: str) -> list[str]:
    """The names after an @, in lower case, each once."""
    return list(dict.fromkeys(found.rstrip(".-").casefold() for found in _NAMED.findall(words)))


def keep(session: Session, actor: Actor, ref: str, words: str) -> Kept:
    """Keep a note on an incident and remember whom it names. Raises NotFound, NotPossible.

    Only people who may see the incident are told of it, so that a name does not carry it out of its area.
    """
    note_id = verification.note(session, actor, ref, words)
    wanted = named(words)
    session.flush()
    people = {one.name.casefold(): one for one in _people(session, wanted)} if wanted else {}
    row = verification.find(session, ref)
    told = [name for name in wanted if name in people and may_see(people[name], row)]
    for name in told:
        session.add(NoteMention(note_id=note_id, user_id=people[name].id))
    return Kept(tuple(people[name].name for name in told), tuple(name for name in wanted if name not in told))


def _people(session: Session, names: Iterable[str]) -> Iterable[User]:
    return session.scalars(select(User).where(func.lower(User.name).in_(names), User.disabled_at.is_(None)))


def may_see(user: User, row: Incident) -> bool:
    """Whether the row-level security would show this incident to that person."""
    inside = any(row.area_path.startswith(area) for area in user.scope.split(",") if area.startswith("/"))
    trusted = not row.restricted or user.cleared or user.role in _SEE_ALL
    return user.role in _READERS and inside and trusted


def unseen(session: Session, user_id: UUID) -> list[Mention]:
    """The notes that name this person in incidents they have not opened since, the oldest first."""
    query = (
        select(Incident.ref, User.name, Note.created_at)
        .select_from(NoteMention)
        .join(Note, Note.id == NoteMention.note_id)
        .join(Incident, Incident.id == Note.incident_id)
        .join(User, User.id == Note.user_id)
        .where(NoteMention.user_id == user_id, NoteMention.seen_at.is_(None))
        .order_by(Note.created_at)
        .limit(SHOWN)
    )
    return [Mention(*row) for row in session.execute(query)]


def seen(session: Session, user_id: UUID, incident_id: UUID) -> None:
    """This person has opened the incident: nothing in its notes is new to them any more."""
    here = select(Note.id).where(Note.incident_id == incident_id)
    mine = update(NoteMention).where(NoteMention.user_id == user_id, NoteMention.note_id.in_(here))
    session.execute(mine.where(NoteMention.seen_at.is_(None)).values(seen_at=utcnow()))
