"""Messages that come in: stored once, answered, made into reports."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mbiu import intake, restraint
from mbiu.codes import ContactRole
from mbiu.db import transaction
from mbiu.messages import Attachment
from mbiu.models import Address, Contact, Delivery, Media, Message, Report, VaultEntry
from tests.cast import (
    AMINA,
    JOSEPH,
    MALLORY,
    RAID,
    address_of,
    chat,
    contact_of,
    count,
    hand_in,
    person,
    report_of,
    said_to,
    say,
    sms,
    tell,
)


def test_a_text_becomes_a_report_with_a_reference_in_the_answer() -> None:
    taken = say(RAID)
    assert taken.ref is not None
    assert taken.ref[0] == "R"
    assert taken.reply is not None
    assert taken.ref in taken.reply
    assert count(Report) == 1


def test_a_repeated_message_is_stored_once_and_answered_the_same() -> None:
    message = sms(RAID)
    first, again = hand_in(message), hand_in(message)
    assert again.repeated
    assert (again.reply, again.ref, again.message_id) == (first.reply, first.ref, first.message_id)
    assert (count(Report), count(Message, Message.direction == "in"), count(Delivery)) == (1, 1, 1)


def test_a_repeat_without_an_answer_in_place_queues_no_second_reply() -> None:
    message = sms(RAID)
    first, again = hand_in(message, inline=False), hand_in(message, inline=False)
    assert (first.repeated, again.repeated) == (False, True)
    assert count(Delivery) == 1


def test_eight_equal_calls_at_once_are_one_row() -> None:
    message, start = sms(RAID), threading.Barrier(8)

    def call(_: int) -> str | None:
        start.wait()
        return hand_in(message).reply

    with ThreadPoolExecutor(8) as pool:
        replies = set(pool.map(call, range(8)))
    assert len(replies) == 1
    assert (count(Message, Message.direction == "in"), count(Report), count(Contact)) == (1, 1, 1)
    assert (count(Address), count(VaultEntry), count(Delivery)) == (1, 1, 1)


def test_two_first_messages_at_once_make_one_contact() -> None:
    start = threading.Barrier(2)

    def call(text: str) -> None:
        start.wait()
        say(text)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(call, ("Houses are burning in Bwera", "Soldiers came to Bwera")))
    assert (count(Contact), count(Address), count(Message, Message.direction == "in")) == (1, 1, 2)


def test_a_pin_sent_while_its_text_is_being_stored_joins_the_text() -> None:
    tell(QUIET_START)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            first = intake.receive(session, sms("NEW Houses are burning"), inline=True)
            pin = pool.submit(hand_in, sms(lat=0.1, lon=29.9))
            waited = threading.Event()
            waited.wait(0.3)
            assert not pin.done()
        second = pin.result(timeout=5)
    assert second.ref == first.ref


QUIET_START = "There was a meeting about the border in Bwera"


def test_an_unknown_sender_gets_a_code_that_says_nothing_of_the_number() -> None:
    say(RAID)
    row = contact_of(AMINA)
    assert row.role is ContactRole.UNKNOWN
    assert not set(row.code.replace("-", "")) <= set(AMINA)
    assert len(row.code.replace("-", "")) == 8


def test_stop_silences_and_start_wakes() -> None:
    say(RAID)
    assert say("STOP").reply is not None
    quiet = say("Now they are back in Kween with guns")
    assert (quiet.reply, quiet.ref is not None) == (None, True)
    assert say("Start").reply is not None
    assert say("NEW They are back in Kween once more").reply is not None
    assert count(Report) == 3


def test_stop_takes_back_what_waits_to_be_sent_to_that_person() -> None:
    hand_in(sms("People say something happened"), inline=False)
    tell("People fled from somewhere tonight", provider_id="SM-second")
    assert [kind for kind, _ in said_to(AMINA)].count("question") == 1
    say("STOP")
    waiting = count(Delivery, Delivery.state == "queued", Delivery.kind == "question")
    assert waiting == 0


def test_the_status_of_someone_elses_reference_equals_that_of_an_invented_one() -> None:
    mine = tell(RAID)
    say("Hello, this is a first message about Bwera market", MALLORY)
    assert say(f"STATUS {mine}", MALLORY).reply == say("STATUS R000000", MALLORY).reply
    assert mine in str(say(f"status {mine.lower()}").reply)


def test_status_without_a_reference_tells_of_the_newest_report() -> None:
    assert say("STATUS", JOSEPH).reply == "We have nothing from this phone yet."
    ref = tell(RAID, JOSEPH)
    assert ref in str(say("STATUS", JOSEPH).reply)


def test_automatic_replies_end_at_the_cap_and_every_report_is_kept() -> None:
    replies = [say(f"NEW Shots were heard in Bwera, round {n}").reply for n in range(24)]
    assert sum(reply is not None for reply in replies) == restraint.REPLIES_AN_HOUR
    assert replies[-1] is None
    assert count(Report) == 24


def test_a_bare_pin_joins_the_report_before_it() -> None:
    ref = say("Houses are burning").ref
    pin = hand_in(sms(lat=0.0391, lon=29.7602, accuracy_m=12.0))
    assert pin.ref == ref
    assert count(Report) == 1
    assert count(Message, Message.report_id == report_of(str(ref)).id, Message.direction == "in") == 2


def test_a_photo_joins_the_report_before_it_and_waits_to_be_fetched() -> None:
    ref = say("Houses are burning in Bwera").ref
    photo = hand_in(sms(attachments=(Attachment("https://api.twilio.com/secret-handle"),)))
    assert photo.ref == ref
    assert count(Media, Media.state == "pending") == 1


def test_a_pin_without_any_report_before_it_makes_one() -> None:
    assert hand_in(sms(lat=0.1, lon=29.9)).ref is not None
    assert count(Report) == 1


def test_a_message_without_anything_makes_no_report() -> None:
    empty = hand_in(sms("   "))
    assert (empty.ref, count(Report)) == (None, 0)
    assert empty.reply == "Your message came without words. Please write again."


@pytest.mark.parametrize(("text", "language"), [("LUGHA kiswahili", "sw"), ("language English", "en")])
def test_a_chosen_language_is_remembered(text: str, language: str) -> None:
    say(text)
    assert contact_of(AMINA).language == language
    assert ("asante" in str(say("Nyumba zinachomwa Bwera").reply)) is (language == "sw")


def test_the_language_of_the_first_report_is_that_of_the_answer() -> None:
    assert "Tumepokea" in str(say("Watu wamevamia kijiji cha Bwera na kuchoma nyumba usiku").reply)
    assert contact_of(AMINA).language == "sw"


def test_a_language_button_is_answered_and_its_call_back_kept() -> None:
    hand_in(chat("/language"), inline=False)
    hand_in(chat(button="lang:sw", callback_id="cb-1"), inline=False)
    with transaction() as session:
        extras = [row.extra for row in session.query(Delivery).order_by(Delivery.created_at)]
    offered = [button["data"] for row in extras[0]["buttons"] for button in row]
    assert {"lang:en", "lang:sw"} <= set(offered)
    assert extras[1]["callback_id"] == "cb-1"


def test_the_first_answer_tells_how_to_end_and_the_second_does_not() -> None:
    first, second = say(RAID).reply, say("NEW Another raid in Kween by night").reply
    assert "STOP" in str(first)
    assert "STOP" not in str(second)


def test_an_answer_never_repeats_what_was_written() -> None:
    words = "zebrafish umbrella quartz in Bwera"
    for text in (words, f"STATUS {words}", f"ACK {words}", f"LANG {words}"):
        assert not set(words.split()[:3]) & set(str(say(text).reply).split())


def test_a_demonstration_phone_makes_exercise_reports_only() -> None:
    ref = say(RAID, channel="simulator").ref
    assert report_of(str(ref)).exercise
    assert contact_of(AMINA).exercise


def test_a_message_from_a_blocked_address_opens_it_again() -> None:
    person("KAS-07", AMINA)
    with transaction() as session:
        session.query(Address).update({"blocked_at": report_time()})
    say(RAID)
    assert address_of(AMINA).blocked_at is None


def report_time() -> object:
    from mbiu.models import utcnow

    return utcnow()
