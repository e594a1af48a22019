"""Stretches of time counted from the day of sending: *3 days ago*, *last week*, *for two months*."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from mbiu.analysis.dates import DAY, Span
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.numbers import mentions
from mbiu.analysis.scan import Scan

MOST_DAYS = 3650
FIRST_YEAR = 1950
YEAR_DIGITS = 4
_THOUSANDS = ("=1000", "^1000")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_PRECISION = {"day": "day", "week": "week", "month": "month", "year": "year"}
_LENGTH = {"day": 1, "week": 7, "month": 30, "year": 365}


def ago(scan: Scan, hit: Hit, unit: str, local: datetime) -> Span | None:
    """*3 days ago* with its number; None where no number stands beside the words."""
    found = _beside(scan, hit)
    if found is None:
        return None
    value, first, last = found
    place = (scan.tokens[first].start, scan.tokens[last].end)
    if unit in ("minute", "hour"):
        start = local - timedelta(**{unit + "s": value})
        return Span(start, min(local, start + timedelta(hours=1)) if value else local, "hour", *place)
    start = _midnight(local) - min(_DAYS[unit] * value, MOST_DAYS) * DAY
    return Span(start, start + _LENGTH[unit] * DAY, _PRECISION[unit], *place)


def lasting(scan: Scan, hit: Hit, unit: str, local: datetime) -> Span | None:
    """*for 3 days*: from then until the message was sent; None where no number says how long."""
    found = _beside(scan, hit)
    if found is None:
        return None
    value, first, last = found
    start = _midnight(local) - min(_DAYS[unit] * value, MOST_DAYS) * DAY
    return Span(start, local, _PRECISION[unit], scan.tokens[first].start, scan.tokens[last].end)


def years(scan: Scan, local: datetime) -> Iterator[Span]:
    """Years that a text names behind a word such as *in* or *mwaka*, in figures or spelt out."""
    spelt: dict[int, tuple[int, int]] = {}
    if any(hit.entry.code in _THOUSANDS for hit in scan.of("numbers")):
        spelt = {one.first: (one.best, one.last) for one in mentions(scan)}
    for hit in scan.of("moments"):
        if hit.entry.code != "of year":
            continue
        year, last = _year_at(scan, hit.last + 1, spelt)
        if FIRST_YEAR <= year <= local.year + 1:
            start = _midnight(local).replace(year=year, month=1, day=1)
            place = (scan.tokens[hit.last + 1].start, scan.tokens[last].end)
            yield Span(start, start.replace(year=year + 1), "year", *place)


def _year_at(scan: Scan, index: int, spelt: dict[int, tuple[int, int]]) -> tuple[int, int]:
    word = scan.tokens[index].folded if index < len(scan.tokens) else ""
    if word.isdecimal() and len(word) == YEAR_DIGITS:
        return int(word), index
    return spelt.get(index, (0, index))


def _beside(scan: Scan, hit: Hit) -> tuple[int, int, int] | None:
    """A number inside the words (*siku mbili zilizopita*), before or behind them."""
    inside = range(hit.first, hit.last + 1)
    for index in (*inside, hit.first - 1, hit.last + 1):
        value = _value(scan, index)
        if value is not None:
            return value, min(hit.first, index), max(hit.last, index)
    return None


def _value(scan: Scan, index: int) -> int | None:
    if not 0 <= index < len(scan.tokens):
        return None
    word = scan.tokens[index].folded
    if word.isdecimal():
        return int(word) if len(word) <= 3 else None
    codes = (hit.entry.code for hit in scan.ending("numbers", index))
    return next((int(code[1:]) for code in codes if code[0] == "=" and int(code[1:]) < 100), None)


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _week(today: datetime, weeks: int) -> tuple[datetime, datetime, str]:
    start = today + (7 * weeks - today.weekday()) * DAY
    return start, start + 7 * DAY, "week"


def _weekend(today: datetime, weeks: int) -> tuple[datetime, datetime, str]:
    saturday = today - ((today.weekday() - 5) % 7) * DAY
    start = saturday + (7 * DAY if weeks > 0 else 0 * DAY)
    return start, start + 2 * DAY, "day"


def _month(today: datetime, months: int) -> tuple[datetime, datetime, str]:
    return _first(today, months), _first(today, months + 1), "month"


def _first(today: datetime, months: int) -> datetime:
    count = today.year * 12 + today.month - 1 + months
    return today.replace(year=count // 12, month=count % 12 + 1, day=1)


def _year(today: datetime, years: int) -> tuple[datetime, datetime, str]:
    start = today.replace(year=today.year + years, month=1, day=1)
    return start, start.replace(year=start.year + 1), "year"


LONGER: dict[str, Callable[[datetime, int], tuple[datetime, datetime, str]]] = {
    "week": _week,
    "weekend": _weekend,
    "monthly": _month,
    "year": _year,
}
