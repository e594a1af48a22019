"""Everything that is sent: complete in each language, short enough, and harmless on a stranger's screen."""

import re
import string

import pytest

from mbiu import texts
from mbiu.channels.text import is_gsm7, segments

LANGUAGES = texts.languages()
FILL = {"ref": "R7K3QX9", "refs": "A7K3QX9, AB2M4PT", "first": "A7K3QX9", "question": "?"}
# What a seized phone or a screen seen over a shoulder must not show.
CONFLICT = re.compile(
    r"kill|attack|violen|conflict|armed|weapon|gun|soldier|militia|army|rebel|fight|clash|raid|burn|war\b|"
    r"murder|rape|police|spy|informer|enemy|alarm|bomb|shoot|threat|incident|report of|"
    r"vita|vurugu|shambuli|mauaji|uawa|silaha|bunduki|askari|jeshi|waasi|mapigano|ghasia|polisi|"
    r"ukatili|adui|bomu|vamia|teka|mgogoro|wizi|chuki|vitisho|tukio",
    re.IGNORECASE,
)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def replies(language: str) -> dict[str, str]:
    """The texts that reach reporters, and responders between alerts."""
    starts = ("reply.", "outcome.told", "button.")
    return {key: text for key, text in texts.wordings(language).items() if key.startswith(starts)}


def test_there_are_english_and_swahili_and_english_is_the_fallback() -> None:
    assert {"en", "sw"} <= set(LANGUAGES)
    assert texts.say("xx", "reply.started") == texts.say("en", "reply.started")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts(language: str) -> None:
    assert set(texts.wordings(language)) == set(texts.wordings("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_the_same_placeholders_as_in_english(language: str) -> None:
    english = {key: placeholders(text) for key, text in texts.wordings("en").items()}
    assert {key: placeholders(text) for key, text in texts.wordings(language).items()} == english


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["reply.receipt", "reply.receipt_first", "reply.added"])
def test_a_receipt_fits_one_segment(language: str, key: str) -> None:
    text = texts.say(language, key, ref="R7K3QX9")
    assert "R7K3QX9" in text
    assert segments(text) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reply_to_a_phone_costs_at_most_two_segments_of_plain_letters(language: str) -> None:
    for key, text in replies(language).items():
        filled = text.format(**{name: FILL.get(name, "x") for name in placeholders(text)})
        assert is_gsm7(filled), key
        assert segments(filled) <= 2, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reply_speaks_of_conflict(language: str) -> None:
    found = {key: match[0] for key, text in replies(language).items() if (match := CONFLICT.search(text))}
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reply_takes_up_the_words_of_a_report(language: str) -> None:
    own = {"ref", "refs", "first", "done"}
    for key, text in replies(language).items():
        assert placeholders(text) <= own | ({"question"} if key == "reply.question_analyst" else set()), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_receipt_names_the_words_that_help_and_end(language: str) -> None:
    text = texts.say(language, "reply.receipt_first", ref="R7K3QX9")
    words = {"en": ("HELP", "STOP"), "sw": ("MSAADA", "ACHA")}[language]
    assert all(word in text for word in words)


def test_every_code_has_its_words() -> None:
    from mbiu.codes import Certainty, EventType, Severity
    from mbiu.response import DONE

    for prefix, codes in {"event_type": EventType, "severity": Severity, "certainty": Certainty}.items():
        assert {f"{prefix}.{code}" for code in codes} <= set(texts.wordings("en"))
    assert {f"outcome.{done}" for done in DONE} <= set(texts.wordings("en"))


@pytest.mark.parametrize(("country", "language"), [("TZ", "sw"), ("KE", "sw"), ("UG", "en"), (None, "en")])
def test_a_country_has_its_first_language(country: str | None, language: str) -> None:
    assert texts.first_language(country) == language
