"""The figures as text of at most 100 columns."""

from collections.abc import Iterator
from typing import Any

from mbiu.evaluation.measure import TELLING

WIDTH = 100
CODE = 17


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The whole table, line by line."""
    fields = result["fields"]
    yield f"{result['messages']} messages"
    yield ""
    yield from _summary(fields)
    if "event_type" in fields:
        yield from _types(fields["event_type"])
    yield from _coverage(fields)
    yield from _languages(result["by_language"])
    for name in ("event_type", "language"):
        if name in fields:
            yield from _confusion(name, fields[name]["confusion"])


def _summary(fields: dict[str, Any]) -> Iterator[str]:
    yield f"{'field':<{CODE}}{'n':>5}  figures"
    for name, scores in fields.items():
        words = [f"{label} {_figure(scores[key])}" for key, label in _shown(name) if key in scores]
        yield from _wrapped(f"{name:<{CODE}}{scores['n']:>5}  ", words)


def _shown(name: str) -> tuple[tuple[str, str], ...]:
    if name in ("language", "event_type", "severity", "urgency"):
        return _CODE_FIGURES
    if name in ("place", "when", "actors"):
        return {"place": _PLACE_FIGURES, "when": _SPAN_FIGURES, "actors": _SET_FIGURES}[name]
    return _SET_FIGURES if name in ("other_types", "drivers", "risk_factors") else _SPAN_FIGURES


_CODE_FIGURES = (
    ("macro_f1", "macro-F1"), ("accuracy", "accuracy"), ("accuracy_long", "accuracy from 20 characters"),
    ("answered", "answered"), ("accuracy_answered", "accuracy of those"),
)  # fmt: skip
_SET_FIGURES = (
    ("precision", "precision"), ("recall", "recall"), ("f1", "F1"), ("values", "values"),
    ("accuracy", "whole set right"), ("side", "side right"),
)  # fmt: skip
_PLACE_FIGURES = (
    ("district", "district right"), ("name", "name right"), ("precision_given", "right where given"),
    ("district_in_first", "district among 5"), ("name_in_first", "name among 5"), ("missed", "missed"),
    ("invented", "invented"), ("silent", "of texts without a place"),
)  # fmt: skip
_SPAN_FIGURES = (
    ("accuracy", "right"), ("told", "told"), ("exact", "of these exact"), ("overlap", "overlap"),
    ("missed", "missed"), ("wrongly_given", "wrongly given"),
)  # fmt: skip


def _wrapped(head: str, words: list[str]) -> Iterator[str]:
    line, indent = head, " " * len(head)
    for word in words:
        if len(line) + len(word) + 2 > WIDTH:
            yield line.rstrip(" ,")
            line = indent
        line += word + ", "
    yield line.rstrip(" ,")


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _types(scores: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{'event_type':<{CODE}}{'n':>5}{'precision':>11}{'recall':>9}{'F1':>8}"
    for code, row in scores["by_code"].items():
        yield (
            f"{code:<{CODE}}{row['n']:>5}{_figure(row['precision']):>11}"
            f"{_figure(row['recall']):>9}{_figure(row['f1']):>8}"
        )


def _coverage(fields: dict[str, Any]) -> Iterator[str]:
    """How much is answered and how much of that is right, by the least confidence, for type and place."""
    told = {name: fields[name]["coverage"] for name in ("event_type", "place") if name in fields}
    if not told:
        return
    yield ""
    yield f"{'confidence from':<{CODE}}" + "".join(f"{f'{name} answered':>21}{'right':>8}" for name in told)
    for rows in zip(*told.values(), strict=True):
        figures = "".join(f"{_figure(row['coverage']):>21}{_figure(row['accuracy']):>8}" for row in rows)
        yield f"{rows[0]['from']:<{CODE}}{figures}"


def _languages(rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield ""
    heads = f"{'type right':>12}{'district right':>16}{'invented':>10}{'killed right':>14}"
    yield f"{'language':<{CODE}}{'n':>5}{heads}"
    for code, row in rows.items():
        kind, district, invented, killed = (_figure(row[f"{name}.{figure}"]) for name, figure in TELLING)
        yield f"{code:<{CODE}}{row['n']:>5}{kind:>12}{district:>16}{invented:>10}{killed:>14}"


def _confusion(name: str, table: dict[str, dict[str, int]]) -> Iterator[str]:
    """What was read in place of each code, the most frequent first; rows that are all right are left out."""
    rows = {true: {read: n for read, n in row.items() if read != true} for true, row in table.items()}
    wrong = {true: row for true, row in rows.items() if row}
    if not wrong:
        return
    yield ""
    yield f"{name}: true, then what was read in its place"
    for true, row in wrong.items():
        yield from _wrapped(f"{true:<{CODE}}  ", [f"{read} {n}" for read, n in row.items()])


def error_lines(errors: list[dict[str, Any]]) -> Iterator[str]:
    """The wrong fields, each with its text."""
    for one in errors:
        yield f"{one['id']}  {one['field']}: expected {one['expected']}, read {one['read']}"
        yield f"    {one['text']}"
