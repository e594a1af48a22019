"""Sessions that live in the database, so that they can be ended.

The cookie holds 256 random bits, the table their SHA-256. Somebody who has not logged in has a
cookie (forms need it) but no row. A row is only ever updated while it has not ended, so a request
in flight cannot bring a session back.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import CallbackDict

from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import User, UserSession, WallScreen, utcnow
from mbiu.settings import settings

IDLE = dt.timedelta(minutes=15)
LIFE = dt.timedelta(hours=12)
TOUCH = dt.timedelta(seconds=20)
FORM_KEY = "csrf_token"
#: The roles that see restricted incidents without being cleared one by one.
CLEARED = frozenset({Role.CUSTODIAN, Role.COORDINATOR})


@dataclass(frozen=True)
class Identity:
    """Who is logged in, as the session's row and the account say at this request."""

    id: UUID
    name: str
    role: Role
    scope: str
    has_totp: bool
    cleared: bool = False
    language: str | None = None
    theme: str = "auto"
    shortcuts: bool = True


class ConsoleSession(CallbackDict[str, Any], SessionMixin):
    """A request's session: who it is, and a few values such as messages for the next page."""

    def __init__(self, token: str, row_id: UUID | None = None, data: dict[str, Any] | None = None) -> None:
        super().__init__((data or {}) | {FORM_KEY: _form_key(token)}, on_update=_mark)
        self.token, self.row_id = token, row_id
        self.identity: Identity | None = None
        self.seen_at: dt.datetime | None = None
        self.new = self.modified = self.accessed = False

    def replace(self, token: str, row_id: UUID | None) -> None:
        """Go on under another token, with nothing carried over."""
        self.clear()
        self.token, self.row_id, self.identity, self.new = token, row_id, None, True
        self[FORM_KEY] = _form_key(token)
        self.modified = False

    def values_to_keep(self) -> dict[str, Any]:
        return {key: value for key, value in self.items() if key != FORM_KEY}


def _mark(session: Any) -> None:
    session.modified = True


def _form_key(token: str) -> str:
    return hmac.new(settings().audit_mac_key, b"form:" + token.encode(), "sha256").hexdigest()


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class DatabaseSessions(SessionInterface):
    """Flask's door to the table of sessions."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self.cookie = "__Host-mbiu" if secure else "mbiu"

    def open_session(self, app: Flask, request: Request) -> ConsoleSession:
        token = request.cookies.get(self.cookie, "")
        if request.path.startswith(f"{app.static_url_path}/"):
            return ConsoleSession(token)
        session = _load(token) if 40 <= len(token) <= 50 else None
        return session or _anonymous(token)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        if not isinstance(session, ConsoleSession):
            raise TypeError(type(session))
        if session.modified and session.row_id:
            _keep(session.row_id, session.values_to_keep())
        if session.new:
            response.set_cookie(
                self.cookie, session.token, secure=self._secure, httponly=True, samesite="Lax", path="/"
            )


def _anonymous(token: str) -> ConsoleSession:
    """A session of nobody. A token we could have made is kept, so that an open form stays good."""
    session = ConsoleSession(token if 40 <= len(token) <= 50 else new_token())
    session.new = session.token != token
    return session


def new_token() -> str:
    return secrets.token_urlsafe(32)


def _load(token: str) -> ConsoleSession | None:
    now = utcnow()
    with transaction() as db:
        row = db.execute(
            select(UserSession.id, UserSession.data, UserSession.seen_at, User)
            .outerjoin(User, User.id == UserSession.user_id)
            .where(
                UserSession.token_hash == digest(token),
                UserSession.ended_at.is_(None),
                UserSession.created_at > now - LIFE,
                UserSession.seen_at > now - IDLE,
                User.disabled_at.is_(None),
            )
        ).one_or_none()
    return _from_row(token, row) if row else None


def owner(token: str) -> Identity | None:
    """Who is logged in with this token now; None once the session has ended."""
    session = _load(token)
    return session.identity if session else None


def _from_row(token: str, row: Any) -> ConsoleSession:
    row_id, data, seen_at, user = row
    session = ConsoleSession(token, row_id, data)
    session.seen_at = seen_at
    if user is not None:
        session.identity = _identity(user)
    return session


def _identity(user: User) -> Identity:
    return Identity(
        user.id,
        user.name,
        user.role,
        user.scope,
        has_totp=user.totp_secret is not None,
        cleared=user.cleared or user.role in CLEARED,
        language=user.language,
        theme=user.theme,
        shortcuts=user.shortcuts,
    )


def _keep(row_id: UUID, values: dict[str, Any]) -> None:
    with transaction() as db:
        db.execute(_live(row_id).values(data=values))


def _live(row_id: UUID) -> Any:
    return update(UserSession).where(UserSession.id == row_id, UserSession.ended_at.is_(None))


def touch(session: ConsoleSession) -> None:
    """Note that somebody is at work, at most every ``TOUCH``."""
    now = utcnow()
    if session.row_id and session.seen_at and now - session.seen_at > TOUCH:
        with transaction() as db:
            db.execute(_live(session.row_id).values(seen_at=now))


def start(db: Session, user_id: UUID | None, **data: Any) -> tuple[str, UUID]:
    """A new row for a log-in, or with no user for its second step; returns token and row id."""
    token = new_token()
    row = UserSession(token_hash=digest(token), user_id=user_id, data=data)
    db.add(row)
    db.flush()
    return token, row.id


def end(db: Session, row_id: UUID | None) -> None:
    """End one session for good."""
    if row_id:
        db.execute(_live(row_id).values(ended_at=utcnow(), data={}))


def end_all(db: Session, user_id: UUID, *, but: Iterable[UUID] = ()) -> None:
    """End all sessions of a user, for a new passphrase, role or scope, and the walls hung up by that user."""
    ending = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    db.execute(ending.where(UserSession.id.not_in(list(but))).values(ended_at=utcnow(), data={}))
    hanging = update(WallScreen).where(WallScreen.user_id == user_id, WallScreen.ended_at.is_(None))
    db.execute(hanging.values(ended_at=utcnow()))
