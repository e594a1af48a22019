"""The word lists and rules in ``data/``, row by row."""

import csv
from collections.abc import Iterator
from importlib import resources


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of ``data/<name>.csv`` by column; empty cells are empty strings."""
    path = resources.files("mbiu.analysis") / "data" / f"{name}.csv"
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(), restval=""):
        yield {key: value or "" for key, value in row.items() if key}
