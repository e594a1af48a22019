"""An alert's own page: told, waited for, promised, next; and what a person of the console does about it."""

import datetime as dt
import re

import pytest
from sqlalchemy import select, update

from mbiu import correction, escalation, routing
from mbiu.codes import AlertState, ResponderClass
from mbiu.db import transaction
from mbiu.escalation import telling
from mbiu.models import Alert, Delivery, Incident, Response, utcnow
from mbiu.refs import new_ref
from review import alerts
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
    assert told.startswith("Call 3, it still needs somebody:")


def test_the_incident_shows_the_very_words_that_each_person_got(ruth: Browser, alert: str) -> None:
    """Also of who is on duty and stands in no chain, of who is told anew, and of reminders."""
    cast.say("ACK", cast.DANIEL)
    with transaction() as session:
        row = session.scalars(select(Alert)).one()
        row.chain = [*row.chain[:-1], {**row.chain[-1], "recipients": []}]
    waits_are_over()
    waits_are_over()
    waits_are_over()
    with transaction() as session:
        session.execute(update(Response).values(due_at=utcnow() - dt.timedelta(minutes=1)))
        session.execute(update(Alert).values(due_at=utcnow()))
    with transaction() as session:
        escalation.take_due(session)
    numbers = (cast.DANIEL, cast.GRACE, "+256772000203", "+256772000204")
    said = [text for number in numbers for kind, text in cast.said_to(number) if kind != "reply"]
    assert {text.partition(",")[0] for text in said} >= {"Call 3"}
    with transaction() as session:
        sent = alerts.sendings(session, session.scalars(select(Alert)).all())
    assert sorted(one.text for found in sent.values() for one in found) == sorted(said)


def test_an_exercise_says_so_before_all_else_also_when_it_calls_again() -> None:
    again = telling.called("en", "EXERCISE A1 dispute", 2, final=False)
    last = telling.called("sw", "ZOEZI A1 mgogoro", 3, final=True)
    assert again == "EXERCISE Call 3: A1 dispute"
    assert last.startswith("ZOEZI Mara ya 4, ")


def test_an_answer_that_was_replaced_promises_nothing_any_more(ruth: Browser, alert: str) -> None:
    cast.say("GO 2h", cast.DANIEL)
    cast.say("CANNOT the car is broken", cast.DANIEL)
    page = ruth.get(f"/alerts/{alert}").text
    assert page.count("answered anew since") == 1
    responders = page[page.index("From responders") :]
    assert "the car is broken" in responders
    assert "2h" not in responders
    rows = ruth.get("/alerts").text
    assert "UG-M cannot" in rows
    assert "UG-M on the way" not in rows


@pytest.mark.parametrize(
    ("extra", "doubt"), [({"lapsed": True}, True), ({"unsure": ["twilio"]}, True), ({}, False)]
)
def test_a_text_whose_answer_was_lost_says_that_it_may_have_come_twice(
    ruth: Browser, alert: str, extra: dict[str, object], *, doubt: bool
) -> None:
    with transaction() as session:
        tried = update(Delivery).where(Delivery.alert_id.is_not(None))
        session.execute(tried.values(attempts=2, extra=extra))
        incident = session.scalars(select(Incident.ref)).one()
    for page in (f"/alerts/{alert}", f"/incidents/{incident}"):
        words = ruth.get(page).text
        assert ("tried 2 times: it may have come more than once" in words) is doubt
        assert ("2 tries" in words) is not doubt


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


def test_a_void_promise_and_who_was_let_through_are_told(ruth: Browser, peter: Browser, alert: str) -> None:
    cast.say("ACK", cast.GRACE)
    with transaction() as session:
        ref = session.get_one(Incident, cast.alert_of(alert).incident_id).ref
        correction.correct(session, cast.user("joyce"), ref, {"actors": {"police": "attacker"}})
    with transaction() as session:
        escalation.take_due(session)
    page = ruth.get(f"/alerts/{alert}").text
    assert "void: of a suspected party" in page
    assert "Police liaison 0/1" in page
    told = f"{alert}: promise void, for they are of a suspected party · UG-P"
    assert told in ruth.get(f"/incidents/{ref}").text
    cast.person("UG-Q", "+256772000206", responder_class=ResponderClass.POLICE_LIAISON, area_path=KASESE)
    with transaction() as session:
        version = session.scalars(select(Incident.version).where(Incident.ref == ref)).one()
    ruth.post(f"/incidents/{ref}/overrides", code="UG-Q", reason="He can free them", version=version)
    page = peter.get(f"/incidents/{ref}").text
    (agree,) = re.findall(r'action="([^"]+/agree)"', page)
    peter.post(agree, reason="I spoke with his superior")
    page = ruth.get(f"/alerts/{alert}").text
    assert "Let through by two people" in page
    assert "<b>UG-Q</b>" in page
    assert f"{alert}: let through by two people · UG-Q" in ruth.get(f"/incidents/{ref}").text


def test_what_went_out_with_others_is_marked(ruth: Browser, alert: str) -> None:
    words = "with others in one message"
    row = cast.alert_of(alert)
    with transaction() as session:
        ref = session.get_one(Incident, row.incident_id).ref
        first, carrier = session.scalars(select(Delivery.id).where(Delivery.alert_id == row.id)).all()
    pages = (f"/alerts/{alert}", f"/incidents/{ref}")
    assert [words in ruth.get(page).text for page in pages] == [False, False]
    with transaction() as session:
        session.execute(update(Delivery).where(Delivery.id == first).values(carrier_id=carrier))
    assert [ruth.get(page).text.count(words) for page in pages] == [1, 1]
