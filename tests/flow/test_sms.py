"""The line, end to end, by SMS: a text becomes an alert, an acknowledgement and an outcome."""

import re
from html import unescape

import pytest

from mbiu.channels.text import segments
from mbiu.codes import ContactRole
from tests import cast
from tests.cast import AMINA, DANIEL, GRACE
from tests.flow.conftest import House
from tests.flow.story import close, incident_in_queue, ref_in, send_alert, verify
from tests.flow.wiring import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(110)]

TEXT = "Cattle raid in Kween this morning, 3 people killed, 40 cows taken. Chepkwony saw it from a mango tree"
OWN_WORDS = ("Chepkwony", "mango", "saw it")


def enrol() -> None:
    """Amina reports, Daniel is told first, Grace if he does not answer."""
    cast.person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT)
    daniel, grace = cast.person("KAS-91", DANIEL), cast.person("UG-92", GRACE)
    cast.route("Sebei: mediators, then police", [[daniel], [grace]], area_path="/ug/", wait_minutes=30)


def words(twiml: str) -> str:
    found = re.search(r"<Message>(.*)</Message>", twiml, re.DOTALL)
    return unescape(found[1]) if found else ""


def alert_for(house: House, number: str) -> str:
    return eventually(lambda: house.doubles.twilio.texts(number), what="the alert")[-1]


def assert_tells_nothing_of_the_reporter(text: str) -> None:
    for secret in (AMINA, AMINA[4:], "KAS-07", *OWN_WORDS):
        assert secret.lower() not in text.lower()


def test_an_sms_becomes_an_alert_an_acknowledgement_and_an_outcome(house: House) -> None:
    enrol()
    receipt = words(house.sms(AMINA, TEXT))
    report = ref_in(receipt, "R")
    assert segments(receipt) == 1
    with house.analyst("ruth") as ruth, house.analyst("peter") as peter:
        ref = incident_in_queue(ruth)
        assert "mango tree" in ruth.open(f"/incidents/{ref}")
        assert "second person" in verify(ruth, ref, "The health centre confirms the dead.")
        assert not ruth.offers("/alert")
        assert house.doubles.twilio.sent == []
        verify(peter, ref, "The parish chief was there and says the same.")
        send_alert(peter, ref, "KAS-91")
        alert = alert_for(house, DANIEL)
        assert_tells_nothing_of_the_reporter(alert)
        assert "Kween" in alert
        assert "3 killed" in alert
        assert house.doubles.twilio.texts(GRACE) == []
        tell_the_fate_of_the_alert(house)
        answer_the_alert(house, ref_in(alert, "A"))
        close(ruth, ref, "both sides met, the cows are back")
        assert house.rows("SELECT state FROM incident WHERE ref = %s", ref) == [("closed",)]
    told = eventually(
        lambda: t if len(t := house.doubles.twilio.texts(AMINA)) == 3 else [], what="the outcome"
    )
    assert all(report in text for text in told)
    for text, what in zip(told, ("confirmed", "seeing to it", "brought to talk"), strict=True):
        assert what in text


def tell_the_fate_of_the_alert(house: House) -> None:
    """Twilio's call-backs come signed, twice and in the wrong order; the state only moves forward."""
    message = house.doubles.twilio.sent[-1]
    state_of = "SELECT state FROM delivery WHERE provider_id = %s"
    eventually(lambda: house.rows(state_of, message.sid), what="the provider's id to be written down")
    assert message.status_callback.partition("?")[0] == f"{house.hooks}/hooks/twilio/status"
    told = ("queued", "sent", "delivered", "sent", "queued")
    states = ("sent", "sent", "delivered", "delivered", "delivered")
    for status, state in zip(told, states, strict=True):
        assert house.doubles.twilio.callback(message.sid, status, times=2) == [204, 204]
        assert house.rows(state_of, message.sid) == [(state,)]


def answer_the_alert(house: House, alert: str) -> None:
    assert alert in words(house.sms(DANIEL, "1"))
    assert house.rows("SELECT state FROM alert WHERE ref = %s", alert) == [("acknowledged",)]
    assert house.rows("SELECT due_at > now() + interval '3 hours' FROM alert") == [(True,)]
    assert "done" in words(house.sms(DANIEL, f"3 {alert} both sides met, the cows are back"))
    assert house.rows("SELECT state FROM alert WHERE ref = %s", alert) == [("done",)]


def test_when_nobody_answers_in_time_the_next_step_is_told(house: House) -> None:
    enrol()
    house.sms(AMINA, "There is a quarrel about land in Kween, people are shouting but nobody is hurt")
    with house.analyst("ruth") as ruth:
        ref = incident_in_queue(ruth)
        verify(ruth, ref, "Two elders on the phone said so.")
        send_alert(ruth, ref, "KAS-91")
        first = alert_for(house, DANIEL)
        assert house.doubles.twilio.texts(GRACE) == []
        pass_the_time(house)
        second = alert_for(house, GRACE)
        assert second == first
        assert "KAS-91" in ruth.open(f"/incidents/{ref}")
    assert house.doubles.twilio.texts(DANIEL) == [first]
    assert house.rows("SELECT step, state FROM alert") == [(2, "open")]
    pass_the_time(house)
    eventually(
        lambda: house.rows("SELECT 1 FROM alert WHERE step = 3 AND next_at IS NULL"), what="the last step"
    )
    told = [text for number in (DANIEL, GRACE) for text in house.doubles.twilio.texts(number)]
    assert len(told) == 2
    assert "Thank you" in words(house.sms(GRACE, "1"))
    assert house.rows("SELECT state FROM alert") == [("acknowledged",)]


def pass_the_time(house: House) -> None:
    """Half an hour is over."""
    changed = house.rows(
        "UPDATE alert SET next_at = now() - interval '1 second', due_at = now() - interval '1 second'"
        " WHERE next_at IS NOT NULL RETURNING id"
    )
    assert len(changed) == 1
