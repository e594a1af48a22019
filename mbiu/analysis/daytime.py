"""A day narrowed to a part of it or to a time of day."""

from dataclasses import replace
from datetime import datetime, timedelta

from mbiu.analysis.clocks import Clock
from mbiu.analysis.dates import Span

PARTS = {
    "dawn": (4, 7),
    "morning": (6, 12),
    "noon": (11, 14),
    "afternoon": (12, 18),
    "evening": (16, 20),
    "night": (18, 30),
}


def in_part(span: Span, part: str) -> Span:
    """The hours of *morning*, *night* and the like on the day that ``span`` begins."""
    low, high = PARTS[part]
    return replace(
        span,
        start=span.start + timedelta(hours=low),
        end=span.start + timedelta(hours=high),
        precision="part",
    )


def clocked(day: datetime, time: Clock, span: Span) -> Span:
    """The hour or minute of a time of day on ``day``, shown by the words of both."""
    start = day + timedelta(hours=time.hour, minutes=time.minute)
    wide = widened(span, time.first, time.last)
    if time.until is not None:
        return replace(wide, start=start, end=day + timedelta(minutes=time.until), precision="hour")
    length = timedelta(minutes=1) if time.exact else timedelta(hours=1)
    return replace(wide, start=start, end=start + length, precision="minute" if time.exact else "hour")


def widened(span: Span, first: int, last: int) -> Span:
    """The same time, shown by more characters."""
    return replace(span, first=min(span.first, first), last=max(span.last, last))
