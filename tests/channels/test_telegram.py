"""Telegram: sending by the real library over HTTP, files, and the bot's settings."""

import logging
import os
import threading
import time
from typing import Any

import pytest

from mbiu.channels import loop
from mbiu.channels.telegram import Blocked, Telegram, parse_update
from mbiu.codes import DeliveryState
from mbiu.messages import Button, ChannelError, IncomingMessage, OutgoingMessage
from tests.doubles import Doubles

DANIEL = 8_001
ALERT = OutgoingMessage(
    str(DANIEL),
    "A7K3QX: Moroto. Reply within 30 minutes.",
    buttons=((Button("Yes", "ack:A7K3QX"), Button("No", "cannot:A7K3QX")), (Button("Done", "done:A7K3QX"),)),
)


@pytest.fixture(autouse=True)
def known(doubles: Doubles) -> None:
    doubles.telegram.know(DANIEL)


def test_an_alert_is_sent_with_its_buttons(doubles: Doubles, telegram: Telegram) -> None:
    sent = telegram.send(ALERT)
    [message] = doubles.telegram.sent
    assert (sent.provider_id, sent.state) == (str(message.message_id), DeliveryState.SENT)
    assert (message.chat_id, message.text) == (DANIEL, ALERT.text)
    assert message.buttons == [
        [("Yes", "ack:A7K3QX"), ("No", "cannot:A7K3QX")],
        [("Done", "done:A7K3QX")],
    ]


def test_a_pressed_button_comes_in_and_is_released(doubles: Doubles, telegram: Telegram) -> None:
    telegram.send(ALERT)
    doubles.telegram.press(DANIEL, "ack:A7K3QX")
    pressed = parse_update(doubles.telegram.pending[-1])
    assert isinstance(pressed, IncomingMessage)
    assert pressed.button == "ack:A7K3QX"
    telegram.send(OutgoingMessage(str(DANIEL), "Thank you.", callback_id=pressed.callback_id))
    assert doubles.telegram.answered == [pressed.callback_id]
    assert doubles.telegram.texts(DANIEL)[-1] == "Thank you."


def test_a_press_too_old_to_answer_stops_no_reply(doubles: Doubles, telegram: Telegram) -> None:
    telegram.send(OutgoingMessage(str(DANIEL), "Thank you.", callback_id="long-gone"))
    assert doubles.telegram.texts(DANIEL) == ["Thank you."]


def test_a_text_over_telegrams_length_is_cut(doubles: Doubles, telegram: Telegram) -> None:
    telegram.send(OutgoingMessage(str(DANIEL), "x" * 5_000))
    assert len(doubles.telegram.sent[0].text) == 4_096


def test_a_person_who_blocked_the_bot_is_not_written_to_again(doubles: Doubles, telegram: Telegram) -> None:
    doubles.telegram.block(DANIEL)
    with pytest.raises(ChannelError) as refused:
        telegram.send(ALERT)
    error = refused.value
    assert (error.reason, error.permanent, error.blocked) == ("blocked", True, True)
    told = parse_update(doubles.telegram.pending[-1])
    assert isinstance(told, Blocked)
    assert told.sender == str(DANIEL)


@pytest.mark.parametrize(
    ("failure", "reason", "permanent", "retry_after"),
    [
        ({"status": 429, "retry_after": 4}, "too_many_requests", False, 4.0),
        ({"status": 403}, "blocked", True, None),
        ({"status": 400, "text": "Bad Request: chat not found"}, "bad_request", True, None),
        ({"status": 401, "text": "Unauthorized"}, "unauthorised", False, None),
        ({"status": 500}, "unreachable", False, None),
        ({"status": 502}, "unreachable", False, None),
        ({"drop": True}, "unreachable", False, None),
    ],
)
def test_a_failure_is_called_by_its_kind(
    doubles: Doubles,
    telegram: Telegram,
    failure: dict[str, Any],
    reason: str,
    permanent: bool,
    retry_after: float | None,
) -> None:
    doubles.telegram.fail_next(**failure)
    with pytest.raises(ChannelError) as refused:
        telegram.send(ALERT)
    error = refused.value
    assert (error.reason, error.permanent, error.retry_after) == (reason, permanent, retry_after)
    assert telegram.send(ALERT).provider_id


