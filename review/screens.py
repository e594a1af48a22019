"""Screens on walls: passes that open the wall and nothing else, without anybody being logged in there.

A wall that logged itself out after fifteen minutes would be of no use, and a person's session that never
ended would be of use to whoever walks up to the screen. So whoever hangs a wall up logs in at the screen,
and in place of the session the browser gets a pass: it opens the wall's endpoints, to read, and no other.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import User, WallScreen, utcnow
from review import security
from review.sessions import digest, new_token

LIFE = dt.timedelta(days=30)
#: Who may hang walls up; a pass dies when its maker is no longer one of these.
KEEPERS = frozenset({Role.COORDINATOR})
_TOUCH = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Screen:
    """A wall that hangs: what it sees, and for the list who hung it up and when it was last fed."""

    id: UUID
    name: str
    scope: str
    by: str
    created_at: dt.datetime
    seen_at: dt.datetime

    @property
    def until(self) -> dt.datetime:
        return self.created_at + LIFE


def cookie() -> str:
    return "__Host-mbiu-wall" if security.is_https() else "mbiu-wall"


def here() -> Screen | None:
    """The wall that this browser shows; None without a pass that still holds."""
    token = request.cookies.get(cookie(), "")
    if not 40 <= len(token) <= 50:
        return None
    with transaction() as db:
        row = db.execute(_hanging().where(WallScreen.token_hash == digest(token))).one_or_none()
        if row is None:
            return None
        if utcnow() - row.seen_at > _TOUCH:
            seen = update(WallScreen).where(WallScreen.id == row.id, WallScreen.ended_at.is_(None))
            db.execute(seen.values(seen_at=utcnow()))
    return Screen(*row)


def hanging(db: Session) -> list[Screen]:
    """All walls that hang, the newest first."""
    return [Screen(*row) for row in db.execute(_hanging().order_by(WallScreen.created_at.desc()))]


def _hanging() -> Select[UUID, str, str, str, dt.datetime, dt.datetime]:
    row = WallScreen
    columns = (row.id, row.name, User.scope, User.name.label("by"), row.created_at, row.seen_at)
    return (
        select(*columns)
        .join(User, User.id == WallScreen.user_id)
        .where(
            WallScreen.ended_at.is_(None),
            WallScreen.created_at > utcnow() - LIFE,
            User.disabled_at.is_(None),
            User.role.in_(KEEPERS),
        )
    )


def hang(db: Session, actor: Actor, name: str) -> str:
    """A new wall in the name of a user; the token for its cookie."""
    token = new_token()
    row = WallScreen(token_hash=digest(token), name=name, user_id=actor.id)
    db.add(row)
    db.flush()
    audit.append(db, actor, "wall.hung", f"wall:{row.id}")
    return token


def take_down(db: Session, actor: Actor, screen_id: UUID) -> bool:
    """End a wall; False if it does not hang."""
    ending = update(WallScreen).where(WallScreen.id == screen_id, WallScreen.ended_at.is_(None))
    gone = db.execute(ending.values(ended_at=utcnow()).returning(WallScreen.id)).one_or_none()
    if gone is not None:
        audit.append(db, actor, "wall.taken_down", f"wall:{screen_id}")
    return gone is not None


def give(response: Response, token: str) -> None:
    """Leave the pass in the browser."""
    response.set_cookie(
        cookie(), token, max_age=LIFE, secure=security.is_https(), httponly=True, samesite="Strict", path="/"
    )
