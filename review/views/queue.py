"""The front page: what waits, what changes there, and what is done to many rows at once."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from mbiu import audit, bulk, verification
from mbiu.bulk import Done
from mbiu.models import BulkAction, utcnow
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound, Refused
from review import filters, peek, queue, saved, stream
from review.doors import Permission, actor, current_user, door, may, scoped
from review.filters import Filters
from review.sessions import ConsoleSession
from review.words import told

pages = Blueprint("queue", __name__)
#: An undo is offered for so long.
UNDO = dt.timedelta(minutes=30)


@pages.get("/")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The queue, narrowed as asked."""
    chosen, at = (
        Filters.from_query(request.args),
        (request.args.get("after", ""), request.args.get("before", "")),
    )
    with scoped() as db:
        found = queue.page(db, chosen, at, current_user().id)
        tabs = saved.tabs(db, current_user().id, chosen)
        last = _undoable(db)
    narrowed = chosen.as_query()
    return render_template(
        "pages/queue.html",
        page=found,
        capped=queue.CAPPED,
        tabs=tabs,
        choices=filters.choices(),
        last=last,
        further=url_for("queue.show", after=found.next, **narrowed) if found.next else None,
        earlier=url_for("queue.show", before=found.previous, **narrowed) if found.previous else None,
    )


def _undoable(db: Session) -> BulkAction | None:
    last = bulk.latest(db, actor()) if may(Permission.DECIDE) else None
    return last if last and last.created_at > utcnow() - UNDO else None


# --- what changes ------------------------------------------------------------------------------


@pages.get("/events")
@door(Permission.SEE)
def events() -> ResponseReturnValue:
    """What changed since ``after`` (an ISO moment), for a page that keeps itself fresh."""
    after, now = _moment(request.args.get("after", "")), dt.datetime.now(dt.UTC)
    with scoped() as db:
        found = queue.events(db, after, Filters.from_query(request.args), current_user().id)
    return {
        "after": now.isoformat(),
        "changed": [{"ref": ref, "at": at, "new": new} for ref, at, new in found],
    }


@pages.get("/events/stream")
@door(Permission.SEE)
def streamed() -> ResponseReturnValue:
    """The same as server-sent events while the session lasts; 204 where there is no room for more."""
    after = _moment(request.headers.get("Last-Event-ID") or request.args.get("after", ""))
    token = session.token if isinstance(session, ConsoleSession) else ""
    return stream.answer(token, after, Filters.from_query(request.args))


@pages.get("/queue/rows")
@door(Permission.SEE)
def rows() -> ResponseReturnValue:
    """The lines of some incidents and messages, as HTML to put in place of the old ones."""
    with scoped() as db:
        found = queue.rows(db, request.args.getlist("ref"), current_user().id)
    return "".join(render_template("parts/queue_row.html", row=row) for row in found)


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise BadRequest from None


# --- a look inside -----------------------------------------------------------------------------


@pages.get("/queue/peek/<ref>")
@door(Permission.SEE)
def look(ref: str) -> ResponseReturnValue:
    """The words behind one row, as a part of a page. That they were looked at is recorded."""
    return render_template("parts/peek.html", peek=looked(normal_ref(ref)))


def looked(ref: str) -> peek.Peek:
    """A row with its words; the look is in the audit chain."""
    with scoped() as db:
        found = peek.peek(db, ref, current_user().id)
        kind, name = ("report", "leftover") if found.row.message else ("incident", "incident")
        audit.append(db, actor(), f"{name}.viewed", f"{kind}:{found.row.ref}", by="queue")
    return found


# --- many at once ------------------------------------------------------------------------------


@pages.post("/queue/act")
@door(Permission.DECIDE)
def act() -> ResponseReturnValue:
    """Join, mark as nothing, put aside, assign or claim the rows that were selected."""
    form = request.form
    refs, action = form.getlist("ref"), form.get("action", "")
    values = {"into": form.get("into", "").strip() or None, "to": _user(form.get("to", ""))}

    def change(db: Session) -> Done:
        if action == "claim":
            return _claim(db, refs)
        return bulk.do(db, actor(), action, refs, **values, reason=form.get("reason", "")[:2000])

    return _answered(change, _said)


