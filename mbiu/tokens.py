"""Tokens for programs: made by an administrator, shown once, kept as a digest, limited in what and how much.

A token is 256 random bits, so a plain SHA-256 of it cannot be reversed. One statement finds it, counts the
request and notes its use, so that a limit holds across all processes.
"""

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from mbiu import audit, notices
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.models import ApiToken, Place, utcnow
from mbiu.refusals import NotFound, NotPossible

PREFIX = "mbiu_"
LONGEST = dt.timedelta(days=365)
WINDOW = dt.timedelta(minutes=1)
MOST_PER_MINUTE = 600
_SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"\S(.{0,58}\S)?")


class Scope(StrEnum):
    """What a token may read.

    Without ``all`` it is what `mbiu.disclosure` lets a partner know: confirmed incidents, times and places
    rounded; of reports no finer place and time than that.
    """

    INCIDENTS = "incidents"
    REPORTS = "reports"
    AREAS = "areas"
    ALERTS = "alerts"
    ALL = "all"
    WORDS = "reports:words"
    CODES = "contacts:codes"
    RESTRICTED = "restricted"


#: Scopes that say more than a partner needs as a rule; coordinators are told of a token that has one.
CLOSE = frozenset({Scope.ALL, Scope.WORDS, Scope.CODES, Scope.RESTRICTED})


@dataclass(frozen=True)
class Wanted:
    """A token as it is asked for: ``area`` is comma-separated paths of the gazetteer, ``/`` everywhere."""

    name: str
    scopes: frozenset[Scope]
    area: str
    days: int
    per_minute: int = 60


@dataclass(frozen=True)
class Bearer:
    """A token that came with a request: whose it is, what it may, and how many requests are left."""

    id: UUID
    name: str
    scopes: frozenset[Scope]
    area: str
    per_minute: int
    left: int
    resets_at: dt.datetime

    @property
    def spent(self) -> bool:
        """Whether this request is one too many."""
        return self.left < 0


def make(session: Session, actor: Actor, wanted: Wanted) -> tuple[ApiToken, str]:
    """A new token: its row, and the text that is never shown again. Raises NotPossible."""
    _check(session, wanted)
    text, now = PREFIX + secrets.token_urlsafe(32), utcnow()
    row = ApiToken(
        name=wanted.name,
        digest=digest(text),
        scopes=sorted(wanted.scopes),
        area=wanted.area,
        per_minute=wanted.per_minute,
        made_by=actor.id,
        created_at=now,
        expires_at=now + dt.timedelta(days=wanted.days),
    )
    session.add(row)
    session.flush()
    about = {"name": wanted.name, "scopes": row.scopes, "area": row.area, "days": wanted.days}
    audit.append(session, actor, "token.made", f"token:{row.id}", per_minute=row.per_minute, **about)
    if wanted.scopes & CLOSE:
        notices.raise_notice(session, "token_made", Role.COORDINATOR, f"token:{row.name}")
    return row, text


def _check(session: Session, wanted: Wanted) -> None:
    if not _NAME.fullmatch(wanted.name):
        raise NotPossible("A token needs a name of up to 60 letters.")
    if not wanted.scopes:
        raise NotPossible("Choose what the token may read.")
    if Scope.WORDS in wanted.scopes and Scope.REPORTS not in wanted.scopes:
        raise NotPossible("Words are those of reports: choose reports too.")
    if Scope.CODES in wanted.scopes and not wanted.scopes & {Scope.REPORTS, Scope.ALERTS}:
        raise NotPossible("Code names are those of reports and alerts: choose one of these too.")
    if not 1 <= wanted.days <= LONGEST.days:
        raise NotPossible("A token lives for a day at least and a year at most.")
    if not 1 <= wanted.per_minute <= MOST_PER_MINUTE:
        raise NotPossible(f"A token may ask once a minute at least and {MOST_PER_MINUTE} times at most.")
    _check_area(session, wanted.area)


def _check_area(session: Session, area: str) -> None:
    paths = area.split(",")
    known = {"/", *session.scalars(select(Place.path).where(Place.path.in_(paths)))}
    if not set(paths) <= known:
        raise NotPossible("Areas are paths of the gazetteer such as /ug/, with commas between.")


def revoke(session: Session, actor: Actor, token_id: UUID) -> ApiToken:
    """End a token for good. Raises NotFound, and NotPossible where it has ended."""
    row = session.get(ApiToken, token_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such token.")
    if row.revoked_at is not None:
        raise NotPossible("This token was revoked before.")
    row.revoked_at, row.revoked_by = utcnow(), actor.id
    audit.append(session, actor, "token.revoked", f"token:{row.id}", name=row.name)
    return row


def listed(session: Session) -> Sequence[ApiToken]:
    """All tokens, those that hold first, the newest first."""
    return session.scalars(
        select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.created_at.desc()).limit(200)
    ).all()


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def take(session: Session, text: str, now: dt.datetime | None = None) -> Bearer | None:
    """Whose token this is, with one request counted; None for one that does not hold (any more)."""
    if not _SHAPE.fullmatch(text):
        return None
    now = now or utcnow()
    fresh = or_(ApiToken.taken_from.is_(None), ApiToken.taken_from <= now - WINDOW)
    counted = (
        update(ApiToken)
        .where(ApiToken.digest == digest(text), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .values(
            taken_from=case((fresh, now), else_=ApiToken.taken_from),
            taken=case((fresh, 1), else_=ApiToken.taken + 1),
            used_at=now,
        )
        .returning(ApiToken)
    )
    row = session.scalars(counted, execution_options={"populate_existing": True}).one_or_none()
    return _bearer(row) if row else None


def _bearer(row: ApiToken) -> Bearer:
    known = frozenset(Scope(one) for one in row.scopes if one in set(Scope))
    began = row.taken_from or row.created_at
    return Bearer(
        row.id, row.name, known, row.area, row.per_minute, row.per_minute - row.taken, began + WINDOW
    )
