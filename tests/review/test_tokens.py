"""The page on which an administrator makes and revokes tokens."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import ApiToken, AuditEntry, Notice, utcnow
from tests.review.conftest import Browser
from tests.review.programs import Program, program

FORM: dict[str, Any] = {
    "name": "National observatory",
    "area": "/ug/",
    "days": "30",
    "per_minute": "60",
    "scope": ["incidents", "areas"],
}


@pytest.fixture
def esther(as_: Callable[[str], Browser]) -> Browser:
    return as_("esther")


def _made(browser: Browser, **form: Any) -> str:
    page = browser.post("/house/tokens", **FORM | form).text
    found = re.search(r'<code class="token">(mbiu_[\w-]{43})</code>', page)
    assert found
    return found[1]


def test_a_token_is_shown_once_and_kept_as_a_digest(app: Flask, esther: Browser) -> None:
    text = _made(esther)
    assert Program(app.test_client(use_cookies=False), text).get("areas?level=0").status_code == 200
    assert text not in esther.get("/house/tokens").text
    with transaction() as session:
        row = session.scalars(select(ApiToken)).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "token.made")).one()
    assert text.encode() not in row.digest
    assert (row.area, row.scopes) == ("/ug/", ["areas", "incidents"])
    assert (entry.actor, entry.details["scopes"]) == ("esther", ["areas", "incidents"])
    assert text not in str(entry.details)


def test_a_revoked_token_opens_nothing(app: Flask, esther: Browser) -> None:
    observatory = Program(app.test_client(use_cookies=False), _made(esther))
    with transaction() as session:
        row_id = session.scalar(select(ApiToken.id))
    assert "opens nothing any more" in esther.post(f"/house/tokens/{row_id}/revoke").text
    assert observatory.get("areas").status_code == 401
    assert "was revoked before" in esther.post(f"/house/tokens/{row_id}/revoke").text
    assert "revoked</span>" in esther.get("/house/tokens").text


def test_a_token_ends_by_itself(app: Flask, people: None) -> None:
    observatory = program(app)
    assert observatory.get("areas").status_code == 200
    with transaction() as session:
        session.execute(update(ApiToken).values(expires_at=utcnow() - dt.timedelta(seconds=1)))
    assert observatory.get("areas").status_code == 401


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"name": " "}, "needs a name"),
        ({"scope": []}, "Choose what"),
        ({"scope": ["everything"]}, "Choose what"),
        ({"scope": ["reports:words"]}, "choose reports too"),
        ({"scope": ["contacts:codes", "incidents"]}, "choose one of these too"),
        ({"days": "366"}, "a year at most"),
        ({"days": "²"}, "a year at most"),
        ({"per_minute": "601"}, "at most"),
        ({"area": "/nowhere/"}, "paths of the gazetteer"),
        ({"area": ""}, "paths of the gazetteer"),
    ],
)
def test_what_cannot_be_meant_makes_no_token(esther: Browser, form: dict[str, Any], why: str) -> None:
    assert why in esther.post("/house/tokens", **FORM | form).text
    with transaction() as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_coordinators_are_told_of_a_token_that_says_more(esther: Browser) -> None:
    _made(esther)
    _made(esther, name="Research", scope=["reports", "reports:words"])
    with transaction() as session:
        told = session.execute(select(Notice.role, Notice.kind, Notice.subject)).all()
    assert [tuple(one) for one in told] == [(Role.COORDINATOR, "token_made", "token:Research")]


def test_nobody_but_an_administrator_makes_one(as_: Callable[[str], Browser]) -> None:
    miriam = as_("miriam")
    assert miriam.post("/house/tokens", **FORM).status_code == 403
    assert miriam.get("/house/tokens").status_code == 403
