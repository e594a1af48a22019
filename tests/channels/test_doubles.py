"""The stand-ins behave as the providers do, so that tests on them mean something."""

import asyncio
import json
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, RetryAfter

from mbiu.channels import twilio as channel
from mbiu.channels.telegram import SECRET_HEADER, Telegram, bot
from mbiu.channels.twilio import Twilio
from mbiu.messages import ChannelError, OutgoingMessage
from tests.channels.calls import SECRET
from tests.doubles import Doubles
from tests.doubles.base import wait

AMINA = "+254712345678"
GRACE = 9_001


@dataclass
class Hook:
    """A web server that notes what is posted and answers with the next of ``answers``, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Hook]:
    noted = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            noted.calls.append((self.path, dict(self.headers), body))
            self.send_response(noted.answers.pop(0) if noted.answers else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        noted.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield noted
        server.shutdown()
        thread.join()


def call(double: Doubles, method: str, **parameters: Any) -> Any:
    """One call of the library's client."""

    async def run() -> Any:
        client = bot(double.telegram.token, double.url)
        async with client:
            return await getattr(Bot, method)(client, **parameters)

    return asyncio.run(run())


def test_twilio_reports_signed_and_in_order(doubles: Doubles, hook: Hook) -> None:
    double = doubles.twilio
    sender = Twilio(
        double.account, double.token, "+254700000000", api_url=doubles.url, status_url=hook.url + "/status"
    )
    sent = sender.send(OutgoingMessage(AMINA, "Habari"))
    sender.close()
    wait(lambda: len(hook.calls) == 2)
    forms = [dict(parse_qsl(body.decode())) for _, _, body in hook.calls]
    assert [form["MessageStatus"] for form in forms] == ["sent", "delivered"]
    assert {form["MessageSid"] for form in forms} == {sent.provider_id}
    for form, (_, headers, _) in zip(forms, hook.calls, strict=True):
        channel.verify(hook.url + "/status", form, headers["X-Twilio-Signature"], [double.token])


def test_twilio_repeats_a_report_in_any_order(doubles: Doubles, hook: Hook) -> None:
    double = doubles.twilio
    double.progress = ()
    sender = Twilio(double.account, double.token, "+254700000000", api_url=doubles.url, status_url=hook.url)
    sid = sender.send(OutgoingMessage(AMINA, "Habari")).provider_id
    sender.close()
    assert double.callback(sid, "delivered", times=3) == [200, 200, 200]
    assert double.callback(sid, "undelivered", "30003") == [200]
    assert len(hook.calls) == 4


def test_twilio_signs_what_comes_in_over_the_public_address(doubles: Doubles, hook: Hook) -> None:
    public = "https://hooks.example.org/hooks/twilio/messages"
    assert doubles.twilio.receive(hook.url, AMINA, "Watu wamefika", public_url=public)[0] == 200
    [(_, headers, body)] = hook.calls
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    channel.verify(public, form, headers["X-Twilio-Signature"], [doubles.twilio.token])
    assert channel.parse_message(form, "KE").sender == AMINA


def test_an_answer_can_be_lost_after_the_message_was_taken(doubles: Doubles, twilio: Twilio) -> None:
    doubles.twilio.fail_next(drop=True, after=True)
    with pytest.raises(ChannelError):
        twilio.send(OutgoingMessage(AMINA, "Habari"))
    assert doubles.twilio.texts(AMINA) == ["Habari"]


def test_telegram_keeps_an_update_until_it_is_confirmed(doubles: Doubles) -> None:
    first = doubles.telegram.inject_text(GRACE, "one")
    doubles.telegram.inject_text(GRACE, "two")
    assert [update.message.text for update in call(doubles, "get_updates")] == ["one", "two"]
    assert [update.message.text for update in call(doubles, "get_updates")] == ["one", "two"]
    assert [update.message.text for update in call(doubles, "get_updates", offset=first + 1)] == ["two"]
    assert call(doubles, "get_updates", offset=first + 2) == ()


