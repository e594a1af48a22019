"""The page behind a link in a mail, as a reader and a mail server meet it."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

import webhooks
from mbiu import links, routing, texts, vault
from mbiu.codes import AlertState, Answer
from mbiu.db import transaction
from mbiu.models import Alert, AnswerLink, Response
from mbiu.settings import Settings
from tests.cast import (
    DANIEL,
    QUARREL,
    alert_of,
    approve,
    contact_of,
    count,
    incident_of,
    person,
    route,
    tell,
    user,
)


@pytest.fixture
def client(installation: Settings) -> FlaskClient:
    return webhooks.create_app().test_client()


@pytest.fixture
def alert(client: FlaskClient) -> str:
    ruth = user("ruth")
    ref = incident_of(tell(QUARREL)).ref
    approve(ref, ruth)
    route("elders", [[person("UG-1", DANIEL)]])
    with transaction() as session:
        return routing.send(session, ruth, ref).ref


def path(alert: str, language: str = "en") -> str:
    with transaction() as session:
        url = links.make(session, alert_of(alert).id, contact_of(DANIEL).id, language)
    return "/a/" + url.split("/a/")[1]


def test_opening_a_link_changes_nothing_however_often(client: FlaskClient, alert: str) -> None:
    where = path(alert)
    for ask in (client.get, client.head, client.get, client.options):
        assert ask(where).status_code == 200
    assert count(Response) == count(AnswerLink, AnswerLink.used_at.is_not(None)) == 0
    assert alert_of(alert).state is AlertState.OPEN


@pytest.mark.parametrize("language", texts.languages())
def test_the_page_speaks_the_readers_language(client: FlaskClient, alert: str, language: str) -> None:
    page = client.get(path(alert, language)).text
    assert f'lang="{language}" dir="{texts.wordings(language)["direction"]}"' in page
    for answer in Answer:
        assert f'value="{answer.value}"' in page
    assert alert in page
    assert "dispute" not in page


def test_an_answer_counts_with_its_hours_and_words(client: FlaskClient, alert: str) -> None:
    where = path(alert)
    page = client.post(where, data={"answer": "go", "hours": "4", "words": "With <the> elders"})
    assert page.status_code == 200
    assert "on your way" in page.text
    with transaction() as session:
        row = session.scalars(select(Response)).one()
    assert row.due_at is not None
    assert (row.due_at - row.created_at).total_seconds() == pytest.approx(4 * 3600, abs=5)
    assert vault.unseal("response", "text", row.id, row.text) == "4 h With <the> elders"
    again = client.post(where, data={"answer": "cannot"})
    assert texts.say("en", "page.used") in again.text
    assert count(Response) == 1


def test_the_next_answer_is_one_press_away(client: FlaskClient, alert: str) -> None:
    page = client.post(path(alert, "sw"), data={"answer": "ack"}).text
    found = re.search(r'href="[^"]*(/a/sw/[\w-]+)"', page)
    assert found
    assert "TAYARI" in page
    client.post(found[1], data={"answer": "done", "words": "Wamepatana"})
    assert alert_of(alert).state is AlertState.DONE


@pytest.mark.parametrize("answer", ["", "yes", "note", "ack\0", "<script>"])
def test_what_is_no_answer_uses_up_no_link(client: FlaskClient, alert: str, answer: str) -> None:
    where = path(alert)
    assert client.post(where, data={"answer": answer}).status_code == 200
    assert count(Response) == 0
    client.post(where, data={"answer": "ack"})
    assert count(Response) == 1


def test_a_link_that_is_none_of_ours_says_so_without_a_word_more(client: FlaskClient, alert: str) -> None:
    where = path(alert)
    for wrong in ("/a/en/x", f"/a/en/{'A' * 48}", where[:-1] + ("A" if where[-1] != "A" else "B")):
        for page in (client.get(wrong), client.post(wrong, data={"answer": "ack"})):
            assert (page.status_code, alert in page.text) == (404, False)
    assert count(Response) == 0


def test_what_is_over_asks_nothing(client: FlaskClient, alert: str) -> None:
    where = path(alert)
    with transaction() as session:
        session.execute(update(Alert).values(state=AlertState.DONE))
    page = client.get(where).text
    assert "<form" not in page
    assert alert in page


def test_the_page_runs_no_script_and_gives_its_address_to_nobody(client: FlaskClient, alert: str) -> None:
    page = client.get(path(alert))
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.text
    assert "http" not in page.text
