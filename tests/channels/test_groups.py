"""Groups: what is meant for the bot is taken, everything else is not, whatever Telegram hands over."""

from typing import Any

import pytest

from mbiu.channels.groups import Me
from mbiu.channels.telegram import Blocked, Moved, parse_update
from mbiu.messages import ChannelError, IncomingMessage
from tests.doubles import TelegramDouble
from tests.doubles.people import BOT_ID, BOT_NAME

GROUP, FORUM = -4_001, -1_002_000_000_001
AMINA, JOSEPH = 7_001, 7_002
TALK = "The committee meets on Friday"


@pytest.fixture
def double() -> TelegramDouble:
    """Not served: only what it would hand over is read. It is an administrator and so hears everything."""
    double = TelegramDouble()
    double.privacy = False
    return double


def who() -> Me:
    return Me(BOT_ID, BOT_NAME)


def read(double: TelegramDouble) -> Any:
    return parse_update(double.pending[-1], who)


def taken(double: TelegramDouble) -> IncomingMessage:
    found = read(double)
    assert isinstance(found, IncomingMessage)
    return found


def asked(double: TelegramDouble, chat: int, topic: int | None = None) -> int:
    """A question of the bot in a group; its number."""
    double.found(chat)
    given = {"chat_id": chat, "text": "Where was it?"} | ({"message_thread_id": topic} if topic else {})
    return int(double.api_sendmessage(given)["message_id"])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("/report Fire in Bwera", "/report Fire in Bwera"),
        ("/report@mbiu_test_bot Fire in Bwera", "/report Fire in Bwera"),
        ("/REPORT@Mbiu_Test_Bot Fire", "/REPORT Fire"),
        ("/status@mbiu_test_bot RABC234", "/status RABC234"),
        ("/start@mbiu_test_bot KORI-7", "/start KORI-7"),
        ("@mbiu_test_bot Fire in Bwera", "Fire in Bwera"),
        ("🔥🔥 in Bwera @mbiu_test_bot come", "🔥🔥 in Bwera come"),
    ],
)
def test_what_is_said_to_the_bot_is_taken_without_its_name(
    double: TelegramDouble, said: str, words: str
) -> None:
    double.inject_said(GROUP, AMINA, said)
    found = taken(double)
    assert (found.text, found.sender, found.author, found.is_group) == (words, str(GROUP), str(AMINA), True)
    assert (found.topic, found.chat_message) == (None, "1")


@pytest.mark.parametrize(
    "said",
    [
        TALK,
        "/status",
        "/start KORI-7",
        "/report@other_bot Fire",
        "/ban@other_bot @mbiu_test_bot",
        "@mbiu_test_botany is nice",
        "write to me@mbiu_test_bot",
        "I will report it",
        "mbiu_test_bot",
    ],
)
def test_what_is_said_to_others_is_passed_over(double: TelegramDouble, said: str) -> None:
    double.inject_said(GROUP, AMINA, said)
    assert read(double) is None


def test_in_privacy_mode_telegram_hands_over_no_talk(double: TelegramDouble) -> None:
    double.privacy = True
    assert double.inject_said(GROUP, AMINA, TALK) == 0
    assert double.inject_said(GROUP, AMINA, "/report Fire") > 0
    assert len(double.pending) == 1


@pytest.mark.parametrize("content", [{"text": "Bwera"}, {"location": {"latitude": 0.04, "longitude": 29.77}}])
def test_a_reply_to_the_bot_is_taken(double: TelegramDouble, content: dict[str, Any]) -> None:
    double.inject_said(GROUP, JOSEPH, to=asked(double, GROUP), **content)
    found = taken(double)
    assert (found.text, found.lat) == (content.get("text", ""), 0.04 if "location" in content else None)


def test_a_reply_to_a_member_is_passed_over(double: TelegramDouble) -> None:
    double.inject_said(GROUP, AMINA, TALK)
    double.inject_said(GROUP, JOSEPH, "I shall come", to=1)
    assert read(double) is None


def test_a_command_for_another_bot_is_not_taken_even_as_a_reply(double: TelegramDouble) -> None:
    double.inject_said(GROUP, AMINA, "/ban@other_bot", to=asked(double, GROUP))
    assert read(double) is None


def test_a_photo_is_taken_by_its_caption(double: TelegramDouble) -> None:
    sizes = [{"file_id": "F", "file_unique_id": "u", "width": 9, "height": 9}]
    double.inject_said(GROUP, AMINA, photo=sizes, caption="/report Smoke")
    assert (taken(double).text, len(taken(double).attachments)) == ("/report Smoke", 1)
    double.inject_said(GROUP, AMINA, photo=sizes, caption="My garden")
    assert read(double) is None


