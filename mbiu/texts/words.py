"""The words that people send, of all languages at once, whatever language we write to them in."""

import datetime as dt
import re
from functools import lru_cache

from mbiu.texts.catalogue import FALLBACK, languages, listed, wordings
from mbiu.texts.folding import fold

#: No promise reaches further.
LONGEST = dt.timedelta(days=3)
_PREFIX = "word."
#: By which list of the catalogues a length of time is known.
_UNITS = {"hours": dt.timedelta(hours=1), "minutes": dt.timedelta(minutes=1), "days": dt.timedelta(days=1)}


@lru_cache
def grammar() -> dict[str, str]:
    """Every command word of every language, folded -> its command: ``msaada`` -> ``help``.

    Words of two parts are folded into one: ``MY DATA`` is ``mydata``. Where two languages mean two things
    by one word the earlier language of `languages` has it; a test holds that there is no such word.
    """
    found: dict[str, str] = {}
    for language in languages():
        for command in commands():
            for word in spoken(language, command):
                found.setdefault(fold(word), command)
    return found


@lru_cache
def commands() -> tuple[str, ...]:
    """The names of all commands, as in the keys ``word.<command>``."""
    keys = (key for key in wordings(FALLBACK) if key.startswith(_PREFIX))
    return tuple(key.removeprefix(_PREFIX) for key in keys)


def spoken(language: str, command: str) -> tuple[str, ...]:
    """The words for a command in one language as they are written, the one we teach first."""
    return listed(language, _PREFIX + command)


@lru_cache
def tongues() -> dict[str, str]:
    """Every name of every language, folded -> its code: ``kiswahili``, ``swahili``, ``sw`` -> ``sw``."""
    codes = {fold(code): code for code in languages()}
    return {fold(name): code for code in languages() for name in listed(code, "names")} | codes


@lru_cache
def names() -> dict[str, str]:
    """What each language calls itself, for buttons: ``sw`` -> ``Kiswahili``; the fallback first."""
    return {code: wordings(code)["name"] for code in languages()}


def roll() -> str:
    """The names of all languages for an SMS: each in Latin letters, its own where it is written so."""
    latin = (next((n for n in listed(code, "names") if fold(n).isascii()), code) for code in languages())
    return ", ".join(latin)


def span(text: str) -> dt.timedelta | None:
    """How long the text speaks of in any language: ``GO 2h``, ``naenda 3 saa``, ``30 min``, and ``2`` for two
    hours; None if of nothing or of more than three days.
    """
    if text.strip().isdecimal():
        found = dt.timedelta(hours=int(text))
    elif match := _spans().search(text):
        found = int(match[1]) * _UNITS[_unit(match[2])]
    else:
        return None
    return found if dt.timedelta(0) < found <= LONGEST else None


def _unit(word: str) -> str:
    return next(unit for unit in _UNITS if word.casefold() in _named(unit))


@lru_cache
def _named(unit: str) -> frozenset[str]:
    return frozenset(word.casefold() for language in languages() for word in listed(language, unit))


@lru_cache
def _spans() -> re.Pattern[str]:
    words = {re.escape(word) for unit in _UNITS for word in _named(unit)}
    ordered = "|".join(sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\d)(\d{{1,3}})\s*({ordered})\b", re.IGNORECASE)


def says_exercise(text: str) -> bool:
    """Whether a text begins with the word for an exercise in any language."""
    first = re.split(r"[^\w]+", text.strip(), maxsplit=1)[0]
    return bool(first) and fold(first) in _exercise()


@lru_cache
def _exercise() -> frozenset[str]:
    return frozenset(fold(word) for code in languages() for word in listed(code, "drill.words"))
