"""Distances and directions: *5 km north of Lodwar*, *kilomita kumi kutoka*, *mairo bbiri okuva e*."""

import re
from dataclasses import dataclass
from math import atan2, cos, degrees, radians, sin

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

KM_A_DEGREE = 111.2
LONGEST_KM = 300.0
SHORT_UNIT = 0.01
BEARING_REACH = 4
MOST = 20
DOUBT = 0.25
_DECIMAL = re.compile(r"[.,٫]")
_RANGE = re.compile(r"\s?[-–—]\s?")
_SMALL = grammar("small") | frozenset(("to", "away", "about", "na", "de", "au", "mu", "side", "wa", "bwa"))
_LINKS = grammar("link")
_HALF = ("half", "nusu", "demi")


@dataclass(frozen=True)
class Distance:
    """A distance in the tokens ``first`` to ``last`` (its direction included).

    ``bearing`` is in degrees from north, or None where the text names no direction.
    """

    km: float
    bearing: float | None
    first: int
    last: int


def distances(scan: Scan) -> list[Distance]:
    """All distances of a text. Metres count only as *200 metres* or with a direction."""
    units = {hit.first: hit for hit in scan.of("cues") if hit.entry.code.startswith("unit")}
    if not units:
        return []
    marks = _Marks(scan)
    return [one for unit in list(units.values())[:MOST] if (one := _at(marks, unit))]


def measuring(scan: Scan) -> frozenset[int]:
    """The tokens that distances are made of: the numbers among them count no people and no animals."""
    return frozenset(index for one in distances(scan) for index in range(one.first, one.last + 1))


def moved(lat: float, lon: float, km: float, bearing: float) -> tuple[float, float]:
    """The point ``km`` away in direction ``bearing`` (degrees from north), good to 1 % below 300 km."""
    north, east = cos(radians(bearing)) * km, sin(radians(bearing)) * km
    return (
        round(lat + north / KM_A_DEGREE, 5),
        round(lon + east / (KM_A_DEGREE * max(0.1, cos(radians(lat)))), 5),
    )


