"""Written dates: in figures, day first, or a day and the name of a month."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan

DAY = timedelta(days=1)
YEARS = range(1950, 2200)
AHEAD_DAYS = 60
_DATE = re.compile(r"(?<![\d.,/-])(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d/-]|\.\d|,\d\d)")
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_TWO_DIGIT_YEARS = 2000
_MONTHS = 12
_SMALL = frozenset(
    [
        "of",
        "the",
        "st",
        "nd",
        "rd",
        "th",
        "er",
        "ya",
        "wa",
        "le",
        "mwezi",
        "tarehe",
        "d",
        "du",
        "el",
        "al",
        "de",
        "month",
    ]
)
_ORDINAL = frozenset(("st", "nd", "rd", "th"))
_VERBS_TOO = frozenset(["may", "march", "mar"])
_WORDS_TOO = frozenset(["mars", "mar", "jan", "mei", "sep", "dec"])
_LEAD = frozenset(
    [
        "on",
        "of",
        "since",
        "from",
        "until",
        "till",
        "by",
        "dated",
        "date",
        "the",
        "in",
        "during",
        "last",
        "next",
        "early",
        "late",
        "mid",
        "end",
    ]
)
_UNCOUNTED = ("other", "acted", "stolen", "taken", "harmed", "kept")
_TO = frozenset(["to", "au", "hadi", "mpaka", "and", "et", "na"])


class Written(NamedTuple):
    """A date as written; ``year`` and ``day`` are 0 where the text has none; ``to`` ends several days."""

    year: int
    month: int
    day: int
    first: int
    last: int
    to: int = 0


@dataclass(frozen=True)
class Span:
    """A span of time told by the characters ``first`` to ``last`` of the text."""

    start: datetime
    end: datetime
    precision: str
    first: int
    last: int


def written(scan: Scan, local: datetime | None, zone: timezone, *, ahead: bool = False) -> Span | None:
    """The first full date of a text: day first, the year of sending where none is given."""
    for found in dates(scan):
        if found.day and (span := resolved(found, local, zone, ahead=ahead)):
            return span
    return None


def month(scan: Scan, local: datetime, zone: timezone, *, ahead: bool = False) -> Span | None:
    """A month named without a day."""
    for found in dates(scan):
        if not found.day and (span := resolved(found, local, zone, ahead=ahead)):
            return span
    return None


def day_after(scan: Scan, hit: Hit) -> tuple[int, int]:
    """The day of the month named right behind some words and its last token; 0 where there is none."""
    at = hit.last + 1
    day = _day_figure(scan, at)
    after = at + 1 < len(scan.tokens) and scan.tokens[at + 1].folded in _ORDINAL
    spoken = day and not scan.tokens[at].folded.isdecimal()
    if not day or (spoken and hit.entry.language != "sw") or _is_counted(scan, scan.tokens[at + after].end):
        return 0, at
    if scan.text[scan.tokens[at].end : scan.tokens[at].end + 1] in tuple(":/.h%") and not after:
        return 0, at
    counted = any(one.entry.code != "other" for one in scan.ending("counts", hit.first - 1))
    needs = hit.entry.language == "en" and scan.tokens[hit.last].folded in ("the", "on")
    return (0, at) if (needs and not after) or counted else (day, at + after)


def nearest_day(local: datetime, day: int, *, ahead: bool) -> datetime | None:
    """The latest such day of a month, at most a week ahead; the next one if the text looks ``ahead``."""
    today = local.replace(hour=0, minute=0, second=0, microsecond=0)
    months = [(today.year * 12 + today.month - 1 + shift) for shift in ((0, 1) if ahead else (0, -1, -2))]
    for count in months:
        try:
            found = today.replace(year=count // 12, month=count % 12 + 1, day=day)
        except ValueError:
            continue
        if (found >= today) if ahead else (found <= today + 7 * DAY):
            return found
    return None


def date_spans(scan: Scan) -> list[tuple[int, int]]:
    """The characters of all dates that a text writes out."""
    return [(found.first, found.last) for found in dates(scan)]


def dates(scan: Scan) -> Iterator[Written]:
    """All written dates, those in figures first."""
    for match in _ISO.finditer(scan.text):
        yield Written(int(match[1]), int(match[3]), int(match[4]), *match.span())
    for match in _DATE.finditer(scan.text):
        if found := _in_figures(scan, match):
            yield found
    for hit in scan.of("moments"):
        is_name = hit.entry.code.startswith("month ") and hit.entry.code[6:].isdecimal()
        if is_name and (found := _named(scan, hit)):
            yield found
        elif hit.entry.code.startswith("feast "):
            month, day = (int(part) for part in hit.entry.code.split()[1:])
            yield Written(0, month, day, scan.tokens[hit.first].start, scan.tokens[hit.last].end)


def resolved(found: Written, local: datetime | None, zone: timezone, *, ahead: bool) -> Span | None:
    """The day or month meant; without a year the nearest that fits past or future. None where impossible."""
    year = found.year or (local.year if local else 0)
    span = _span(found, year, zone)
    if span is None or found.year or local is None:
        return span
    if span.start > local + (300 if ahead else AHEAD_DAYS) * DAY:
        return _span(found, year - 1, zone)
    if ahead and span.end < local:
        return _span(found, year + 1, zone)
    return span


def _span(found: Written, year: int, zone: timezone) -> Span | None:
    if year not in YEARS:
        return None
    place = (found.first, found.last)
    try:
        start = datetime(year, found.month, found.day or 1, tzinfo=zone)
        if not found.day:
            after = datetime(year + found.month // _MONTHS, found.month % _MONTHS + 1, 1, tzinfo=zone)
            return Span(start, after, "month", *place)
        end = datetime(year, found.month, found.to, tzinfo=zone) if found.to else start
    except ValueError:
        return None
    return Span(start, end + DAY, "week" if found.to else "day", *place)


def _in_figures(scan: Scan, match: re.Match[str]) -> Written | None:
    day, month, year = int(match[1]), int(match[3]), int(match[4] or 0)
    if month > _MONTHS >= day and match[4]:
        day, month = month, day
    if not (1 <= day <= 31 and 1 <= month <= _MONTHS) or (day, month) == (24, 7):
        return None
    if not match[4] and (match[2] != "/" or (day < month <= 5 and _is_counted(scan, match.end()))):
        return None
    year += _TWO_DIGIT_YEARS if 0 < year < 100 else 0
    return Written(year, month, day, *match.span())


def _is_counted(scan: Scan, end: int) -> bool:
    """Whether a noun or outcome follows: ``2/3 people`` is a fraction or a range."""
    index = next((i for i, token in enumerate(scan.tokens) if token.start >= end), None)
    if index is None:
        return False
    nouns = [hit for hit in scan.starting("counts", index) if hit.entry.code not in _UNCOUNTED]
    return bool(nouns or scan.starting("actors", index)) or scan.tokens[index].folded in ("of", "de")


def _named(scan: Scan, hit: Hit) -> Written | None:
    """A month by its name with the day before or after it, or by itself."""
    month = int(hit.entry.code[6:])
    first, day, to = _day_before(scan, hit.first)
    last = hit.last
    if not day:
        last, day = _day_after(scan, hit.last)
    year, last = _year_after(scan, last)
    if not _is_month(scan, hit, first, last, year):
        return None
    return Written(year, month, day, scan.tokens[first].start, scan.tokens[last].end, to)


def _day_before(scan: Scan, index: int) -> tuple[int, int, int]:
    """First token, day and last day of ``5th of``, ``10 - 12``, ``le 3`` before a month."""
    at = index - 1
    while at >= max(0, index - 3) and scan.tokens[at].folded in _SMALL:
        at -= 1
    day = _day_figure(scan, at)
    if not day:
        return index, 0, 0
    joined = at > 1 and scan.tokens[at - 1].folded in _TO
    earlier = at - 1 - joined
    earlier -= earlier > 0 and scan.tokens[earlier].folded in _ORDINAL
    gap = scan.text[scan.tokens[earlier].end : scan.tokens[at].start].strip() if earlier >= 0 else ""
    start = _day_figure(scan, earlier)
    if 0 < start < day and (gap in ("-", "–") or joined):
        return earlier, start, day
    return at, day, 0


def _day_after(scan: Scan, last: int) -> tuple[int, int]:
    at = last + 1
    if at < len(scan.tokens) and scan.tokens[at].folded in ("the", "tarehe"):
        at += 1
    day = _day_figure(scan, at)
    if not day or _is_counted(scan, scan.tokens[at].end):
        return last, 0
    return at + (at + 1 < len(scan.tokens) and scan.tokens[at + 1].folded in _ORDINAL), day


def _year_after(scan: Scan, last: int) -> tuple[int, int]:
    for at in (last + 1, last + 2):
        word = scan.tokens[at].folded if at < len(scan.tokens) else ""
        if word.isdecimal() and len(word) == 4:
            return (int(word), at) if int(word) in YEARS else (0, last)
        if word not in _ORDINAL and word not in ("mwaka", "of", "wa"):
            break
    return 0, last


def _day_figure(scan: Scan, index: int) -> int:
    if not 0 <= index < len(scan.tokens):
        return 0
    word = scan.tokens[index].folded
    if word.isdecimal():
        return int(word) if len(word) <= 2 and 1 <= int(word) <= 31 else 0
    values = (hit.entry.code for hit in scan.ending("numbers", index) if hit.first == hit.last)
    return next((int(code[1:]) for code in values if code[0] == "=" and 0 < int(code[1:]) <= 31), 0)


def _is_month(scan: Scan, hit: Hit, first: int, last: int, year: int) -> bool:
    """A name that is also a word of another meaning needs a capital, a cue or a year beside it."""
    token = scan.tokens[hit.first]
    alone = first == hit.first and last == hit.last
    before = scan.tokens[first - 1].folded if first else ""
    if year or before in _LEAD:
        return True
    if token.folded in _VERBS_TOO:
        ordinal = any(scan.tokens[i].folded in _ORDINAL for i in range(first, last + 1))
        return ordinal or (token.capital and not alone)
    return not alone or token.folded not in _WORDS_TOO
