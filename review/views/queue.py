"""The front page: what waits."""

import datetime as dt

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from review import queue
from review.doors import Permission, current_user, door, scoped
from review.views import leftovers

pages = Blueprint("queue", __name__)


@pages.get("/")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The queue, narrowed as asked."""
    chosen = queue.Filters.from_query(request.args)
    with scoped() as db:
        found = queue.page(db, chosen, request.args.get("after", ""), current_user().id)
        rest = leftovers.count(db)
    further = url_for("queue.show", after=found.next, **chosen.as_query()) if found.next else None
    return render_template("pages/queue.html", page=found, further=further, rest=rest)


@pages.get("/events")
@door(Permission.SEE)
def events() -> ResponseReturnValue:
    """What changed since ``after`` (an ISO moment), for a page that keeps itself fresh."""
    after = _moment(request.args.get("after", ""))
    now = dt.datetime.now(dt.UTC)
    with scoped() as db:
        found = queue.events(db, after)
    return {
        "after": now.isoformat(),
        "changed": [{"ref": ref, "at": at, "new": new} for ref, at, new in found],
    }


@pages.get("/queue/rows")
@door(Permission.SEE)
def rows() -> ResponseReturnValue:
    """The lines of some incidents, as HTML to put in place of the old ones."""
    with scoped() as db:
        found = queue.rows(db, request.args.getlist("ref"), current_user().id)
    return "".join(render_template("parts/queue_row.html", row=row) for row in found)


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise BadRequest from None
