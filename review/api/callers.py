"""Who asks: a program with a token, or a user of the console with a session."""

import datetime as dt
from contextlib import AbstractContextManager
from dataclasses import dataclass

from flask import Response, current_app, g, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mbiu import tokens
from mbiu.audit import Actor
from mbiu.db import transaction
from mbiu.models import utcnow
from mbiu.tokens import Bearer, Scope
from review import doors
from review.problems import problem
from review.sessions import ConsoleSession, touch

#: What a program that showed nothing, or something void, is asked for (RFC 6750).
CHALLENGE = 'Bearer realm="Mbiu"'


@dataclass(frozen=True)
class Caller:
    """Who asks, and what they may read. Without a ``bearer`` it is a user of the console."""

    actor: Actor
    scopes: frozenset[Scope]
    bearer: Bearer | None = None

    @property
    def sees_all(self) -> bool:
        """Whether what is not confirmed is shown too, and everything as exactly as it is known."""
        return Scope.ALL in self.scopes

    def transaction(self) -> AbstractContextManager[Session]:
        """A transaction that sees the caller's areas and nothing else."""
        if self.bearer is None:
            return doors.scoped()
        return transaction(scope=self.bearer.area, cleared=Scope.RESTRICTED in self.scopes)

    @property
    def area(self) -> str:
        """The caller's areas as comma-separated paths."""
        return self.bearer.area if self.bearer else doors.current_user().scope


def caller() -> Caller:
    """Who asks this time. Only behind `guard`."""
    found: Caller = g.caller
    return found


def guard() -> ResponseReturnValue | None:
    """Let nobody pass who has not shown who they are and may read what they ask for."""
    if request.authorization is not None or "Authorization" in request.headers:
        return _by_token()
    return _by_session()


def _by_token() -> ResponseReturnValue | None:
    session.new = False  # a program has no use for a cookie
    shown = request.authorization
    text = shown.token if shown and shown.type == "bearer" else None
    with transaction() as db:
        bearer = tokens.take(db, text or "")
    if bearer is None:
        answer = problem(401, "This token is not known here, has expired or was revoked.")
        answer.headers["WWW-Authenticate"] = f'{CHALLENGE}, error="invalid_token"'
        return answer
    g.caller = Caller(Actor(f"token:{bearer.name}", bearer.id), bearer.scopes, bearer)
    if bearer.spent:
        return problem(429, f"This token may ask {bearer.per_minute} times a minute. Wait, then ask again.")
    return _refused(bearer.scopes)


def _by_session() -> ResponseReturnValue | None:
    if not isinstance(session, ConsoleSession) or session.identity is None:
        answer = problem(401, "Show a token: Authorization: Bearer mbiu_…")
        answer.headers["WWW-Authenticate"] = CHALLENGE
        return answer
    touch(session)
    g.caller = Caller(doors.actor(), frozenset(Scope))
    permission = getattr(_view(), "door", None)
    if permission is None or not doors.may(permission):
        return problem(403, "Your role does not include this.")
    return None


def _refused(scopes: frozenset[Scope]) -> Response | None:
    """A view that names no scope is for every token; one that names no permission is for nobody."""
    if getattr(_view(), "door", None) is None:
        return problem(403, "No token opens this.")
    needed: Scope | None = getattr(_view(), "scope", None)
    if needed is None or needed in scopes:
        return None
    answer = problem(403, f"This token lacks the scope {needed}.", scope=needed)
    answer.headers["WWW-Authenticate"] = f'{CHALLENGE}, error="insufficient_scope", scope="{needed}"'
    return answer


def _view() -> object:
    return current_app.view_functions[request.endpoint or ""]


def finish(response: Response) -> Response:
    """Say how many requests are left; answer 304 to who has this already."""
    who: Caller | None = g.get("caller")
    if who and who.bearer:
        _limits(response, who.bearer, utcnow())
    if response.status_code == 200:
        response.add_etag()
        response.make_conditional(request)
    return response


def _limits(response: Response, bearer: Bearer, now: dt.datetime) -> None:
    seconds = max(1, int((bearer.resets_at - now).total_seconds()) + 1)
    response.headers["RateLimit-Limit"] = str(bearer.per_minute)
    response.headers["RateLimit-Remaining"] = str(max(0, bearer.left))
    response.headers["RateLimit-Reset"] = str(seconds)
    if response.status_code == 429:
        response.headers["Retry-After"] = str(seconds)
