"""Written dates: in figures, day first, or a day and the name of a month."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan

DAY = timedelta(days=1)
YEARS = range(1950, 2200)
_DATE = re.compile(
    r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d./-]|\s*(?:people|dead|cows))"
)
_ISO = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
_TWO_DIGIT_YEARS = 2000
_VERBS_TOO = frozenset(("may", "march"))


@dataclass(frozen=True)
class Span:
    """A span of time told by the characters ``first`` to ``last`` of the text."""

    start: datetime
    end: datetime
    precision: str
    first: int
    last: int


def written(scan: Scan, local: datetime | None, zone: timezone) -> Span | None:
    """A date in figures: day first, the year of sending where none is given."""
    if match := _ISO.search(scan.text):
        year, month, day = (int(part) for part in match.groups())
        return date(year, month, day, zone, match.span())
    for match in _DATE.finditer(scan.text):
        year = int(match[4]) if match[4] else (local.year if local and match[2] == "/" else 0)
        year += _TWO_DIGIT_YEARS if 0 < year < 100 else 0
        if year and (span := date(year, int(match[3]), int(match[1]), zone, match.span())):
            return span
    return _named_month(scan, local, zone)


def _named_month(scan: Scan, local: datetime | None, zone: timezone) -> Span | None:
    if local is None:
        return None
    for hit in filter(lambda hit: _is_month(scan, hit), scan.of("moments")):
        for index in (hit.first - 1, hit.first - 2, hit.last + 1):
            if 0 <= index < len(scan.tokens) and (day := _day_figure(scan, index)):
                start = min(scan.tokens[index].start, scan.tokens[hit.first].start)
                end = max(scan.tokens[index].end, scan.tokens[hit.last].end)
                month = int(hit.entry.code[6:])
                year = local.year - (month > local.month + 1)
                return date(year, month, day, zone, (start, end))
    return None


def _day_figure(scan: Scan, index: int) -> int:
    word = scan.tokens[index].folded
    return int(word) if word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31 else 0


def date(year: int, month: int, day: int, zone: timezone, span: tuple[int, int]) -> Span | None:
    """The day at characters ``span``; None where there is no such day within living memory."""
    if year not in YEARS:
        return None
    try:
        start = datetime(year, month, day, tzinfo=zone)
    except ValueError:
        return None
    return Span(start, start + DAY, "day", *span)


def _is_month(scan: Scan, hit: Hit) -> bool:
    token = scan.tokens[hit.first]
    named = hit.entry.code.startswith("month ") and hit.entry.code != "month -1"
    return named and (token.capital or token.folded not in _VERBS_TOO)