def test_a_stranger_cannot_be_written_to(telegram: Telegram) -> None:
    with pytest.raises(ChannelError) as refused:
        telegram.send(OutgoingMessage("9999", "Hello"))
    assert (refused.value.reason, refused.value.permanent) == ("bad_request", True)
    assert "9999" not in repr(refused.value)


def test_nobody_listening_is_a_temporary_failure() -> None:
    channel = Telegram("1:token", api_url="http://127.0.0.1:9")
    with pytest.raises(ChannelError) as refused:
        channel.send(ALERT)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("unreachable", False)


def test_a_wrong_token_shows_nowhere(doubles: Doubles, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channel = Telegram("123:canary-token", api_url=doubles.url)
    with pytest.raises(ChannelError) as refused:
        channel.send(ALERT)
    channel.close()
    assert refused.value.reason == "unauthorised"
    assert "canary" not in caplog.text + repr(refused.value)


def test_the_token_of_a_good_call_shows_nowhere(
    doubles: Doubles, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram.send(ALERT)
    assert doubles.telegram.token not in caplog.text
    assert str(DANIEL) not in caplog.text


def test_many_threads_send_at_once(doubles: Doubles, telegram: Telegram) -> None:
    threads = [threading.Thread(target=telegram.send, args=(ALERT,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(doubles.telegram.texts(DANIEL)) == 20
    assert sum(thread.name == "channels" for thread in threading.enumerate()) == 1


# Python 3.12 warns of every fork beside threads; Celery forks all the same.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_has_a_loop_of_its_own(doubles: Doubles, telegram: Telegram) -> None:
    telegram.send(ALERT)
    child = os.fork()
    if child == 0:
        _send_and_leave(doubles)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    telegram.send(ALERT)
    assert len(doubles.telegram.texts(DANIEL)) == 3


def _send_and_leave(doubles: Doubles) -> None:
    code = 1
    try:
        Telegram(doubles.telegram.token, api_url=doubles.url).send(ALERT)
        code = 0
    finally:
        os._exit(code)


def test_work_that_hangs_is_given_up() -> None:
    async def forever() -> None:
        import asyncio

        await asyncio.Event().wait()

    start = time.monotonic()
    with pytest.raises(TimeoutError):
        loop.run(forever(), 0.05)
    assert time.monotonic() - start < 5


def test_a_photo_is_fetched(doubles: Doubles, telegram: Telegram) -> None:
    doubles.telegram.inject_photo(DANIEL, b"\xff\xd8 smoke", "Moshi")
    found = parse_update(doubles.telegram.pending[-1])
    assert isinstance(found, IncomingMessage)
    assert telegram.fetch_file(found.attachments[0].handle, 1_000) == b"\xff\xd8 smoke"


def test_a_file_over_the_limit_is_not_fetched(doubles: Doubles, telegram: Telegram) -> None:
    name = doubles.telegram.add_file(bytes(2_000), "documents/x")
    with pytest.raises(ChannelError) as refused:
        telegram.fetch_file(name, 1_000)
    assert (refused.value.reason, refused.value.permanent) == ("too_large", True)


def test_an_unknown_file_is_a_permanent_failure(telegram: Telegram) -> None:
    with pytest.raises(ChannelError) as refused:
        telegram.fetch_file("nothing", 1_000)
    assert (refused.value.reason, refused.value.permanent) == ("bad_request", True)


def test_messages_of_both_sides_are_deleted(doubles: Doubles, telegram: Telegram) -> None:
    doubles.telegram.inject_text(DANIEL, "Hello")
    telegram.send(ALERT)
    numbers = [message.message_id for message in doubles.telegram.messages.values()]
    telegram.delete_messages(str(DANIEL), numbers)
    assert doubles.telegram.messages == {}
    assert sorted(doubles.telegram.deleted) == sorted((DANIEL, number) for number in numbers)


def test_the_menu_is_set_by_language(doubles: Doubles, telegram: Telegram) -> None:
    telegram.set_menu({"": [("help", "What to send")], "sw": [("help", "Tuma nini")]})
    assert doubles.telegram.menus[""] == [{"command": "help", "description": "What to send"}]
    assert doubles.telegram.menus["sw"] == [{"command": "help", "description": "Tuma nini"}]


def test_silence_is_a_temporary_failure(doubles: Doubles) -> None:
    double = doubles.telegram
    double.fail_next(hang=1.0)
    channel = Telegram(double.token, api_url=doubles.url, timeout=0.2)
    with pytest.raises(ChannelError) as refused:
        channel.send(ALERT)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("timeout", False)