def test_the_topic_of_a_forum_is_kept(double: TelegramDouble) -> None:
    double.found(FORUM, topics=(7,))
    double.inject_said(FORUM, AMINA, "/report Fire", topic=7)
    assert taken(double).topic == 7


def test_what_is_said_in_a_topic_that_the_bot_opened_is_no_reply(double: TelegramDouble) -> None:
    double.found(FORUM, topics=(7,))
    double.inject_said(FORUM, AMINA, TALK, topic=7)
    assert read(double) is None


def test_outside_a_forum_a_thread_is_no_topic(double: TelegramDouble) -> None:
    double.inject_said(FORUM, AMINA, "/report Fire", message_thread_id=99)
    assert taken(double).topic is None


@pytest.mark.parametrize(("speaks", "author"), [({"anonymous": True}, FORUM), ({"channel": -555}, -555)])
def test_who_speaks_as_the_group_or_a_channel_is_heard(
    double: TelegramDouble, speaks: dict[str, Any], author: int
) -> None:
    double.inject_said(FORUM, AMINA, "/report Fire", **speaks)
    assert taken(double).author == str(author)


def test_a_channels_post_that_comes_into_its_group_is_passed_over(double: TelegramDouble) -> None:
    double.inject_said(FORUM, AMINA, "/report Fire", channel=-555, is_automatic_forward=True)
    assert read(double) is None


def test_another_bot_is_not_heard(double: TelegramDouble) -> None:
    bot = {"id": 9, "is_bot": True, "first_name": "B", "username": "other_bot"}
    double.inject({"message": double._said(double.found(GROUP), 9, "/report Fire", {}) | {"from": bot}})
    assert read(double) is None


def test_an_edit_keeps_the_messages_number(double: TelegramDouble) -> None:
    update = double.inject_said(GROUP, AMINA, "/report Fire in Bwera, 2 hurt")
    double.inject_said_edit(update, "/report Fire in Bwera, 3 hurt")
    found = taken(double)
    assert (found.edited, found.chat_message, found.text) == (True, "1", "/report Fire in Bwera, 3 hurt")


def test_a_member_presses_a_button_for_the_group(double: TelegramDouble) -> None:
    double.found(FORUM, topics=(7,))
    rows = {"inline_keyboard": [[{"text": "Kasese", "callback_data": "choice:1"}]]}
    given = {"chat_id": FORUM, "text": "Which?", "reply_markup": rows, "message_thread_id": 7}
    number = double.api_sendmessage(given)["message_id"]
    double.press(FORUM, "choice:1", member=JOSEPH)
    found = taken(double)
    assert (found.sender, found.author, found.is_group) == (str(FORUM), str(JOSEPH), True)
    assert (found.topic, found.button) == (7, "choice:1")
    assert str(found.callback_id).endswith(f".{number}")


def test_the_bot_is_put_out_and_brought_back(double: TelegramDouble) -> None:
    double.kick(GROUP)
    assert read(double) == Blocked(read(double).provider_id, str(GROUP))
    double.bring_back(GROUP)
    assert read(double) == Blocked(read(double).provider_id, str(GROUP), lifted=True)


def test_both_chats_tell_of_a_move(double: TelegramDouble) -> None:
    double.migrate(GROUP, FORUM)
    told = [parse_update(update, who) for update in double.pending]
    assert [(type(one), one.before, one.after) for one in told] == [(Moved, str(GROUP), str(FORUM))] * 2


def nobody_knows() -> Me:
    raise ChannelError("unreachable")


def test_a_name_that_cannot_be_asked_for_is_the_callers_matter(double: TelegramDouble) -> None:
    double.inject_said(GROUP, AMINA, "@mbiu_test_bot Fire")
    with pytest.raises(ChannelError):
        parse_update(double.pending[-1], nobody_knows)


def test_where_the_name_does_not_matter_it_is_not_asked_for(double: TelegramDouble) -> None:
    double.inject_text(AMINA, "/report Fire, says @somebody")
    assert parse_update(double.pending[-1], nobody_knows) is not None
    double.inject_said(GROUP, AMINA, "/report Fire")
    assert parse_update(double.pending[-1], nobody_knows) is not None


def test_our_own_name_behind_a_command_is_cut_in_private_too(double: TelegramDouble) -> None:
    double.inject_text(AMINA, "/help@mbiu_test_bot")
    assert taken(double).text == "/help"
