"""When it happened, relative to the time of sending and in the local time of the country."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from mbiu.analysis.clocks import Clock, clock, parts_of
from mbiu.analysis.dates import DAY, Span, day_after, month, nearest_day, written
from mbiu.analysis.daytime import PARTS, clocked, in_part, widened
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.reading import Evidence, When
from mbiu.analysis.relative import LONGER, ago, lasting, years
from mbiu.analysis.scan import Scan
from mbiu.analysis.timing import Telling

OFFSET_HOURS = {"SS": 2, "RW": 2, "BI": 2, "CD": 2, "SD": 2, "ZM": 2, "MW": 2, "MZ": 2, "CF": 1, "CG": 1}
DEFAULT_OFFSET = 3
FIRST_YEAR, LAST_YEAR = 1970, 2200
NEAR = 5
SINCE_REACH = 3
_NIGHT = timedelta(hours=18)
_WEEK = 7 * DAY


@dataclass(frozen=True)
class Moment:
    """What a text says of the time. ``past`` is True for a time before sending, False for one after."""

    when: When | None
    past: bool | None
    evidence: tuple[Evidence, ...]


class _Told(NamedTuple):
    """One of the times that a text tells; the lowest rank is the surest."""

    rank: int
    span: Span


def moment(scan: Scan, sent_at: datetime | None, country: str | None, *, ahead: bool = False) -> Moment:
    """The time that a text speaks of. Without ``sent_at`` (aware) only full dates can be told;
    ``ahead`` says that the text speaks of what is to come, so that *Friday* is the next one."""
    zone = timezone(timedelta(hours=OFFSET_HOURS.get(country or "", DEFAULT_OFFSET)))
    local = _local(sent_at, zone)
    span = written(scan, local, zone, ahead=ahead)
    if span is not None:
        return _moment(scan, _at_clock(scan, span), local)
    if local is None:
        return Moment(None, None, ())
    text = Telling(scan, local, ahead)
    told = sorted(_all(text), key=lambda one: (one.rank, one.span.first))
    vague = not told or told[0].span.precision == "year"
    if vague and (named := month(scan, local, zone, ahead=ahead)):
        return _moment(scan, named, local)
    return _moment(scan, told[0].span, local) if told else Moment(None, None, ())


def _local(sent_at: datetime | None, zone: timezone) -> datetime | None:
    if sent_at is None or not FIRST_YEAR <= sent_at.year < LAST_YEAR:
        return None
    aware = sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)
    return aware.astimezone(zone)


def _moment(scan: Scan, span: Span, local: datetime | None) -> Moment:
    past = None if local is None else span.start <= local
    why = "words of time, counted from when the message was sent"
    seen = Evidence(
        "when", span.start.isoformat(), span.first, span.last, scan.text[span.first : span.last], why
    )
    return Moment(When(span.start, span.end, span.precision), past, (seen,))


def _at_clock(scan: Scan, span: Span) -> Span:
    """A written day, narrowed by a time of day in the same text."""
    time = clock(scan) if span.precision == "day" else None
    return clocked(span.start, time, span) if time else span


def _all(text: Telling) -> Iterator[_Told]:
    """Every time that the text tells, with how sure it is."""
    time = clock(text.scan)
    for hit in text.scan.of("moments"):
        kind, _, value = hit.entry.code.partition(" ")
        if kind in _WAYS and not text.only_ends(hit):
            rank, span = _WAYS[kind](text, hit, value, time)
            if span is not None:
                yield _Told(rank + 5 * text.is_aftermath(hit), _since(text, hit, span))
    if time is not None:
        yield _Told(4, _hour(text, time))
    yield from (_Told(8, span) for span in years(text.scan, text.local))


def _since(text: Telling, hit: Hit, span: Span) -> Span:
    """*since yesterday* lasts until the message was sent."""
    before = range(max(0, hit.first - SINCE_REACH), hit.first)
    since = any(one.entry.code == "since" for i in before for one in text.scan.ending("moments", i))
    inside = text.scan.tokens[hit.first - 1].folded not in ("to", "a", "hadi") if hit.first else True
    return replace(span, end=text.local) if since and inside and span.start < text.local else span


def _span(scan: Scan, hit: Hit, start: datetime, end: datetime, precision: str) -> Span:
    return Span(start, end, precision, scan.tokens[hit.first].start, scan.tokens[hit.last].end)


def _day(text: Telling, hit: Hit, value: str, time: Clock | None) -> tuple[int, Span | None]:
    days, _, part = value.partition(" ")
    start = text.today + int(days) * DAY
    span = _span(text.scan, hit, start, start + DAY, "day")
    return 1, _narrowed(text, hit, span, part, time)


def _narrowed(text: Telling, hit: Hit, span: Span, part: str, time: Clock | None) -> Span:
    """A day, narrowed by a time of day, or by *morning*, *jioni* close by."""
    if time is not None:
        return clocked(span.start, time, span)
    if part:
        return in_part(span, part)
    for index in range(max(0, hit.first - NEAR), hit.last + NEAR + 1):
        for other in text.scan.starting("moments", index):
            near = other.first - hit.last <= NEAR and hit.first - other.last <= NEAR
            if near and other.entry.code.startswith("part") and not text.only_ends(other):
                scan = text.scan
                wide = widened(span, scan.tokens[other.first].start, scan.tokens[other.last].end)
                return in_part(wide, parts_of(other)[0])
    return span


def _night(text: Telling, hit: Hit, value: str, time: Clock | None) -> tuple[int, Span | None]:
    """The night that begins on a day; an hour before noon belongs to the next morning."""
    day = text.today + int(value) * DAY
    span = _span(text.scan, hit, day + _NIGHT, day + _NIGHT + DAY / 2, "part")
    if time is not None:
        return 1, clocked(day + (DAY if time.hour < 12 else 0 * DAY), time, span)
    return 1, span


def _weekday(text: Telling, hit: Hit, value: str, time: Clock | None) -> tuple[int, Span | None]:
    back = (text.local.weekday() - int(value)) % 7 or 7
    start = text.today - back * DAY
    if text.beside(hit, "next") or (text.looks_ahead(hit) and not text.beside(hit, "last")):
        start += _WEEK
        start += _WEEK if start <= text.today else 0 * DAY
    span = _span(text.scan, hit, start, start + DAY, "day")
    if before := text.night_before(hit):
        return 1, replace(
            span, start=start + _NIGHT, end=start + _NIGHT + DAY / 2, precision="part", first=before
        )
    return 1, _narrowed(text, hit, span, "", time)


def _dayofmonth(text: Telling, hit: Hit, _: str, time: Clock | None) -> tuple[int, Span | None]:
    """*tarehe 5*, *on the 5th*: the latest such day, or the next where the text looks ahead."""
    day, last = day_after(text.scan, hit)
    start = nearest_day(text.local, day, ahead=text.looks_ahead(hit)) if day else None
    if start is None:
        return 1, None
    place = (text.scan.tokens[hit.first].start, text.scan.tokens[last].end)
    return 1, _narrowed(text, hit, Span(start, start + DAY, "day", *place), "", time)


def _ago(text: Telling, hit: Hit, value: str, time: Clock | None) -> tuple[int, Span | None]:
    found = ago(text.scan, hit, value, text.local)
    if found is None or found.precision != "day":
        return 1, found
    return 1, _narrowed(text, hit, found, "", time)


def _for(text: Telling, hit: Hit, value: str, _: Clock | None) -> tuple[int, Span | None]:
    return 2, lasting(text.scan, hit, value, text.local)


def _longer(text: Telling, hit: Hit, value: str, _: Clock | None) -> tuple[int, Span | None]:
    kind = hit.entry.code.partition(" ")[0]
    start, end, precision = LONGER[kind](text.today, int(value))
    ends = min(end, text.local) if start <= text.local < end and not text.looks_ahead(hit) else end
    return 2, _span(text.scan, hit, start, ends, precision)


def _part(text: Telling, hit: Hit, value: str, time: Clock | None) -> tuple[int, Span | None]:
    """A bare *in the evening*: the last one that has begun, if the text tells what happened."""
    if time is not None or not text.tells(hit):
        return 5, None
    low, high = PARTS[value]
    day = text.today
    if day + timedelta(hours=low) > text.local:
        day -= DAY
    return 5, _span(text.scan, hit, day + timedelta(hours=low), day + timedelta(hours=high), "part")


def _now(text: Telling, hit: Hit, _: str, time: Clock | None) -> tuple[int, Span | None]:
    hour = timedelta(hours=1)
    return 6, None if time else _span(text.scan, hit, text.local - hour, text.local + hour, "hour")


def _recent(text: Telling, hit: Hit, _: str, __: Clock | None) -> tuple[int, Span | None]:
    return 7, _span(text.scan, hit, text.today - _WEEK, text.local, "week")


def _hour(text: Telling, time: Clock) -> Span:
    """A bare clock time: the last one that has passed, or the next where the text looks ahead."""
    span = clocked(text.today, time, Span(text.today, text.today, "hour", time.first, time.last))
    shift = 0 * DAY
    if span.start > text.local and not text.ahead:
        shift = -DAY
    elif text.ahead and span.start < text.local:
        shift = DAY
    return replace(span, start=span.start + shift, end=span.end + shift)


_WAYS = {
    "day": _day,
    "night": _night,
    "weekday": _weekday,
    "dayofmonth": _dayofmonth,
    "ago": _ago,
    "for": _for,
    "week": _longer,
    "weekend": _longer,
    "monthly": _longer,
    "year": _longer,
    "part": _part,
    "now": _now,
    "recent": _recent,
}
