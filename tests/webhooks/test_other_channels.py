"""Africa's Talking, Telegram and the gateway: taken once, answered in the provider's own way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.doubles import Doubles
from tests.webhooks.calls import AMINA, CHAT, TELEGRAM_SECRET, Caller, telegram_text, wait
from tests.webhooks.conftest import Start

pytestmark = pytest.mark.timeout(60)

Rows = Callable[..., list[tuple[object, ...]]]


def test_africastalking_is_answered_empty_and_its_reply_is_queued(hooks: Caller, rows: Rows) -> None:
    form = {"from": "0772100200", "to": "22395", "text": "Bridge blocked", "id": "a-1", "linkId": "x"}
    for _ in range(2):
        answer = hooks.africastalking(form)
        assert (answer.status_code, answer.text) == (200, "")
    assert rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(1,)]
    assert rows("SELECT channel, state FROM delivery") == [("africastalking", "queued")]


def test_the_gateway_is_told_id_and_reference(hooks: Caller, rows: Rows) -> None:
    answer = hooks.gateway({"id": "g-1", "from": AMINA, "text": "Bridge blocked"})
    ((ref,),) = rows("SELECT ref FROM report")
    assert (answer.status_code, answer.json()) == (200, {"id": "g-1", "reference": ref})
    assert hooks.gateway({"id": "g-1", "from": AMINA, "text": "Bridge blocked"}).json()["reference"] == ref


def test_one_person_is_one_contact_whichever_way_the_number_is_written(hooks: Caller, rows: Rows) -> None:
    for number, written in enumerate(("+256772100200", "0772100200", "00256772100200", "256 772-100-200")):
        assert hooks.gateway({"id": f"g-{number}", "from": written, "text": "again"}).status_code == 200
    assert rows("SELECT count(*) FROM contact") == [(1,)]


def test_an_update_eight_times_at_once_is_one_row(start: Start, rows: Rows) -> None:
    hooks, update = start(workers=4), telegram_text("Fire at the market")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: hooks.telegram(update), range(8)))
    assert {(answer.status_code, answer.text.strip()) for answer in answers} == {(200, "{}")}
    assert rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(1,)]
    assert rows("SELECT count(*) FROM delivery") == [(1,)]


def test_what_is_no_message_is_taken_and_forgotten(hooks: Caller, rows: Rows) -> None:
    group = {"id": -100123, "type": "supergroup", "title": "x"}
    for update in (
        telegram_text("in a group", chat=CHAT) | {"message": telegram_text("x")["message"] | {"chat": group}},
        {"update_id": 77, "channel_post": {"message_id": 1, "date": 1, "chat": group}},
        {"update_id": 78},
        {"update_id": 79, "unheard_of": {"a": 1}},
    ):
        assert hooks.telegram(update).status_code == 200
    assert rows("SELECT count(*) FROM message") == [(0,)]


def test_telegram_posts_to_the_hook_until_it_is_taken(start: Start, rows: Rows) -> None:
    """The stand-in keeps Telegram's order and repeats whatever was not answered with 2xx."""
    with Doubles() as doubles:
        hooks = start()
        telegram = doubles.telegram
        telegram.hook = {"url": hooks.url + "/hooks/telegram", "secret_token": "wrong-secret-000000"}
        for number in range(3):
            telegram.inject_text(CHAT, f"report {number}")
        wait(lambda: telegram.hook_answers)
        assert telegram.hook_answers[0][1] == 403
        telegram.hook = telegram.hook | {"secret_token": TELEGRAM_SECRET}
        telegram.inject_location(CHAT, 1.25, 32.5)
        wait(lambda: not telegram.pending)
    assert rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(4,)]


@pytest.mark.parametrize("status", ["Success", "Failed", "AbsentSubscriber", "Unheard"])
def test_a_delivery_report_that_comes_early_is_kept(hooks: Caller, rows: Rows, status: str) -> None:
    assert hooks.africastalking({"id": "ATXid_1", "status": status}, "status").status_code == 200
    states = {"Success": "delivered", "Failed": "failed", "AbsentSubscriber": "failed", "Unheard": "unknown"}
    assert rows("SELECT state FROM early_report") == [(states[status],)]
