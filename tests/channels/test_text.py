"""Texts at the border: cleaning what comes in, measuring what goes out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.channels.text import MAX_LENGTH, clean, clusters, fit, is_gsm7, plain, segments

ANY = st.text(st.characters(codec=None), max_size=300)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("Habari", "Habari"),
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("a\x7fb\x9fc", "abc"),
        ("a\ud800b", "a\ufffdb"),
        ("a\udc00", "a\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("e\u0301", "é"),
        ("\ufffe\uffff!", "!"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("", ""),
    ],
)
def test_a_text_is_cleaned(given_text: str, expected: str) -> None:
    assert clean(given_text) == expected


def test_a_text_is_cut_at_four_thousand_characters() -> None:
    assert clean("😀" * 5_000) == "😀" * MAX_LENGTH
    assert len(clean("e\u0301" * 5_000)) == MAX_LENGTH


@given(ANY)
def test_a_cleaned_text_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufffe\uffff")))
def test_cleaning_changes_no_ordinary_text_but_its_form(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)[:MAX_LENGTH]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Asante. Rejea R7K3QX", True),
        ("ñ à ü Å £ ¿ ¡", True),
        ("{}[]~|^\\€", True),
        ("ok’", False),
        ("“x”", False),
        ("ŋ", False),
        ("سلام", False),
        ("😀", False),
        ("ç", False),
        ("`", False),
        ("a\tb", False),
        ("", True),
    ],
)
def test_the_seven_bit_alphabet_is_known(text: str, expected: bool) -> None:
    assert is_gsm7(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("a" * 151 + "€" + "a" * 153, 2),
        ("ŋ" * 70, 1),
        ("ŋ" * 71, 2),
        ("ŋ" * 134, 2),
        ("ŋ" * 135, 3),
        ("a" * 100 + "’", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
    ],
)
def test_segments_are_counted_as_networks_do(text: str, expected: int) -> None:
    assert segments(text) == expected


def test_typographic_signs_become_plain_ones() -> None:
    assert plain("“Don’t” – wait…\u00a0ok") == '"Don\'t" - wait... ok'
    assert is_gsm7(plain("‘a’ ‚b’ „c” — d"))


def test_a_short_text_fits_unchanged() -> None:
    assert fit("Asante sana.") == "Asante sana."


def test_a_long_text_is_cut_after_a_whole_word() -> None:
    text = fit("habari " * 40)
    assert text == ("habari " * 23).rstrip()
    assert segments(text) == 1


def test_a_word_that_just_fits_is_kept() -> None:
    assert fit("a" * 80 + " " + "b" * 79 + " c") == "a" * 80 + " " + "b" * 79


def test_a_single_long_word_is_cut_where_it_must_be() -> None:
    assert fit("a" * 500) == "a" * 160
    assert fit("a" * 500, 2) == "a" * 306


def test_no_letter_loses_its_mark() -> None:
    letter = "m\u0303"
    assert fit(letter * 60) == letter * 35


@pytest.mark.parametrize(
    "picture", ["👨\u200d👩\u200d👧", "🇰🇪", "👍🏿", "🏴\U000e0067\U000e0062\U000e007f", "☎\ufe0f"]
)
def test_no_emoji_is_broken(picture: str) -> None:
    text = fit(picture * 70)
    assert text == picture * (len(text) // len(picture))
    assert list(clusters(picture * 3)) == [picture] * 3


@given(ANY, st.integers(1, 3))
def test_a_fitted_text_is_a_beginning_that_fits(text: str, limit: int) -> None:
    fitted = fit(text * 3, limit)
    assert (text * 3).startswith(fitted)
    assert segments(fitted) <= limit


@given(st.text(max_size=200))
def test_clusters_join_to_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text
