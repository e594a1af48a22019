"""What a message means: the whole table, without a database."""

import datetime as dt

import pytest

from mbiu.codes import AddressKind, Answer
from mbiu.dialogue import ANSWER_WORDS, Intent, Known, Turn, decide
from mbiu.messages import Attachment, IncomingMessage

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
NOBODY = Known()
ASKED = Known(question="place", question_ref="R7K3QX9", question_at=NOW - dt.timedelta(hours=1))
REPORTED = Known(last_ref="R7K3QX9", last_at=NOW - dt.timedelta(minutes=10))
ALERTED = Known(open_alerts=("A7K3QX9",))
TWICE_ALERTED = Known(open_alerts=("A7K3QX9", "AB2M4PT"))


def message(text: str = "", **more: object) -> IncomingMessage:
    values = {"channel": "twilio", "kind": AddressKind.SMS, "provider_id": "1", "sender": "+256772000101"}
    return IncomingMessage(**{**values, "text": text, **more})  # type: ignore[arg-type]  # a table of cases


def turn(text: str, known: Known = NOBODY) -> Turn:
    return decide(message(text), known, NOW)


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("HELP help Help /help msaada MSAADA aide info help. Help! ? help?", Intent.HELP),
        ("STOP stop Stop. acha ACHA sitisha unsubscribe /stop", Intent.STOP),
        ("START Start start! anza ANZA", Intent.START),
        ("STATUS status hali HALI statut /status status?", Intent.STATUS),
        ("LANG language Lugha /language /lugha", Intent.CHOOSE_LANGUAGE),
        ("/start /start@mbiu_bot", Intent.WELCOME),
        ("/report /report@mbiu_bot", Intent.HOW_TO_REPORT),
    ],
)
def test_a_command_alone_is_a_command_in_any_case(words: str, intent: Intent) -> None:
    assert {word: turn(word).intent for word in words.split()} == dict.fromkeys(words.split(), intent)


@pytest.mark.parametrize(
    "text",
    [
        "help they are burning houses",
        "HELP! men with guns in Bwera",
        "stop them they kill our cows",
        "Start of fighting in Kween",
        "msaada tunavamiwa",
        "acha nikuambie kuna vita",
        "info about a raid",
        "status of the border is bad, soldiers came",
        "hali ni mbaya sana Kasese",
        "hali mbaya",
        "language of hate was used in the church",
        "1 person was killed in Bwera",
        "yes there was fighting",
        "done nothing the police",
        "A7K3QX9",
    ],
)
def test_a_text_that_only_begins_like_a_command_is_a_report(text: str) -> None:
    assert turn(text) == Turn(Intent.REPORT, words=text)


@pytest.mark.parametrize(
    "text",
    [
        "2 people killed in Bwera",
        "3 houses burnt",
        "1 woman was taken",
        "4 dead",
        "yes they are killing people in Bwera now",
        "go and help them they are burning houses",
    ],
)
def test_a_responder_with_an_open_alert_can_still_report(text: str) -> None:
    assert turn(text, ALERTED).intent is Intent.REPORT


@pytest.mark.parametrize(
    "text",
    [
        "STATUS R7K3QX9", "status r7k3qx9", "Status: R7K 3QX9", "STATUS R 7K3 QX9", "status r-7k3-qx9",
        "hali R7K3QX9", "STATUS R7K3QX9.", "/status R7K3QX9", "status  (R7K3QX9)",
    ],
)  # fmt: skip
def test_a_reference_may_be_typed_in_odd_ways(text: str) -> None:
    assert turn(text) == Turn(Intent.STATUS, "R7K3QX9")


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert turn("status R7KOIL9").ref == "R7K0119"


@pytest.mark.parametrize(
    ("text", "answer", "words"),
    [
        ("ACK", Answer.ACK, ""),
        ("ack", Answer.ACK, ""),
        ("1", Answer.ACK, ""),
        ("Yes", Answer.ACK, ""),
        ("ndiyo.", Answer.ACK, ""),
        ("1 A7K3QX9", Answer.ACK, ""),
        ("1 a7k3qx9", Answer.ACK, ""),
        ("1 A7K3QX9=yes", Answer.ACK, "yes"),
        ("1=yes", Answer.ACK, "yes"),
        ("2", Answer.GO, ""),
        ("GO 2h", Answer.GO, "2h"),
        ("GO A7K3QX9 2h", Answer.GO, "2h"),
        ("going now", Answer.GO, "now"),
        ("3", Answer.DONE, ""),
        ("DONE", Answer.DONE, ""),
        (
            "done we brought both sides to talk and they agreed",
            Answer.DONE,
            "we brought both sides to talk and they agreed",
        ),
        ("DONE A7K3QX9 they talk", Answer.DONE, "they talk"),
        ("tayari", Answer.DONE, ""),
        ("4", Answer.CANNOT, ""),
        ("cannot I am in Kampala", Answer.CANNOT, "I am in Kampala"),
        ("can't", Answer.CANNOT, ""),
        ("siwezi", Answer.CANNOT, ""),
    ],
)
def test_a_responder_answers_the_one_open_alert(text: str, answer: Answer, words: str) -> None:
    assert turn(text, ALERTED) == Turn(Intent.RESPOND, "A7K3QX9", words=words, answer=answer)


