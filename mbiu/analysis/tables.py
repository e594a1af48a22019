"""The word lists and rules in ``data/``, row by row."""

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources

from mbiu.gazetteer.names import fold


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of ``data/<name>.csv`` by column; empty cells are empty strings."""
    path = resources.files("mbiu.analysis") / "data" / f"{name}.csv"
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(), restval=""):
        yield {key: value or "" for key, value in row.items() if key}


@cache
def grammar(code: str) -> frozenset[str]:
    """The small words of one use, of all languages, from ``data/grammar.csv``."""
    return frozenset(
        fold(term) for row in rows("grammar") if row["code"] == code for term in row["terms"].split("|")
    )
