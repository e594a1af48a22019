"""Who may log in. Made by the administrator, who sees no report."""

import re
import secrets
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import Place, User, UserSession, utcnow
from mbiu.refusals import NotFound, NotPossible, Refused
from review import auth, sessions
from review.doors import Permission, actor, current_user, door
from review.words import label, told

pages = Blueprint("users", __name__, url_prefix="/admin/users")
Act = Callable[[Session, User], str]
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


@pages.get("")
@door(Permission.USERS)
def show() -> ResponseReturnValue:
    """All accounts."""
    seen = select(func.max(UserSession.seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    with transaction() as db:
        rows = db.execute(select(User, seen.label("seen_at")).order_by(User.name)).all()
    users = [
        {
            "id": row.User.id,
            "name": row.User.name,
            "role": row.User.role.value,
            "scope": row.User.scope,
            "cleared": row.User.cleared,
            "by_role": row.User.role in sessions.CLEARED,
            "has_totp": row.User.totp_secret is not None,
            "disabled": row.User.disabled_at is not None,
            "seen_at": row.seen_at,
        }
        for row in rows
    ]
    return render_template(
        "pages/users.html", users=users, roles=[(role.value, label(role)) for role in Role]
    )


@pages.post("")
@door(Permission.USERS)
def create() -> ResponseReturnValue:
    """Make an account with a passphrase that is shown once."""
    try:
        with transaction() as db:
            name = request.form.get("name", "").strip().lower()
            if not NAME.fullmatch(name) or db.scalar(select(User.id).where(User.name == name)):
                raise NotPossible(_("A name is new, and of small letters, digits, dots and dashes."))
            role, scope = _role(), _scope(db)
            passphrase = new_passphrase()
            cleared = "cleared" in request.form
            hashed = auth.hash_passphrase(passphrase)
            db.add(User(name=name, role=role, scope=scope, cleared=cleared, password_hash=hashed))
            audit.append(db, actor(), "user.created", f"user:{name}", role=role, scope=scope, cleared=cleared)
        flash(_passed_on(name, passphrase), "note")
    except Refused as refused:
        flash(told(refused.why), "bad")
    return redirect(url_for("users.show"))


def _passed_on(name: str, passphrase: str) -> str:
    words = _("%(name)s can log in with: %(passphrase)s (shown only now; they should change it)")
    return words % {"name": name, "passphrase": passphrase}


@pages.post("/<uuid:user_id>")
@door(Permission.USERS)
def change(user_id: UUID) -> ResponseReturnValue:
    """Give another role or other areas; every session of the account ends."""

    def act(db: Session, user: User) -> str:
        before = _rights(user)
        user.role, user.scope, user.cleared = _role(), _scope(db), "cleared" in request.form
        audit.append(db, actor(), "user.changed", f"user:{user.name}", before=before, after=_rights(user))
        role = label(user.role)
        return _("%(name)s is now: %(role)s, and has to log in again.", name=user.name, role=role)

    return _do(user_id, act)


def _rights(user: User) -> dict[str, object]:
    return {"role": user.role.value, "scope": user.scope, "cleared": user.cleared}


@pages.post("/<uuid:user_id>/reset")
@door(Permission.USERS)
def reset(user_id: UUID) -> ResponseReturnValue:
    """A new passphrase, shown once; one-time codes are set up anew."""

    def act(db: Session, user: User) -> str:
        passphrase = new_passphrase()
        user.password_hash, user.totp_secret = auth.hash_passphrase(passphrase), None
        audit.append(db, actor(), "user.reset", f"user:{user.name}")
        return _passed_on(user.name, passphrase)

    return _do(user_id, act, tone="note")


@pages.post("/<uuid:user_id>/codes")
@door(Permission.USERS)
def codes(user_id: UUID) -> ResponseReturnValue:
    """Forget the second factor of somebody whose phone is lost; the passphrase stays."""

    def act(db: Session, user: User) -> str:
        user.totp_secret = None
        audit.append(db, actor(), "user.codes_reset", f"user:{user.name}")
        return _("%(name)s logs in without a code now, and should set one up.", name=user.name)

    return _do(user_id, act)


@pages.post("/<uuid:user_id>/shut")
@door(Permission.USERS)
def shut(user_id: UUID) -> ResponseReturnValue:
    """Shut an account out, or let it in again."""

    def act(db: Session, user: User) -> str:
        user.disabled_at = None if user.disabled_at else utcnow()
        audit.append(db, actor(), "user.shut" if user.disabled_at else "user.let", f"user:{user.name}")
        if user.disabled_at:
            return _("%(name)s is shut out.", name=user.name)
        return _("%(name)s is let in again.", name=user.name)

    return _do(user_id, act)


def _do(user_id: UUID, act: Act, *, tone: str = "ok") -> ResponseReturnValue:
    try:
        with transaction() as db:
            user = _other(db, user_id)
            said = act(db, user)
            sessions.end_all(db, user.id)
        flash(said, tone)
    except NotPossible as refused:
        flash(told(refused.why), "bad")
    return redirect(url_for("users.show"))


def _other(db: Session, user_id: UUID) -> User:
    user = db.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound(_("There is no such user."))
    if user.id == current_user().id:
        raise NotPossible(_("Nobody changes their own rights."))
    return user


def new_passphrase() -> str:
    """About 100 random bits in groups that can be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _letter in range(5)) for _group in range(4))


def _role() -> Role:
    text = request.form.get("role", "")
    if text not in set(Role):
        raise NotPossible(_("There is no such role."))
    return Role(text)


def _scope(db: Session) -> str:
    """Area paths as the form gives them, each one that exists. Raises NotPossible."""
    paths = [path.strip() for path in request.form.get("scope", "").split(",") if path.strip()]
    known = set(db.scalars(select(Place.path).where(Place.path.in_(paths)))) | {"/"}
    if not paths or not set(paths) <= known:
        raise NotPossible(
            _("Areas are paths of the gazetteer such as /ug/, with commas between; / is everywhere.")
        )
    return "/" if "/" in paths else ",".join(paths)
