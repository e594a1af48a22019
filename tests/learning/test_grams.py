"""What of a text is counted."""

import pytest

from mbiu.learning import grams


def test_words_are_compared_without_case_accents_apostrophes_and_figures() -> None:
    plain = [word.plain for word in grams.words("Ng'ombe ZÉRO 0772-345678 3rd أمس")]
    assert plain == ["ngombe", "zero", "0", "0", "0rd", "امس"]


def test_offsets_lead_back_to_the_words_of_the_text() -> None:
    text = "Wezi 🔥 wa ng'ombe"
    assert [text[word.start : word.end] for word in grams.words(text)] == ["Wezi", "wa", "ng'ombe"]


def test_a_text_is_counted_by_words_pairs_and_parts() -> None:
    found = grams.grams("ab cd")
    assert {"=ab", "=cd", "=ab cd", " a", "ab", "b ", " ab", "ab ", " ab ", " c"} <= set(found)
    assert not any(gram.strip() == "b c" for gram in found)


@pytest.mark.parametrize("text", ["", "🔥" * 3000, "\x00\ud800", "a" * 100_000, "1 " * 50_000, "ـ'’"])
def test_no_text_is_too_odd_or_too_long(text: str) -> None:
    assert len(grams.grams(text)) < 60_000
