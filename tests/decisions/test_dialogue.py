"""What a message means: the whole table, without a database."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu import texts
from mbiu.codes import AddressKind, Answer, EventType, Wish
from mbiu.dialogue import ANSWER_WORDS, CLEAR, Code, Draft, Effect, Kind, Known, Step, decide
from mbiu.messages import Attachment, IncomingMessage

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
REF = "R7K3QX9"
NOBODY = Known()
ASKED = Draft("place", REF, NOW - dt.timedelta(hours=1))
CHOICE = Draft("place", REF, NOW - dt.timedelta(minutes=5), ("ug-kasese-bwera", "tz-chato-bwera"))
REPORTED = Known(last_ref=REF, last_at=NOW - dt.timedelta(minutes=10))
ALERTED = Known(open_alerts=("A7K3QX9",), alerted_at=NOW - dt.timedelta(hours=2))
TWICE_ALERTED = Known(open_alerts=("A7K3QX9", "AB2M4PT"))
CODES = {
    "C4": Code(EventType.CATTLE_RAID, ("killed", "livestock")),
    "RAID": Code(EventType.CATTLE_RAID, ("livestock",)),
    "12": Code(EventType.DISPUTE),
}
CODED = dataclasses.replace(REPORTED, codes=CODES)


def message(text: str = "", **more: object) -> IncomingMessage:
    values = {"channel": "twilio", "kind": AddressKind.SMS, "provider_id": "1", "sender": "+256772000101"}
    return IncomingMessage(**{**values, "text": text, **more})  # type: ignore[arg-type]  # a table of cases


def step(text: str, known: Known = NOBODY, draft: Draft = CLEAR, **more: object) -> Step:
    return decide(draft, message(text, **more), known, NOW)


def kinds(found: Step) -> list[Kind]:
    return [effect.kind for effect in found.effects]


def asserts_report(found: Step) -> bool:
    return kinds(found) == [Kind.BEGIN]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("HELP help Help /help msaada MSAADA aide help. Help! ? help? HLEP helpp", "reply.help"),
        ("STOP stop Stop. acha ACHA /stop", "reply.stopped"),
        ("START Start start! anza ANZA", "reply.started"),
        ("LANG lang LANGUAGE language Lugha /lugha lenguage", "reply.language_ask"),
        ("/start /start@mbiu_bot", "reply.welcome"),
        ("/report /report@mbiu_bot REPORT", "reply.report_how"),
        ("SAFE safe", "reply.safe_how"),
        ("NEW new MPYA mpya", "reply.new"),
        ("DELETE delete", "reply.delete_ask"),
        ("PIN pin", "reply.pin_how"),
    ],
)
def test_a_command_alone_is_a_command_in_any_case_and_with_one_slip(words: str, key: str) -> None:
    assert {word: step(word).reply.key for word in words.split()} == dict.fromkeys(words.split(), key)


@pytest.mark.parametrize(
    "text", ["STATUS", "status", "HALI", "hali", "/status", "status?", "STAUS", "sttaus"]
)
def test_status_alone_asks_for_the_newest(text: str) -> None:
    assert step(text).effects == (Effect(Kind.STATUS),)


def test_every_command_of_every_language_is_understood_as_what_it_is() -> None:
    plain = {
        "help": "reply.help",
        "stop": "reply.stopped",
        "start": "reply.started",
        "safe": "reply.safe_how",
    }
    for word, command in texts.grammar().items():
        if command in plain:
            assert step(word).reply.key == plain[command], word


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
        "safe house was burnt",
        "delete our names from your lists they said",
        "join us they told the youth",
        "withdraw of soldiers from the border",
        "pin was pulled from a grenade",
        "no water and people fight",
        "shots",
    ],
)
def test_a_text_that_only_begins_like_a_command_is_a_report(text: str) -> None:
    assert asserts_report(step(text)), text


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
    assert asserts_report(step(text, ALERTED))


@pytest.mark.parametrize(
    "text",
    [
        "STATUS R7K3QX9", "status r7k3qx9", "Status: R7K 3QX9", "STATUS R 7K3 QX9", "status r-7k3-qx9",
        "hali R7K3QX9", "STATUS R7K3QX9.", "/status R7K3QX9", "status  (R7K3QX9)", "STATIS R7K3QX9",
    ],
)  # fmt: skip
def test_a_reference_may_be_typed_in_odd_ways(text: str) -> None:
    assert step(text).effects == (Effect(Kind.STATUS, REF),)


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert step("status R7KOIL9").effects[0].ref == "R7K0119"


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
    assert step(text, ALERTED).effects == (Effect(Kind.RESPOND, "A7K3QX9", words=words, answer=answer),)


def test_with_two_open_alerts_the_reference_decides() -> None:
    assert step("1", TWICE_ALERTED).effects[0].ref is None
    assert step("1 AB2M4PT", TWICE_ALERTED).effects[0].ref == "AB2M4PT"
    assert step("done a7k3qx9 they talk", TWICE_ALERTED).effects[0].ref == "A7K3QX9"


def test_an_ordinary_word_after_the_answer_is_no_reference() -> None:
    found = step("ACK arrived", TWICE_ALERTED).effects[0]
    assert (found.ref, found.words) == (None, "arrived")


PROMISED = dataclasses.replace(ALERTED, promised=("A7K3QX9",))
ANSWERED = dataclasses.replace(PROMISED, answered="A7K3QX9", answered_at=NOW - dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "answer", "words"),
    [
        ("2 2h", Answer.GO, "2h"),
        ("2 in 3 hours", Answer.GO, "in 3 hours"),
        ("2h", Answer.GO, "2h"),
        ("2 hours", Answer.GO, "2 hours"),
        ("GO 30 min", Answer.GO, "30 min"),
        ("1 A7K3QX9 2h", Answer.ACK, "2h"),
        ("3. both sides met", Answer.DONE, "both sides met"),
        ("3 - both sides met", Answer.DONE, "both sides met"),
        ("3 DONE both sides met", Answer.DONE, "both sides met"),
        ("3=done both sides met", Answer.DONE, "both sides met"),
        ("3 A7K3QX9 3 houses stand again", Answer.DONE, "3 houses stand again"),
        ("A7K3QX9 1", Answer.ACK, ""),
        ("A7K3QX9 DONE they talk", Answer.DONE, "they talk"),
        ("a7k3qx9: siwezi", Answer.CANNOT, ""),
    ],
)
def test_an_answer_may_be_written_in_many_ways(text: str, answer: Answer, words: str) -> None:
    assert step(text, ALERTED).effects == (Effect(Kind.RESPOND, "A7K3QX9", words=words, answer=answer),)


@pytest.mark.parametrize(
    "text",
    ["3 both sides met", "3 we stopped the fight, both sides agreed", "3 tumeongea nao wametulia",
     "3 les deux camps ont discuté", "3 all calm now"],
)  # fmt: skip
def test_words_behind_a_figure_tell_what_was_done_once_it_was_promised(text: str) -> None:
    found = step(text, PROMISED)
    assert (found.effects[0].answer, found.effects[0].words) == (Answer.DONE, text.partition(" ")[2])
    assert asserts_report(step(text, ALERTED))


@pytest.mark.parametrize(
    "text",
    ["3 houses burnt", "4 dead", "3 gunmen seen at the bridge", "4 cows stolen", "3 watu wameuawa",
     "3 maisons brulees", "3 ente zibbiddwa", "3 both sides met, 2 were hurt"],
)  # fmt: skip
def test_a_count_is_a_report_even_of_somebody_who_promised(text: str) -> None:
    assert asserts_report(step(text, PROMISED))


@pytest.mark.parametrize(
    ("text", "known", "ref"),
    [
        ("done they met", {"promised": ("AB2M4PT",)}, "AB2M4PT"),
        ("done they met", {"promised": ("AB2M4PT", "A7K3QX9")}, None),
        ("done they met", {}, None),
        ("1", {"promised": ("AB2M4PT",)}, "A7K3QX9"),
        ("2", {"promised": ("AB2M4PT",)}, None),
        ("2", {"settled": ("AB2M4PT",)}, "A7K3QX9"),
        ("4", {"settled": ("AB2M4PT",)}, "A7K3QX9"),
        ("4", {"promised": ("AB2M4PT",)}, None),
    ],
)
def test_of_several_alerts_the_only_one_that_can_be_meant_is(
    text: str, known: dict[str, tuple[str, ...]], ref: str | None
) -> None:
    found = step(text, dataclasses.replace(TWICE_ALERTED, **known))  # type: ignore[arg-type]  # a table
    assert found.effects[0].ref == ref


@pytest.mark.parametrize(("text", "answer"), [("1", Answer.ACK), ("siwezi", Answer.CANNOT)])
def test_the_reference_alone_finishes_an_answer_that_fitted_several(text: str, answer: Answer) -> None:
    asked = step(text, TWICE_ALERTED)
    named = step("ab2m4pt", TWICE_ALERTED, dataclasses.replace(asked.draft, at=NOW))
    assert named.effects == (Effect(Kind.RESPOND, "AB2M4PT", answer=answer),)
    assert named.draft == CLEAR


@pytest.mark.parametrize(
    "text", ["A7K3QX9", "INFO A7K3QX9", "info a7k3qx9", "INFOS A7K 3QX9", "EBISINGAWO A7K3QX9"]
)
def test_a_reference_alone_and_info_ask_what_an_alert_is_about(text: str) -> None:
    assert step(text, ALERTED).effects == (Effect(Kind.INFO, "A7K3QX9"),)
    assert step(text).effects == (Effect(Kind.INFO, "A7K3QX9"),)


def test_info_alone_is_about_the_open_alert_and_else_the_help() -> None:
    assert step("INFO", ALERTED).effects == (Effect(Kind.INFO, "A7K3QX9"),)
    assert step("INFO", TWICE_ALERTED).effects == (Effect(Kind.INFO),)
    assert step("INFO").reply.key == "reply.help"


def test_a_bare_done_asks_what_was_done_and_takes_the_words_soon_after() -> None:
    asked = step("DONE", ALERTED).draft
    told = step("The chiefs met at the well", PROMISED, dataclasses.replace(asked, at=NOW))
    assert told.effects == (Effect(Kind.NOTE, "A7K3QX9", words="The chiefs met at the well"),)
    late = dataclasses.replace(asked, at=NOW - dt.timedelta(hours=2))
    assert asserts_report(step("The chiefs met at the well", PROMISED, late))
    assert step("STATUS", PROMISED, dataclasses.replace(asked, at=NOW)).effects[0].kind is Kind.STATUS


PHOTO = (Attachment("1", "photo", "image/jpeg"),)


def test_a_picture_after_an_answer_belongs_to_its_alert() -> None:
    for text in ("", "the meeting at the well"):
        found = step(text, ANSWERED, attachments=PHOTO)
        assert found.effects == (Effect(Kind.NOTE, "A7K3QX9", words=text),)
    assert asserts_report(step("", ALERTED, attachments=PHOTO))
    old = dataclasses.replace(ANSWERED, answered_at=NOW - dt.timedelta(hours=25))
    assert asserts_report(step("", old, attachments=PHOTO))


def test_a_picture_after_a_newer_report_belongs_to_that() -> None:
    newer = dataclasses.replace(ANSWERED, last_ref=REF, last_at=NOW - dt.timedelta(minutes=5))
    assert step("", newer, attachments=PHOTO).effects == (Effect(Kind.ADD, REF),)


def test_also_goes_on_from_the_answer_before_it() -> None:
    found = step("also the road is cut", ANSWERED)
    assert found.effects == (Effect(Kind.NOTE, "A7K3QX9", words="the road is cut"),)
    assert asserts_report(step("the road is cut", ANSWERED))


def test_words_behind_a_reference_are_a_note_on_what_one_was_told_of() -> None:
    assert step("A7K3QX9 the road is cut", ALERTED).effects[0].kind is Kind.NOTE
    assert asserts_report(step("A7K3QX9 the road is cut"))


def test_ack_is_an_answer_even_where_no_alert_is_open() -> None:
    assert step("ACK A7K3QX9").effects == (Effect(Kind.RESPOND, "A7K3QX9", answer=Answer.ACK),)


@pytest.mark.parametrize("word", ["1", "yes", "done", "go", "sawa"])
def test_without_an_open_alert_its_other_words_are_plain_text(word: str) -> None:
    assert asserts_report(step(word))


@pytest.mark.parametrize("word", ["NEW", "new", "MPYA", "Mpya:"])
def test_new_begins_a_report_even_where_a_question_is_open(word: str) -> None:
    assert asserts_report(step(f"{word} houses burn in Bwera", draft=ASKED))


def test_a_short_text_answers_an_open_question_and_closes_it() -> None:
    found = step("near Bwera market", draft=ASKED)
    assert (found.effects, found.draft) == ((Effect(Kind.ADD, REF),), CLEAR)


def test_a_long_text_is_a_new_report_although_a_question_is_open() -> None:
    assert asserts_report(step(" ".join(["word"] * (ANSWER_WORDS + 1)), draft=ASKED))


def test_a_person_s_question_is_answered_at_more_length() -> None:
    asked = dataclasses.replace(ASKED, question="words")
    assert kinds(step(" ".join(["word"] * (ANSWER_WORDS + 1)), draft=asked)) == [Kind.ADD]


def test_a_question_of_yesterday_is_not_answered_any_more() -> None:
    old = dataclasses.replace(ASKED, at=NOW - dt.timedelta(hours=25))
    assert asserts_report(step("near Bwera market", draft=old))


def test_without_a_question_two_texts_are_two_reports() -> None:
    assert asserts_report(step("Houses burn in Bwera", REPORTED))


@pytest.mark.parametrize("text", ["also two cows were taken", "Pia watu wawili wameumia"])
def test_a_text_that_says_it_goes_on_joins_the_report_before_it(text: str) -> None:
    assert step(text, REPORTED).effects == (Effect(Kind.ADD, REF),)
    assert asserts_report(step(text))


def test_add_joins_the_last_report_or_the_one_it_names() -> None:
    assert step("ADD they came back", REPORTED).effects == (Effect(Kind.ADD, REF),)
    assert step("add RB2M4PT they came back", REPORTED).effects == (Effect(Kind.ADD, "RB2M4PT"),)
    assert step("ADD", REPORTED).draft == Draft("add", REF)


# --- choices -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1", "1.", "1 Kasese", "١"])
def test_a_number_takes_the_choice(text: str) -> None:
    found = step(text, draft=CHOICE)
    assert found.effects == (Effect(Kind.CHOOSE, REF, told={"place_id": "ug-kasese-bwera"}),)
    assert found.draft == CLEAR


def test_the_number_behind_the_last_asks_in_words_and_keeps_the_question() -> None:
    found = step("3", draft=CHOICE)
    assert (found.effects, found.reply.key) == ((), "reply.question_place")
    assert (found.draft.question, found.draft.ref, found.draft.choices) == ("place", REF, ())


def test_a_number_nobody_offered_is_words_and_so_is_a_name() -> None:
    for text in ("7", "Kamwenge district"):
        assert step(text, draft=CHOICE).effects == (Effect(Kind.ADD, REF),)


def test_the_newer_of_a_question_and_an_alert_is_answered() -> None:
    assert kinds(step("1", ALERTED, CHOICE)) == [Kind.CHOOSE]
    newer = dataclasses.replace(ALERTED, alerted_at=NOW)
    assert kinds(step("1", newer, CHOICE)) == [Kind.RESPOND]


def test_a_button_takes_the_choice_too() -> None:
    assert kinds(decide(CHOICE, message(button="choice:2"), NOBODY, NOW)) == [Kind.CHOOSE]
    assert decide(CLEAR, message(button="choice:2"), NOBODY, NOW).effects == ()


# --- codes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["C4*3*40 Kween", "c4 3 40 Kween", "#C4/3/40, Kween", "C4.3-40; Kween"])
def test_a_coded_report_may_be_written_with_any_marks(text: str) -> None:
    found = step(text, CODED)
    assert found.effects[0].told == {"event_type": "cattle_raid", "killed": 3, "livestock": 40}
    assert found.reply.values == {"codes": "C4 3 40"}


@pytest.mark.parametrize("text", ["12", "12*", "12. the fence was moved"])
def test_a_code_of_digits_needs_a_mark(text: str) -> None:
    assert step(text, CODED).effects[0].told == {"event_type": "dispute"}


@pytest.mark.parametrize("text", ["12 people came", "C5 3 40", "C45 3", "raiders 40 cows"])
def test_what_is_no_code_is_free_text(text: str) -> None:
    found = step(text, CODED)
    assert asserts_report(found)
    assert found.effects[0].told == {}


def test_no_and_the_code_put_it_right() -> None:
    found = step("NO C4 2 40", CODED, Draft("code", REF, NOW))
    assert found.effects == (
        Effect(Kind.ADD, REF, told={"event_type": "cattle_raid", "killed": 2, "livestock": 40}),
    )
    taken_back = step("no", CODED, Draft("code", REF, NOW))
    assert (taken_back.reply.key, taken_back.draft.question) == ("reply.question_what", "what")
    assert asserts_report(step("no", CODED))


# --- what people may ask for themselves --------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wish"), [("SAFE 1", Wish.PUSH), ("safe 2", Wish.PULL), ("Safe 3", Wish.NEVER)]
)
def test_a_wish_is_a_number(text: str, wish: Wish) -> None:
    assert step(text).effects == (Effect(Kind.WISH, wish=wish),)


@pytest.mark.parametrize("text", ["SAFE 21-6", "safe 21 - 6", "SAFE 21–6"])
def test_quiet_hours_are_two_hours(text: str) -> None:
    assert step(text).effects == (Effect(Kind.QUIET, hours=(21, 6)),)


@pytest.mark.parametrize("text", ["SAFE 25-6", "SAFE now", "SAFE 4"])
def test_other_words_behind_safe_are_a_report(text: str) -> None:
    assert asserts_report(step(text))


def test_delete_asks_once_more() -> None:
    asked = step("DELETE")
    assert (asked.effects, asked.draft.question) == ((), "delete")
    sure = dataclasses.replace(asked.draft, at=NOW)
    assert step("YES", draft=sure).effects == (Effect(Kind.DELETE),)
    assert step("DELETE YES").effects == (Effect(Kind.DELETE),)
    assert step("delet").effects != (Effect(Kind.DELETE),)


def test_a_report_is_withdrawn_by_its_reference_or_the_newest_without() -> None:
    assert step("WITHDRAW R7K3QX9").effects == (Effect(Kind.WITHDRAW, REF),)
    assert step("withdraw", REPORTED).effects == (Effect(Kind.WITHDRAW, REF),)


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("MY DATA", Effect(Kind.MY_DATA)),
        ("my data", Effect(Kind.MY_DATA)),
        ("JOIN mango-42", Effect(Kind.JOIN, words="mango-42")),
        ("/start mango42", Effect(Kind.JOIN, words="mango42")),
        ("VOUCH KAS-07", Effect(Kind.VOUCH, code="KAS-07")),
        ("PIN 4821", Effect(Kind.PIN, pin="4821")),
    ],
)
def test_words_with_what_they_need(text: str, effect: Effect) -> None:
    assert step(text).effects == (effect,)


def test_a_borrowed_phone_says_first_who_speaks() -> None:
    found = step("#KAS07 4821 Houses burn in Bwera")
    assert found.effects == (Effect(Kind.BORROW, code="KAS07", pin="4821"), Effect(Kind.BEGIN))


def test_one_member_of_a_group_cannot_delete_what_belongs_to_all() -> None:
    for text in ("DELETE YES", "MY DATA", "PIN 4821", "SAFE 3"):
        assert step(text, is_group=True).effects == ()


# --- guided, parts, versions -------------------------------------------------------------------


def test_a_guided_report_asks_one_thing_after_the_other() -> None:
    chat = {"kind": AddressKind.TELEGRAM}
    at = {"at": NOW}
    first = step("/report", **chat)
    what = dataclasses.replace(first.draft, **at)
    told = decide(what, message("Houses burn", **chat), NOBODY, NOW)
    assert (kinds(told), told.reply.key, told.reply.buttons) == ([Kind.BEGIN], "reply.guided_where", "pin")
    where = dataclasses.replace(told.draft, ref=REF, **at)
    pinned = decide(where, message(lat=0.1, lon=29.9, **chat), NOBODY, NOW)
    assert (pinned.effects, pinned.reply.key) == ((Effect(Kind.ADD, REF),), "reply.guided_when")
    more = dataclasses.replace(
        decide(pinned.draft, message("x"), NOBODY, NOW).draft, question="guided_more", ref=REF, **at
    )
    end = decide(more, message("DONE", **chat), NOBODY, NOW)
    assert (end.effects, end.draft) == ((), CLEAR)


def test_a_part_of_something_joins_it_in_silence() -> None:
    found = step("of the village and burnt it", dataclasses.replace(NOBODY, belongs_to=REF))
    assert (found.effects, found.reply.key) == ((Effect(Kind.ADD, REF),), "")


def test_an_edited_text_joins_the_report_and_says_so() -> None:
    found = step("Houses burn in Bwera, not Kasese", dataclasses.replace(NOBODY, belongs_to=REF), edited=True)
    assert (found.effects, found.reply.key) == ((Effect(Kind.ADD, REF),), "reply.added")


PIN = {"lat": 0.1, "lon": 29.9}
PHOTO = {"attachments": (Attachment("handle"),)}


@pytest.mark.parametrize("bare", [PIN, PHOTO])
@pytest.mark.parametrize(
    ("known", "draft", "kind"),
    [
        (NOBODY, CLEAR, Kind.BEGIN),
        (NOBODY, ASKED, Kind.ADD),
        (REPORTED, CLEAR, Kind.ADD),
        (Known(last_ref=REF, last_at=NOW - dt.timedelta(minutes=31)), CLEAR, Kind.BEGIN),
    ],
)
def test_a_bare_pin_or_photo_joins_a_report_if_there_is_one(
    bare: dict[str, object], known: Known, draft: Draft, kind: Kind
) -> None:
    assert kinds(decide(draft, message(**bare), known, NOW)) == [kind]


def test_a_pin_settles_the_question_and_a_photo_leaves_it_open() -> None:
    assert decide(ASKED, message(**PIN), NOBODY, NOW).draft == CLEAR
    assert decide(ASKED, message(**PHOTO), NOBODY, NOW).draft == ASKED


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_a_message_without_anything_is_empty(text: str) -> None:
    assert step(text, draft=ASKED).reply.key == "reply.empty"


@pytest.mark.parametrize(
    ("data", "key", "effects"),
    [
        ("lang:sw", "reply.language_set", (Effect(Kind.LANGUAGE, language="sw"),)),
        ("lang:xx", "reply.help", ()),
        ("ack:A7K3QX9", "", (Effect(Kind.RESPOND, "A7K3QX9", answer=Answer.ACK),)),
        ("go:A7K3QX9:4", "", (Effect(Kind.RESPOND, "A7K3QX9", words="4", answer=Answer.GO),)),
        ("info:A7K3QX9", "", (Effect(Kind.INFO, "A7K3QX9"),)),
        ("cannot:a7k3qx9", "", (Effect(Kind.RESPOND, "A7K3QX9", answer=Answer.CANNOT),)),
        ("report", "reply.report_how", ()),
        ("status", "", (Effect(Kind.STATUS),)),
        ("help", "reply.help", ()),
        ("anything else", "reply.help", ()),
    ],
)
def test_a_button_says_what_it_does(data: str, key: str, effects: tuple[Effect, ...]) -> None:
    found = decide(CLEAR, message(button=data), NOBODY, NOW)
    assert (found.reply.key, found.effects) == (key, effects)


@pytest.mark.parametrize(
    ("text", "language"), [("LUGHA kiswahili", "sw"), ("language English.", "en"), ("lang SW", "sw")]
)
def test_a_language_is_chosen_by_its_name(text: str, language: str) -> None:
    assert step(text).effects == (Effect(Kind.LANGUAGE, language=language),)


def test_report_with_words_behind_it_is_the_report() -> None:
    assert asserts_report(step("/report houses burn in Bwera"))


drafts = st.sampled_from([CLEAR, ASKED, CHOICE, Draft("guided_what", None, NOW), Draft("code", REF, NOW)])
knowns = st.sampled_from([NOBODY, REPORTED, ALERTED, TWICE_ALERTED, ANSWERED, CODED])
phrases = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*texts.grammar(), "1", "2", "R7K3QX9", "yes", "C4", "#KAS07", "4821"]), max_size=5
    ).map(" ".join),
)


@given(drafts, knowns, phrases)
def test_words_always_come_to_something(draft: Draft, known: Known, text: str) -> None:
    """Whatever is written is answered or done, and never both begun and added."""
    found = decide(draft, message(text), known, NOW)
    assert found.reply.key or found.effects
    assert not (found.has(Kind.BEGIN) and found.has(Kind.ADD, Kind.CHOOSE))
    assert found == decide(draft, message(text), known, NOW)


@pytest.mark.parametrize("language", texts.languages())
@pytest.mark.parametrize("answer", [Answer.ACK, Answer.GO, Answer.DONE, Answer.CANNOT])
def test_a_responder_answers_in_any_language_with_any_of_its_words(language: str, answer: Answer) -> None:
    for word in texts.spoken(language, answer.value):
        for written in (word, word.lower(), f"{word} A7K3QX9", f"{word}. asante"):
            found = step(written, ALERTED)
            assert kinds(found) == [Kind.RESPOND], written
            assert found.effects[0].answer is answer, written
            assert found.effects[0].ref == "A7K3QX9"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("أمان ١", Kind.WISH),
        ("أمان ٢١-٦", Kind.QUIET),
        ("سري ٤٨٢١", Kind.PIN),
        ("#KAS07 ٤٨٢١ كلمات", Kind.BORROW),
    ],
)
def test_arabic_digits_are_digits(text: str, kind: Kind) -> None:
    effect = step(text).effects[0]
    assert effect.kind is kind
    assert effect.pin in {"", "4821"}
    assert effect.hours in {None, (21, 6)}
