"""The forms of an English verb, so that the word lists name a verb once."""

import re
from collections.abc import Iterator
from functools import cache

from mbiu.analysis.tables import rows

_SIBILANT = ("s", "x", "z", "ch", "sh")
_DOUBLES = re.compile(r"(?:[^aeiou]|qu)*[aeiou][bdglmnprt]")


def forms(verb: str) -> tuple[str, ...]:
    """The verb and its regular or known irregular forms: ``stab`` gives stabs, stabbed, stabbing.

    Where a last consonant is doubled, the spelling without doubling is given too, as texts have it.
    """
    return tuple(dict.fromkeys((verb, _third(verb), *_pasts(verb), *_ings(verb))))


def _third(verb: str) -> str:
    if verb.endswith(_SIBILANT):
        return verb + "es"
    return verb[:-1] + "ies" if _consonant_y(verb) else verb + "s"


def _pasts(verb: str) -> Iterator[str]:
    if verb in _irregular():
        yield from _irregular()[verb]
    elif verb.endswith("e"):
        yield verb + "d"
    elif _consonant_y(verb):
        yield verb[:-1] + "ied"
    else:
        yield verb + "ed"
        if _DOUBLES.fullmatch(verb):
            yield verb + verb[-1] + "ed"


def _ings(verb: str) -> Iterator[str]:
    yield verb[:-1] + "ing" if verb.endswith("e") and not verb.endswith("ee") else verb + "ing"
    if _DOUBLES.fullmatch(verb):
        yield verb + verb[-1] + "ing"


def _consonant_y(verb: str) -> bool:
    return len(verb) > 2 and verb[-1] == "y" and verb[-2] not in "aeiou"


@cache
def _irregular() -> dict[str, tuple[str, ...]]:
    """Further forms by verb, from the rows ``irregular`` of ``grammar.csv``: verb, then its forms."""
    lists = [row["terms"].split("|") for row in rows("grammar") if row["code"] == "irregular"]
    return {verb: tuple(more) for verb, *more in (term.split() for terms in lists for term in terms)}
