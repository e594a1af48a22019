"""Changes that forms on an incident's page ask for: make one, go back, say how it went."""

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mbiu.refs import normal_ref
from mbiu.refusals import NotFound, Refused
from review.doors import scoped

Change = Callable[[Session, str], str]


def do(ref: str, change: Change) -> ResponseReturnValue:
    """Make one change and go back to where it was asked for, with words on how it went."""
    ref = normal_ref(ref)
    try:
        with scoped() as db:
            flash(change(db, ref), "ok")
    except NotFound:
        abort(404)
    except Refused as refused:
        flash(refused.why, "bad")
    from_queue = request.form.get("back") == "queue"
    return redirect(url_for("queue.show") if from_queue else url_for("incident.show", ref=ref))
