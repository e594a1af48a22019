"""Everything that is sent: complete in each language, short enough, and harmless on a stranger's screen."""

import datetime as dt
import itertools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from mbiu import texts
from mbiu.channels.text import compose, is_gsm7, segments
from mbiu.codes import Certainty, EventType, Severity
from mbiu.texts.catalogue import FOLDER, entries
from mbiu.texts.words import commands

LANGUAGES = texts.languages()
REF = "R7K3QX9"
FILL = {
    "ref": REF, "refs": "A7K3QX9, AB2M4PT", "first": "A7K3QX9", "question": "?", "code": "KAS-07",
    "start": 21, "end": 6, "word": "KASESE4821", "codes": "A1 B20 C3",
    "choices": "1 Kasese 2 Kamwenge 3 other", "reports": 128, "messages": 1024, "since": "12/03/2026",
    "done": "", "letters": 160, "names": texts.roll(),
}  # fmt: skip
#: All that is ever filled into what a reporter gets: references, names we gave, figures, never their words.
HARMLESS = set(FILL)
#: What is sent to those who act, or to nobody.
ABOUT = ("alert.", "event_type.", "severity.", "certainty.", "number.", "unsaid")


def replies(language: str) -> dict[str, str]:
    """The texts that reach reporters, and responders between alerts."""
    return {
        key: text
        for key, text in texts.wordings(language).items()
        if key.startswith(("reply.", "outcome.told"))
    }


def filled(language: str, key: str) -> str:
    text = texts.wordings(language)[key]
    said = texts.wordings(language).items()
    outcomes = [words for at, words in said if at.startswith("outcome.") and "{" not in words]
    values = FILL | {"done": max(outcomes, key=len)}
    return text.format(**{name: values[name] for name in texts.placeholders(text)})


# --- the catalogues ----------------------------------------------------------------------------


def test_five_languages_are_shipped_and_english_is_the_fallback() -> None:
    assert {"ar", "en", "fr", "lg", "sw"} <= set(LANGUAGES)
    assert texts.say("xx", "reply.started") == texts.say("en", "reply.started")


def test_english_is_the_source_and_translates_nothing() -> None:
    assert {text for _, text in entries("en").values()} == {""}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_text_is_missing_and_none_is_left_over(language: str) -> None:
    translated = {key for key, (_, text) in entries(language).items() if text}
    assert translated == set(entries("en"))


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_text_is_older_than_its_english(language: str) -> None:
    now = {key: english for key, (english, _) in entries("en").items()}
    stale = [key for key, (english, _) in entries(language).items() if english != now[key]]
    assert stale == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_the_same_placeholders_as_in_english(language: str) -> None:
    english = {key: texts.placeholders(text) for key, text in texts.wordings("en").items()}
    assert {key: texts.placeholders(text) for key, text in texts.wordings(language).items()} == english


