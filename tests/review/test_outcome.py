"""The outcome on the page of an incident, and what is looked at again in the queue."""

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import select, update

from mbiu import routing
from mbiu.audit import Actor
from mbiu.codes import IncidentState
from mbiu.db import transaction
from mbiu.models import FollowUp, Outcome, OutcomeBy, utcnow
from tests import cast
from tests.review.conftest import Browser


@pytest.fixture
def samuel(app: Flask) -> Actor:
    return cast.user("samuel")


@pytest.fixture
def verified(small: str, samuel: Actor) -> str:
    """A verified dispute in Kasese, and a route to Daniel."""
    cast.approve(small, samuel)
    cast.route("elders", [[cast.person("UG-1", cast.DANIEL)]])
    return small


def outcomes() -> list[Outcome]:
    with transaction() as session:
        return list(session.scalars(select(Outcome).order_by(Outcome.created_at)))


def test_an_outcome_is_recorded_and_the_incident_closed_with_it(verified: str, ruth: Browser) -> None:
    day = (utcnow() + dt.timedelta(days=14)).date()
    page = ruth.post(
        f"/incidents/{verified}/outcome",
        done=["visit", "dialogue"], effect="contained", resolution="peaceful", kinds="elder",
        on=utcnow().date().isoformat(), note="They shook hands.", again_on=[day.isoformat(), ""],
        again_what=["agreement", "visit"], then="close",
    )  # fmt: skip
    text = re.sub(r"\s+", " ", page.text)
    assert "People went there, the sides were brought to talk" in text
    assert "Resolved peacefully" in text
    assert "They shook hands." in text
    assert "See whether the agreement holds" in text
    assert cast.incident(verified).state is IncidentState.CLOSED
    (row,) = outcomes()
    assert (row.done, row.resolution, row.kinds) == (["visit", "dialogue"], "peaceful", ["elder"])


def test_an_outcome_may_stay_open_and_close_later(verified: str, ruth: Browser) -> None:
    ruth.post(f"/incidents/{verified}/outcome", done="visit", effect="unknown", then="keep")
    assert cast.incident(verified).state is IncidentState.VERIFIED
    assert "Close with this outcome" in ruth.get(f"/incidents/{verified}").text
    ruth.post(f"/incidents/{verified}/close")
    assert cast.incident(verified).state is IncidentState.CLOSED


def test_closing_without_an_outcome_is_refused(verified: str, ruth: Browser) -> None:
    page = ruth.post(f"/incidents/{verified}/close")
    assert "Say first what was done" in page.text
    assert cast.incident(verified).state is IncidentState.VERIFIED


def test_what_was_typed_comes_back_when_it_is_refused(verified: str, ruth: Browser) -> None:
    page = ruth.post(
        f"/incidents/{verified}/outcome", done=["nothing", "visit"], effect="contained", note="Rain all day"
    )
    assert page.status_code == 422
    assert "Rain all day" in page.text
    assert outcomes() == []


def test_a_responders_words_fill_the_form(verified: str, samuel: Actor, ruth: Browser) -> None:
    with transaction() as session:
        routing.send(session, samuel, verified)
    cast.say("DONE both clans met under the tree", cast.DANIEL)
    page = ruth.get(f"/incidents/{verified}").text
    form = page[page.index('id="outcome"') :]
    assert "both clans met under the tree</textarea>" in form
    answer = re.search(r'name="answer" value="([^"]+)"', form)
    by = re.search(r'name="by" value="([^"]+)" checked', form)
    assert answer
    assert by
    ruth.post(
        f"/incidents/{verified}/outcome", done="dialogue", effect="contained", by=by[1], answer=answer[1]
    )
    (row,) = outcomes()
    assert str(row.response_id) == answer[1]
    with transaction() as session:
        assert [str(one) for one in session.scalars(select(OutcomeBy.contact_id))] == [by[1]]
    assert "Start from these words" not in ruth.get(f"/incidents/{verified}").text


def test_an_outcome_is_corrected_and_both_are_shown(verified: str, samuel: Actor, ruth: Browser) -> None:
    cast.close(samuel, verified, words="At noon")
    (old,) = outcomes()
    page = ruth.get(f"/incidents/{verified}?correct={old.id}").text
    assert "At noon</textarea>" in page
    page = ruth.post(
        f"/incidents/{verified}/outcome", corrects=old.id, done="dialogue", effect="prevented", note="At two"
    ).text
    assert "corrected since" in page
    assert "At two" in page
    assert outcomes()[1].corrects == old.id


def test_what_is_due_stands_in_the_queue_until_it_is_settled(verified: str, ruth: Browser) -> None:
    day = (utcnow() + dt.timedelta(days=3)).date().isoformat()
    ruth.post(
        f"/incidents/{verified}/outcome", done="visit", effect="contained", again_on=day, again_what="call"
    )
    assert verified not in ruth.get("/?state=again").text
    with transaction() as session:
        session.execute(update(FollowUp).values(due_on=utcnow().date() - dt.timedelta(days=1)))
        found = session.scalars(select(FollowUp.id)).one()
    page = ruth.get("/?state=again").text
    assert verified in page
    assert "look again" in page
    assert "look again now" in ruth.get(f"/incidents/{verified}").text
    page = ruth.post(f"/incidents/{verified}/follow-up", day=found, result="well").text
    assert "All is well" in page
    assert verified not in ruth.get("/?state=again").text


def test_another_day_may_be_set_later(verified: str, ruth: Browser) -> None:
    ruth.post(f"/incidents/{verified}/outcome", done="visit", effect="contained")
    day = (utcnow() + dt.timedelta(days=3)).date().isoformat()
    daniel = cast.contact_of(cast.DANIEL).id
    fields = {"again_on": day, "again_what": "visit", "again_who": str(daniel)}
    assert " · UG-1</p>" in ruth.post(f"/incidents/{verified}/follow-up", **fields).text
    with transaction() as session:
        row = session.scalars(select(FollowUp)).one()
    assert (row.what, row.contact_id) == ("visit", daniel)


def test_ids_that_are_none_do_no_harm(verified: str, ruth: Browser) -> None:
    for fields in (
        {"corrects": "x"},
        {"by": "'; --"},
        {"answer": "\0"},
        {"on": "yesterday"},
        {"again_on": "9"},
    ):
        ruth.post(f"/incidents/{verified}/outcome", done="visit", effect="contained", **fields)
    assert ruth.post(f"/incidents/{verified}/follow-up", day="x", result="well").status_code == 404
    assert ruth.get(f"/incidents/{verified}?correct=x&draft=y").status_code == 200