def test_a_long_poll_ends_with_the_next_update(doubles: Doubles) -> None:
    timer = threading.Timer(0.2, doubles.telegram.inject_text, (GRACE, "late"))
    timer.start()
    assert [update.message.text for update in call(doubles, "get_updates", timeout=10)] == ["late"]
    timer.join()


def test_polling_beside_a_web_hook_is_a_conflict(doubles: Doubles, hook: Hook) -> None:
    call(doubles, "set_webhook", url=hook.url)
    with pytest.raises(Conflict):
        call(doubles, "get_updates")
    call(doubles, "delete_webhook")
    assert call(doubles, "get_updates") == ()


def test_a_web_hook_gets_the_secret_and_repeats_until_taken(
    doubles: Doubles, hook: Hook, telegram: Telegram
) -> None:
    hook.answers = [500, 503]
    telegram.set_hook(hook.url + "/hooks/telegram", SECRET)
    number = doubles.telegram.inject_text(GRACE, "Habari")
    wait(lambda: not doubles.telegram.pending)
    assert [status for _, status in doubles.telegram.hook_answers] == [500, 503, 200]
    assert {headers[SECRET_HEADER] for _, headers, _ in hook.calls} == {SECRET}
    assert [json.loads(body)["update_id"] for _, _, body in hook.calls] == [number] * 3


def test_an_update_can_come_again(doubles: Doubles, hook: Hook, telegram: Telegram) -> None:
    telegram.set_hook(hook.url, SECRET)
    number = doubles.telegram.inject_text(GRACE, "Habari")
    doubles.telegram.redeliver(number, 7)
    wait(lambda: len(hook.calls) == 8)
    assert {json.loads(body)["update_id"] for _, _, body in hook.calls} == {number}


def test_updates_nobody_asked_for_are_not_delivered(doubles: Doubles) -> None:
    call(doubles, "get_updates", allowed_updates=["callback_query"])
    doubles.telegram.inject_text(GRACE, "Habari")
    assert call(doubles, "get_updates") == ()


def test_a_button_that_is_not_there_cannot_be_pressed(doubles: Doubles) -> None:
    doubles.telegram.know(GRACE)
    with pytest.raises(LookupError):
        doubles.telegram.press(GRACE, "ack:A7K3QX")


@pytest.mark.parametrize(
    ("method", "parameters", "said"),
    [
        ("send_message", {"chat_id": GRACE, "text": " "}, "Message text is empty"),
        ("send_message", {"chat_id": GRACE, "text": "x" * 4_097}, "Message is too long"),
        ("send_message", {"chat_id": 404, "text": "x"}, "Chat not found"),
        ("edit_message_text", {"chat_id": GRACE, "message_id": 99, "text": "x"}, "Message to edit not found"),
        ("delete_message", {"chat_id": GRACE, "message_id": 99}, "Message to delete not found"),
        ("answer_callback_query", {"callback_query_id": "1"}, "Query is too old"),
        ("get_file", {"file_id": "x"}, "Wrong file_id"),
    ],
)
def test_telegram_refuses_in_its_own_words(
    doubles: Doubles, method: str, parameters: dict[str, Any], said: str
) -> None:
    doubles.telegram.know(GRACE)
    with pytest.raises(BadRequest, match=said):
        call(doubles, method, **parameters)


def test_a_message_can_be_edited_but_not_to_the_same(doubles: Doubles) -> None:
    doubles.telegram.know(GRACE)
    number = call(doubles, "send_message", chat_id=GRACE, text="one").message_id
    assert call(doubles, "edit_message_text", chat_id=GRACE, message_id=number, text="two").text == "two"
    with pytest.raises(BadRequest, match="not modified"):
        call(doubles, "edit_message_text", chat_id=GRACE, message_id=number, text="two")


