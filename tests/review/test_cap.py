"""CAP messages over the API: to whom which, as a feed and one by one, and that a partner can check them."""

import re
from collections.abc import Callable

import pytest
from capvalidator.validate import Validator
from flask import Flask
from lxml import etree
from signxml.verifier import XMLVerifier
from sqlalchemy import delete, select, update

from mbiu import routing
from mbiu.db import transaction
from mbiu.exchange import cap
from mbiu.exchange.message import NAMESPACE
from mbiu.exchange.wording import Cause
from mbiu.models import Alert, AuditEntry, Bulletin, Incident
from mbiu.tokens import Scope
from tests import cast
from tests.review.conftest import Browser
from tests.review.counting import queries
from tests.review.programs import EVERY, PLAIN, program

ATOM, CAP = "{http://www.w3.org/2005/Atom}", f"{{{NAMESPACE}}}"


@pytest.fixture
def alert(app: Flask, people: None, small: str) -> str:
    """An alert about a dispute in Kasese; its reference."""
    return _alert(small)


def _alert(incident: str) -> str:
    peter = cast.user("verifier")
    cast.approve(incident, peter)
    cast.route("elders", [[cast.person("UG-1", cast.DANIEL)]])
    with transaction() as session:
        return routing.send(session, peter, incident).ref


def _follow(ref: str, cause: Cause, key: str = "1") -> None:
    with transaction() as session:
        cap.follow(session, session.scalars(select(Alert).where(Alert.ref == ref)).one(), cause, key)


def _entries(text: str) -> list[etree._Element]:
    return list(etree.fromstring(text.encode()).findall(f"{ATOM}entry"))


def test_a_feed_leads_to_signed_messages_that_a_partner_can_check(app: Flask, alert: str) -> None:
    partner = program(app, PLAIN)
    listed = partner.get("alerts/feed")
    assert listed.mimetype == "application/atom+xml"
    (entry,) = _entries(listed.text)
    link = entry.find(f"{ATOM}link")
    assert link is not None
    answer = partner.get(link.get("href", "").partition("/api/v1/")[2])
    assert answer.mimetype == "application/cap+xml"
    assert Validator(answer.data).schema()[0]
    certificate = partner.get("alerts/certificate").text
    told = XMLVerifier().verify(answer.data, x509_cert=certificate).signed_xml
    assert told.findtext(f"{CAP}identifier") == f"{alert}.P1"
    assert told.findtext(f"{CAP}info/{CAP}area/{CAP}areaDesc") == "Kasese, Western, Uganda"


def test_a_token_with_all_reads_what_responders_are_told(app: Flask, alert: str) -> None:
    text = program(app).get(f"alerts/{alert}/cap").text
    assert f"<identifier>{alert}.1</identifier>" in text
    assert "<areaDesc>Bwera, Kasese</areaDesc>" in text


def test_what_followed_comes_first_and_the_older_stay_where_they_were(app: Flask, alert: str) -> None:
    partner = program(app, PLAIN)
    first = partner.get(f"alerts/{alert}/cap").text
    _follow(alert, Cause.RECALL)
    assert partner.get(f"alerts/{alert}/cap/1").text == first
    assert "<msgType>Cancel</msgType>" in partner.get(f"alerts/{alert}/cap").text
    assert partner.get(f"alerts/{alert}/cap/3").status_code == 404
    assert partner.get(f"alerts/{alert}/cap/{'9' * 30}").status_code == 404
    kinds = [one.findtext(f"{CAP}msgType") for one in _entries(partner.get("alerts/feed").text)]
    assert kinds == ["Cancel", "Alert"]


def test_a_feed_is_read_in_pages(app: Flask, alert: str) -> None:
    for key in "abc":
        _follow(alert, Cause.UPDATE, key)
    partner, seen, path = program(app, PLAIN), list[str](), "alerts/feed?limit=2"
    while path:
        root = etree.fromstring(partner.get(path).data)
        seen += [one.findtext(f"{ATOM}id") or "" for one in root.findall(f"{ATOM}entry")]
        following = [one.get("href", "") for one in root.findall(f"{ATOM}link") if one.get("rel") == "next"]
        path = following[0].partition("/api/v1/")[2] if following else ""
    assert [one.rpartition(".")[2] for one in seen] == ["P4", "P3", "P2", "P1"]


def test_no_exercise_is_in_a_feed_and_a_partner_finds_none(app: Flask, people: None, small: str) -> None:
    with transaction() as session:
        session.execute(update(Incident).values(exercise=True))
    peter = cast.user("verifier")
    cast.approve(small, peter)
    cast.route("elders", [[cast.person("UG-1", cast.DANIEL, exercise=True)]])
    with transaction() as session:
        alert = routing.send(session, peter, small).ref
    every = program(app)
    assert _entries(every.get("alerts/feed").text) == []
    assert "<status>Exercise</status>" in every.get(f"alerts/{alert}/cap").text
    assert program(app, PLAIN).get(f"alerts/{alert}/cap").status_code == 404


def test_what_became_restricted_is_for_cleared_tokens_alone(app: Flask, alert: str) -> None:
    with transaction() as session:
        session.execute(update(Incident).values(other_types=["sexual_violence"]))
    for scopes in (PLAIN, EVERY - {Scope.RESTRICTED}):
        blind = program(app, scopes)
        assert blind.get(f"alerts/{alert}/cap").status_code == 404
        assert _entries(blind.get("alerts/feed").text) == []
    assert program(app).get(f"alerts/{alert}/cap").status_code == 200


def test_an_alert_nothing_was_issued_about_has_no_message(app: Flask, alert: str) -> None:
    with transaction() as session:
        session.execute(delete(Bulletin))
    assert program(app).get(f"alerts/{alert}").status_code == 200
    assert program(app).get(f"alerts/{alert}/cap").status_code == 404


def test_looking_at_a_message_is_recorded(app: Flask, alert: str, ruth: Browser) -> None:
    program(app).get(f"alerts/{alert}/cap")
    ruth.get(f"/api/v1/alerts/{alert}/cap/1")
    with transaction() as session:
        found = session.execute(
            select(AuditEntry.actor, AuditEntry.object, AuditEntry.details)
            .where(AuditEntry.action == "alert.viewed")
            .order_by(AuditEntry.seq)
        ).all()
    assert [tuple(one) for one in found] == [
        ("token:observatory", f"alert:{alert}", {"by": "cap", "number": 1}),
        ("ruth", f"alert:{alert}", {"by": "cap", "number": 1}),
    ]


def test_a_feed_costs_the_same_number_of_queries_however_long(
    app: Flask, alert: str, as_: Callable[[str], Browser]
) -> None:
    every = program(app)
    with queries() as few:
        every.get("alerts/feed")
    for key in "abcdef":
        _follow(alert, Cause.UPDATE, key)
    with queries() as many:
        assert len(re.findall("<entry", every.get("alerts/feed").text)) == 7
    assert len(many) == len(few)


def test_an_alerts_page_leads_to_what_other_systems_were_told(alert: str, ruth: Browser) -> None:
    _follow(alert, Cause.RECALL)
    page = ruth.get(f"/alerts/{alert}").text
    assert f"/api/v1/alerts/{alert}/cap/1" in page
    assert f"{alert}.2" in page
    assert "<msgType>Cancel</msgType>" in ruth.get(f"/api/v1/alerts/{alert}/cap/2").text
