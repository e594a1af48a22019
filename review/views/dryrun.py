"""Trying routes out: who would get what when about a real or an imagined incident, and why others not."""

from contextlib import AbstractContextManager

from flask import Blueprint, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mbiu import audit, routing
from mbiu.db import transaction
from mbiu.refusals import NotFound, NotPossible
from review import tryouts
from review.doors import Permission, actor, door, may, scoped
from review.tryouts import Asked, Shown
from review.words import told

pages = Blueprint("dryrun", __name__, url_prefix="/admin/dry-run")


@pages.get("")
@door(Permission.ROUTES)
def show() -> ResponseReturnValue:
    """The form, and what would happen. Whoever may not read incidents tries out imagined ones only."""
    asked, result = Asked.of(request.args), None
    if asked.ref and not may(Permission.SEE):
        abort(403)
    try:
        with _transaction(asked) as db:
            result = _tried(db, asked) if asked.is_asked else None
            offered = tryouts.choices(db)
    except (NotFound, NotPossible) as refused:
        flash(told(refused.why), "bad")
        with transaction() as db:
            offered = tryouts.choices(db)
    return render_template("pages/dryrun.html", asked=asked, result=result, **offered)


def _transaction(asked: Asked) -> AbstractContextManager[Session]:
    """A real incident is seen as far as the user sees any; nothing of an imagined one is anybody's."""
    return scoped() if asked.ref else transaction()


def _tried(db: Session, asked: Asked) -> Shown:
    at = tryouts.moment(db, asked)
    row = tryouts.incident(db, asked)
    found = routing.run(db, row, at, real=bool(asked.ref))
    if asked.ref:
        audit.append(db, actor(), "incident.viewed", f"incident:{row.ref}", page="dry run")
    return tryouts.shown(db, found, at)
