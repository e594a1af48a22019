"""Sorted numbers in place of words: small in memory, quick to ask whether a word is known."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from zlib import crc32

MAX_WORDS = 4


def key_of(word: str) -> int:
    """A 32-bit number for a word, the same in every process."""
    return crc32(word.encode("utf-8", "surrogatepass"))


class Words:
    """Which folded names exist, and how many words the longest name has that begins with a word.

    Two words may share a number: then a name is held for known that is not, which costs the caller one
    look-up in vain (1 in 40,000 words among 100,000 names).
    """

    def __init__(self, names: "array[int]", firsts: "array[int]", lengths: bytes) -> None:
        self._names, self._firsts, self._lengths = names, firsts, lengths

    @classmethod
    def of(cls, keys: Iterable[str]) -> "Words":
        longest: dict[int, int] = defaultdict(int)
        names = set()
        for key in keys:
            first, count = key_of(key.partition(" ")[0]), key.count(" ") + 1
            if count <= MAX_WORDS:
                names.add(key_of(key))
                longest[first] = max(longest[first], count)
        firsts = sorted(longest)
        return cls(array("I", sorted(names)), array("I", firsts), bytes(longest[one] for one in firsts))

    def __contains__(self, key: str) -> bool:
        return _index(self._names, key_of(key)) is not None

    def longest(self, word: str) -> int:
        """Words of the longest name that begins with ``word``; 0 if none does."""
        found = _index(self._firsts, key_of(word))
        return 0 if found is None else self._lengths[found]

    def blobs(self) -> tuple[bytes, bytes, bytes]:
        return self._names.tobytes(), self._firsts.tobytes(), self._lengths

    @classmethod
    def from_blobs(cls, names: bytes, firsts: bytes, lengths: bytes) -> "Words":
        return cls(numbers(names), numbers(firsts), lengths)


def numbers(blob: bytes) -> "array[int]":
    found = array("I")
    found.frombytes(blob)
    return found


def _index(keys: Sequence[int], key: int) -> int | None:
    at = bisect_left(keys, key)
    return at if at < len(keys) and keys[at] == key else None
