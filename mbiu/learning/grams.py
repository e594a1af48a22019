"""The pieces of a text that a classifier counts: words, pairs of words, and parts of words.

All digits become 0, so that no number can be learned. Changing anything here needs a new ``FORMAT``.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

FORMAT = 1
#: Code points of a text that are looked at.
LENGTH = 2000
SHORTEST, LONGEST = 2, 5
_WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_DROPPED = str.maketrans("", "", "'’ʼ`ـ")
_DIGITS = re.compile(r"\d+")
_LONG_WORD = 40


@dataclass(frozen=True, slots=True)
class Word:
    """A word in comparable spelling, and where it stands (code points)."""

    plain: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of the text's first ``LENGTH`` code points: lower case, no accents, digits as 0."""
    found = (
        Word(_plain(match.group()), match.start(), match.end()) for match in _WORD.finditer(text[:LENGTH])
    )
    return [word for word in found if word.plain]


def _plain(word: str) -> str:
    plain = word.translate(_DROPPED)
    if plain.isascii():
        plain = plain.lower()
    else:
        parts = unicodedata.normalize("NFKD", plain.casefold())
        plain = "".join(c for c in parts if not unicodedata.combining(c))
    return _DIGITS.sub("0", plain)[:_LONG_WORD]


def of_word(word: str) -> Iterator[str]:
    """The word itself, marked by ``=``, and its parts of two to five letters with a space at either end."""
    yield "=" + word
    padded = f" {word} "
    for size in range(SHORTEST, min(LONGEST, len(padded)) + 1):
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]


def of_pair(word: str, following: str) -> str:
    return f"={word} {following}"


def grams(text: str) -> list[str]:
    """Every piece of a text, as often as it occurs."""
    found: list[str] = []
    before: str | None = None
    for word in words(text):
        found += of_word(word.plain)
        if before is not None:
            found.append(of_pair(before, word.plain))
        before = word.plain
    return found
