"""Everything sent to people and every word they may send, by language: one gettext catalogue each.

A language is added by adding its file; nothing in the code names one, but the fallback.
"""

import string
from collections.abc import Mapping
from functools import lru_cache

from mbiu.texts.catalogue import FALLBACK, languages, listed, wordings
from mbiu.texts.folding import digits, fold
from mbiu.texts.quiet import betrays
from mbiu.texts.words import commands, grammar, names, roll, says_exercise, span, spoken, tongues

__all__ = [
    "FALLBACK", "betrays", "commands", "digits", "first_language", "fold", "grammar", "languages",
    "names", "placeholders", "roll", "say", "says_exercise", "shipped", "span", "spoken", "tongues",
    "use", "wordings",
]  # fmt: skip

_own: dict[tuple[str, str], str] = {}


def say(language: str | None, key: str, **values: object) -> str:
    """The text for ``key`` in ``language``, or in the fallback where that language is not shipped.

    The centre's own wording, if there is one, goes before the shipped one; ``key@audience`` asks for the
    wording for one audience first.
    """
    code = language if language in languages() else FALLBACK
    return _wording(str(code), key).format(**values)


def shipped(language: str, key: str, **values: object) -> str:
    """The text as it is shipped, whatever the centre has put in its place."""
    return wordings(language)[key].format(**values)


def _wording(language: str, key: str) -> str:
    plain = key.partition("@")[0]
    own = _own.get((language, key)) or _own.get((language, plain))
    return own or wordings(language)[plain]


def use(own: Mapping[tuple[str, str], str]) -> None:
    """Let the centre's own wordings, by (language, key), go before the shipped ones in this process.

    One with a placeholder that the shipped text has not is left out: it could not be filled in.
    """
    global _own  # noqa: PLW0603 - one assignment, so that no thread sees half of it
    _own = {at: text for at, text in own.items() if text and _fits(text, *at)}


def _fits(text: str, language: str, key: str) -> bool:
    shipped = wordings(language).get(key.partition("@")[0]) if language in languages() else None
    try:
        return shipped is not None and placeholders(text) <= placeholders(shipped)
    except ValueError:
        return False


def placeholders(text: str) -> set[str]:
    """The names in braces; ValueError if a brace is left open or holds more than a name."""
    found = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(text) if name is not None]
    if any(spec or how or not name.isidentifier() for name, spec, how in found):
        raise ValueError("a placeholder is a name in braces")
    return {name for name, _, _ in found}


def first_language(country: str | None) -> str:
    """What to write in before anything is known of the person but the country."""
    return _by_country().get(country or "", FALLBACK)


@lru_cache
def _by_country() -> dict[str, str]:
    return {country: code for code in languages() for country in listed(code, "countries")}
