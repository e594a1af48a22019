"""The catalogues: one gettext file a language beside this module, with the key of a text as its context."""

from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
FALLBACK = "en"
#: gettext keeps the empty text for its own header.
_EMPTY = "-"


@lru_cache
def languages() -> tuple[str, ...]:
    """The codes of the languages Mbiu can write in, the fallback first."""
    found = sorted(path.stem for path in FOLDER.glob("*.po"))
    return (FALLBACK, *(code for code in found if code != FALLBACK))


@lru_cache
def entries(language: str) -> dict[str, tuple[str, str]]:
    """What stands in the file of ``language``: ``reply.receipt`` -> (English text, translation or empty)."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, charset="utf-8", abort_invalid=True)
    return {str(one.context): (str(one.id), str(one.string)) for one in catalogue if one.id}


@lru_cache
def wordings(language: str) -> dict[str, str]:
    """All texts of a language by key; in English where the language has none, as in the fallback itself."""
    texts = {key: english for key, (english, _) in entries(FALLBACK).items()}
    texts |= {key: text for key, (_, text) in entries(language).items() if text and key in texts}
    return {key: "" if text == _EMPTY else text for key, text in texts.items()}


def listed(language: str, key: str) -> tuple[str, ...]:
    """The parts of a text that is a list, such as command words or countries."""
    parts = wordings(language)[key].replace("،", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def missing(language: str) -> list[str]:
    """The keys of texts that a language does not say itself: English stands in."""
    if language == FALLBACK:
        return []
    own = entries(language)
    return [
        key for key, (english, _) in entries(FALLBACK).items() if english and not own.get(key, ("", ""))[1]
    ]
