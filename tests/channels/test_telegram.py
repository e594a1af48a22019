"""Telegram: sending by the real library over HTTP, files, and the bot's settings."""

import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mbiu.channels import loop
from mbiu.channels.chat import numbers
from mbiu.channels.groups import Me
from mbiu.channels.profile import Profile
from mbiu.channels.telegram import Blocked, Telegram, identity, parse_update
from mbiu.codes import DeliveryState
from mbiu.messages import Button, ChannelError, IncomingMessage, OutgoingMessage
from tests.doubles import Doubles
from tests.doubles.people import BOT_ID

DANIEL = 8_001
GROUP, FORUM = -4_001, -1_002_000_000_001
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


def test_a_text_over_telegrams_length_goes_as_several(doubles: Doubles, telegram: Telegram) -> None:
    words = " ".join(f"word{number}" for number in range(1_000))
    sent = telegram.send(OutgoingMessage(str(DANIEL), words, buttons=ALERT.buttons))
    first, last = doubles.telegram.sent
    assert f"{first.text} {last.text}" == words
    assert (first.buttons, len(last.buttons)) == ([], 2), "buttons stand under the end"
    assert numbers(sent.provider_id) == [first.message_id, last.message_id]


def test_the_key_for_the_place_is_offered_once_and_taken_away(doubles: Doubles, telegram: Telegram) -> None:
    telegram.send(OutgoingMessage(str(DANIEL), "Where?", wants_pin=True))
    telegram.send(OutgoingMessage(str(DANIEL), "Thank you."))
    assert [message.keys for message in doubles.telegram.sent] == ["pin", "none"]


def test_a_group_is_not_offered_the_key(doubles: Doubles, telegram: Telegram) -> None:
    doubles.telegram.found(GROUP)
    telegram.send(OutgoingMessage(str(GROUP), "Where?", wants_pin=True))
    assert [message.keys for message in doubles.telegram.sent] == [""]


@pytest.mark.parametrize(("chosen", "left"), [("lang:sw", []), ("ack:A7K3QX", [["lang:sw", "ack:A7K3QX"]])])
def test_the_buttons_of_an_answered_question_go_and_those_of_an_alert_stay(
    doubles: Doubles, telegram: Telegram, chosen: str, left: list[list[str]]
) -> None:
    rows = ((Button("Kiswahili", "lang:sw"), Button("I take it", "ack:A7K3QX")),)
    telegram.send(OutgoingMessage(str(DANIEL), "Which?", buttons=rows))
    doubles.telegram.press(DANIEL, chosen)
    pressed = parse_update(doubles.telegram.pending[-1])
    assert isinstance(pressed, IncomingMessage)
    telegram.send(OutgoingMessage(str(DANIEL), "Thank you.", callback_id=pressed.callback_id))
    shown = [[data for _, data in row] for row in doubles.telegram.sent[0].buttons]
    assert (shown, len(doubles.telegram.answered)) == (left, 1)


def test_an_answer_goes_into_the_topic(doubles: Doubles, telegram: Telegram) -> None:
    doubles.telegram.found(FORUM, topics=(7, 8))
    telegram.send(OutgoingMessage(str(FORUM), "Received.", topic=7))
    assert doubles.telegram.sent[0].topic == 7


@pytest.mark.parametrize("gone", ["closed", "deleted"])
def test_where_the_topic_is_gone_the_group_is_answered(
    doubles: Doubles, telegram: Telegram, gone: str
) -> None:
    forum = doubles.telegram.found(FORUM, topics=(7,))
    if gone == "closed":
        forum.closed.add(7)
    else:
        forum.topics.discard(7)
    telegram.send(OutgoingMessage(str(FORUM), "Received.", topic=7))
    assert [(message.topic, message.text) for message in doubles.telegram.sent] == [(None, "Received.")]


def test_two_groups_that_count_alike_have_different_ids(doubles: Doubles, telegram: Telegram) -> None:
    """Each supergroup begins at 1, as the double does."""
    found = []
    for chat in (FORUM, FORUM - 1):
        doubles.telegram.found(chat)
        found.append(telegram.send(OutgoingMessage(str(chat), "Received.")).provider_id)
    assert [numbers(one) for one in found] == [[1], [1]]
    assert found[0] != found[1]
    assert str(FORUM) not in found[0]


def test_a_group_that_moved_tells_where_and_tells_nobody_else(doubles: Doubles, telegram: Telegram) -> None:
    doubles.telegram.migrate(GROUP, FORUM)
    with pytest.raises(ChannelError) as refused:
        telegram.send(OutgoingMessage(str(GROUP), "Received."))
    error = refused.value
    assert (error.reason, error.permanent, error.moved_to) == ("chat_migrated", False, str(FORUM))
    assert str(FORUM) not in repr(error)


def test_a_group_that_put_the_bot_out_is_not_written_to_again(doubles: Doubles, telegram: Telegram) -> None:
    doubles.telegram.kick(GROUP)
    with pytest.raises(ChannelError) as refused:
        telegram.send(OutgoingMessage(str(GROUP), "Received."))
    assert (refused.value.reason, refused.value.blocked) == ("blocked", True)


def test_many_at_once_stay_within_telegrams_rate(doubles: Doubles, telegram: Telegram) -> None:
    """The double refuses the 31st message of any second."""
    doubles.telegram.limits = True
    for chat in range(70):
        doubles.telegram.know(10_000 + chat)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda chat: telegram.send(OutgoingMessage(str(10_000 + chat), "x")), range(70)))
    assert len(doubles.telegram.sent) == 70


def test_the_bot_knows_its_name(doubles: Doubles) -> None:
    assert identity(doubles.telegram.token, doubles.url) == Me(BOT_ID, "mbiu_test_bot")


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
        ({"status": 400, "text": "Bad Request: chat not found"}, "chat_not_found", True, None),
        ({"status": 400, "text": "Bad Request: something new"}, "bad_request", True, None),
        ({"status": 400, "text": "Bad Request: not enough rights to send"}, "no_rights", True, None),
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
    assert (refused.value.reason, refused.value.permanent) == ("chat_not_found", True)
    assert refused.value.blocked, "there is nobody until somebody writes from it"
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


def profile(language: str, about: str) -> Profile:
    return Profile(language, (("help", "How"), ("stop", "End")), (("help", "How"),), about, "Write to us")


def test_menus_are_shown_by_language_and_kind_of_chat(doubles: Doubles, telegram: Telegram) -> None:
    assert telegram.introduce([profile("", "Write to us."), profile("sw", "Tuandikie.")]) == 7
    menus, shown = doubles.telegram.menus, doubles.telegram.profile
    assert [one["command"] for one in menus["all_private_chats:sw"]] == ["help", "stop"]
    assert [one["command"] for one in menus["all_group_chats:sw"]] == ["help"]
    assert (shown["description:"], shown["description:sw"]) == ("Write to us.", "Tuandikie.")


def test_what_is_shown_already_is_not_told_again(doubles: Doubles, telegram: Telegram) -> None:
    telegram.introduce([profile("", "Write to us.")])
    before = len(doubles.telegram.told)
    assert telegram.introduce([profile("", "Write to us.")]) == 0
    assert telegram.introduce([profile("", "Write at any time.")]) == 1
    assert len(doubles.telegram.told) == before + 1


def test_silence_is_a_temporary_failure(doubles: Doubles) -> None:
    double = doubles.telegram
    double.fail_next(hang=1.0)
    channel = Telegram(double.token, api_url=doubles.url, timeout=0.2)
    with pytest.raises(ChannelError) as refused:
        channel.send(ALERT)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("timeout", False)
