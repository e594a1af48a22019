"""Spellings made comparable."""

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")


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
    return " ".join(fold(match.group()) for match in WORD.finditer(name))