@pages.post("/queue/undo")
@door(Permission.DECIDE)
def undo() -> ResponseReturnValue:
    """Take the last deed back, or the one that is named."""

    def change(db: Session) -> Done:
        last = _user(request.form.get("done", "")) or getattr(bulk.latest(db, actor()), "id", None)
        if last is None:
            raise NotFound("There is nothing to undo.")
        return bulk.undo(db, actor(), last)

    return _answered(change, _undone)


def _claim(db: Session, refs: list[str]) -> Done:
    claimed = [verification.claim(db, actor(), normal_ref(ref)) for ref in refs[: bulk.MOST]]
    if not claimed:
        raise NotFound("Select 1 or more rows first.")
    return Done(claimed[0].id, "claim", tuple(row.ref for row in claimed))


def _user(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _answered(change: Callable[[Session], Done], words: Callable[[Done], str]) -> ResponseReturnValue:
    """Make the change; say how it went on the next page, or as JSON to a script."""
    try:
        with scoped() as db:
            done = change(db)
    except Refused as refused:
        if _scripted():
            return jsonify(error=told(refused.why)), 409
        flash(refused.why, "bad")
        return redirect(_back())
    if _scripted():
        undoable = str(done.id) if done.action in bulk.ACTIONS else ""
        return jsonify(text=words(done), refs=done.refs, into=done.into, action=done.action, done=undoable)
    flash(words(done), "ok")
    return redirect(_back())


def _scripted() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _back() -> str:
    """The list somebody came from, as narrowed as it was."""
    chosen: dict[str, Any] = Filters.from_query(request.form).as_query()
    return url_for("queue.show", **chosen)


def _said(done: Done) -> str:
    """How it went, in a sentence."""
    rows, facts = len(done.refs), {"ref": done.refs[0], "into": done.into}
    if done.action == "join":
        return ngettext(
            "%(num)s row is now part of %(into)s.",
            "%(num)s rows are now part of %(into)s.",
            rows - 1,
            **facts,
        )
    if done.action == "claim":
        facts["minutes"] = str(verification.CLAIM.seconds // 60)
        return ngettext(
            "%(ref)s is yours for the next %(minutes)s minutes.",
            "%(num)s rows are yours for the next %(minutes)s minutes.",
            rows,
            **facts,
        )
    return _put_aside(done, rows, facts)


def _put_aside(done: Done, rows: int, facts: dict[str, str]) -> str:
    if done.action == "none":
        return ngettext("%(ref)s is nothing.", "%(num)s rows are nothing.", rows, **facts)
    if done.action == "archive":
        return ngettext("%(ref)s is put aside.", "%(num)s rows are put aside.", rows, **facts)
    if not done.into:
        return ngettext("%(ref)s is nobody’s now.", "%(num)s rows are nobody’s now.", rows, **facts)
    return ngettext("%(ref)s is for %(into)s.", "%(num)s rows are for %(into)s.", rows, **facts)


def _undone(done: Done) -> str:
    return ngettext("%(num)s row is as it was.", "%(num)s rows are as they were.", len(done.refs))


# --- lists that are kept -----------------------------------------------------------------------


@pages.post("/queue/lists")
@door(Permission.SEE)
def keep_list() -> ResponseReturnValue:
    """Keep what the queue is narrowed to under a name."""
    chosen = Filters.from_query(request.form)
    try:
        with scoped() as db:
            saved.keep(db, actor(), request.form.get("name", ""), chosen, shared="shared" in request.form)
        flash(_("The list is kept."), "ok")
    except Refused as refused:
        flash(refused.why, "bad")
    return redirect(_back())


@pages.post("/queue/lists/<uuid:list_id>/drop")
@door(Permission.SEE)
def drop_list(list_id: UUID) -> ResponseReturnValue:
    """Take a list of one's own away."""
    with scoped() as db:
        saved.drop(db, actor(), list_id)
    flash(_("The list is gone."), "ok")
    return redirect(url_for("queue.show"))
