"""The wall: the situation on a screen across the room, which keeps itself fresh and asks for nothing."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mbiu.db import transaction
from review import screens, sessions, wall
from review.doors import Permission, actor, door, identity
from review.sessions import ConsoleSession

pages = Blueprint("wall", __name__, url_prefix="/wall")

THEMES = ("dark", "light")


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The whole wall; it fetches what is new itself, and without scripts the browser does."""
    theme = request.args.get("theme", "")
    return render_template(
        "pages/wall.html", theme=theme if theme in THEMES else "dark", user=identity(), **_now()
    )


@pages.get("/now")
@door(Permission.SEE)
def now() -> ResponseReturnValue:
    """What the wall shows at this moment, to put in place of what it showed."""
    return render_template("parts/wall.html", **_now())


@pages.get("/points")
@door(Permission.SEE)
def points() -> ResponseReturnValue:
    """The last 24 hours for the map."""
    with transaction(scope=_scope()) as db:
        return wall.points(db)


def _now() -> dict[str, Any]:
    with transaction(scope=_scope()) as db:
        return wall.now(db, _scope())


def _scope() -> str:
    """The areas of whoever looks: a person logged in here, else of whoever hung this screen up."""
    user = identity()
    return user.scope if user else g.screen.scope


@pages.get("/screens")
@door(Permission.WALL)
def hanging() -> ResponseReturnValue:
    """The walls that hang, and how to hang up this one."""
    with transaction() as db:
        return render_template("pages/screens.html", screens=screens.hanging(db), life=screens.LIFE.days)


@pages.post("/screens")
@door(Permission.WALL)
def hang() -> ResponseReturnValue:
    """Make this browser a wall: the person's session ends, a pass for the wall alone stays."""
    name = " ".join(request.form.get("name", "").replace("\0", "").split())[:40] or _("Wall")
    with transaction() as db:
        token = screens.hang(db, actor(), name)
        if isinstance(session, ConsoleSession):
            sessions.end(db, session.row_id)
            session.replace(sessions.new_token(), None)
    response = make_response(redirect(url_for("wall.show")))
    screens.give(response, token)
    return response


@pages.post("/screens/<uuid:screen_id>/end")
@door(Permission.WALL)
def take_down(screen_id: UUID) -> ResponseReturnValue:
    """Take a wall down, wherever it hangs."""
    with transaction() as db:
        gone = screens.take_down(db, actor(), screen_id)
    flash(_("The wall is taken down.") if gone else _("That wall does not hang any more."), "ok")
    return redirect(url_for("wall.hanging"))
