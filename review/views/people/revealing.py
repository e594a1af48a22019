"""Learning who somebody is: asked with a reason, agreed to by another custodian, shown once."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from mbiu import audit, revealing
from mbiu.db import transaction
from mbiu.refs import normal_ref
from mbiu.refusals import Refused
from review import auth, reveals
from review.doors import Permission, actor, current_user, door, scoped
from review.errors import problem
from review.views.people.blueprint import pages


@pages.get("/reveals")
@door(Permission.REVEAL)
def reveals_list() -> ResponseReturnValue:
    """What was asked lately, with what the user may do about each."""
    with scoped() as db:
        rows, left = reveals.listed(db, actor()), revealing.left(db, actor())
    return render_template("pages/reveals.html", rows=rows, left=left, a_day=revealing.A_DAY)


@pages.post("/<code>/reveal")
@door(Permission.REVEAL)
def ask_reveal(code: str) -> ResponseReturnValue:
    """Ask another custodian."""
    ref, reason = normal_ref(request.form.get("incident", "")[:20]), request.form.get("reason", "")[:2000]

    def act(db: Session) -> str:
        revealing.ask(db, actor(), code[:20], ref, reason)
        return str(_("Another custodian has to agree within 24 hours. You find it here."))

    return _do(act, lambda: url_for("people.one", code=code))


@pages.post("/reveals/<uuid:reveal_id>/answer")
@door(Permission.REVEAL)
def answer_reveal(reveal_id: UUID) -> ResponseReturnValue:
    """Agree or decline, as the second custodian."""
    agree = request.form.get("answer") == "agree"

    def act(db: Session) -> str:
        revealing.answer(db, actor(), reveal_id, agree=agree)
        return str(_("You agreed.") if agree else _("You declined."))

    return _do(act, lambda: url_for("people.reveals_list"))


@pages.post("/reveals/<uuid:reveal_id>/show")
@door(Permission.REVEAL)
def show_reveal(reveal_id: UUID) -> ResponseReturnValue:
    """Show it, this once. The entry in the audit chain is committed before the vault is opened."""
    if not _code_is_right():
        flash(_("That one-time code was not right, or you have none set up under Account."), "bad")
        return redirect(url_for("people.reveals_list"))
    try:
        with scoped() as db:
            contact_id = revealing.release(db, actor(), reveal_id)
    except Refused as refused:
        return _refuse(refused, url_for("people.reveals_list"))
    except ProgrammingError:
        return problem(
            503, _("This cannot be recorded"), _("So it is not shown. Tell whoever runs the house.")
        )
    with transaction() as db:
        ways = revealing.identity(db, contact_id)
    return render_template("pages/revealed.html", ways=ways)


def _code_is_right() -> bool:
    """Whether the one-time code typed is of now and unspent; wrong ones count as failed log-ins."""
    with transaction() as db:
        found = auth.check_code(db, current_user().id, request.form.get("code", "")[:12])
    return isinstance(found, auth.Accepted)


def _do(act: Callable[[Session], str], refused_to: Callable[[], str]) -> ResponseReturnValue:
    try:
        with scoped() as db:
            told = act(db)
    except Refused as refused:
        return _refuse(refused, refused_to())
    flash(told, "ok")
    return redirect(url_for("people.reveals_list"))


def _refuse(refused: Refused, to: str) -> ResponseReturnValue:
    """Say why not; that it was tried is recorded too."""
    with transaction() as db:
        audit.append(db, actor(), "reveal.refused", "contact:-", why=type(refused).__name__)
    flash(refused.why, "bad")
    return redirect(to)
