"""How alike two texts are, and a mark by which equal ones are known."""

import hashlib

from rapidfuzz import fuzz

from mbiu.gazetteer.names import WORD, fold

MAX_LENGTH = 2000


def similarity(a: str, b: str) -> float:
    """0 to 1: 1 for the same words, whatever their case, accents, marks or order; near 0 for others.

    The mean of the character ratio and the ratio of the sorted words: a forwarded text with a few
    words more stays high, another report in the same style does not.
    """
    return likeness(plain(a), plain(b))


def likeness(left: str, right: str) -> float:
    """`similarity` of texts that are ``plain`` already."""
    if not left or not right:
        return 0.0
    return float(fuzz.ratio(left, right) + fuzz.token_sort_ratio(left, right)) / 200.0


def fingerprint(text: str) -> str:
    """32 hexadecimal digits, equal for texts of the same words in the same order. Empty text: ``""``."""
    words = plain(text)
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest() if words else ""


def plain(text: str) -> str:
    """The bare words of a text, folded, with single spaces: what is compared."""
    return " ".join(fold(match.group()) for match in WORD.finditer(text[:MAX_LENGTH]))
