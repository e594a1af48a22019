"""Times of day: *8pm*, *20h30*, *saa mbili usiku*, *between 2 and 4pm*."""

import re
from dataclasses import dataclass

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan

HALF_DAY = 12
PART_REACH = 4
_CLOCK = re.compile(
    r"(?<![\d.,:/-])(?:(?P<from>\d{1,2})(?:[:.][0-5]\d)?\s?(?:am|pm)?\s?(?:-|–|to|and|n|until|till)\s?)?"
    r"(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>am|pm|a\.m|p\.m|hrs|hours?\b(?!\s*(?:ago|later|drive))|o'?clock)\b"
    r"|(?P<french>[01]?\d|2[0-4])\s?(?:h|heures?\b)(?P<after>[0-5]\d)?(?![a-z])"
    r"|(?P<plain>[01]?\d|2[0-3]):(?P<colon>[0-5]\d)(?![\d:])"
    r"|(?P<four>[01]\d|2[0-3])(?P<last>[0-5]\d)\s?(?:hrs|hours|hr|h)\b)",
    re.IGNORECASE,
)
_MORNING = frozenset(("morning", "dawn"))
_LATE = frozenset(("evening", "afternoon", "night", "noon"))
_FRENCH_LENGTH = re.compile(r"(?:depuis|il y a|ya|pendant|durant|apres|après)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Clock:
    """A time of day at characters ``first`` to ``last``; ``until`` is the end of a stretch, in minutes."""

    hour: int
    minute: int
    exact: bool
    first: int
    last: int
    until: int | None = None


def clock(scan: Scan) -> Clock | None:
    """The first time of day that a text gives."""
    spoken = _counted_from_six(scan)
    if spoken is not None:
        return spoken
    if not any(token.folded[:1].isdecimal() for token in scan.tokens):
        return None
    for match in _CLOCK.finditer(scan.text):
        if found := _western(scan, match):
            return found
    return None


def _western(scan: Scan, match: re.Match[str]) -> Clock | None:
    hour = int(match["hour"] or match["french"] or match["plain"] or match["four"])
    told = match["minute"] or match["after"] or match["colon"] or match["last"]
    half = (match["half"] or "").lower().replace(".", "")
    if half.startswith("hour") and not told:
        return None
    if match["french"] and _FRENCH_LENGTH.search(scan.text[: match.start()]):
        return None
    if half in ("am", "pm"):
        if not 1 <= hour <= HALF_DAY:
            return None
        hour = hour % HALF_DAY + (HALF_DAY if half == "pm" else 0)
    elif hour <= HALF_DAY and not match["four"]:
        hour = _by_part(hour, parts_near(scan, match.start(), match.end()))
    start, until = _stretch(match, hour)
    if not 0 <= start < 24:
        return None
    return Clock(start, int(told or 0) if until is None else 0, bool(told), *match.span(), until)


def _stretch(match: re.Match[str], hour: int) -> tuple[int, int | None]:
    """*between 2 and 4pm*: the first hour is of the same half of the day."""
    if not match["from"]:
        return hour % 24, None
    start = int(match["from"])
    start += HALF_DAY if hour >= HALF_DAY and start < HALF_DAY and start + HALF_DAY < hour else 0
    return (start, hour * 60) if start < hour else (hour % 24, None)


def _by_part(hour: int, parts: set[str]) -> int:
    if parts & _LATE and not (parts & _MORNING) and (hour < HALF_DAY):
        return hour + HALF_DAY if not ("night" in parts and hour <= 4) else hour
    return hour % HALF_DAY if "night" in parts and hour == HALF_DAY else hour


def parts_near(scan: Scan, start: int, end: int) -> set[str]:
    """The parts of the day (``night``) named within a few words of some characters."""
    near = [i for i, token in enumerate(scan.tokens) if token.end > start and token.start < end]
    if not near:
        return set()
    low, high = near[0] - PART_REACH, near[-1] + PART_REACH
    return {part for hit in scan.of("moments") if low <= hit.first <= high for part in parts_of(hit)}


def parts_of(hit: Hit) -> tuple[str, ...]:
    """The part of the day that an entry such as ``part night``, ``day 0 morning`` or ``night -1`` names."""
    kind, _, rest = hit.entry.code.partition(" ")
    if kind == "part":
        return (rest,)
    if kind == "night":
        return ("night",)
    return tuple(rest.split()[1:]) if kind == "day" else ()


def _counted_from_six(scan: Scan) -> Clock | None:
    """``saa mbili usiku`` is eight in the evening: the day begins at six, in Swahili and in Luganda."""
    for hit in scan.of("moments"):
        if not hit.entry.code.startswith("clock"):
            continue
        index = hit.last + 1
        value, last = _number_at(scan, index)
        if not 1 <= value <= HALF_DAY:
            continue
        minute, last = _minutes(scan, last)
        parts = {
            part for i in range(hit.first - PART_REACH, last + PART_REACH) for part in _parts_at(scan, i)
        }
        hour = _arabic_hour(value, parts) if hit.entry.code == "clock ar" else _hour(value, parts)
        if hour is not None:
            span = (scan.tokens[hit.first].start, scan.tokens[last].end)
            return Clock(hour, minute, bool(minute), *span)
    return None


def _parts_at(scan: Scan, index: int) -> set[str]:
    return {part for hit in scan.starting("moments", index) for part in parts_of(hit)}


def _number_at(scan: Scan, index: int) -> tuple[int, int]:
    if index >= len(scan.tokens):
        return 0, index
    word = scan.tokens[index].folded
    if word.isdecimal():
        return (int(word), index) if len(word) <= 2 else (0, index)
    found = [hit for hit in scan.starting("numbers", index) if hit.entry.code[0] == "="]
    hit = max(found, key=lambda one: one.size, default=None)
    if hit is None:
        return 0, index
    value = int(hit.entry.code[1:])
    if value == 10 and (more := _unit_after(scan, hit.last)):
        return value + more, hit.last + 2
    return value, hit.last


def _unit_after(scan: Scan, last: int) -> int:
    """``kumi na moja``: eleven o'clock."""
    if last + 2 >= len(scan.tokens) or scan.tokens[last + 1].folded != "na":
        return 0
    codes = [hit.entry.code for hit in scan.starting("numbers", last + 2)]
    return next((int(code[1:]) for code in codes if code in ("=1", "=2")), 0)


def _minutes(scan: Scan, last: int) -> tuple[int, int]:
    """*na nusu*, *na robo*, ``:30`` behind the hour."""
    words = [token.folded for token in scan.tokens[last + 1 : last + 3]]
    if len(words) == 2 and words[0] in ("na", "ne") and words[1] in ("nusu", "robo", "kitundu"):
        return (15 if words[1] == "robo" else 30), last + 2
    token = scan.tokens[last]
    match = re.match(r"[:.]([0-5]\d)(?!\d)", scan.text[token.end : token.end + 4])
    return (int(match[1]), last + 1) if match and last + 1 < len(scan.tokens) else (0, last)


def _hour(value: int, parts: set[str]) -> int | None:
    if not parts:
        return None
    hour = (value + 6) % HALF_DAY
    night = "night" in parts and value < 6
    noon = bool(parts & {"noon", "afternoon"}) and value >= 6 and value != HALF_DAY
    late = night or noon or "evening" in parts
    return hour + HALF_DAY if late else hour


def _arabic_hour(value: int, parts: set[str]) -> int | None:
    if not parts:
        return None
    return _by_part(value, parts) % 24
