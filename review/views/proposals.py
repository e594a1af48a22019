"""Changes of who hears: what waits for a second person, and the answers to it."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import proposals, seconding
from mbiu.db import transaction
from mbiu.models import Proposal
from mbiu.refusals import NotPossible, Stale
from review import proposed
from review.doors import Permission, actor, door
from review.words import told

pages = Blueprint("proposals", __name__, url_prefix="/admin/proposals")


@pages.get("")
@door(Permission.ROUTES)
def show() -> ResponseReturnValue:
    """What waits, and what one person put in force alone."""
    with transaction() as db:
        waiting, alone = proposed.waiting(db, actor()), proposed.made_alone(db, actor())
    return render_template("pages/proposals.html", waiting=waiting, alone=alone)


@pages.post("/<uuid:proposal_id>/agree")
@door(Permission.ROUTES)
def agree(proposal_id: UUID) -> ResponseReturnValue:
    """Agree to what somebody else proposed."""
    typed = request.form.get("typed", "").replace("\0", "")[:400]
    return _do(lambda db: seconding.agree(db, actor(), proposal_id, typed), _in_force)


@pages.post("/people")
@door(Permission.ROUTES)
def agree_people() -> ResponseReturnValue:
    """Agree to all kinds of responders that the page has shown."""
    shown = request.form.getlist("id", type=UUID)[: proposals.SHOWN]
    try:
        with transaction() as db:
            for one in shown:
                seconding.agree(db, actor(), one)
        flash(_("Agreed: %(n)s.", n=len(shown)), "ok")
    except (NotPossible, Stale) as refused:
        flash(told(refused.why), "bad")
    return redirect(url_for("proposals.show"))


@pages.post("/<uuid:proposal_id>/alone")
@door(Permission.ROUTES)
def alone(proposal_id: UUID) -> ResponseReturnValue:
    """Put one's own proposal in force, because nobody else is there."""
    reason = request.form.get("reason", "").replace("\0", "")
    return _do(lambda db: seconding.alone(db, actor(), proposal_id, reason), _in_force)


@pages.post("/<uuid:proposal_id>/withdraw")
@door(Permission.ROUTES)
def withdraw(proposal_id: UUID) -> ResponseReturnValue:
    """Take a proposal back, or turn down somebody else's."""
    return _do(lambda db: proposals.withdraw(db, actor(), proposal_id), _left)


def _in_force(name: str) -> str:
    return str(_("The change of «%(name)s» is in force.", name=name))


def _left(name: str) -> str:
    return str(_("«%(name)s» stays as it was.", name=name))


def _do(act: Callable[[Session], Proposal], said: Callable[[str], str]) -> ResponseReturnValue:
    try:
        with transaction() as db:
            name = act(db).name
        flash(said(name), "ok")
    except (NotPossible, Stale) as refused:
        flash(told(refused.why), "bad")
    return redirect(url_for("proposals.show"))
