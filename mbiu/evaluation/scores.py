"""The figures: precision, recall, F1, confusion, coverage against accuracy. Shares are 0 to 1, or None."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

UNKNOWN = "unknown"


def share(part: float, whole: float) -> float | None:
    """``part`` of ``whole``, rounded; None of nothing."""
    return round(part / whole, 4) if whole else None


def prf(right: int, found: int, wanted: int) -> dict[str, float | int | None]:
    """Precision, recall and their harmonic mean, with the number wanted (the support)."""
    return {
        "precision": share(right, found),
        "recall": share(right, wanted),
        "f1": share(2 * right, found + wanted),
        "n": wanted,
    }


def codes(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Scores of a field with one code: ``pairs`` of what is true and what was read.

    ``macro_f1`` is the plain mean over the codes that occur among the true ones. Reading ``unknown``
    is no guess: it lowers recall but no code's precision.
    """
    right = Counter(true for true, found in pairs if true == found)
    wanted, found = Counter(true for true, _ in pairs), Counter(found for _, found in pairs)
    by_code = {code: prf(right[code], found[code], wanted[code]) for code in sorted(wanted | found)}
    guesses = [(true, read) for true, read in pairs if read != UNKNOWN]
    return {
        "n": len(pairs),
        "accuracy": share(sum(right.values()), len(pairs)),
        "macro_f1": mean(by_code[code]["f1"] for code in wanted),
        "answered": share(len(guesses), len(pairs)),
        "accuracy_answered": share(sum(true == read for true, read in guesses), len(guesses)),
        "by_code": by_code,
        "confusion": confusion(pairs),
    }


def mean(values: Iterable[float | int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return share(sum(known), len(known))


def confusion(pairs: Sequence[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """How often what is true (outer key) was read as what (inner key)."""
    table: dict[str, Counter[str]] = {true: Counter() for true in sorted({true for true, _ in pairs})}
    for true, found in pairs:
        table[true][found] += 1
    return {true: dict(row.most_common()) for true, row in table.items()}


def sets(pairs: Sequence[tuple[Iterable[str], Iterable[str]]]) -> dict[str, Any]:
    """Micro-averaged scores of a field with many values, and how often the whole set is right."""
    plain = [(frozenset(true), frozenset(found)) for true, found in pairs]
    right = sum(len(true & found) for true, found in plain)
    total = prf(right, sum(len(found) for _, found in plain), sum(len(true) for true, _ in plain))
    return {
        **total,
        "n": len(plain),
        "values": total["n"],
        "accuracy": share(sum(true == found for true, found in plain), len(plain)),
    }


def coverage(
    judged: Sequence[tuple[float, bool]], thresholds: Sequence[float], whole: int
) -> list[dict[str, float | None]]:
    """For each threshold: the share of ``whole`` that is answered so confidently, and of it the right share.

    ``judged`` are the answers given: confidence, and whether it is right.
    """
    rows = []
    for threshold in thresholds:
        kept = [right for sure, right in judged if sure >= threshold]
        rows.append(
            {
                "from": threshold,
                "coverage": share(len(kept), whole),
                "accuracy": share(sum(kept), len(kept)),
            }
        )
    return rows