def test_with_two_open_alerts_the_reference_decides() -> None:
    assert turn("1", TWICE_ALERTED).ref is None
    assert turn("1 AB2M4PT", TWICE_ALERTED).ref == "AB2M4PT"
    assert turn("done a7k3qx9 they talk", TWICE_ALERTED).ref == "A7K3QX9"


def test_an_ordinary_word_after_the_answer_is_no_reference() -> None:
    found = turn("ACK arrived", TWICE_ALERTED)
    assert (found.ref, found.words) == (None, "arrived")


def test_ack_is_an_answer_even_where_no_alert_is_open() -> None:
    assert turn("ACK A7K3QX9") == Turn(Intent.RESPOND, "A7K3QX9", answer=Answer.ACK)


@pytest.mark.parametrize("word", ["1", "yes", "done", "go", "sawa"])
def test_without_an_open_alert_its_other_words_are_plain_text(word: str) -> None:
    assert turn(word).intent is Intent.REPORT


@pytest.mark.parametrize("word", ["NEW", "new", "MPYA", "Mpya:"])
def test_new_begins_a_report_even_where_a_question_is_open(word: str) -> None:
    assert turn(f"{word} houses burn in Bwera", ASKED) == Turn(Intent.REPORT, words="houses burn in Bwera")


def test_a_short_text_answers_an_open_question() -> None:
    assert turn("near Bwera market", ASKED) == Turn(Intent.ADD, "R7K3QX9", words="near Bwera market")


def test_a_long_text_is_a_new_report_although_a_question_is_open() -> None:
    text = " ".join(["word"] * (ANSWER_WORDS + 1))
    assert turn(text, ASKED).intent is Intent.REPORT


def test_a_question_of_yesterday_is_not_answered_any_more() -> None:
    old = Known(question="place", question_ref="R7K3QX9", question_at=NOW - dt.timedelta(hours=25))
    assert turn("near Bwera market", old).intent is Intent.REPORT


def test_without_a_question_two_texts_are_two_reports() -> None:
    assert turn("Houses burn in Bwera", REPORTED).intent is Intent.REPORT


def test_an_edited_text_joins_the_report_before_it() -> None:
    edited = decide(message("Houses burn in Bwera, not Kasese", edited=True), REPORTED, NOW)
    assert (edited.intent, edited.ref) == (Intent.ADD, "R7K3QX9")


PIN = {"lat": 0.1, "lon": 29.9}
PHOTO = {"attachments": (Attachment("handle"),)}


@pytest.mark.parametrize("bare", [PIN, PHOTO])
@pytest.mark.parametrize(
    ("known", "intent"),
    [
        (NOBODY, Intent.REPORT),
        (ASKED, Intent.ADD),
        (REPORTED, Intent.ADD),
        (Known(last_ref="R7K3QX9", last_at=NOW - dt.timedelta(minutes=31)), Intent.REPORT),
    ],
)
def test_a_bare_pin_or_photo_joins_a_report_if_there_is_one(
    bare: dict[str, object], known: Known, intent: Intent
) -> None:
    found = decide(message(**bare), known, NOW)
    assert (found.intent, found.ref) == (intent, "R7K3QX9" if intent is Intent.ADD else None)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_a_message_without_anything_is_empty(text: str) -> None:
    assert turn(text, ASKED).intent is Intent.EMPTY


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("lang:sw", Turn(Intent.LANGUAGE, language="sw")),
        ("lang:xx", Turn(Intent.HELP)),
        ("ack:A7K3QX9", Turn(Intent.RESPOND, "A7K3QX9", answer=Answer.ACK)),
        ("cannot:a7k3qx9", Turn(Intent.RESPOND, "A7K3QX9", answer=Answer.CANNOT)),
        ("report", Turn(Intent.HOW_TO_REPORT)),
        ("status", Turn(Intent.STATUS)),
        ("help", Turn(Intent.HELP)),
        ("anything else", Turn(Intent.HELP)),
    ],
)
def test_a_button_says_what_it_does(data: str, expected: Turn) -> None:
    assert decide(message(button=data), NOBODY, NOW) == expected


@pytest.mark.parametrize(
    ("text", "language"), [("LUGHA kiswahili", "sw"), ("language English.", "en"), ("lang SW", "sw")]
)
def test_a_language_is_chosen_by_its_name(text: str, language: str) -> None:
    assert turn(text) == Turn(Intent.LANGUAGE, language=language)


def test_report_with_words_behind_it_is_the_report() -> None:
    assert turn("/report houses burn in Bwera") == Turn(Intent.REPORT, words="houses burn in Bwera")
