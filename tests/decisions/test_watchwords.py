"""Which message is PANIC, and which text holds the duress word."""

from uuid import UUID

import pytest

from mbiu import texts
from mbiu.settings import Settings
from mbiu.vault import own_word
from mbiu.watchwords import is_duress, is_panic

AMINA, JOSEPH = UUID(int=1), UUID(int=2)


@pytest.fixture(autouse=True)
def keys(settings: Settings) -> None:
    """Digests are keyed, so there must be keys."""


@pytest.mark.parametrize("text", ["mvua kesho", "Mvua Kesho", " MVUA  KESHO! ", "mvuakesho", "mvúa kesho."])
def test_the_own_word_however_it_is_typed(text: str) -> None:
    assert is_panic(own_word("panic", AMINA, "mvua kesho"), AMINA, text)


@pytest.mark.parametrize(
    "text", ["mvua", "kesho mvua", "mvua kesho leo", "", "mvua kesho " * 20, "😀" * 3000]
)
def test_anything_more_or_less_is_none(text: str) -> None:
    assert not is_panic(own_word("panic", AMINA, "mvua kesho"), AMINA, text)


def test_the_shipped_words_work_for_everybody_in_every_language() -> None:
    words = [word for language in texts.languages() for word in texts.spoken(language, "panic")]
    assert words
    assert all(is_panic(None, AMINA, word) and is_panic(None, AMINA, word.lower()) for word in words)


def test_the_shipped_word_in_a_sentence_is_a_report() -> None:
    word = texts.spoken("en", "panic")[0]
    assert not is_panic(None, AMINA, f"{word} in the market, people are running")


def test_one_persons_word_is_not_another_persons() -> None:
    assert not is_panic(own_word("panic", AMINA, "mvua kesho"), JOSEPH, "mvua kesho")
    assert not is_duress(own_word("duress", AMINA, "mango"), JOSEPH, "mango")


@pytest.mark.parametrize(
    "text",
    [
        "all is mango and well",
        "MANGO all is well",
        "all is well, mango.",
        "mango",
        "one\nmango\ntwo",
        "«Mango»",
    ],
)
def test_the_duress_word_anywhere_as_a_whole_word(text: str) -> None:
    assert is_duress(own_word("duress", AMINA, "mango"), AMINA, text)


@pytest.mark.parametrize("text", ["mangoes are ripe", "man go home", "", "amango", "x " * 399])
def test_a_part_of_a_word_is_none(text: str) -> None:
    assert not is_duress(own_word("duress", AMINA, "mango"), AMINA, text)


def test_nobody_without_a_word_sends_it() -> None:
    assert not is_duress(None, AMINA, "all is mango and well")
