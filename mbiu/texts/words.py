"""The words that people send, of all languages at once, whatever language we write to them in."""

import re
from functools import lru_cache

from mbiu.texts.catalogue import FALLBACK, languages, listed, wordings
from mbiu.texts.folding import fold

_PREFIX = "word."


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


def hours(text: str) -> int | None:
    """How many hours the text speaks of in any language (``GO 2h``, ``naenda 3 saa``); None if of none."""
    found = _hours().search(text)
    return int(found[1]) if found else None


@lru_cache
def _hours() -> re.Pattern[str]:
    words = {re.escape(word) for language in languages() for word in listed(language, "hours")}
    return re.compile(
        rf"(?<!\d)(\d{{1,2}})\s*(?:{'|'.join(sorted(words, key=len, reverse=True))})\b", re.IGNORECASE
    )
