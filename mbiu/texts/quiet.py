"""Whether a text could show a stranger what the writing is about."""

import re
from functools import lru_cache

from mbiu.texts.catalogue import FALLBACK, languages, listed
from mbiu.texts.folding import fold

#: A Latin stem shorter than this is looked for as a whole word only: «war» is not in «afterwards».
_SHORT = 4


def betrays(language: str, text: str) -> str | None:
    """The first word of the text that speaks of conflict, by the list ``unsaid`` of its language and of the
    fallback; None for a text that may be seen over a shoulder.
    """
    stems = _stems(language) | _stems(FALLBACK)
    words = re.split(r"[^\w'’]+", text)
    return next((word for word in words if any(_holds(fold(word), stem) for stem in stems)), None)


def _holds(word: str, stem: str) -> bool:
    return word == stem if stem.isascii() and len(stem) < _SHORT else stem in word


@lru_cache
def _stems(language: str) -> frozenset[str]:
    stems = listed(language, "unsaid") if language in languages() else ()
    return frozenset(fold(stem) for stem in stems)
