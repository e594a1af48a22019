"""Who may go where. Every door is shut unless it is listed as open or names a permission."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.settings import settings
from review import screens
from review.errors import problem, wants_json
from review.sessions import ConsoleSession, Identity, touch

View = TypeVar("View", bound=Callable[..., Any])

#: Endpoints that need no log-in.
OPEN = frozenset({"static", "login.show", "login.enter", "language.choose", "health.healthz"})
#: Endpoints that a page calls by itself: they do not count as somebody being there.
PASSIVE = frozenset(
    {"queue.events", "queue.rows", "queue.streamed", "phone.messages", "wall.now", "wall.points"}
)

#: What a screen on a wall fetches by its pass, with nobody logged in.
WALL = frozenset({"wall.show", "wall.now", "wall.points"})


class Permission(StrEnum):
    ACCOUNT = "account"
    SEE = "see"
    DECIDE = "decide"
    PEOPLE = "people"
    ROUTES = "routes"
    GATEWAYS = "gateways"
    FEEDBACK = "feedback"
    ENROL = "enrol"
    SETTLE = "settle"
    AUDIT = "audit"
    ORIGINALS = "originals"
    REVEAL = "reveal"
    USERS = "users"
    HOUSE = "house"
    WALL = "wall"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ANALYST: frozenset({Permission.ACCOUNT, Permission.SEE, Permission.DECIDE, Permission.PEOPLE}),
    Role.CUSTODIAN: frozenset(
        {Permission.ACCOUNT, Permission.SEE, Permission.PEOPLE, Permission.AUDIT, Permission.ORIGINALS}
        | {Permission.SETTLE, Permission.REVEAL}
    ),
    Role.COORDINATOR: frozenset(Permission)
    - {Permission.USERS, Permission.ORIGINALS, Permission.SETTLE, Permission.REVEAL},
    # Runs the house without reading the reports.
    Role.ADMIN: frozenset(
        {Permission.ACCOUNT, Permission.ROUTES, Permission.GATEWAYS, Permission.AUDIT, Permission.USERS}
        | {Permission.HOUSE}
    ),
}


@dataclass(frozen=True)
class MenuItem:
    """One page of the menu; those with a ``group`` fold away under its name."""

    endpoint: str
    label: str | LazyString
    icon: str
    permission: Permission
    group: str = ""
    current: bool = False


HOUSE = "house"
MENU = (
    MenuItem("queue.show", _("Queue"), "queue", Permission.SEE),
    MenuItem("map.show", _("Map"), "map", Permission.SEE),
    MenuItem("wall.show", _("Wall"), "wall", Permission.SEE),
    MenuItem("figures.show", _("Figures"), "chart", Permission.SEE),
    MenuItem("alerts.show", _("Alerts"), "alert", Permission.SEE),
    MenuItem("people.show", _("People"), "people", Permission.PEOPLE),
    MenuItem("phone.show", _("Phones"), "phone", Permission.SEE),
    MenuItem("house.show", _("Overview"), "house", Permission.HOUSE, HOUSE),
    MenuItem("routes.show", _("Routes"), "route", Permission.ROUTES, HOUSE),
    MenuItem("rotas.show", _("Rotas"), "people", Permission.ROUTES, HOUSE),
    MenuItem("feedback.show", _("Feedback"), "reply", Permission.FEEDBACK, HOUSE),
    MenuItem("gateways.show", _("Gateways"), "gateway", Permission.GATEWAYS, HOUSE),
    MenuItem("audit.show", _("Audit"), "audit", Permission.AUDIT, HOUSE),
    MenuItem("users.show", _("Users"), "user", Permission.USERS, HOUSE),
    MenuItem("tokens.show", _("Tokens"), "key", Permission.USERS, HOUSE),
)


def door(permission: Permission) -> Callable[[View], View]:
    """Say which permission a view needs. A view without one is reached by nobody."""

    def mark(view: View) -> View:
        view.door = permission  # type: ignore[attr-defined]
        return view

    return mark


def install(app: Flask) -> None:
    """Guard every request and tell the templates who is there."""
    app.before_request(_guard)
    app.context_processor(_context)


def current_user() -> Identity:
    """Who is logged in. Only for views behind a door."""
    found = identity()
    if found is None:
        abort(401)
    return found


def identity() -> Identity | None:
    return session.identity if isinstance(session, ConsoleSession) else None


def actor() -> Actor:
    """The current user as the audit chain names them."""
    user = current_user()
    return Actor(user.name, user.id, user.role)


def may(permission: str) -> bool:
    user = identity()
    return user is not None and Permission(permission) in GRANTS[user.role]


def trains() -> bool:
    """Whether this user may open the training room: everybody in a demonstration, else coordinators."""
    user = identity()
    in_training = settings().training and user is not None and user.role is Role.COORDINATOR
    return settings().demo or in_training


def _guard() -> ResponseReturnValue | None:
    if request.endpoint in OPEN or request.endpoint is None:
        return None
    if request.blueprint == "api":
        return None  # its own guard takes tokens as well: review/api/callers.py
    if not isinstance(session, ConsoleSession) or session.identity is None:
        return None if _on_a_wall(request.endpoint) else _to_login()
    if request.endpoint not in PASSIVE:
        touch(session)
    return None if _allowed(request.endpoint) else _refused()


def _on_a_wall(endpoint: str) -> bool:
    """Whether this is a screen's own request for the wall; the view finds the screen in ``g``."""
    if endpoint not in WALL:
        return False
    g.screen = screens.here()
    return g.screen is not None


def _allowed(endpoint: str) -> bool:
    permission = getattr(current_app.view_functions[endpoint], "door", None)
    return permission is not None and may(permission)


def _to_login() -> ResponseReturnValue:
    if wants_json():
        return problem(401, gettext("Log in first"), gettext("The session has ended or there was none."))
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("login.show", next=wanted if wanted != "/" else None))


def _refused() -> ResponseReturnValue:
    if request.endpoint == "queue.show":
        return redirect(url_for(menu()[0].endpoint))
    return problem(403)


#: Pages that belong to another page of the menu.
_UNDER = {
    "areas": "map",
    "chains": "routes",
    "codes": "feedback",
    "digests": "house",
    "dryrun": "routes",
    "incident": "queue",
    "judging": "queue",
    "leftovers": "queue",
    "media": "queue",
    "parties": "queue",
    "proposals": "routes",
    "wall": "map",
    "warnings": "alerts",
}


def menu() -> list[MenuItem]:
    """The pages the current user may open, the present one marked."""
    here = _UNDER.get(request.blueprint or "", request.blueprint)
    items = [m for m in MENU if may(m.permission) and (m.endpoint != "phone.show" or trains())]
    return [replace(m, current=m.endpoint.startswith(f"{here}.")) for m in items]


def _context() -> dict[str, Any]:
    return {"current_user": identity(), "may": may, "menu": menu, "demo": settings().demo}


def scoped() -> AbstractContextManager[Session]:
    """A transaction that sees what the current user may see, and nothing else."""
    user = current_user()
    return transaction(scope=user.scope, cleared=user.cleared)
