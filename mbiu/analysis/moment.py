"""When it happened, relative to the time of sending and in the local time of the country."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from mbiu.analysis.dates import DAY, Span, date, written
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.reading import Evidence, When
from mbiu.analysis.scan import Scan

OFFSET_HOURS = {"SS": 2, "RW": 2, "BI": 2, "CD": 2}
DEFAULT_OFFSET = 3
PARTS = {
    "dawn": (4, 7),
    "morning": (6, 12),
    "noon": (11, 14),
    "afternoon": (12, 18),
    "evening": (16, 20),
    "night": (18, 30),
}
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})(?:[:.](\d\d))?\s?(am|pm|hrs|hours)\b|(?<!\d)([01]?\d|2[0-3]):([0-5]\d)(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Moment:
    """What a text says of the time. ``past`` is True for a time before sending, False for one after."""

    when: When | None
    past: bool | None
    evidence: tuple[Evidence, ...]


def moment(scan: Scan, sent_at: datetime | None, country: str | None, *, ahead: bool = False) -> Moment:
    """The time that a text speaks of. Without ``sent_at`` (aware) only full dates can be told;
    ``ahead`` says that the text speaks of what is to come, so that *Friday* is the next one."""
    local = None if sent_at is None or not 1970 <= sent_at.year < 2200 else _local(sent_at, country)
    full = written(scan, local, _zone(country))
    if full is not None:
        return _moment(scan, full, local)
    if local is None:
        return Moment(None, None, ())
    span = _relative(scan, local, ahead=ahead)
    return _moment(scan, span, local) if span else Moment(None, None, ())


def _zone(country: str | None) -> timezone:
    return timezone(timedelta(hours=OFFSET_HOURS.get(country or "", DEFAULT_OFFSET)))


def _local(sent_at: datetime, country: str | None) -> datetime:
    aware = sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)
    return aware.astimezone(_zone(country))


def _moment(scan: Scan, span: Span, local: datetime | None) -> Moment:
    past = None if local is None else span.start <= local
    why = "words of time, counted from when the message was sent"
    seen = Evidence(
        "when", span.start.isoformat(), span.first, span.last, scan.text[span.first : span.last], why
    )
    return Moment(When(span.start, span.end, span.precision), past, (seen,))


def _relative(scan: Scan, local: datetime, *, ahead: bool) -> Span | None:
    """The first of the ways of telling time, surest first, that this text uses."""
    hits = scan.of("moments")
    if not hits and _CLOCK.search(scan.text) is None:
        return None
    for way in (_ago, _night, _day, _weekday, _dayofmonth, _longer, _hour, _part, _now):
        span = way(scan, hits, local)
        if span and way is _weekday and ahead and span.start < local:
            week = timedelta(days=7)
            span = replace(span, start=span.start + week, end=span.end + week)
        if span is not None:
            return span
    return None


def _span(
    scan: Scan, hit: Hit, start: datetime, end: datetime, precision: str, other: Hit | None = None
) -> Span:
    hits = [hit, other] if other else [hit]
    first = min(scan.tokens[one.first].start for one in hits)
    last = max(scan.tokens[one.last].end for one in hits)
    return Span(start, end, precision, first, last)


def _coded(hits: list[Hit], kind: str) -> list[tuple[Hit, str]]:
    return [
        (hit, hit.entry.code.partition(" ")[2]) for hit in hits if hit.entry.code.partition(" ")[0] == kind
    ]


def _ago(scan: Scan, hits: list[Hit], local: datetime) -> Span | None:
    for hit, unit in _coded(hits, "ago"):
        value = _beside(scan, hit)
        if value is None:
            continue
        if unit in ("minute", "hour"):
            back = timedelta(**{unit + "s": value})
            return _span(scan, hit, local - back, local, "hour")
        days = {"day": 1, "week": 7, "month": 30}[unit] * value
        start = _midnight(local) - min(days, 3650) * DAY
        return _span(
            scan, hit, start, start + DAY * (1 if unit == "day" else 7), "day" if unit == "day" else "week"
        )
    return None


def _beside(scan: Scan, hit: Hit) -> int | None:
    """The number before *days ago*, or inside *siku mbili zilizopita*."""
    figures = {h.first: int(h.entry.code[1:]) for h in scan.of("numbers") if h.entry.code[0] == "="}
    for index in (hit.first - 1, hit.first + 1):
        if 0 <= index < len(scan.tokens):
            word = scan.tokens[index].folded
            if word.isdecimal() and len(word) <= 3:
                return int(word)
            if index in figures:
                return figures[index]
    return None


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _night(scan: Scan, hits: list[Hit], local: datetime) -> Span | None:
    for hit, days in _coded(hits, "night"):
        start = _midnight(local) + int(days) * DAY + timedelta(hours=18)
        return _span(scan, hit, start, start + timedelta(hours=12), "part")
    return None


def _day(scan: Scan, hits: list[Hit], local: datetime) -> Span | None:
    for hit, days in _coded(hits, "day"):
        return _with_part(scan, hit, hits, _midnight(local) + int(days) * DAY)
    return None


def _with_part(scan: Scan, hit: Hit, hits: list[Hit], day: datetime) -> Span:
    """A day, narrowed by *morning*, *jioni* or a clock time close by."""
    if (clock := _clock(scan)) is not None:
        start = day + timedelta(hours=clock[0], minutes=clock[1])
        return _span(scan, hit, start, start + timedelta(hours=1), "hour")
    for other, part in _coded(hits, "part"):
        if abs(other.first - hit.last) <= 4:
            low, high = PARTS[part]
            return _span(scan, hit, day + timedelta(hours=low), day + timedelta(hours=high), "part", other)
    return _span(scan, hit, day, day + DAY, "day")


def _clock(scan: Scan) -> tuple[int, int] | None:
    if swahili := _swahili_clock(scan):
        return swahili
    match = _CLOCK.search(scan.text)
    if match is None:
        return None
    hour, minute = int(match[1] or match[4]), int(match[2] or match[5] or 0)
    half = (match[3] or "").lower()
    if half in ("am", "pm"):
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif half == "hours" and not match[2]:
        return None
    return (hour, minute) if hour < 24 and minute < 60 else None


def _swahili_clock(scan: Scan) -> tuple[int, int] | None:
    """``saa mbili usiku`` is eight in the evening: the Swahili day begins at six in the morning."""
    parts = {part for _, part in _coded(scan.of("moments"), "part")}
    for hit, _ in _coded(scan.of("moments"), "clock"):
        value = _beside(scan, hit)
        if value and 1 <= value <= 12 and parts:
            hour = (value + 6) % 12
            late = (
                parts & {"evening", "afternoon"}
                or ("night" in parts and value <= 6)
                or ("noon" in parts and value >= 6)
            )
            return hour + (12 if late else 0), 0
    return None


def _weekday(scan: Scan, hits: list[Hit], local: datetime) -> Span | None:
    ahead = bool(_coded(hits, "next"))
    for hit, day in _coded(hits, "weekday"):
        back = (local.weekday() - int(day)) % 7 or 7
        back = back - 7 if ahead or scan.ahead(hit) else back
        start = _midnight(local) - (back or -7) * DAY
        return _with_part(scan, hit, hits, start)
    return None


def _dayofmonth(scan: Scan, hits: list[Hit], local: datetime) -> Span | None:
    for hit, _ in _coded(hits, "dayofmonth"):
        day = _beside(scan, hit)
        if day and 1 <= day <= 31:
            month = local.month if day <= local.day + 7 else local.month - 1
            year = local.year if month else local.year - 1
            span = (
                scan.tokens[hit.first].start,
                scan.tokens[hit.last + 1].end if hit.last + 1 < len(scan.tokens) else 0,
            )
            if span[1] > span[0] and local.tzinfo:
                return date(year, month or 12, day, _as_zone(local), span)
    return None


def _as_zone(local: datetime) -> timezone:
    return timezone(local.utcoffset() or timedelta())


def _longer(scan: Scan, hits: list[Hit], local: datetime) -> Span | None:
    today = _midnight(local)
    starts: dict[str, Callable[[int], tuple[datetime, int]]] = {
        "week": lambda n: (today + (7 * n - local.weekday()) * DAY, 7),
        "year": lambda n: (today.replace(year=local.year + n, month=1, day=1), 365),
    }
    for kind, start_of in starts.items():
        for hit, value in _coded(hits, kind):
            start, days = start_of(int(value))
            return _span(scan, hit, start, start + days * DAY, kind)
    for hit, value in _coded(hits, "month"):
        if value == "-1":
            end = today.replace(day=1)
            return _span(scan, hit, (end - DAY).replace(day=1), end, "month")
    for hit, _ in _coded(hits, "recent"):
        return _span(scan, hit, today - 7 * DAY, local, "week")
    return None


def _hour(scan: Scan, _hits: list[Hit], local: datetime) -> Span | None:
    """A bare clock time: the last one that has passed."""
    clock = _clock(scan)
    match = _CLOCK.search(scan.text)
    if clock is None or match is None:
        return None
    start = _midnight(local) + timedelta(hours=clock[0], minutes=clock[1])
    start -= DAY if start > local else timedelta()
    return Span(start, start + timedelta(hours=1), "hour", *match.span())


def _part(scan: Scan, hits: list[Hit], local: datetime) -> Span | None:
    """A bare *in the evening*: the last one that has begun."""
    for hit, part in _coded(hits, "part"):
        low, high = PARTS[part]
        day = _midnight(local)
        if day + timedelta(hours=low) > local:
            day -= DAY
        return _span(scan, hit, day + timedelta(hours=low), day + timedelta(hours=high), "part")
    return None


def _now(scan: Scan, hits: list[Hit], local: datetime) -> Span | None:
    for hit, _ in _coded(hits, "now"):
        return _span(scan, hit, local - timedelta(hours=1), local + timedelta(hours=1), "hour")
    return None
