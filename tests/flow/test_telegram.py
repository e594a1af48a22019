"""The line, end to end, by Telegram: Joseph reports, Grace acknowledges by button, Joseph hears of it."""

from collections.abc import Callable
from typing import Any

import pytest

from mbiu.channels.telegram import Telegram
from mbiu.codes import AddressKind, ContactRole
from tests import cast
from tests.flow.analyst import Analyst
from tests.flow.conftest import House
from tests.flow.story import close, incident_in_queue, ref_in, send_alert, verify
from tests.flow.wiring import TELEGRAM_SECRET, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(110)]

JOSEPH, GRACE = 5550001, 5550002
TEXT = "Armed youth attacked us here this morning, 2 people injured. Lokwang ran to the chapel"
OWN_WORDS = ("Lokwang", "chapel", "ran to")


def enrol(house: House) -> None:
    """Joseph is of a peace committee, Grace responds; both have started the bot."""
    chat = {"kind": AddressKind.TELEGRAM, "channel": "telegram"}
    cast.person("KTD-12", str(JOSEPH), role=ContactRole.COMMITTEE, **chat)
    grace = cast.person("UG-92", str(GRACE), **chat)
    cast.route("Karamoja: police", [[grace]], area_path="/ug/")
    for person in (JOSEPH, GRACE):
        house.doubles.telegram.know(person)


def by_hook(house: House, _: Callable[[str], Any]) -> None:
    """Updates are posted to the web hook, with the secret in a header."""
    telegram = Telegram(house.doubles.telegram.token, api_url=house.doubles.url)
    telegram.set_hook(f"{house.hooks}/hooks/telegram", TELEGRAM_SECRET)
    telegram.close()


def by_polling(_: House, launch: Callable[[str], Any]) -> None:
    """The bot asks for updates."""
    launch("bot")


def heard(house: House, chat: int, number: int) -> list[str]:
    """What the bot wrote to a chat, once that is ``number`` messages."""
    texts = house.doubles.telegram.texts
    return eventually(lambda: found if len(found := texts(chat)) >= number else [], what=f"message {number}")


@pytest.mark.parametrize(("begin", "answer"), [(by_hook, "words"), (by_polling, "location")])
def test_a_chat_becomes_an_alert_an_acknowledgement_and_an_outcome(
    house: House, launch: Callable[[str], Any], begin: Callable[..., None], answer: str
) -> None:
    enrol(house)
    begin(house, launch)
    telegram = house.doubles.telegram
    telegram.inject_text(JOSEPH, TEXT)
    receipt, question = heard(house, JOSEPH, 2)
    report = ref_in(receipt, "R")
    assert report in question
    assert "where was it?" in question
    say_where(house, answer)
    assert f"Added to {report}" in heard(house, JOSEPH, 3)[2]
    with house.analyst("ruth") as ruth, house.analyst("peter") as peter:
        ref = incident_in_queue(ruth)
        eventually(lambda: "Kotido" in ruth.open(f"/incidents/{ref}"), what="the place")
        decide(ruth, peter, ref)
        send_alert(peter, ref, "UG-92")
        alert = heard(house, GRACE, 1)[0]
        assert "Kotido" in alert
        for secret in (str(JOSEPH), "KTD-12", *OWN_WORDS):
            assert secret.lower() not in alert.lower()
        press(house, f"ack:{ref_in(alert, 'A')}", "acknowledged")
        press(house, f"done:{ref_in(alert, 'A')}", "done")
        close(ruth, ref, ref_in(alert, "A"))
    told = heard(house, JOSEPH, 6)[3:]
    assert all(report in text for text in told)
    for text, what in zip(told, ("confirmed", "seeing to it", "brought to talk"), strict=True):
        assert what in text
    assert len(heard(house, GRACE, 3)) == 3


def say_where(house: House, answer: str) -> None:
    if answer == "location":
        house.doubles.telegram.inject_location(JOSEPH, 2.98, 34.13, accuracy=20.0)
    else:
        house.doubles.telegram.inject_text(JOSEPH, "Panyangara in Kotido")


def decide(ruth: Analyst, peter: Analyst, ref: str) -> None:
    """One after the other, as a grave incident needs it."""
    assert "second person" in verify(ruth, ref, "The nurse who treats them says so.")
    verify(peter, ref, "The sub-county chief says the same.")


def press(house: House, data: str, state: str) -> None:
    """Grace presses a button: the alert moves on and the button stops waiting."""
    answered = len(house.doubles.telegram.answered)
    house.doubles.telegram.press(GRACE, data)
    eventually(lambda: house.rows("SELECT state FROM alert") == [(state,)], what=f"an alert {state}")
    eventually(lambda: len(house.doubles.telegram.answered) == answered + 1, what="an answer to the press")
