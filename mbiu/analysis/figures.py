"""Figures of a text: what number each is, and which count nothing (phones, money, clocks, dates, ages)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mbiu.analysis.dates import date_spans
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

LONGEST = 6
GROUP = 3
YEARS = range(1900, 2101)
_NO_COUNTS = (
    re.compile(r"-?\d{1,2}\.\d{3,8}[,;\s]\s?-?\d{1,3}\.\d{3,8}"),
    re.compile(r"(?<![\d.,])(?:\+\d|00?[1-9])[\d -]{7,14}\d(?!\d)"),
    re.compile(r"(?<!\d)\d{1,2}(?::[0-5]\d|[hH][0-5]\d?)(?!\d)"),
    re.compile(r"[#$€£@]\s?\d[\d.,]*|\d[\d.,]*\s?(?:/[=-]|[$€£%٪°])"),
)
_SCORE = re.compile(r"(?<![\d.,/-])(\d{1,2})\s?[-–:]\s?(\d{1,2})(?![\d.,/-])")
_GROUPS = (",", ".", " ", "\u00a0", "\u202f", "٬", "’", "'")
_LINKS = grammar("link")
_GLUED_BEFORE = frozenset(("wa", "n", "na", "ya", "za", "nga", "ni", "x", "u"))


class Figure(NamedTuple):
    """A run of digits up to the token ``last``; ``value`` is None where it counts nothing."""

    value: int | None
    last: int


def figures(scan: Scan) -> dict[int, Figure]:
    """All figures of a text by the token they begin at."""
    if not any(token.folded.isdecimal() for token in scan.tokens):
        return {}
    barred = _barred(scan)
    found: dict[int, Figure] = {}
    index = 0
    while index < len(scan.tokens):
        if scan.tokens[index].folded.isdecimal():
            found[index] = _figure(scan, index, barred)
            index = found[index].last
        index += 1
    return found


def _barred(scan: Scan) -> frozenset[int]:
    """Code points inside dates, clocks, positions, phone numbers and sums of money."""
    spans = [match.span() for match in _SCORE.finditer(scan.text) if int(match[2]) <= int(match[1])]
    spans += [match.span() for pattern in _NO_COUNTS for match in pattern.finditer(scan.text)]
    spans += date_spans(scan)
    return frozenset(point for start, end in spans for point in range(start, end))


def _figure(scan: Scan, index: int, barred: frozenset[int]) -> Figure:
    last, tokens = index, scan.tokens
    if tokens[index].start in barred:
        return Figure(None, index)
    while _continues(scan, index, last):
        last += 1
    digits = "".join(token.folded for token in tokens[index : last + 1])
    if len(digits) > LONGEST or (digits[0] in "0٠" and len(digits) > 1):
        return Figure(None, last)
    value = int(digits)
    if last == index and tokens[index + 1 : index + 2] and _is_thousands(scan, index):
        value, last = value * 1000, index + 1
    counts = not any(_nothing(scan, index, last, value))
    return Figure(value if counts else None, last)


def _continues(scan: Scan, first: int, last: int) -> bool:
    """Whether the next three digits belong to the number: 1,200 and 1.200 and 2 000."""
    if last + 1 >= len(scan.tokens):
        return False
    here, after = scan.tokens[last], scan.tokens[last + 1]
    if not (len(after.folded) == GROUP and after.folded.isdecimal() and len(here.folded) <= GROUP):
        return False
    gap = scan.text[here.end : after.start]
    if gap not in _GROUPS or (first < last and gap != scan.text[scan.tokens[first].end]):
        return False
    return gap in (",", ".") or (after.folded.endswith("0") and not _outcome_before(scan, first))


def _outcome_before(scan: Scan, index: int) -> bool:
    return any(hit.entry.code not in ("person", "livestock") for hit in scan.ending("counts", index - 1))


def _is_thousands(scan: Scan, index: int) -> bool:
    """``3k``: a letter of thousands right behind the figure."""
    glued = scan.tokens[index].end == scan.tokens[index + 1].start
    return glued and any(hit.entry.code == "k" for hit in scan.starting("numbers", index + 1))


def _nothing(scan: Scan, first: int, last: int, value: int) -> Iterator[bool]:
    counted = _counted_next(scan, last)
    yield _is_glued(scan, first, last)
    yield any(hit.entry.code == "#" for hit in scan.ending("numbers", first - 1))
    yield any(hit.entry.code == "%" for hit in scan.starting("numbers", last + 1)) and not counted
    yield _is_second_age(scan, first)
    yield value in YEARS and not counted and not _qualified(scan, first)
    yield not counted and any(hit.entry.code == "#?" for hit in scan.ending("numbers", first - 1))
    yield value > 1 and _is_age(scan, first, last)


def _is_second_age(scan: Scan, first: int) -> bool:
    """``aged 5 and 7``."""
    tokens = scan.tokens
    if first < 3 or tokens[first - 1].folded not in _LINKS or not tokens[first - 2].folded.isdecimal():
        return False
    return any(hit.entry.code == "#" for hit in scan.ending("numbers", first - 3))


def _counted_next(scan: Scan, last: int) -> bool:
    """Whether the next word or the one after it is a noun that can be counted, or an outcome."""
    after = range(last + 1, last + 3)
    return any(hit.entry.code != "other" for i in after for hit in scan.starting("counts", i)) or bool(
        scan.starting("actors", last + 1)
    )


def _qualified(scan: Scan, first: int) -> bool:
    return any(hit.entry.code in (">", "<", "~") for hit in scan.ending("numbers", first - 1))


def _is_glued(scan: Scan, first: int, last: int) -> bool:
    """Whether ``.`` or ``/`` ties the figure to another one, or letters stand right before it (A104)."""
    tokens, text = scan.tokens, scan.text
    start, end = tokens[first].start, tokens[last].end
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if len(before) == 2 and before[1] in "./:" and before[0].isdecimal():
        return True
    if len(after) == 2 and after[0] in "./:" and after[1].isdecimal():
        return True
    return first > 0 and tokens[first - 1].end == start and not _may_lead(scan, first - 1)


def _may_lead(scan: Scan, index: int) -> bool:
    word = scan.tokens[index].folded
    known = scan.ending("counts", index) or scan.ending("numbers", index) or scan.ending("actors", index)
    return word in _GLUED_BEFORE or bool(known)


def _is_age(scan: Scan, first: int, last: int) -> bool:
    """``a boy, 12,`` and ``a boy of 12``: a figure after a noun of one person."""
    tokens, text = scan.tokens, scan.text
    if first == 0:
        return False
    of = tokens[first - 1].folded in ("of", "de", "wa")
    noun = first - 1 - of
    if not any(hit.entry.code == "person1" for hit in scan.ending("counts", noun)):
        return False
    closed = text[tokens[last].end : tokens[last].end + 1] in (",", ")")
    opened = (
        "(" in text[tokens[noun].end : tokens[first].start]
        or "," in text[tokens[noun].end : tokens[first].start]
    )
    return of or (opened and closed)
