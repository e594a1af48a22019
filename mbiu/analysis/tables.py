"""The word lists and rules in ``data/``, row by row."""

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from mbiu.gazetteer.names import fold

LANGUAGES = ("en", "sw", "sheng", "fr", "lg", "ar")


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table by column; empty cells are empty strings.

    A word list lies in one file for each language, ``data/<language>/<name>.csv``, and its rows get the
    column ``language``; any other table is ``data/<name>.csv``.
    """
    data = resources.files("mbiu.analysis") / "data"
    if (whole := data / f"{name}.csv").is_file():
        yield from _read(whole)
        return
    for language in LANGUAGES:
        if (part := data / language / f"{name}.csv").is_file():
            yield from ({**row, "language": language} for row in _read(part))


def _read(path: Traversable) -> Iterator[dict[str, str]]:
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(), restval=""):
        yield {key: value or "" for key, value in row.items() if key}


@cache
def grammar(code: str) -> frozenset[str]:
    """The small words of one use, of all languages, from ``data/grammar.csv``."""
    return frozenset(
        fold(term) for row in rows("grammar") if row["code"] == code for term in row["terms"].split("|")
    )
