"""An alert's own page: told, waited for, promised, next; and what a person of the console does about it."""

import datetime as dt

import pytest
from sqlalchemy import update

from mbiu import escalation, routing
from mbiu.codes import AlertState, ResponderClass
from mbiu.db import transaction
from mbiu.models import Alert, Delivery, utcnow
from mbiu.refs import new_ref
from tests import cast
from tests.review.conftest import Browser

BOTH = [{"class": "mediator", "count": 1}, {"class": "police_liaison", "count": 1}]
KASESE = "/ug/ug-western/ug-kasese/"


@pytest.fixture
def alert(ruth: Browser) -> str:
    """A mediator and a police liaison must both agree; then an elder is asked; then a coordinator."""
    kinds = {
        "UG-M": (cast.DANIEL, ResponderClass.MEDIATOR),
        "UG-P": (cast.GRACE, ResponderClass.POLICE_LIAISON),
        "UG-E": ("+256772000203", ResponderClass.ELDER),
        "UG-C": ("+256772000204", ResponderClass.COORDINATOR),
    }
    ids = {
        code: str(cast.person(code, number, responder_class=kind, area_path=KASESE))
        for code, (number, kind) in kinds.items()
    }
    who = {code: {"kind": "person", "contact": one} for code, one in ids.items()}
    first = {"who": [who["UG-M"], who["UG-P"]], "wait_minutes": 20, "quorum": BOTH}
    cast.chain_route("kasese", [first, {"who": [who["UG-E"]], "wait_minutes": 15}])
    actor = cast.user("peter-verifies")
    ref = cast.incident_of(cast.tell(cast.QUARREL)).ref
    cast.approve(ref, actor)
    with transaction() as session:
        return routing.send(session, actor, ref).ref


def waits_are_over() -> None:
    with transaction() as session:
        over = update(Alert).values(next_at=utcnow(), due_at=utcnow())
        session.execute(over.where(Alert.next_at.is_not(None)))
    with transaction() as session:
        escalation.take_due(session)


def test_the_ladder_says_who_was_told_and_whose_promise_is_missing(ruth: Browser, alert: str) -> None:
    cast.say("ACK", cast.DANIEL)
    page = ruth.get(f"/alerts/{alert}").text
    assert "Mediator 1/1" in page
    assert "Police liaison 0/1" in page
    assert page.index("UG-P") < page.index("UG-E") < page.index("Final step")
    assert "It waits for an answer." in page


def test_a_person_takes_the_next_step_without_waiting(ruth: Browser, alert: str) -> None:
    page = ruth.post(f"/alerts/{alert}/step").text
    assert "The next step is taken." in page
    assert "ruth" in page
    assert cast.alert_of(alert).step == 2
    assert len(cast.texts_to("+256772000203", "alert")) == 1


def test_who_takes_it_on_at_the_console_stops_it_for_a_while(ruth: Browser, alert: str) -> None:
    page = ruth.post(f"/alerts/{alert}/take").text
    assert "Taken on at the console" in page
    row = cast.alert_of(alert)
    assert (row.state, row.next_at) == (AlertState.ACKNOWLEDGED, None)
    with transaction() as session:
        session.execute(update(Alert).values(taken_until=utcnow() - dt.timedelta(1), due_at=utcnow()))
    with transaction() as session:
        escalation.take_due(session)
    row = cast.alert_of(alert)
    assert (row.state, row.taken_by, row.step) == (AlertState.OPEN, None, 2)


def test_the_next_step_is_not_hurried_past_whoever_has_promised(ruth: Browser, alert: str) -> None:
    ruth.post(f"/alerts/{alert}/take")
    assert "Somebody has taken this alert on" in ruth.post(f"/alerts/{alert}/step").text
    assert cast.alert_of(alert).step == 1


def test_at_the_end_a_person_is_called_and_the_console_says_so(ruth: Browser, alert: str) -> None:
    waits_are_over()
    waits_are_over()
    assert "Call again now" in ruth.get(f"/alerts/{alert}").text
    (told,) = cast.texts_to("+256772000204", "final")
    assert told.startswith("Call 3, nobody has answered:")


def test_a_text_that_was_tried_again_says_that_it_may_have_come_twice(ruth: Browser, alert: str) -> None:
    with transaction() as session:
        session.execute(update(Delivery).where(Delivery.alert_id.is_not(None)).values(attempts=2))
    assert "it may have come more than once" in ruth.get(f"/alerts/{alert}").text


def test_who_is_left_out_stands_there_with_the_reason(ruth: Browser, alert: str) -> None:
    cast.say("STOP", "+256772000203")
    waits_are_over()
    page = ruth.get(f"/alerts/{alert}").text
    assert "passed over" in page
    assert "wants no messages, or cannot be reached" in page


def test_there_is_no_page_of_an_alert_that_does_not_exist(ruth: Browser, alert: str) -> None:
    other = new_ref("A")
    assert ruth.get(f"/alerts/{other}").status_code == 404
    assert ruth.post(f"/alerts/{other}/step").status_code == 404
