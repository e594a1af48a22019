"""Spellings made comparable."""

import re
import unicodedata
from functools import lru_cache

_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670"
WORD = re.compile(rf"[^\W_]+(?:(?:['’ʼ`]|[{_MARKS}]+)[^\W_]+)*[{_MARKS}]*")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")
_ARABIC = str.maketrans("ةىیکہھٱ", "هييكهها", "ـ")


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """Lower case without accents and apostrophes: ``Ng'ombe`` and ``NGOMBE`` become ``ngombe``.

    Arabic loses vowel signs and the stretching line; the letters that are written for one another
    become one: the forms of alef, ta marbuta and ha, alef maqsura and ya.
    """
    plain = word.translate(_APOSTROPHES)
    if plain.isascii():
        return plain.lower()
    decomposed = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_ARABIC)


@lru_cache(maxsize=10_000)
def fold_name(name: str) -> str:
    """A whole name folded word by word, words joined by one space."""
    return " ".join(fold(match.group()) for match in WORD.finditer(name))
