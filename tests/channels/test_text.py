"""Texts at the border: cleaning what comes in, measuring what goes out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.channels.text import MAX_LENGTH, clean, clusters, compose, fit, is_gsm7, segments, split

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


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("“Don’t” – wait…\u00a0ok", '"Don\'t" - wait... ok'),
        ("‘a’ ‚b’ „c” — d", "'a' ,b' \"c\" - d"),
        ("« Où êtes-vous ? »", '"Où etes-vous ?"'),
        ("Ça va, c’est reçu à l’hôpital", "Ca va, c'est recu à l'hopital"),
        ("cœur, Noël, île", "coeur, Noel, ile"),
        ("Aŋŋenda ku Ŋŋanda", "Angngenda ku Ngnganda"),
        ("Ngũgĩ", "Ngugi"),
        ("e\u0301te\u0301", "été"),
        ("a\u200bb\tc", "ab c"),
        ("{1} [2] €", "{1} [2] €"),
    ],
)
def test_what_the_seven_bit_alphabet_lacks_is_put_more_plainly(written: str, sent: str) -> None:
    assert compose(written).replace("Ç", "C") == sent
    assert is_gsm7(compose(written))


@pytest.mark.parametrize("text", ["سلام «عليكم» – ١٢", "Été 😀 ‘x’", "ok ✓ ê"])
def test_a_text_that_needs_the_wide_alphabet_is_left_as_it_is(text: str) -> None:
    assert compose(text) == text


@given(ANY)
def test_composing_twice_changes_nothing_more_and_costs_no_more(text: str) -> None:
    composed = compose(text)
    assert compose(composed) == composed
    assert composed == text or is_gsm7(composed)


@given(st.text(alphabet="abcéèàùñÄÖÑÜ@£$ 0123456789{}[]€\n'\"", max_size=400))
def test_a_text_of_the_seven_bit_alphabet_stays_as_it_is(text: str) -> None:
    assert compose(text) == text


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


WORDS = st.lists(
    st.one_of(
        st.text("abcdeé{€", min_size=1, max_size=20),
        st.text("سلامŋ", min_size=1, max_size=20),
        st.sampled_from(["m\u0303" * 3, "👨\u200d👩\u200d👧", "🇰🇪", "a" * 400, "بسم" * 60, "👍🏿" * 50]),
    ),
    max_size=60,
)


@given(WORDS, st.integers(1, 2))
def test_a_divided_text_is_whole_numbered_and_fits(words: list[str], limit: int) -> None:
    text = " ".join(words)
    parts = split(text, limit)
    assert all(segments(part) <= limit for part in parts)
    if len(parts) == 1:
        assert parts == [text]
        return
    marks = [f"{number}/{len(parts)} " for number in range(1, len(parts) + 1)]
    assert [part[: len(mark)] for part, mark in zip(parts, marks, strict=True)] == marks
    bodies = [part[len(mark) :] for part, mark in zip(parts, marks, strict=True)]
    assert "".join(bodies).replace(" ", "") == text.replace(" ", "")
    assert [one for body in bodies for one in clusters(body) if one != " "] == [
        one for one in clusters(text) if one != " "
    ]


@given(st.lists(st.text("abc", min_size=1, max_size=30), min_size=1, max_size=80))
def test_a_text_of_ordinary_words_is_divided_between_them(words: list[str]) -> None:
    parts = split(" ".join(words))
    bodies = parts if len(parts) == 1 else [part.partition(" ")[2] for part in parts]
    assert " ".join(bodies).split() == words


def test_more_than_nine_parts_are_numbered_with_two_digits() -> None:
    parts = split("habari " * 300)
    assert len(parts) > 9
    assert parts[9].startswith(f"10/{len(parts)} ")
    assert all(segments(part) == 1 for part in parts)


def test_a_letter_with_more_marks_than_an_sms_holds_is_no_endless_task() -> None:
    assert len(split("a" + "\u0303" * 200 + " b")) == 2


@given(st.text(max_size=500))
def test_the_segments_are_those_of_a_network_that_fills_each_one(text: str) -> None:
    narrow = is_gsm7(text)
    units = [2 if (c in "\f^{}\\[~]|€" if narrow else ord(c) > 0xFFFF) else 1 for c in text]
    alone, joined = (160, 153) if narrow else (70, 67)
    filled = [0]
    for unit in units:
        if filled[-1] + unit > joined:
            filled.append(0)
        filled[-1] += unit
    assert segments(text) == (1 if sum(units) <= alone else len(filled))
