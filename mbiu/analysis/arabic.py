"""Small words and letters that Arabic writes onto the front of a word."""

from collections.abc import Iterator

SHORTEST = 3
_BEFORE_NOUN = ("وال", "بال", "لل", "كال", "فال", "ال", "ب", "ل", "ك")
_SOON = ("سوف", "س", "ح")
_PERSON = ("ي", "ت", "ن", "ا")
FIRST, LAST = "\u0600", "\u06ff"


def is_arabic(word: str) -> bool:
    return FIRST <= word[:1] <= LAST


def stripped(word: str) -> Iterator[tuple[str, bool]]:
    """The word with and without its front letters, each with whether it tells the future.

    ``وسيهاجمون`` (and they will attack) gives among others ``هاجمون``, to come.
    """
    for joined in ("", "و", "ف"):
        rest = word.removeprefix(joined)
        if joined and rest == word:
            continue
        yield from _nouns(rest)
        yield from _verbs(rest)


def _nouns(word: str) -> Iterator[tuple[str, bool]]:
    yield word, False
    for front in _BEFORE_NOUN:
        if word.startswith(front) and len(word) - len(front) >= SHORTEST:
            yield word[len(front) :], False


def _verbs(word: str) -> Iterator[tuple[str, bool]]:
    for front in (*_SOON, "ب", ""):
        rest = word.removeprefix(front)
        if (not front or rest != word) and rest[:1] in _PERSON and len(rest) > SHORTEST:
            yield rest[1:], front in _SOON
