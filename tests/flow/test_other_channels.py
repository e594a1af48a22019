"""Africa's Talking and the generic gateway: in and out once each."""

import json

import pytest

from mbiu.codes import ContactRole
from tests import cast
from tests.cast import AMINA, DANIEL
from tests.flow.conftest import House
from tests.flow.story import close, incident_in_queue, ref_in, send_alert, verify
from tests.flow.wiring import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(110)]

TEXT = "There is a quarrel about land in Kween, people are shouting but nobody is hurt"
STATES = [
    ("reply", "africastalking", "delivered"),
    ("outcome", "africastalking", "sent"),
    ("alert", "gateway:moroto", "delivered"),
    ("outcome", "africastalking", "sent"),
    ("reply", "gateway:moroto", "sent"),
    ("reply", "gateway:moroto", "sent"),
    ("outcome", "africastalking", "sent"),
]


def test_africas_talking_carries_a_report_in_and_the_gateway_an_alert_out(house: House) -> None:
    cast.person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT, channel="africastalking")
    daniel = cast.person("KAS-91", DANIEL, channel="gateway:moroto")
    cast.route("Sebei: mediators", [[daniel]], area_path="/ug/")
    provider, phone = house.doubles.africastalking, house.doubles.gateway
    assert provider.receive(house.africastalking("messages"), AMINA, TEXT)[0] == 200
    receipt = eventually(lambda: provider.texts(AMINA), what="the receipt")[0]
    with house.analyst("ruth") as ruth:
        ref = incident_in_queue(ruth)
        verify(ruth, ref, "Two elders on the phone said so.")
        send_alert(ruth, ref, "KAS-91")
        alert = eventually(lambda: [m for m in phone.sent if m.to == DANIEL], what="the alert")[0]
        assert phone.report(house.gateway("status"), alert.id, "delivered") == 200
        assert phone.report(house.gateway("status"), alert.id, "sent") == 200
        answer_by_phone(house, f"1 {ref_in(alert.text, 'A')}", "with you")
        answer_by_phone(house, f"3 {ref_in(alert.text, 'A')} they shook hands", "noted as done")
        close(ruth, ref, "they shook hands")
    outcome = eventually(lambda: provider.texts(AMINA)[3:], what="word of the outcome")[0]
    assert ref_in(outcome, "R") == ref_in(receipt, "R")
    assert provider.report(house.africastalking("status"), provider.sent[0].id, "Success") == 200
    eventually(lambda: states(house) == sorted(STATES), what="the last delivery to be written down")


def states(house: House) -> list[tuple[str, str, str]]:
    return house.rows("SELECT kind, channel, state FROM delivery ORDER BY kind, channel, state")


def answer_by_phone(house: House, text: str, reply: str) -> None:
    """Daniel answers from the phone on the local SIM, and is answered there."""
    phone = house.doubles.gateway
    before = len(phone.sent)
    status, body = phone.receive(house.gateway("messages"), DANIEL, text)
    assert (status, json.loads(body)["id"][:6]) == (200, "phone-")
    assert reply in eventually(lambda: phone.sent[before:], what="the reply")[0].text
