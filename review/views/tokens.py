"""Tokens for programs of partners: made, shown once, revoked."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from mbiu import tokens
from mbiu.db import transaction
from mbiu.models import User, utcnow
from mbiu.refusals import NotPossible
from mbiu.tokens import Scope, Wanted
from review import places
from review.doors import Permission, actor, door

pages = Blueprint("tokens", __name__, url_prefix="/house/tokens")

SCOPES: dict[Scope, LazyString] = {
    Scope.INCIDENTS: lazy_gettext("Incidents: those that are confirmed, with place and time rounded"),
    Scope.REPORTS: lazy_gettext("Reports: that they came, of what type, in which area"),
    Scope.AREAS: lazy_gettext("Areas: names and codes of districts"),
    Scope.ALERTS: lazy_gettext("Alerts: how many were reached, and what they answered"),
    Scope.ALL: lazy_gettext("All: unconfirmed incidents and drills too, places and times not rounded"),
    Scope.WORDS: lazy_gettext("Words: what reporters wrote, and how it was read"),
    Scope.CODES: lazy_gettext("Code names of those who reported or were alerted"),
    Scope.RESTRICTED: lazy_gettext("Restricted incidents too"),
}


@pages.get("")
@door(Permission.USERS)
def show() -> ResponseReturnValue:
    """All tokens, and the form for a new one."""
    return _page()


def _page(made: str = "") -> ResponseReturnValue:
    with transaction() as db:
        rows = tokens.listed(db)
        made_by = User.id.in_([row.made_by for row in rows])
        makers = dict(db.execute(select(User.id, User.name).where(made_by)).all())
        known = places.names(db, [row.area for row in rows])
    return render_template(
        "pages/tokens.html",
        rows=rows,
        makers=makers,
        areas={row.id: places.scope_name(row.area, known) for row in rows},
        now=utcnow(),
        scopes=SCOPES,
        close=tokens.CLOSE,
        made=made,
        longest=tokens.LONGEST.days,
        most=tokens.MOST_PER_MINUTE,
    )


@pages.post("")
@door(Permission.USERS)
def create() -> ResponseReturnValue:
    """Make a token. It stands on this answer and nowhere else."""
    try:
        with transaction() as db:
            text = tokens.make(db, actor(), _wanted())[1]
    except NotPossible as refused:
        flash(refused.why, "bad")
        return redirect(url_for("tokens.show"))
    return _page(text)


def _wanted() -> Wanted:
    form = request.form
    paths = [path.strip() for path in form.get("area", "").split(",") if path.strip()]
    return Wanted(
        name=" ".join(form.get("name", "").replace("\0", "").split())[:60],
        scopes=frozenset(scope for scope in Scope if scope in form.getlist("scope")),
        area="/" if "/" in paths else ",".join(paths).replace("\0", "")[:400],
        days=_whole(form.get("days", "")),
        per_minute=_whole(form.get("per_minute", "")),
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


@pages.post("/<uuid:token_id>/revoke")
@door(Permission.USERS)
def revoke(token_id: UUID) -> ResponseReturnValue:
    """End a token."""
    try:
        with transaction() as db:
            row = tokens.revoke(db, actor(), token_id)
        flash(_("The token of %(name)s opens nothing any more.", name=row.name), "ok")
    except NotPossible as refused:
        flash(refused.why, "bad")
    return redirect(url_for("tokens.show"))
