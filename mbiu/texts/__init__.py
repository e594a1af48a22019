"""Everything sent to people, by language: one file each, the same keys in all of them."""

import tomllib
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
FALLBACK = "en"

# Where a country's people are first written to before they chose for themselves.
_FIRST = {"TZ": "sw", "KE": "sw"}


@lru_cache
def languages() -> tuple[str, ...]:
    """The codes of the languages Mbiu can write in, the fallback first."""
    found = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return (FALLBACK, *(code for code in found if code != FALLBACK))


@lru_cache
def wordings(language: str) -> dict[str, str]:
    """All texts of a language, flat: ``reply.receipt`` -> wording."""
    data = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    flat: dict[str, str] = {}

    def flatten(prefix: str, table: dict[str, object]) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                flatten(f"{prefix}{key}.", value)
            else:
                flat[f"{prefix}{key}"] = str(value)

    flatten("", data)
    return flat


def say(language: str | None, key: str, **values: object) -> str:
    """The text for ``key`` in ``language``, or in the fallback where that language is not shipped."""
    code = language if language in languages() else FALLBACK
    return wordings(str(code))[key].format(**values)


def first_language(country: str | None) -> str:
    """What to write in before anything is known of the person but the country."""
    return _FIRST.get(country or "", FALLBACK)