def test_every_code_has_its_words() -> None:
    from mbiu.outcomes import DONE

    for prefix, codes in {"event_type": EventType, "severity": Severity, "certainty": Certainty}.items():
        assert {f"{prefix}.{code}" for code in codes} <= set(texts.wordings("en"))
    assert {f"outcome.{done}" for done in DONE} <= set(texts.wordings("en"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prefix", ["event_type.", "outcome.", "button."])
def test_no_two_codes_share_their_words(language: str, prefix: str) -> None:
    words = [text for key, text in texts.wordings(language).items() if key.startswith(prefix)]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("country", "language"),
    [("TZ", "sw"), ("KE", "sw"), ("UG", "en"), ("CD", "fr"), ("BI", "fr"), (None, "en")],
)
def test_a_country_has_its_first_language(country: str | None, language: str) -> None:
    assert texts.first_language(country) == language


def test_no_country_is_claimed_by_two_languages() -> None:
    claimed = [c for code in LANGUAGES for c in texts.wordings(code)["countries"].split(", ") if c]
    assert len(set(claimed)) == len(claimed)


# --- length ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_receipt_fits_one_segment(language: str) -> None:
    receipts = [key for key in replies(language) if key.startswith("reply.receipt")] + ["reply.added"]
    assert len(receipts) >= 7
    for key in receipts:
        text = compose(filled(language, key))
        assert REF in text, key
        assert segments(text) == 1, (key, len(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reply_to_a_phone_is_short(language: str) -> None:
    """Two segments in Latin letters, which all fit the 7-bit alphabet once composed; three in others."""
    latin = is_gsm7(compose(texts.names()[language]))
    for key in replies(language):
        text = compose(filled(language, key))
        assert is_gsm7(text) or not latin, key
        assert segments(text) <= (2 if latin else 3), (key, len(text))


# --- harm --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_to_reporters_speaks_of_conflict(language: str) -> None:
    said = {key: text for key, text in texts.wordings(language).items() if not key.startswith(ABOUT)}
    assert {key: word for key, text in said.items() if (word := texts.betrays(language, text))} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_for_conflict_finds_what_alerts_say(language: str) -> None:
    for code in ("attack", "armed_clash", "explosion", "threat"):
        english = texts.say("en", f"event_type.{code}")
        assert texts.betrays("en", english) or code == "explosion"
    found = [code for code in EventType if texts.betrays(language, texts.say(language, f"event_type.{code}"))]
    assert {EventType.ATTACK, EventType.ARMED_CLASH, EventType.THREAT} <= set(found)


def test_short_stems_are_whole_words() -> None:
    assert texts.betrays("en", "a reward afterwards, a warning from Warsaw") is None
    assert texts.betrays("en", "The War is over") == "War"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_what_is_reported_is_filled_into_a_reply(language: str) -> None:
    for key, text in replies(language).items():
        allowed = HARMLESS if key == "reply.question_analyst" else HARMLESS - {"question"}
        assert texts.placeholders(text) <= allowed, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_receipt_names_the_words_for_help_the_end_and_removal(language: str) -> None:
    text = texts.say(language, "reply.receipt_first", ref=REF)
    for command in ("help", "stop", "delete"):
        assert texts.spoken(language, command)[0] in text


# --- command words -----------------------------------------------------------------------------

#: Which commands a text tells people to send, so that it must use the words of its own language.
TAUGHT = {
    "reply.help": ("status", "new", "safe", "lang", "stop", "start", "my_data", "delete"),
    "reply.receipt": ("help",),
    "reply.status_none": ("status",),
    "reply.stopped": ("start",),
    "reply.safe_how": ("safe",),
    "reply.my_data": ("delete",),
    "reply.delete_ask": ("delete", "yes"),
    "reply.joined": ("help",),
    "reply.invite": ("join",),
    "reply.pin_how": ("pin",),
    "reply.language_ask": ("lang",),
    "reply.alert.ack": ("done",),
    "reply.alert.go": ("done",),
    "reply.alert.note": ("new",),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_teach_the_words_that_work(language: str) -> None:
    for key, taught in TAUGHT.items():
        for command in taught:
            assert texts.spoken(language, command)[0] in texts.wordings(language)[key], (key, command)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_a_word_that_leads_to_it(language: str) -> None:
    for command in commands():
        words = texts.spoken(language, command)
        assert words, command
        for word in words:
            assert len(word.split()) <= 3
            assert texts.grammar()[texts.fold(word)] == command
            assert texts.grammar()[texts.fold(word.lower())] == command


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_to_an_alert_are_single_words_and_the_alert_asks_for_words_that_work(
    language: str,
) -> None:
    """A whole answer is often «3 A2B4C6D both sides met»: the first word must be enough."""
    for answer in ("ack", "go", "done", "cannot"):
        assert len(texts.spoken(language, answer)[0].split()) == 1
    asked = texts.say(language, "alert.ask", ref="").split("=")[1:]
    meant = [texts.grammar().get(texts.fold(one.rstrip("1234 "))) for one in asked]
    assert meant in (["ack", "go", "done", "cannot"], ["yes", "go", "done", "cannot"])


def test_no_word_means_two_commands_in_any_two_languages() -> None:
    meanings: dict[str, set[str]] = {}
    for language, command in itertools.product(LANGUAGES, commands()):
        for word in texts.spoken(language, command):
            meanings.setdefault(texts.fold(word), set()).add(command)
    assert {word: found for word, found in meanings.items() if len(found) > 1} == {}


def test_no_word_is_one_typing_error_away_from_another_command() -> None:
    """For the words long enough that one error is forgiven."""
    words = [(word, command) for word, command in texts.grammar().items() if len(word) >= 4]
    near = [
        (one, two)
        for (one, first), (two, second) in itertools.combinations(words, 2)
        if first != second and OSA.distance(one, two, score_cutoff=1) <= 1
    ]
    assert near == []


def test_no_name_of_a_language_means_two() -> None:
    lists = {code: texts.wordings(code)["names"].split(",") for code in LANGUAGES}
    names = {(texts.fold(name), code) for code, found in lists.items() for name in found}
    assert dict(names).items() >= names
    assert {texts.tongues()[texts.fold(name)] for name in ("sw", "SWAHILI", "السواحيلية")} == {"sw"}


def test_the_roll_of_languages_fits_an_sms_and_each_name_on_it_works() -> None:
    assert is_gsm7(compose(texts.roll()))
    assert [texts.tongues()[texts.fold(name)] for name in texts.roll().split(", ")] == list(LANGUAGES)


def test_every_language_is_known_by_its_own_name_and_by_a_name_in_each_other() -> None:
    for code, name in texts.names().items():
        assert texts.tongues()[texts.fold(name)] == code
        assert len(set(texts.wordings(code)["names"].split(","))) >= len(LANGUAGES)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("2h", 120), ("in 3 hours", 180), ("12hrs.", 720), ("4 saa", 240), ("1 heure", 60), ("٢ ساعة", 120),
     ("3 essaawa", 180), ("30 min", 30), ("45 dakika", 45), ("1 day", 1440), ("2 siku", 2880), ("2", 120),
     ("both sides met", None), ("120h", None), ("0 h", None), ("9 days", None), ("2 herders", None),
     ("", None)],
)  # fmt: skip
def test_a_length_of_time_is_understood_in_every_language(text: str, minutes: int | None) -> None:
    assert texts.span(text) == (None if minutes is None else dt.timedelta(minutes=minutes))


NEW_LANGUAGE = """
from mbiu import texts
assert texts.languages()[0] == "en" and "xx" in texts.languages()
assert texts.say("xx", "reply.started") == "Zazu."
assert texts.say("xx", "reply.empty") == texts.say("en", "reply.empty")
assert texts.grammar()["zuzu"] == "help" and texts.grammar()["help"] == "help"
assert texts.names()["xx"] == "Xhex" and texts.tongues()["xhex"] == "xx" == texts.tongues()["zedi"]
assert texts.first_language("ZZ") == "xx"
assert texts.betrays("xx", "abozobo") and not texts.betrays("en", "abozobo")
"""


def test_a_language_is_added_by_one_file(tmp_path: Path) -> None:
    package = tmp_path / "mbiu"
    shutil.copytree(FOLDER, package / "texts")
    (package / "__init__.py").touch()
    said = {"name": "Xhex", "names": "Xhex, zedi", "countries": "ZZ", "unsaid": "bozo", "word.help": "ZUZU",
            "reply.started": "Zazu."}  # fmt: skip
    parts = (
        f'msgctxt "{key}"\nmsgid "{entries("en")[key][0]}"\nmsgstr "{text}"\n' for key, text in said.items()
    )
    (package / "texts" / "xx.po").write_text('msgid ""\nmsgstr ""\n"Language: xx\\n"\n\n' + "\n".join(parts))
    command = [sys.executable, "-c", NEW_LANGUAGE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- folding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Help", "help"),
        ("ÉTÉ", "ete"),
        ("can't", "cant"),
        ("n’importe", "nimporte"),
        ("MY DATA", "mydata"),
        ("/help", "help"),
        ("Ŋŋenda", "ngngenda"),
        ("?", "?"),
        ("؟", "?"),
        ("مُسَاعَدَة", "مساعده"),
        ("مســاعدة", "مساعده"),
        ("إبدأ", "ابدا"),
        ("آمن", "امن"),
        ("٣", "3"),
        ("۴", "4"),
        ("ｈｅｌｐ", "help"),
        ("", ""),
    ],
)
def test_words_are_compared_in_their_plainest_form(written: str, folded: str) -> None:
    assert texts.fold(written) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = texts.fold(text)
    assert texts.fold(once) == once
    assert not once.isspace()


# --- the centre's own wordings -----------------------------------------------------------------


def test_the_centres_own_wording_goes_before_the_shipped_one() -> None:
    texts.use({("en", "reply.started"): "Good.", ("en", "reply.started@supervisor"): "Very good."})
    try:
        assert texts.say("en", "reply.started") == "Good."
        assert texts.say("en", "reply.started@supervisor") == "Very good."
        assert texts.say("en", "reply.started@responder") == "Good."
        assert texts.say("sw", "reply.started") == texts.wordings("sw")["reply.started"]
    finally:
        texts.use({})
    assert texts.say("en", "reply.started@supervisor") == texts.wordings("en")["reply.started"]


@pytest.mark.parametrize("own", ["{name}", "{ref.__class__}", "{", "{ref!r}", "{ref:>99999999}", "{}", ""])
def test_a_wording_that_could_not_be_filled_in_is_left_out(own: str) -> None:
    texts.use({("en", "reply.added"): own, ("xx", "reply.added"): "x", ("en", "no.such"): "x"})
    try:
        assert texts.say("en", "reply.added", ref=REF) == f"Added to {REF}. Thank you."
    finally:
        texts.use({})
