"""Text into tokens: folded spellings, spans in code points, sentences and clauses."""

import re
from typing import NamedTuple

from mbiu.analysis.tables import grammar
from mbiu.gazetteer.names import WORD, fold

MAX_TOKENS = 600
TURNS = grammar("turn")
_PARTS = re.compile(r"\d+|\D+")
_ELIDED = re.compile(
    r"((?:[cdjlmst]|(?:jus|lors|puis|quoi)?qu)(?=['’ʼ`][aeiouyhàâéèêëîïôœ])"
    r"|n(?=['’ʼ`](?:a|ai|as|est|[eé]tait|[eé]taient|ont|y|en|avons|avez|avait|avaient|aura|auront)\b))['’ʼ`]",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[!?؟;\n\r]|\.(?!\d)")
_CLAUSE_END = frozenset(",:*/()،–—|+=&")


class Token(NamedTuple):
    """One word or number: ``start``/``end`` are code points of the text it stands in.

    ``sentence`` and ``clause`` count from 0 and never restart; a clause ends at a comma or the like, and
    before a word like *but*.
    """

    folded: str
    start: int
    end: int
    sentence: int
    clause: int
    capital: bool


def tokenise(text: str, whole: frozenset[str] = frozenset()) -> list[Token]:
    """The first ``MAX_TOKENS`` words of a text.

    ``whole`` holds mixed words (``2day``, ``j3``) to be left in one piece; any other run of digits
    and letters is split, so that ``50cows`` gives ``50`` and ``cows``.
    """
    tokens: list[Token] = []
    sentence = clause = last = 0
    for match in WORD.finditer(text):
        start, end = match.span()
        if start > last + 1 or (start > last and text[last] != " "):
            gap = text[last:start]
            ends = tokens and _SENTENCE_END.search(text[last : start + 1])
            sentence += bool(ends)
            clause += bool(ends) or not _CLAUSE_END.isdisjoint(gap)
        last = end
        clause += fold(match.group()) in TURNS
        parts = elided(match.group())
        for word, at in zip(parts, (start, end - len(parts[-1])), strict=False):
            _add(tokens, word, at, (sentence, clause), whole)
        if len(tokens) >= MAX_TOKENS:
            break
    return tokens


def elided(word: str) -> tuple[str, ...]:
    """The small word and the rest where French joins them by an apostrophe: ``l'armée``, ``n'a``."""
    small = _ELIDED.match(word)
    return (small[1], word[small.end() :]) if small else (word,)


def _add(tokens: list[Token], word: str, start: int, place: tuple[int, int], whole: frozenset[str]) -> None:
    folded = fold(word)
    if not folded:
        return
    capital = word[0].isupper()
    if word.isalpha() or word.isdecimal() or not _mixed(word) or folded in whole:
        tokens.append(Token(folded, start, start + len(word), *place, capital))
        return
    tokens.extend(
        Token(fold(part.group()), start + part.start(), start + part.end(), *place, capital)
        for part in _PARTS.finditer(word)
        if fold(part.group())
    )


def _mixed(word: str) -> bool:
    return any(c.isdecimal() for c in word)
