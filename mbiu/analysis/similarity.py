"""How alike two texts are, whether one is a copy of the other, and a mark by which equal ones are known."""

import hashlib
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from mbiu.gazetteer.names import WORD, fold

MAX_LENGTH = 2000
GRAM = 4
#: Shorter texts are copies only if all their words are the same: two people may well shout the same five.
FEW_WORDS = 6
#: A copy keeps this share of the longer text's words in their order, or of the shorter's with eight or more,
KEPT, KEPT_OF_SHORTER, KEPT_WORDS = 0.75, 0.85, 8
#: or this share of the characters (many words mistyped).
KEPT_LETTERS = 0.88
# Two texts with less in common are not compared any further.
_UNLIKE = 0.35


@dataclass(frozen=True, slots=True)
class Text:
    """A text made ready to be compared: its bare words, folded; their runs of letters; its figures."""

    plain: str
    words: tuple[str, ...]
    grams: frozenset[str]
    figures: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Text":
        words = tuple(fold(match.group()) for match in WORD.finditer(text[:MAX_LENGTH]))
        bare = f" {' '.join(words)} " if words else ""
        grams = {bare[at : at + GRAM] for at in range(len(bare) - GRAM + 1)}
        return cls(bare.strip(), words, frozenset(grams), tuple(word for word in words if word.isdigit()))


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike two texts are (0 to 1); ``same_phrases`` in their order; ``copy``: with the same figures."""

    likeness: float = 0.0
    same_phrases: bool = False
    copy: bool = False


def compare_texts(a: Text, b: Text) -> Alike:
    """Two tellings in different words are no copies, however close; a copy with few words changed is one."""
    if a.plain == b.plain:
        return Alike(1.0, same_phrases=True, copy=True) if a.plain else Alike()
    likeness = _dice(a, b)
    if likeness < _UNLIKE and not _shared_grams(a, b):
        return Alike(likeness)
    short, long = sorted((a, b), key=lambda text: len(text.words))
    if len(short.words) < FEW_WORDS or not _same_phrases(short, long):
        return Alike(likeness)
    return Alike(likeness, same_phrases=True, copy=_in_order(short.figures, long.figures))


def _dice(a: Text, b: Text) -> float:
    """Dice's coefficient of the sets of runs of letters, so that word order counts little."""
    return 2 * len(a.grams & b.grams) / ((len(a.grams) + len(b.grams)) or 1)


def _shared_grams(a: Text, b: Text) -> bool:
    """Whether nearly all of the shorter text stands in the longer, as when a forward has a comment."""
    return len(a.grams & b.grams) >= 0.75 * (min(len(a.grams), len(b.grams)) or 1)


def _same_phrases(short: Text, long: Text) -> bool:
    kept = LCSseq.similarity(short.words, long.words)
    if kept >= KEPT * len(long.words):
        return True
    if kept >= KEPT_WORDS and kept >= KEPT_OF_SHORTER * len(short.words):
        return True
    return fuzz.ratio(short.plain, long.plain, score_cutoff=100 * KEPT_LETTERS) > 0


def _in_order(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    """Whether the figures of one text stand in the other in the same order, perhaps with others between."""
    if len(few) > len(many):
        few, many = many, few
    rest = iter(many)
    return all(figure in rest for figure in few)


def fingerprint(text: str) -> str:
    """32 hexadecimal digits, equal for texts of the same words in the same order. Empty text: ``""``."""
    words = " ".join(fold(match.group()) for match in WORD.finditer(text[:MAX_LENGTH]))
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest() if words else ""