def direction(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """The bearing from one point to another in degrees from north."""
    east = (to_lon - lon) * cos(radians((lat + to_lat) / 2))
    return degrees(atan2(east, to_lat - lat)) % 360


class _Marks:
    """The words of direction and of number in a text, by where they begin and end."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.follow: dict[int, set[str]] = {}
        self.bearings: list[Hit] = []
        for hit in scan.of("cues"):
            kind = hit.entry.code.split()[0]
            self.follow.setdefault(hit.first, set()).add(kind)
            if kind == "bearing":
                self.bearings.append(hit)
        numbers = [hit for hit in scan.of("numbers") if _counts(hit)]
        self.ending = {hit.last: hit for hit in numbers}
        self.beginning = {hit.first: hit for hit in numbers}


def _counts(hit: Hit) -> bool:
    return hit.entry.code[0] in "=*^~" and len(hit.entry.code) > 1


def _at(marks: _Marks, unit: Hit) -> Distance | None:
    factor = float(unit.entry.code.split()[1])
    scan = marks.scan
    after, before = _number_after(marks, unit), _number_before(marks, unit)
    number = before
    if after and (before is None or _goes_on(marks, after[2])):
        number = after
    if number is None:
        return None
    value, first, last = number
    first, last = min(first, unit.first), max(last, unit.last)
    bearing = _bearing(marks, first, last)
    km = value * factor
    if not 0 < km <= LONGEST_KM or (factor < SHORT_UNIT and _doubtful(scan, unit, bearing)):
        return None
    degrees_ = float(bearing.entry.code.split()[1]) if bearing else None
    return Distance(km, degrees_, first, _end(last, bearing))


def _doubtful(scan: Scan, unit: Hit, bearing: Hit | None) -> bool:
    """``5m`` is more often five million than five metres."""
    return len(scan.tokens[unit.first].folded) == 1 and bearing is None


def _end(last: int, bearing: Hit | None) -> int:
    return max(last, bearing.last) if bearing else last


def _goes_on(marks: _Marks, last: int) -> bool:
    """Whether a word of direction or origin follows, so that the number before belongs to something else."""
    return not marks.follow.get(last + 1, set()).isdisjoint(("bearing", "from", "to", "near"))


def _number_before(marks: _Marks, unit: Hit) -> tuple[float, int, int] | None:
    scan = marks.scan
    last = unit.first - 1
    if last < 0 or scan.tokens[last].sentence != scan.tokens[unit.first].sentence:
        return None
    if not scan.tokens[last].folded.isdecimal():
        return _half(scan, last) or _words(marks, last, ends=True)
    value, first = _figure_back(scan, last)
    if first > 0 and _joined(scan, first - 1, _RANGE):
        low, first = _figure_back(scan, first - 1)
        value = (low + value) / 2
    return value, first, last


def _half(scan: Scan, last: int) -> tuple[float, int, int] | None:
    """*Half a* or *nusu* before a unit."""
    first = last - 1 if last and scan.tokens[last].folded == "a" else last
    return (0.5, first, last) if scan.tokens[first].folded in _HALF else None


def _figure_back(scan: Scan, last: int) -> tuple[float, int]:
    tokens = scan.tokens
    if last > 0 and _joined(scan, last - 1, _DECIMAL):
        return float(f"{tokens[last - 1].folded}.{tokens[last].folded}"), last - 1
    return float(tokens[last].folded[:6]), last


def _number_after(marks: _Marks, unit: Hit) -> tuple[float, int, int] | None:
    scan, first = marks.scan, unit.last + 1
    tokens = scan.tokens
    if first < len(tokens) and tokens[first].folded in ("kama", "takriban", "nga", "hivi"):
        first += 1
    if first >= len(tokens) or tokens[first].sentence != tokens[unit.first].sentence:
        return None
    if not tokens[first].folded.isdecimal():
        return _words(marks, first, ends=False)
    if _joined(scan, first, _DECIMAL):
        return float(f"{tokens[first].folded}.{tokens[first + 1].folded}"), first, first + 1
    return float(tokens[first].folded[:6]), first, first


def _joined(scan: Scan, index: int, by: re.Pattern[str]) -> bool:
    """Whether two figures are tied by a decimal sign or a dash."""
    if index + 1 >= len(scan.tokens):
        return False
    one, two = scan.tokens[index], scan.tokens[index + 1]
    figures = one.folded.isdecimal() and two.folded.isdecimal() and len(one.folded) < 5
    return figures and by.fullmatch(scan.text[one.end : two.start]) is not None


def _words(marks: _Marks, index: int, *, ends: bool) -> tuple[float, int, int] | None:
    """A number in words that ends or begins at a token: ``twenty five``, ``kumi na tano``."""
    tokens, at = marks.scan.tokens, marks.ending if ends else marks.beginning
    chain: list[Hit] = []
    while (hit := at.get(index)) and len(chain) < 4:
        chain.append(hit)
        index = hit.first - 1 if ends else hit.last + 1
        beyond = index - 1 if ends else index + 1
        if 0 <= index < len(tokens) and tokens[index].folded in _LINKS and beyond in at:
            index = beyond
    if not chain:
        return None
    ordered = chain[::-1] if ends else chain
    return _value(ordered), ordered[0].first, ordered[-1].last


def _value(chain: list[Hit]) -> float:
    total = 0.0
    for hit in chain:
        code = hit.entry.code
        if code[0] == "~":
            return float(code[1:].split("-")[1])
        value = float(code[1:])
        total = total * value if code[0] == "*" and 0 < total < value else total + value
    return total


def _bearing(marks: _Marks, first: int, last: int) -> Hit | None:
    """The longest word of direction right after a distance, or right before it."""
    scan = marks.scan
    found: Hit | None = None
    for hit in marks.bearings:
        if found and hit.size < found.size:
            continue
        between = scan.tokens[last + 1 : hit.first]
        follows = 0 <= hit.first - last - 1 < BEARING_REACH and all(one.folded in _SMALL for one in between)
        leads = hit.last == first - 1
        if (follows or leads) and scan.tokens[hit.first].sentence == scan.tokens[first].sentence:
            found = hit
    return found
