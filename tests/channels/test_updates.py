"""Telegram's updates as messages."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mbiu.channels.telegram import Blocked, parse_update, verify
from mbiu.codes import AddressKind
from mbiu.messages import BadPayload, IncomingMessage, InvalidSignature
from tests.channels.calls import SECRET, SECRET_FORGERIES

JOSEPH: dict[str, Any] = {"id": 7_001, "is_bot": False, "first_name": "Joseph", "language_code": "sw-KE"}
CHAT: dict[str, Any] = {"id": 7_001, "type": "private", "first_name": "Joseph"}
BOT: dict[str, Any] = {"id": 1, "is_bot": True, "first_name": "Mbiu", "username": "mbiu_bot"}
STICKER = {"is_animated": False, "is_video": False, "type": "regular"}
SIZES = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 853},
    {"file_id": "middle", "file_unique_id": "m", "width": 320, "height": 213},
]


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 3, "date": 1_795_000_000, "chat": CHAT, "from": JOSEPH} | content


def update(**content: Any) -> dict[str, Any]:
    return {"update_id": 500, "message": message(**content)}


def press(**content: Any) -> dict[str, Any]:
    query = {"id": "4711", "from": JOSEPH, "chat_instance": "1", "data": "ack:A7K3QX"}
    return {"update_id": 501, "callback_query": query | {"message": message(text="x")} | content}


def membership(status: str, chat: dict[str, Any] = CHAT) -> dict[str, Any]:
    member = {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})
    old = {"user": BOT, "status": "member"}
    change = {"chat": chat, "from": JOSEPH, "date": 1_795_000_000, "old_chat_member": old}
    return {"update_id": 502, "my_chat_member": change | {"new_chat_member": member}}


def read(given: dict[str, Any]) -> IncomingMessage:
    result = parse_update(given)
    assert isinstance(result, IncomingMessage)
    return result


def test_the_secret_opens() -> None:
    verify(SECRET, SECRET)


@pytest.mark.parametrize("name", SECRET_FORGERIES)
def test_a_wrong_secret_header_is_refused(name: str) -> None:
    with pytest.raises(InvalidSignature):
        verify(*SECRET_FORGERIES[name])


def test_a_text_is_read() -> None:
    found = read(update(text="Habari\x00"))
    assert (found.channel, found.kind) == ("telegram", AddressKind.TELEGRAM)
    assert (found.provider_id, found.sender, found.text) == ("500", "7001", "Habari")
    assert (found.language, found.country) == ("sw", None)
    assert found.sent_at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert (found.edited, found.forwarded, found.attachments) == (False, False, ())


def test_a_location_is_read() -> None:
    where = {"latitude": 2.53, "longitude": 34.66, "horizontal_accuracy": 25.5}
    found = read(update(location=where))
    assert (found.lat, found.lon, found.accuracy_m, found.text) == (2.53, 34.66, 25.5, "")


def test_a_live_location_is_read_at_every_step() -> None:
    where = {"latitude": 2.53, "longitude": 34.66, "live_period": 900}
    step = {"update_id": 9, "edited_message": message(location=where, edit_date=1_795_000_060)}
    found = read(step)
    assert (found.lat, found.edited, found.live, found.chat_message) == (2.53, True, True, "3")
    assert found.sent_at == datetime.fromtimestamp(1_795_000_060, UTC)


def test_the_first_and_the_last_of_a_live_location_are_known_as_such() -> None:
    where = {"latitude": 2.53, "longitude": 34.66}
    assert read(update(location=where | {"live_period": 900})).live
    assert read({"update_id": 9, "edited_message": message(location=where)}).live
    assert not read(update(location=where)).live


def test_the_pictures_of_an_album_have_a_thread() -> None:
    assert read(update(photo=SIZES, media_group_id="13890000000000001")).thread == "13890000000000001"


def test_a_venue_gives_its_place_and_its_name() -> None:
    venue = {"location": {"latitude": -1.0, "longitude": 36.0}, "title": "Soko", "address": "Moroto"}
    found = read(update(venue=venue, location=venue["location"]))
    assert (found.lat, found.lon, found.text) == (-1.0, 36.0, "Soko\nMoroto")


def test_the_largest_photo_is_taken_with_its_caption() -> None:
    found = read(update(photo=SIZES, caption="Moshi"))
    assert [(a.handle, a.kind) for a in found.attachments] == [("large", "photo")]
    assert found.text == "Moshi"


@pytest.mark.parametrize(
    ("field", "more", "kind"),
    [
        ("document", {"mime_type": "application/pdf"}, "document"),
        ("voice", {"duration": 3, "mime_type": "audio/ogg"}, "voice"),
        ("audio", {"duration": 3, "mime_type": "audio/mpeg"}, "voice"),
        ("video", {"duration": 3, "width": 10, "height": 10, "mime_type": "video/mp4"}, "video"),
        ("video_note", {"duration": 3, "length": 10}, "video"),
    ],
)
def test_a_file_is_read_with_its_kind(field: str, more: dict[str, Any], kind: str) -> None:
    found = read(update(**{field: {"file_id": "F1", "file_unique_id": "u"} | more}))
    assert [(a.handle, a.kind, a.content_type) for a in found.attachments] == [
        ("F1", kind, more.get("mime_type", ""))
    ]


def test_an_edit_is_marked() -> None:
    found = read({"update_id": 6, "edited_message": message(text="Sita", edit_date=1_795_000_060)})
    assert (found.text, found.edited) == ("Sita", True)


@pytest.mark.parametrize(
    "origin",
    [
        {"type": "hidden_user", "sender_user_name": "X"},
        {"type": "user", "sender_user": JOSEPH},
        {"type": "chat", "sender_chat": {"id": -100, "type": "supergroup", "title": "G"}},
        {"type": "channel", "chat": {"id": -100, "type": "channel", "title": "C"}, "message_id": 5},
    ],
)
def test_a_forwarded_message_is_marked(origin: dict[str, Any]) -> None:
    assert read(update(text="Njooni", forward_origin=origin | {"date": 1_794_000_000})).forwarded


def test_a_link_to_join_arrives_with_its_word() -> None:
    command = [{"type": "bot_command", "offset": 0, "length": 6}]
    assert read(update(text="/start KORI-7", entities=command)).text == "/start KORI-7"


def test_a_pressed_button_is_read() -> None:
    found = read(press())
    assert (found.button, found.callback_id, found.sender) == ("ack:A7K3QX", "4711", "7001")
    assert (found.text, found.language) == ("", "sw")


def test_the_press_of_a_question_says_which_message_asked() -> None:
    assert read(press(data="lang:sw")).callback_id == "4711.3"


def test_a_button_under_a_message_too_old_to_show_is_read() -> None:
    gone = {"chat": CHAT, "message_id": 3, "date": 0}
    assert read(press(message=gone)).button == "ack:A7K3QX"


def test_a_person_who_stops_the_bot_is_told_apart() -> None:
    assert parse_update(membership("kicked")) == Blocked("502", "7001")
    assert parse_update(membership("member")) is None
    back = membership("member")
    back["my_chat_member"]["old_chat_member"] |= {"status": "kicked", "until_date": 0}
    assert parse_update(back) == Blocked("502", "7001", lifted=True)


@pytest.mark.parametrize(
    "given",
    [
        update(text="x", chat={"id": -100, "type": "group", "title": "G"}),
        update(text="x", chat={"id": -100, "type": "supergroup", "title": "G"}),
        update(text="x", **{"from": BOT}),
        update(sticker={"file_id": "S", "file_unique_id": "s", "width": 1, "height": 1} | STICKER),
        update(text=""),
        update(pinned_message=message(text="x")),
        {"update_id": 1},
        {"update_id": 1, "channel_post": message(text="x")},
        {"update_id": 1, "poll": None},
        {"update_id": 1, "something_new": {"a": 1}},
        press(data=None),
        press(message=message(text="x", chat={"id": -100, "type": "channel", "title": "C"})),
        membership("kicked", {"id": -100, "type": "channel", "title": "C"}),
    ],
)
def test_what_is_no_private_message_is_passed_over(given: dict[str, Any]) -> None:
    assert parse_update(given) is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"update_id": "5"},
        {"update_id": None},
        {"update_id": True},
        {"update_id": 1.5},
        {"update_id": 2**63},
        {"update_id": [], "message": message(text="x")},
        update(text=5),
        update(text=["x"]),
        update(text={"a": 1}),
        update(text="x", chat=None),
        update(text="x", chat=5),
        update(text="x", chat={"type": "private"}),
        update(text="x", chat={"id": "7", "type": "private"}),
        update(text="x", chat={"id": 2**70, "type": "private"}),
        update(text="x", date="yesterday"),
        update(text="x", date=10**30),
        update(text="x", date=-(10**18)),
        update(text="x", date=None) | {"message": {"text": "x"}},
        update(location={"latitude": 91, "longitude": 0}),
        update(location={"latitude": 0, "longitude": 181}),
        update(location={"latitude": float("nan"), "longitude": 0}),
        update(location={"latitude": 0, "longitude": float("inf")}),
        update(location={"latitude": "2.5", "longitude": 0}),
        update(location={"latitude": True, "longitude": 0}),
        update(location={"latitude": 0, "longitude": 0, "horizontal_accuracy": "x"}),
        update(location={"latitude": 0}),
        update(location=7),
        update(photo=[{"file_id": "x"}]),
        update(photo="x"),
        update(photo=[{"file_id": "x", "file_unique_id": "u", "width": "a", "height": {}}]),
        update(document={"file_id": "a b", "file_unique_id": "u"}),
        update(document={"file_id": "x" * 400, "file_unique_id": "u"}),
        {"update_id": 1, "message": "x"},
        {"update_id": 1, "message": [1]},
        {"update_id": 1, "callback_query": 7},
        press(id=5),
        press(data=5),
        press(data="x" * 65),
        press(**{"from": None}),
        press(message="x"),
        {"update_id": 1, "my_chat_member": {"chat": CHAT}},
    ],
)
def test_a_malformed_update_is_bad_payload(given: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        parse_update(given)


@pytest.mark.parametrize("code", [None, 5, "", "e", "english", "sw_KE", "😀", ["en"]])
def test_a_strange_language_is_none(code: Any) -> None:
    assert read(update(text="x", **{"from": JOSEPH | {"language_code": code}})).language is None


@pytest.mark.parametrize("when", [0, 1, 10**10])
def test_a_wrong_clock_loses_no_message(when: int) -> None:
    found = read(update(text="x", date=when))
    assert (found.text, found.sent_at) == ("x", None)


@pytest.mark.parametrize("mime", [5, "text", "a/b\x00", "a/\ud800", "a/" + "b" * 200, "<b>/<i>"])
def test_a_strange_content_type_is_left_out(mime: object) -> None:
    found = read(update(document={"file_id": "F", "file_unique_id": "u", "mime_type": mime}))
    assert found.attachments[0].content_type == ""
