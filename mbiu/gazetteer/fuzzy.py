"""Misspelt names: the nearest of the upper names, without a scan over all of them.

Two words within n edits share a spelling of their beginnings with n letters deleted from each (symmetric
deletion with a prefix; Garbe's SymSpell). The shortened spellings are kept as sorted numbers.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from mbiu.gazetteer.keys import key_of, numbers

MIN_LETTERS = 5
MAX_LETTERS = 24
PREFIX = 7
SIMILARITY = 0.80
CUED_RATIO = 80.0
_SOUNDS = str.maketrans("rczvy", "lksfi")


class Spellings:
    """Names, written together, of five letters or more, to find the one that a misspelt word means."""

    def __init__(self, names: list[str], keys: "array[int]", at: "array[int]") -> None:
        self._names, self._keys, self._at = names, keys, at
        self._lengths = [len(name) for name in names]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Spellings":
        long = {name for name in names if len(name) >= MIN_LETTERS}
        kept = sorted(long, key=lambda name: (len(name), name))
        pairs = sorted({(key_of(key), at) for at, name in enumerate(kept) for key in shorter(name)})
        return cls(kept, array("I", (key for key, _ in pairs)), array("I", (at for _, at in pairs)))

    @classmethod
    def from_blobs(cls, names: bytes, keys: bytes, at: bytes) -> "Spellings":
        return cls(names.decode().split("\n") if names else [], numbers(keys), numbers(at))

    def blobs(self) -> tuple[bytes, bytes, bytes]:
        return "\n".join(self._names).encode(), self._keys.tobytes(), self._at.tobytes()

    def nearest(self, word: str) -> tuple[str, float]:
        """The name nearest by Damerau-Levenshtein with its similarity, 0.80 to 1.0; else nothing and 0.0."""
        if not MIN_LETTERS <= len(word) <= MAX_LETTERS:
            return "", 0.0
        scored = [(*_closeness(word, name), name) for name in self._alike(word)]
        similarity, *_, name = max(scored, default=(0.0, ""))
        return (name, similarity) if similarity >= SIMILARITY else ("", 0.0)

    def nearest_after_cue(self, word: str) -> tuple[str, float]:
        """As ``nearest``, by the more generous ratio that is safe only after a word like *at*."""
        if not MIN_LETTERS <= len(word) <= MAX_LETTERS:
            return "", 0.0
        # A ratio of 80 leaves no room for a name of less than two thirds of the other's length.
        low = bisect_left(self._lengths, len(word) * 2 / 3)
        names = self._names[low : bisect_right(self._lengths, len(word) * 1.5)]
        found = process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=CUED_RATIO)
        return (found[0], found[1] / 100) if found else ("", 0.0)

    def _alike(self, word: str) -> set[str]:
        found: set[str] = set()
        for key in map(key_of, shorter(word)):
            first = bisect_left(self._keys, key)
            found.update(self._names[at] for at in self._at[first : bisect_right(self._keys, key, first)])
        return found


def _closeness(word: str, name: str) -> tuple[float, bool, bool, bool]:
    """The similarity; of equally near names first one that sounds alike, then one of the same letters."""
    similarity = DamerauLevenshtein.normalized_similarity(word, name)
    if similarity < SIMILARITY:
        return similarity, False, False, False
    return similarity, _heard(word) == _heard(name), sorted(word) == sorted(name), word[0] == name[0]


def _heard(word: str) -> str:
    """A word without what many do not hear apart: l and r, k and c, s and z, doubled letters."""
    plain = word.translate(_SOUNDS)
    return "".join(letter for at, letter in enumerate(plain) if at == 0 or plain[at - 1] != letter)


def shorter(word: str) -> set[str]:
    """The beginning of a word, and it without one letter; for words of nine letters on also without two.

    With similarity 0.80 one edit is allowed up to nine letters of the longer word, two from ten on.
    """
    start = word[:PREFIX]
    once = {start[:i] + start[i + 1 :] for i in range(len(start))}
    if len(word) < 9:
        return once | {start}
    return once | {start} | {one[:i] + one[i + 1 :] for one in once for i in range(len(one))}
