"""Warning the threatened: prepare, approve, watch, stop, end; and the messages agreed beforehand."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import audit, texts, warnings
from mbiu.models import utcnow
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound, NotPossible, Refused
from mbiu.warnings import Wanted, library
from mbiu.warnings.preparing import WAVE_MINUTES, WAVE_SIZE
from review import warned
from review.doors import Permission, actor, current_user, door, scoped
from review.words import told

pages = Blueprint("warnings", __name__, url_prefix="/warnings")
_LONGEST = 600


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The newest warnings, and the form for another."""
    with scoped() as db:
        page = {
            "lines": warned.lines(db),
            "usable": warned.usable(db),
            "areas": warned.areas(db, current_user().scope),
        }
    return render_template(
        "pages/warnings.html",
        **page,
        audiences=warned.audiences(),
        typed={
            "incident": normal_ref(request.args.get("incident", "")[:20]),
            "area": request.args.get("area", ""),
        },
        size=WAVE_SIZE,
        minutes=WAVE_MINUTES,
        now=utcnow(),
        until=warned.until,
    )


@pages.get("/<ref>")
@door(Permission.SEE)
def one(ref: str) -> ResponseReturnValue:
    """One warning: before it goes what it would do, afterwards what became of it."""
    try:
        with scoped() as db:
            found = warned.one(db, normal_ref(ref), actor())
            audit.append(db, actor(), "warning.viewed", f"warning:{found.row.ref}")
    except NotFound:
        abort(404)
    return render_template("pages/warning.html", w=found, next_wave=warned.until(found, utcnow()))


@pages.post("")
@door(Permission.DECIDE)
def prepare() -> ResponseReturnValue:
    """Put a warning down for a second person."""
    made = []

    def change(db: Session) -> str:
        made.append(warnings.prepare(db, actor(), _wanted()).ref)
        return _("Prepared. It goes when a second person approves it.")

    _do(change)
    return redirect(url_for("warnings.one", ref=made[0]) if made else _back())


def _back() -> str:
    follows = normal_ref(request.form.get("follows", "")[:20])
    if follows:
        return url_for("warnings.one", ref=follows)
    return url_for("warnings.show", incident=request.form.get("incident", "")[:20] or None)


def _wanted() -> Wanted:
    form = request.form
    return Wanted(
        text_id=_text_id(form.get("text", "")),
        area_path=form.get("area", "")[:200].replace("\0", ""),
        audience=form.getlist("audience"),
        incident=normal_ref(form.get("incident", "")[:20]),
        follows=normal_ref(form.get("follows", "")[:20]),
        wave_size=_whole(form.get("wave_size", ""), WAVE_SIZE),
        wave_minutes=_whole(form.get("wave_minutes", ""), WAVE_MINUTES),
        exercise="exercise" in form,
    )


def _text_id(text: str) -> UUID:
    try:
        return UUID(text[:40])
    except ValueError:
        raise NotPossible("Choose a message that two people have agreed to.") from None


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


@pages.post("/<ref>/approve")
@door(Permission.DECIDE)
def approve(ref: str) -> ResponseReturnValue:
    """Let a warning go that somebody else has prepared."""

    def change(db: Session) -> str:
        warnings.approve(db, actor(), normal_ref(ref))
        return _("Approved. The first wave is on its way; you can stop it at any time.")

    return _done(ref, change)


@pages.post("/<ref>/drop")
@door(Permission.DECIDE)
def drop(ref: str) -> ResponseReturnValue:
    """Put a warning away that was not approved."""

    def change(db: Session) -> str:
        warnings.drop(db, actor(), normal_ref(ref))
        return _("Put away; nobody gets it.")

    return _done(ref, change)


@pages.post("/<ref>/stop")
@door(Permission.DECIDE)
def stop(ref: str) -> ResponseReturnValue:
    """Send no more of it."""

    def change(db: Session) -> str:
        warnings.stop(db, actor(), normal_ref(ref))
        return _("Stopped. What has not left yet does not leave.")

    return _done(ref, change)


def _done(ref: str, change: Callable[[Session], str]) -> ResponseReturnValue:
    _do(change)
    return redirect(url_for("warnings.one", ref=normal_ref(ref)))


def _do(change: Callable[[Session], str]) -> None:
    """Make one change and say how it went. Aborts with 404 for what is not there."""
    try:
        with scoped() as db:
            flash(change(db), "ok")
    except NotFound:
        abort(404)
    except Refused as refused:
        flash(told(refused.why), "bad")


# --- the messages of the house -----------------------------------------------------------------


@pages.get("/texts")
@door(Permission.SEE)
def library_show() -> ResponseReturnValue:
    """The messages agreed beforehand, and the form for another."""
    with scoped() as db:
        found = warned.kept(db, actor())
    start = request.args.get("from", "")
    shipped = library.shipped().get(start, {})
    return render_template(
        "pages/warning_texts.html",
        kept=found,
        variants=[(code, str(words)) for code, words in warned.VARIANTS.items()],
        starters=warned.starters(),
        start=start if shipped else "",
        typed=shipped,
        languages=list(texts.names().items()),
    )


@pages.post("/texts")
@door(Permission.DECIDE)
def library_write() -> ResponseReturnValue:
    """Put a message down for a second person to agree to."""

    def change(db: Session) -> str:
        form = request.form
        said = {code: form.get(f"text_{code}", "")[:_LONGEST] for code in texts.languages()}
        library.write(db, actor(), form.get("name", "")[:200], form.get("variant", ""), said)
        return _("Written. It can be used when a second person agrees to it.")

    return _library(change)


@pages.post("/texts/<uuid:text_id>")
@door(Permission.DECIDE)
def library_change(text_id: UUID) -> ResponseReturnValue:
    """Agree to a message, or put it away."""

    def change(db: Session) -> str:
        if request.form.get("do") == "retire":
            library.retire(db, actor(), text_id)
            return _("Put away.")
        library.agree(db, actor(), text_id)
        return _("Agreed. It can be used from now on.")

    return _library(change)


def _library(change: Callable[[Session], str]) -> ResponseReturnValue:
    _do(change)
    return redirect(url_for("warnings.library_show"))
