"""Coming and going."""

import datetime as dt
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from mbiu import audit
from mbiu.db import transaction
from mbiu.models import utcnow
from review import auth, sessions
from review.doors import Permission, actor, door, identity
from review.links import own_path
from review.sessions import ConsoleSession

pages = Blueprint("login", __name__)

LOCKED = _("Too many tries. This name must wait a quarter of an hour.")
WRONG = _("Name or passphrase is not right.")
WRONG_CODE = _("This code is not right, or was used before. Wait for the next one.")
CODE_TIME = dt.timedelta(minutes=5)


@pages.get("/login")
def show() -> ResponseReturnValue:
    """The form, for the passphrase or for the code that follows."""
    if identity():
        return redirect(_wanted())
    if "again" in request.args:
        _session().replace(sessions.new_token(), None)
    return _form()


@pages.post("/login")
def enter() -> ResponseReturnValue:
    """Take the passphrase, then the code if the account has one."""
    if identity():
        return redirect(_wanted())
    pending = _pending()
    return _second(pending) if pending and "code" in request.form else _first()


@pages.post("/logout")
@door(Permission.ACCOUNT)
def leave() -> ResponseReturnValue:
    """End this session for good."""
    here = _session()
    with transaction() as db:
        sessions.end(db, here.row_id)
        audit.append(db, actor(), "logout", f"user:{actor().name}")
    here.replace(sessions.new_token(), None)
    return redirect(url_for("login.show"))


def _first() -> ResponseReturnValue:
    name, passphrase = request.form.get("name", "")[:80].strip(), request.form.get("password", "")[:200]
    if "\0" in name:
        return _form(WRONG)
    with transaction() as db:
        found = auth.check_passphrase(db, name, passphrase)
        if isinstance(found, auth.Refused):
            return _form(LOCKED if found.locked else WRONG)
        if found.needs_code:
            data = {"pending": str(found.user_id), "since": utcnow().isoformat()}
            token, row_id = sessions.start(db, None, **data)
        else:
            auth.complete(db, found.user_id, found.name)
            token, row_id = sessions.start(db, found.user_id)
        sessions.end(db, _session().row_id)
    _session().replace(token, row_id)
    return (
        redirect(url_for("login.show", next=request.args.get("next")))
        if found.needs_code
        else redirect(_wanted())
    )


def _second(user_id: UUID) -> ResponseReturnValue:
    with transaction() as db:
        found = auth.check_code(db, user_id, request.form["code"][:10])
        if isinstance(found, auth.Refused):
            return _form(LOCKED if found.locked else WRONG_CODE)
        auth.complete(db, found.user_id, found.name)
        sessions.end(db, _session().row_id)
        token, row_id = sessions.start(db, found.user_id)
    _session().replace(token, row_id)
    return redirect(_wanted())


def _form(fault: str | LazyString = "") -> ResponseReturnValue:
    step = "code" if _pending() else "passphrase"
    page = render_template("pages/login.html", step=step, fault=fault)
    return page, 200 if not fault else 429 if fault is LOCKED else 401


def _session() -> ConsoleSession:
    if not isinstance(session, ConsoleSession):
        raise TypeError(type(session))
    return session


def _pending() -> UUID | None:
    """Who gave the right passphrase in this browser a moment ago and owes the code."""
    user_id, since = session.get("pending"), session.get("since")
    if not user_id or not since or utcnow() - dt.datetime.fromisoformat(since) > CODE_TIME:
        return None
    return UUID(user_id)


def _wanted() -> str:
    """Where somebody was going before the log-in, if that is a page of ours."""
    return own_path(request.args.get("next", "")) or url_for("queue.show")
