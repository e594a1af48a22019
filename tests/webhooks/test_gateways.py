"""Texts out and providers' words back, by real HTTP on both sides: twice, in any order, from strangers."""

from collections.abc import Callable, Iterator

import pytest

from mbiu import channels, delivery
from mbiu.codes import DeliveryState
from mbiu.settings import BadSetting, Settings
from mbiu.settings import settings as read_settings
from tests.cast import DANIEL, person
from tests.doubles import Doubles
from tests.services.test_delivery import make_due, queue, row
from tests.webhooks.calls import AFRICASTALKING_SECRET, AMINA, GATEWAY, GATEWAY_KEY, TOKEN
from tests.webhooks.conftest import Hooks, Start

pytestmark = pytest.mark.timeout(120)

FORM = {"from": AMINA, "to": "22395", "text": "Bridge blocked", "id": "a-77"}
PART = {"id": "g-1", "from": AMINA, "text": "first half"}
Rows = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    with Doubles() as running:
        running.twilio.token = TOKEN
        running.twilio.progress = ()
        running.gateway.key = GATEWAY_KEY
        yield running
    channels.close()


@pytest.fixture
def house(doubles: Doubles, start: Start, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Hooks:
    """Hooks under an address that the stand-ins reach; this process sends for them."""
    env = {
        "MBIU_PUBLIC_URL": "",
        "MBIU_TWILIO_ACCOUNT_SID": doubles.twilio.account,
        "MBIU_TWILIO_FROM": "+256700000000",
        "MBIU_TWILIO_API_URL": doubles.url,
        "MBIU_AFRICASTALKING_USERNAME": doubles.africastalking.username,
        "MBIU_AFRICASTALKING_API_KEY": doubles.africastalking.api_key,
        "MBIU_AFRICASTALKING_API_URL": doubles.url,
        "MBIU_GATEWAY_URLS": f"{GATEWAY}={doubles.url}/gateway",
    }
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    read_settings.cache_clear()
    return start(**env)


@pytest.mark.parametrize("words", ["sent delivered", "delivered sent", "sent sent delivered delivered sent"])
def test_twilios_words_come_twice_and_in_any_order(house: Hooks, doubles: Doubles, words: str) -> None:
    item = queue(person("UG-1", DANIEL))
    delivery.deliver()
    sid = doubles.twilio.sent[0].sid
    for word in words.split():
        assert doubles.twilio.callback(sid, word, times=2) == [204, 204]
    assert (row(item).state, row(item).error) == (DeliveryState.DELIVERED, "")


@pytest.mark.parametrize("code", ["30003", "30005", "30006", "30007"])
def test_twilios_reason_for_a_text_that_did_not_arrive_is_kept(
    house: Hooks, doubles: Doubles, code: str
) -> None:
    item = queue(person("UG-1", DANIEL))
    delivery.deliver()
    doubles.twilio.callback(doubles.twilio.sent[0].sid, "undelivered", code)
    assert (row(item).state, row(item).error) == (DeliveryState.FAILED, code)


def test_a_call_back_makes_good_for_an_answer_that_got_lost(house: Hooks, doubles: Doubles) -> None:
    item = queue(person("UG-1", DANIEL))
    doubles.twilio.fail_next(drop=True, after=True)
    delivery.deliver()
    assert row(item).state is DeliveryState.QUEUED
    doubles.twilio.callback(doubles.twilio.sent[0].sid, "delivered")
    make_due()
    delivery.deliver()
    assert (row(item).state, len(doubles.twilio.sent)) == (DeliveryState.DELIVERED, 1)


def test_africastalkings_words_come_twice_in_any_order_and_unheard_of(house: Hooks, doubles: Doubles) -> None:
    item = queue(person("UG-1", DANIEL, channel="africastalking"))
    delivery.deliver()
    provider, hook = (
        doubles.africastalking,
        f"{house.url}/hooks/africastalking/{AFRICASTALKING_SECRET}/status",
    )
    sent = provider.sent[0].id
    assert provider.report(hook, sent, "Teleported") == 200
    assert (row(item).state, row(item).error) == (DeliveryState.UNKNOWN, "Teleported")
    for word in ("Failed", "Success", "Success", "Sent", "Failed"):
        assert provider.report(hook, sent, word, "DeliveryFailure" if word == "Failed" else "") == 200
    assert (row(item).state, row(item).error) == (DeliveryState.DELIVERED, "")


def test_the_phones_words_come_twice_in_any_order_and_unheard_of(house: Hooks, doubles: Doubles) -> None:
    item = queue(person("UG-1", DANIEL, channel=f"gateway:{GATEWAY}"))
    delivery.deliver()
    phone, hook = doubles.gateway, f"{house.url}/hooks/gateway/{GATEWAY}/status"
    for word, state in (
        ("lost", "unknown"),
        ("failed", "failed"),
        ("delivered", "delivered"),
        ("sent", "delivered"),
    ):
        for _ in range(2):
            assert phone.report(hook, phone.sent[0].id, word, error="sim") == 200
        assert row(item).state == state


def test_pieces_of_a_long_text_are_taken_and_a_wrong_place_is_refused(hooks: Hooks) -> None:
    assert hooks.gateway(PART | {"part": {"ref": "7", "number": 1, "total": 2}}).status_code == 200
    answer = hooks.gateway(PART | {"id": "g-2", "part": {"ref": "7", "number": 3, "total": 2}})
    assert (answer.status_code, answer.text.split(":")[1].split()[0]) == (400, "part")


def test_with_a_list_of_addresses_the_secret_alone_opens_nothing(start: Start, rows: Rows) -> None:
    hooks = start(MBIU_AFRICASTALKING_ADDRESSES="203.0.113.0/28, 2001:db8::5")
    path = f"/hooks/africastalking/{AFRICASTALKING_SECRET}/messages"
    body = "&".join(f"{name}={value}" for name, value in FORM.items()).replace("+", "%2B")

    def from_(*forwarded: str) -> int:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers |= {"X-Forwarded-For": ", ".join(forwarded)} if forwarded else {}
        return hooks.post(path, body, headers).status_code

    strangers = [(), ("203.0.113.16",), ("203.0.113.7", "8.8.8.8"), ("nonsense",), ("203.0.113.7,",)]
    assert [from_(*forwarded) for forwarded in strangers] == [403] * len(strangers)
    assert rows("SELECT count(*) FROM message") == [(0,)]
    assert [from_("203.0.113.7"), from_("8.8.8.8", "2001:db8::5")] == [200, 200]
    assert rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(1,)]


def test_a_list_that_is_none_stops_the_start(settings: Settings) -> None:
    with pytest.raises(BadSetting, match="MBIU_AFRICASTALKING_ADDRESSES"):
        _ = Settings(africastalking_addresses="somewhere").africastalking_networks
