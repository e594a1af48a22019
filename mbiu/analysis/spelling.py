"""Names that are not written as the gazetteer has them: joined, split, with an ending, or misspelt."""

from collections.abc import Iterator
from dataclasses import dataclass

from mbiu.analysis.arabic import is_arabic
from mbiu.analysis.common import is_common
from mbiu.analysis.writing import Writing
from mbiu.gazetteer.lookup import FUZZY_MIN_LETTERS
from mbiu.gazetteer.names import fold
from mbiu.gazetteer.place import Place

ALTERED = 0.93
MISSPELT = "a misspelling of"
MISSPELT_COST = 0.12
CUED_COST = 0.15
UNCUED_LETTERS = 6
UNCUED_SIMILARITY = 0.85
TWO_WORDS_LETTERS = 7
TELEGRAM_WORDS = 16
KNOWN_LEVELS = (0, 1, 2)
WARD = 3


@dataclass(frozen=True)
class Spelt:
    """A span of tokens, what it may mean, how exact it is (1 the name itself), how that was seen.

    ``role`` is what the ending says, if anything.
    """

    first: int
    last: int
    places: tuple[Place, ...]
    exactness: float
    how: str
    role: str = ""


def altered(text: Writing, first: int) -> Spelt | None:
    """The word without its locative *-ni* or Arabic beginning, else the nearest of the upper names."""
    word = text.scan.tokens[first].folded
    if not word.isalpha() or is_common(word, whole=True):
        return None
    if is_arabic(word):
        return _arabic(text, first)
    cued = text.roles.cued(first, strongly=True) or text.roles.level(first, first)[0] != ""
    if (cued or text.capital(first)) and (found := _two_words(text, first)):
        return found
    if len(word) < FUZZY_MIN_LETTERS:
        return None
    if found := _locative(text, first):
        return found
    if is_common(word):
        return None
    if "'" in text.word(first):
        return _elided(text, first)
    return _misspelt(text, first, cued=cued)


def _elided(text: Writing, first: int) -> Spelt | None:
    """*n'Arua*: a small word of Luganda tied to a name by an apostrophe."""
    rest = text.word(first).partition("'")[2]
    places = text.gazetteer.named(fold(rest)) if rest[:1].isupper() else ()
    upper = tuple(place for place in places if place.is_upper)
    return Spelt(first, first, upper, ALTERED, "the name with a small word,") if upper else None


def _locative(text: Writing, first: int) -> Spelt | None:
    """*Mtwarani*, at Mtwara."""
    word = text.scan.tokens[first].folded
    places = text.gazetteer.named(word[:-2]) if word.endswith("ni") else ()
    upper = tuple(place for place in places if place.is_upper)
    if not upper or is_common(word[:-2], whole=True):
        return None
    return Spelt(first, first, upper, ALTERED, "the name with -ni,", role="at")


def _arabic(text: Writing, first: int) -> Spelt | None:
    """*bi-Juba*, *lil-Malakal*: the small words that Arabic writes onto a name."""
    tokens = text.scan.tokens
    for rest in _bared(tokens[first].folded):
        for last in range(min(first + 2, len(tokens) - 1), first - 1, -1):
            key = " ".join([rest, *(token.folded for token in tokens[first + 1 : last + 1])])
            common = last == first and is_common(rest, whole=True)
            if not common and text.unbroken(first, last) and (places := text.gazetteer.named(key)):
                role = "at" if tokens[first].folded.removeprefix("و").startswith("ب") else ""
                return Spelt(first, last, places, ALTERED, "the name with a small word,", role)
    return None


def _bared(word: str) -> Iterator[str]:
    """An Arabic word without *and*, *in*, *to*, *the* before it."""
    for joined in ("", "و", "ف"):
        rest = word.removeprefix(joined)
        if joined and rest == word:
            continue
        for front in ("", "بال", "لل", "ال", "ب", "ل"):
            bare = rest.removeprefix(front)
            if bare != word and len(bare) >= 3 and (not front or bare != rest):
                yield bare
                yield "ال" + bare


def _misspelt(text: Writing, first: int, *, cued: bool) -> Spelt | None:
    word = text.scan.tokens[first].folded
    if (text.lower(first) and not cued) or (not cued and len(word) < UNCUED_LETTERS):
        return None
    places, near = text.gazetteer.misspelt(word)
    if found := _credible(text, first, word, places, near, cued=cued):
        return Spelt(first, first, found, near - MISSPELT_COST, MISSPELT)
    if not cued:
        return None
    places, near = text.gazetteer.misspelt_after_cue(word)
    found = _credible(text, first, word, places, near, cued=cued)
    return Spelt(first, first, found, near - CUED_COST, MISSPELT) if found else None


def _credible(
    text: Writing, first: int, word: str, places: tuple[Place, ...], near: float, *, cued: bool
) -> tuple[Place, ...]:
    """Which places a misspelt word may mean: the widely known ones, others where it is written as a name.

    People seldom get the first letter wrong. Without capital and cue only the words of a short text may
    be misspelt names (*KASSE 3 DEAD*).
    """
    alike = tuple(place for place in places if any(fold(name)[:1] == word[:1] for name in place.names))
    if text.capital(first) and cued:
        return alike
    if text.capital(first):
        wide = tuple(place for place in alike if place.admin_level != WARD)
        return () if text.beside_a_name(first, first) else wide
    known = tuple(place for place in alike if place.admin_level in KNOWN_LEVELS)
    if cued:
        return alike if near >= UNCUED_SIMILARITY and not text.telling else known
    brief = (
        len(text.scan.tokens) <= TELEGRAM_WORDS and text.scan.tokens[first].capital == text.scan.has_capitals
    )
    return known if brief and near >= UNCUED_SIMILARITY else ()


def _two_words(text: Writing, first: int) -> Spelt | None:
    """A name of one word that was written as two: *Loki chogio*."""
    tokens = text.scan.tokens
    if first + 1 >= len(tokens) or not text.unbroken(first, first + 1):
        return None
    after = tokens[first + 1].folded
    plain = after.isalpha() and len(after) >= 3 and not text.gazetteer.named(after)
    if not plain or (is_common(after) and not text.gazetteer.words_after(after)):
        return None
    both = tokens[first].folded + after
    places, near = text.gazetteer.misspelt(both) if len(both) >= TWO_WORDS_LETTERS else ((), 0.0)
    if not places:
        return None
    return Spelt(first, first + 1, places, near - MISSPELT_COST, MISSPELT)
