"""Long texts as several messages, and the ids of what was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.channels.chat import MAX_UNITS, numbers, sent_id, split


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_text_that_fits_is_one_message() -> None:
    assert split("x" * MAX_UNITS) == ["x" * MAX_UNITS]
    assert split("") == [""]


def test_a_text_parts_between_words() -> None:
    first, second = split("abcd " * 1_000)[:2]
    assert (first[-4:], second[:4], len(first)) == ("abcd", "abcd", 4_094)


def test_an_emoji_counts_twice_and_is_never_parted() -> None:
    family = "👨‍👩‍👧"
    parts = split(family * 1_000)
    assert "".join(parts) == family * 1_000
    assert all(part.startswith("👨") and part.endswith("👧") for part in parts)


@given(
    st.text(alphabet=st.sampled_from("ab \n🔥é\u0301\u200d"), min_size=1, max_size=30),
    st.integers(4_000, 9_000),
)
def test_no_message_is_too_long_and_no_word_is_lost(piece: str, length: int) -> None:
    text = (piece * length)[:length]
    parts = split(text)
    assert all(units(part) <= MAX_UNITS for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_letter_with_thousands_of_marks_ends() -> None:
    assert [units(part) for part in split("a" + "\u0301" * 5_000)] == [4_096, 905]


@pytest.mark.parametrize("chat", ["7001", "-4001", "-1002000000001"])
def test_an_id_gives_its_numbers_back_and_not_its_chat(chat: str) -> None:
    made = sent_id(chat, [5, 6], "key")
    assert numbers(made) == [5, 6]
    assert chat not in made
    assert made == sent_id(chat, [5, 6], "key")


def test_supergroups_are_told_apart_by_a_keyed_digest() -> None:
    made = {sent_id(f"-100200000000{chat}", [5], key) for chat in (1, 2) for key in ("a", "b")}
    assert len(made) == 4
