"""The console under test: the real app, a real database, and the same people as everywhere."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mbiu import logs
from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import User
from mbiu.settings import Settings
from review import create_app
from tests import cast

PASSPHRASE = "horses graze on wet hills"
PEOPLE = {
    "ruth": Role.ANALYST,
    "peter": Role.ANALYST,
    "miriam": Role.COORDINATOR,
    "simon": Role.CUSTODIAN,
    "esther": Role.ADMIN,
}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SMALL = "Land dispute between two clans in Bwera, Kasese, elders are talking to them"
GRAVE = "Armed men attacked Bwera in Kasese last night, 9 people killed and 20 houses burnt"


@cache
def _hash() -> str:
    """As cheap as Argon2id goes: hundreds of tests log in, and each would wait for it."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSPHRASE)


@cache
def console() -> Flask:
    """One console for all tests, as it serves one request after the other: to put it together and to compile
    its templates takes longer than most tests. It keeps nothing but what its code says.
    """
    return create_app()


@dataclass
class Browser:
    """Somebody at the console, without scripts: gets pages and sends the forms on them."""

    client: FlaskClient
    #: The cookie of the session that a form was last seen in, and the token in that form.
    _form: tuple[str, str] = ("", "")

    def get(self, path: str) -> TestResponse:
        return self._seen(self.client.get(path))

    def token(self) -> str:
        """The form token of this session, from a page it has got, or else from one that always has a form."""
        for path in ("/account", "/login"):
            if self._form[0] != self._cookie:
                self.get(path)
        assert self._form[0] == self._cookie
        return self._form[1]

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a form and follow to the page that answers."""
        data = {"csrf_token": self.token(), **fields}
        return self._seen(self.client.post(path, data=data, follow_redirects=True))

    def log_in(self, name: str, passphrase: str = PASSPHRASE, **fields: object) -> TestResponse:
        return self.post("/login", name=name, password=passphrase, **fields)

    def enter(self, name: str) -> None:
        """Log in where nobody is logged in, and look at no page yet."""
        self.get("/login")
        data = {"csrf_token": self.token(), "name": name, "password": PASSPHRASE}
        assert self.client.post("/login", data=data).location == "/"

    def _seen(self, answer: TestResponse) -> TestResponse:
        found = TOKEN.search(answer.text) if answer.mimetype == "text/html" else None
        if found:
            self._form = (self._cookie, found[1])
        return answer

    @property
    def _cookie(self) -> str:
        found = self.client.get_cookie("mbiu")
        return found.value if found else "none"


@pytest.fixture
def app(settings: Settings) -> Flask:
    """What is logged goes to the standard error of this test."""
    logs.configure(settings.log_format)
    return console()


@pytest.fixture
def people(settings: Settings) -> None:
    """Everybody of the cast has an account and sees all areas."""
    with transaction() as session:
        for name, role in PEOPLE.items():
            session.add(User(name=name, role=role, password_hash=_hash()))


@pytest.fixture
def stranger(app: Flask, people: None) -> Browser:
    """A browser nobody has logged in with."""
    return Browser(app.test_client())


@pytest.fixture
def as_(app: Flask, people: None) -> Callable[[str], Browser]:
    """A browser in which that person has logged in."""

    def log_in(name: str) -> Browser:
        browser = Browser(app.test_client())
        browser.enter(name)
        return browser

    return log_in


@pytest.fixture
def ruth(as_: Callable[[str], Browser]) -> Browser:
    return as_("ruth")


@pytest.fixture
def peter(as_: Callable[[str], Browser]) -> Browser:
    return as_("peter")


@pytest.fixture
def grave(app: Flask) -> str:
    """A severe incident in Kasese, from one report."""
    return cast.incident_of(cast.tell(GRAVE)).ref


@pytest.fixture
def small(app: Flask) -> str:
    """A dispute in Uganda that is not grave, from one report."""
    return cast.incident_of(cast.tell(SMALL, cast.JOSEPH)).ref
