"""Logging in: passphrase, one-time code, and a limit on tries that holds across all workers."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from mbiu import audit, vault
from mbiu.audit import Actor
from mbiu.models import LoginAttempt, User, utcnow

TRIES = 5
WINDOW = dt.timedelta(minutes=15)
SHORTEST = 15
STEP_SECONDS = 30
NOBODY = Actor("nobody")

_hasher = PasswordHasher()
# Checked when a name is not known, so that an unknown name takes as long as a known one.
_DECOY = _hasher.hash("no one has this passphrase")


@dataclass(frozen=True)
class Refused:
    """A log-in that failed; ``locked`` says the name must wait."""

    locked: bool


@dataclass(frozen=True)
class Accepted:
    """A passphrase that was right; ``needs_code`` asks for the second step."""

    user_id: UUID
    name: str
    needs_code: bool


class WeakPassphrase(Exception):
    """A new passphrase is shorter than ``SHORTEST`` characters."""


def hash_passphrase(passphrase: str) -> str:
    """Argon2id of a passphrase. Raises WeakPassphrase."""
    if len(passphrase) < SHORTEST:
        raise WeakPassphrase
    return _hasher.hash(passphrase)


def check_passphrase(db: Session, name: str, passphrase: str) -> Accepted | Refused:
    """The first step. Counts a failure, and refuses a locked name even the right passphrase."""
    account = _account(name)
    if _locked(db, account):
        _matches(_DECOY, passphrase)
        return Refused(locked=True)
    user = db.scalar(select(User).where(User.name == name, User.disabled_at.is_(None)))
    right = _matches(user.password_hash if user else _DECOY, passphrase)
    if user is None or not right:
        return _fail(db, account, user)
    return Accepted(user.id, user.name, needs_code=user.totp_secret is not None)


def check_code(db: Session, user_id: UUID, code: str) -> Accepted | Refused:
    """The second step: a code of the present half minute or a neighbour, never taken twice."""
    user = db.get_one(User, user_id)
    account = _account(user.name)
    if _locked(db, account):
        return Refused(locked=True)
    if not use_code(db, user, code):
        return _fail(db, account, user)
    return Accepted(user.id, user.name, needs_code=False)


def complete(db: Session, user_id: UUID, name: str) -> None:
    """Record a log-in and forget the failures before it."""
    db.execute(delete(LoginAttempt).where(LoginAttempt.account == _account(name)))
    audit.append(db, Actor(name, user_id), "login", f"user:{name}")


def use_code(db: Session, user: User, code: str, *, now: dt.datetime | None = None) -> bool:
    """Whether ``code`` is right and fresh; it is spent by asking."""
    secret = vault.unseal("user_account", "totp_secret", user.id, user.totp_secret)
    step = matching_step(secret, code, now or utcnow()) if secret else None
    if step is None:
        return False
    spent = update(User).where(User.id == user.id, User.totp_used < step).values(totp_used=step)
    return db.execute(spent.returning(User.id)).one_or_none() is not None


def matching_step(secret: str, code: str, now: dt.datetime) -> int | None:
    """The 30-second step whose code this is: now, the one before or the one after (RFC 6238)."""
    totp, digits = pyotp.TOTP(secret), "".join(code.split())
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present, present - 1, present + 1):
        if digits.isascii() and pyotp.utils.strings_equal(digits, totp.generate_otp(step)):
            return step
    return None


def _account(name: str) -> bytes:
    return vault.blind_digest("account", name.strip().casefold())


def _locked(db: Session, account: bytes) -> bool:
    """Whether the name has used up its tries. Tries of one name stand in line, whichever worker."""
    db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int.from_bytes(account[:7], "big")})
    recent = (LoginAttempt.account == account, LoginAttempt.at > utcnow() - WINDOW)
    return (db.scalar(select(func.count()).select_from(LoginAttempt).where(*recent)) or 0) >= TRIES


def _fail(db: Session, account: bytes, user: User | None) -> Refused:
    db.add(LoginAttempt(account=account))
    audit.append(db, NOBODY, "login.refused", f"user:{user.name if user else 'unknown'}")
    db.flush()
    return Refused(locked=False)


def _matches(hashed: str, passphrase: str) -> bool:
    try:
        return _hasher.verify(hashed, passphrase)
    except (Argon2Error, InvalidHashError):
        return False
