"""Programs that read the API with a token."""

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from mbiu import tokens
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import User
from mbiu.tokens import Scope, Wanted

EVERY = frozenset(Scope)
PLAIN = frozenset({Scope.INCIDENTS, Scope.REPORTS, Scope.AREAS, Scope.ALERTS})


@dataclass
class Program:
    """A partner's program, without cookies."""

    client: FlaskClient
    token: str

    def get(self, path: str, **headers: str) -> TestResponse:
        shown = {"Authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.client.get(f"/api/v1/{path}", headers=shown)


def token(scopes: frozenset[Scope] = EVERY, area: str = "/", days: int = 30, per_minute: int = 600) -> str:
    """A new token, made by Esther."""
    with transaction() as session:
        esther = session.scalars(select(User).where(User.role == Role.ADMIN)).one()
        actor = Actor(esther.name, esther.id, esther.role)
        wanted = Wanted("observatory", scopes, area, days, per_minute)
        return tokens.make(session, actor, wanted)[1]


def program(app: Flask, scopes: frozenset[Scope] = EVERY, area: str = "/", **more: int) -> Program:
    return Program(app.test_client(use_cookies=False), token(scopes, area, **more))
