"""Text into tokens: folded spellings, spans in code points, sentences and clauses."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

MAX_TOKENS = 600
_WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_PARTS = re.compile(r"\d+|\D+")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")
_SENTENCE_END = re.compile(r"[!?؟;\n\r]|\.(?=\s|$)|\.{2,}|[.](?=\D)")
_CLAUSE_END = frozenset(",:*/()،–—|+=&")


class Token(NamedTuple):
    """One word or number: ``start``/``end`` are code points of the text it stands in.

    ``sentence`` and ``clause`` count from 0 and never restart; a clause ends at a comma or the like.
    """

    folded: str
    start: int
    end: int
    sentence: int
    clause: int
    capital: bool


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """Lower case without accents and apostrophes: ``Ng'ombe`` and ``NGOMBE`` become ``ngombe``."""
    plain = word.translate(_APOSTROPHES)
    if plain.isascii():
        return plain.lower()
    decomposed = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c) and c != "ـ")


def fold_name(name: str) -> str:
    """A whole name folded word by word, words joined by one space."""
    return " ".join(fold(match.group()) for match in _WORD.finditer(name))


def tokenise(text: str, whole: frozenset[str] = frozenset()) -> list[Token]:
    """The first ``MAX_TOKENS`` words of a text.

    ``whole`` holds mixed words (``2day``, ``j3``) to be left in one piece; any other run of digits
    and letters is split, so that ``50cows`` gives ``50`` and ``cows``.
    """
    tokens: list[Token] = []
    sentence = clause = last = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        if start > last + 1 or (start > last and text[last] != " "):
            gap = text[last:start]
            ends = tokens and _SENTENCE_END.search(gap)
            sentence += bool(ends)
            clause += bool(ends) or not _CLAUSE_END.isdisjoint(gap)
        last = end
        _add(tokens, match.group(), start, (sentence, clause), whole)
        if len(tokens) >= MAX_TOKENS:
            break
    return tokens


def _add(tokens: list[Token], word: str, start: int, place: tuple[int, int], whole: frozenset[str]) -> None:
    folded = fold(word)
    capital = word[0].isupper()
    if word.isalpha() or word.isdecimal() or not _mixed(word) or folded in whole:
        tokens.append(Token(folded, start, start + len(word), *place, capital))
        return
    for part in _PARTS.finditer(word):
        tokens.append(Token(fold(part.group()), start + part.start(), start + part.end(), *place, capital))


def _mixed(word: str) -> bool:
    return any(c.isdecimal() for c in word)