def test_old_messages_cannot_be_deleted(doubles: Doubles) -> None:
    doubles.telegram.know(GRACE)
    number = call(doubles, "send_message", chat_id=GRACE, text="one").message_id
    doubles.telegram.messages[GRACE, number].at -= 49 * 3_600
    with pytest.raises(BadRequest, match="can't be deleted"):
        call(doubles, "delete_message", chat_id=GRACE, message_id=number)


def busy_with(limited: Doubles, chats: Iterable[int]) -> None:
    """As if the bot had just written to these, however slow this machine is."""
    limited.telegram._times.extend((time.monotonic() + 30, chat) for chat in chats)


def test_telegrams_limits_hold() -> None:
    with Doubles(limits=True) as limited:
        limited.telegram.know(GRACE)
        call(limited, "send_message", chat_id=GRACE, text="one")
        busy_with(limited, [GRACE])
        with pytest.raises(RetryAfter):
            call(limited, "send_message", chat_id=GRACE, text="two")


def test_telegram_takes_thirty_messages_a_second() -> None:
    with Doubles(limits=True) as limited:
        sender = Telegram(limited.telegram.token, api_url=limited.url)
        limited.telegram.know(GRACE)
        busy_with(limited, range(1, 31))
        with pytest.raises(ChannelError) as refused:
            sender.send(OutgoingMessage(str(GRACE), "x"))
        sender.close()
        assert (refused.value.reason, refused.value.retry_after) == ("too_many_requests", 1.0)


def test_a_group_takes_twenty_messages_a_minute() -> None:
    with Doubles(limits=True) as limited:
        limited.telegram.found(-4_001)
        limited.telegram._times.extend([(time.monotonic() - 20, -4_001)] * 20)
        with pytest.raises(RetryAfter) as refused:
            call(limited, "send_message", chat_id=-4_001, text="x")
        assert 1 < refused.value.retry_after.total_seconds() <= 40


@pytest.mark.parametrize(
    ("act", "refusal", "said"),
    [
        ("kick", Forbidden, "kicked from the group chat"),
        ("migrate", ChatMigrated, "New chat id: -1002000000001"),
    ],
)
def test_a_group_that_is_gone_refuses_as_telegram_does(
    doubles: Doubles, act: str, refusal: type[Exception], said: str
) -> None:
    doubles.telegram.found(-4_001)
    getattr(doubles.telegram, act)(-4_001, *([-1_002_000_000_001] if act == "migrate" else []))
    with pytest.raises(refusal, match=said):
        call(doubles, "send_message", chat_id=-4_001, text="x")


def test_a_message_into_no_topic_is_refused(doubles: Doubles) -> None:
    doubles.telegram.found(-1_002_000_000_001, topics=(7,))
    for topic, said in ((8, "thread not found"), (7, "Topic_closed")):
        doubles.telegram.groups[-1_002_000_000_001].closed.add(7)
        with pytest.raises(BadRequest, match=said):
            call(doubles, "send_message", chat_id=-1_002_000_000_001, text="x", message_thread_id=topic)


def test_old_ones_among_many_stay(doubles: Doubles) -> None:
    doubles.telegram.know(GRACE)
    old, young = (call(doubles, "send_message", chat_id=GRACE, text=text).message_id for text in "ab")
    doubles.telegram.messages[GRACE, old].at -= 49 * 3_600
    call(doubles, "delete_messages", chat_id=GRACE, message_ids=[old, young])
    assert [number for _, number in doubles.telegram.messages] == [old]


def test_the_doubles_take_orders_over_http(doubles: Doubles) -> None:
    start = doubles.url + "/_double"
    number = httpx.post(start + "/telegram/inject_text", json={"chat_id": GRACE, "text": "Habari"}).json()
    assert httpx.get(start + "/telegram/pending").json()[0]["update_id"] == number
    httpx.post(start + "/twilio/fail_next", json={"n": 1, "status": 503})
    assert httpx.get(start + "/twilio/sent").json() == []
    assert httpx.post(start + "/twilio/token").status_code == 404
    assert httpx.get(start + "/nobody/sent").status_code == 404
