"""Escalation chains: who is told one after the other while nobody answers."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mbiu import chains
from mbiu.db import transaction
from mbiu.models import EscalationChain, Proposal
from mbiu.refusals import NotFound, NotPossible, Stale
from review import chainforms, proposed, routes, ruleversions
from review.doors import Permission, actor, door
from review.words import told

pages = Blueprint("chains", __name__, url_prefix="/admin/chains")


@pages.get("")
@door(Permission.ROUTES)
def show() -> ResponseReturnValue:
    """All chains in words."""
    with transaction() as db:
        return render_template("pages/chains.html", chains=routes.chain_cards(db))


@pages.get("/new")
@door(Permission.ROUTES)
def new() -> ResponseReturnValue:
    """A form for another chain."""
    with transaction() as db:
        steps, offered = chainforms.fields(db, ()), chainforms.choices(db)
    return render_template("pages/chain.html", chain=None, steps=steps, versions=[], shut="", **offered)


@pages.get("/<uuid:chain_id>")
@door(Permission.ROUTES)
def one(chain_id: UUID) -> ResponseReturnValue:
    """One chain to be changed, with its versions."""
    with transaction() as db:
        chain = db.get(EscalationChain, chain_id)
        if chain is None:
            raise NotFound("There is no such chain.")
        steps = chains.read(chain.steps)
        return render_template(
            "pages/chain.html",
            chain=chain,
            steps=chainforms.fields(db, steps),
            versions=ruleversions.versions(db, chain_id),
            proposed=proposed.waiting(db, actor(), chain_id),
            shut=routes.shut_words(steps),
            **chainforms.choices(db),
        )


@pages.post("")
@door(Permission.ROUTES)
def create() -> ResponseReturnValue:
    """Make a chain."""
    return _save(None)


@pages.post("/<uuid:chain_id>")
@door(Permission.ROUTES)
def change(chain_id: UUID) -> ResponseReturnValue:
    """Make a new version of a chain; alerts on their way keep the old one."""
    return _save(chain_id)


def _save(chain_id: UUID | None) -> ResponseReturnValue:
    try:
        with transaction() as db:
            steps = chainforms.read(db, request.form)
            name, active, version = request.form.get("name", ""), "active" in request.form, _version()
            chain = chains.save(db, actor(), chain_id, name, steps, active=active, version=version)
    except (NotPossible, Stale) as refused:
        flash(told(refused.why), "bad")
        return _again(chain_id), 400
    if isinstance(chain, Proposal):
        flash(_("The change of «%(name)s» waits for a second person.", name=chain.name), "ok")
        return redirect(url_for("proposals.show"))
    flash(_("Chain «%(name)s» is saved, version %(n)s.", name=chain.name, n=chain.version), "ok")
    return redirect(url_for("chains.one", chain_id=chain.id))


def _version() -> int | None:
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else None


def _again(chain_id: UUID | None) -> str:
    """The form as it was typed."""
    with transaction() as db:
        chain = db.get(EscalationChain, chain_id) if chain_id else None
        offered = chainforms.choices(db)
    steps = chainforms.typed(request.form)
    return render_template("pages/chain.html", chain=chain, steps=steps, versions=[], shut="", **offered)
