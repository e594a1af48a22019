"""One's own account: passphrase and one-time codes."""

import base64
from dataclasses import dataclass
from uuid import UUID

import pyotp
import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from mbiu import audit, vault
from mbiu.db import transaction
from mbiu.models import User, utcnow
from review import auth, sessions
from review.doors import Permission, actor, current_user, door
from review.tongues import LANGUAGES

THEMES = ("auto", "light", "dark")

pages = Blueprint("account", __name__, url_prefix="/account")


@dataclass(frozen=True)
class Enrolment:
    """A secret that waits for its first code, as text and as a picture to photograph."""

    secret: str
    picture: Markup


@pages.get("")
@door(Permission.ACCOUNT)
def show() -> ResponseReturnValue:
    """What one may change about oneself."""
    return render_template("pages/account.html", enrolment=_enrolment())


@pages.post("/look")
@door(Permission.ACCOUNT)
def look() -> ResponseReturnValue:
    """Choose language, theme and whether single keys do something."""
    language, theme = request.form.get("language", ""), request.form.get("theme", "")
    with transaction() as db:
        user = db.get_one(User, current_user().id)
        user.language = language if language in LANGUAGES else None
        user.theme = theme if theme in THEMES else "auto"
        user.shortcuts = "shortcuts" in request.form
    return redirect(url_for("account.show"))


@pages.post("/passphrase")
@door(Permission.ACCOUNT)
def passphrase() -> ResponseReturnValue:
    """Change the passphrase; every other session of this account ends."""
    with transaction() as db:
        told = _change_passphrase(db, request.form.get("old", "")[:200], request.form.get("new", "")[:200])
    flash(*told[::-1])
    return redirect(url_for("account.show"))


def _change_passphrase(db: Session, old: str, new: str) -> tuple[str, str]:
    user = db.get_one(User, current_user().id)
    found = auth.check_passphrase(db, user.name, old)
    if isinstance(found, auth.Refused):
        return _("The old passphrase is not right."), "bad"
    try:
        user.password_hash = auth.hash_passphrase(new)
    except auth.WeakPassphrase:
        return _(
            "A passphrase has at least %(n)s characters; several words are best.", n=auth.SHORTEST
        ), "bad"
    sessions.end_all(db, user.id, but=[_row()])
    audit.append(db, actor(), "passphrase.changed", f"user:{user.name}")
    return _("The passphrase is changed. All other sessions of yours have ended."), "ok"


@pages.post("/codes/begin")
@door(Permission.ACCOUNT)
def begin() -> ResponseReturnValue:
    """Make a secret and show it; nothing counts before the first right code."""
    if not current_user().has_totp:
        sealed = vault.seal("user_session", "totp", _row(), pyotp.random_base32())
        session["enrol"] = base64.b64encode(sealed).decode()
    return redirect(url_for("account.show"))


@pages.post("/codes/confirm")
@door(Permission.ACCOUNT)
def confirm() -> ResponseReturnValue:
    """Turn one-time codes on, once the authenticator has shown that it has the secret."""
    enrolment, code = _enrolment(), request.form.get("code", "")[:10]
    step = auth.matching_step(enrolment.secret, code, utcnow()) if enrolment else None
    if enrolment is None or step is None:
        flash(_("That code did not fit. Check the clock of the phone and try the next one."), "bad")
        return redirect(url_for("account.show"))
    with transaction() as db:
        user = db.get_one(User, current_user().id)
        user.totp_secret = vault.seal("user_account", "totp_secret", user.id, enrolment.secret)
        user.totp_used = step
        sessions.end_all(db, user.id, but=[_row()])
        audit.append(db, actor(), "codes.on", f"user:{user.name}")
    session.pop("enrol", None)
    flash(_("One-time codes are on. From now on every log-in asks for one."), "ok")
    return redirect(url_for("account.show"))


@pages.post("/codes/stop")
@door(Permission.ACCOUNT)
def stop() -> ResponseReturnValue:
    """Turn one-time codes off; takes a fresh code."""
    with transaction() as db:
        user = db.get_one(User, current_user().id)
        found = auth.check_code(db, user.id, request.form.get("code", "")[:10])
        if isinstance(found, auth.Accepted):
            user.totp_secret = None
            sessions.end_all(db, user.id, but=[_row()])
            audit.append(db, actor(), "codes.off", f"user:{user.name}")
    accepted = isinstance(found, auth.Accepted)
    told = _("One-time codes are off.") if accepted else _("That code is not right.")
    flash(told, "note" if accepted else "bad")
    return redirect(url_for("account.show"))


def _row() -> UUID:
    if not isinstance(session, sessions.ConsoleSession) or session.row_id is None:
        raise TypeError(type(session))
    return session.row_id


def _enrolment() -> Enrolment | None:
    kept = session.get("enrol")
    if not kept or current_user().has_totp:
        return None
    secret = vault.unseal("user_session", "totp", _row(), base64.b64decode(kept))
    uri = pyotp.TOTP(secret).provisioning_uri(name=current_user().name, issuer_name="Mbiu")
    picture = segno.make(uri, error="m").svg_inline(scale=4, border=2)
    return Enrolment(secret, Markup(picture))  # noqa: S704 - drawn by us from a secret of ours
