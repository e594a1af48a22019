"""Words of everyday speech that are also names of places."""

from functools import cache
from importlib import resources

from mbiu.gazetteer.names import fold


def is_ordinary(key: str) -> bool:
    """Whether every word of a folded name is one of everyday speech, or a number or letter."""
    return all(word in _words() or len(word) == 1 or word.isdigit() for word in key.split(" "))


@cache
def _words() -> frozenset[str]:
    text = (resources.files("mbiu.gazetteer") / "data" / "ordinary_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())
