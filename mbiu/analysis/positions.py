"""Positions written in figures: coordinates in their usual forms, Plus Codes and P-codes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from openlocationcode import openlocationcode

from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.place import Place

KM_A_DEGREE = 111.2
FINEST_KM = 0.05
REGION_KM = 300.0
MAX_GAP = 8
MAX_FIXES = 4
MAX_CODES = 10
_SAME = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫−–º˚′’‘´`″”“", "01234567890123456789.--°°'''''\"\"\"")
_DECIMAL = r"\d{1,3}[.,]\d{1,12}"
_SIXTIETHS = r"\d{1,2}(?:\.\d{1,8})?"
_DEGREES = r"(?:°|deg(?:rees?)?\b|d\b)"
_NUMBER = (
    rf"(?P<sign>[-+]?)(?:(?P<decimal>{_DECIMAL})\s?{_DEGREES}?"
    rf"|(?P<degrees>\d{{1,3}})(?P<mark>\s?{_DEGREES}|[\s:])(?:\s?(?P<minutes>{_SIXTIETHS})\s?(?:'|min\b|\b)"
    rf"(?:[\s:]?(?P<seconds>{_SIXTIETHS})\s?(?:''|\"|sec\b|\b))?)?)"
)
_SIDE = r"[NSEW]\b|(?i:north|south|east|west|nord|sud|est)\b"
_LABELLED = re.compile(
    rf"(?<![a-z])m?(?P<label>lat|lon|lng)(?:g?itude|g)?\.?\s{{0,2}}[:=]?\s{{0,2}}{_NUMBER}(?:\s?(?P<side>{_SIDE}))?",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"(?<![^\W\d])(?P<side>[NSEW])\s?[:.]?\s?{_NUMBER}")
_AFTER = re.compile(rf"(?<![\d.])(?<!\d,){_NUMBER}\s{{0,2}}(?P<side>{_SIDE})")
_BETWEEN = re.compile(r"[\s,;/|&]*(?:and|na|et|by|و)?[\s,;/|&]*")
_PLAIN = re.compile(
    r"(?<![\d.,])([-+]?\d{1,3}\.\d{2,12})°?\s?[,;/|\s]\s{0,2}([-+]?\d{1,3}\.\d{2,12})°?(?!\d|\.\d)"
    r"|(?<![\d.,])([-+]?\d{1,3},\d{4,12})°?\s?[;/|\s]\s{0,2}([-+]?\d{1,3},\d{4,12})°?(?!\d|,\d)"
)
_LINK = re.compile(
    r"(?:[@/=:]|loc:)([-+]?\d{1,3}\.\d{2,12})(?:,|%2C|~|/)[+\s]?([-+]?\d{1,3}\.\d{2,12})"
    r"|!3d(-?\d{1,3}\.\d{2,12})!4d(-?\d{1,3}\.\d{2,12})",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?:gps|coord\w{0,10}|cordinat\w{0,5}|location|loc|position|pin|point|viwianishi|إحداثيات|الموقع)\W{0,4}(?:\w{2,3}\W{1,2})?$",
    re.IGNORECASE,
)
_PLUS = r"23456789CFGHJMPQRVWX"
_FULL_CODE = re.compile(rf"(?<![\w+])[{_PLUS}]{{8}}\+[{_PLUS}]{{2,7}}(?!\w)", re.IGNORECASE)
_SHORT_CODE = re.compile(rf"(?<![\w+])(?:[{_PLUS}]{{4}}|[{_PLUS}]{{6}})\+[{_PLUS}]{{2,4}}(?!\w)")
_PCODE = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2,10}(?!\w)")
_WORTH_A_LOOK = re.compile(r"\d[.,]\d|[°+]|deg|\d\s?[NSEW]\b|\b[NSEW]\s?[:.]?\s?\d", re.IGNORECASE)
_LINKS = re.compile(r"(?:https?://|www\.)\S{1,2000}|\S{1,64}@\w[\w.-]{0,64}\.\w{2,10}", re.IGNORECASE)


@dataclass(frozen=True)
class Fix:
    """A position written in figures: WGS84 degrees, the doubt that the figures leave, code points."""

    lat: float
    lon: float
    radius_km: float
    start: int
    end: int
    why: str


@dataclass(frozen=True)
class _Half:
    """One of the two figures of a position; ``axis`` is lat, lon or empty."""

    axis: str
    value: float
    step: float
    start: int
    end: int


def fix(text: str, gazetteer: Gazetteer) -> Fix | None:
    """The first position in figures that lies among the places of the gazetteer.

    Latitude and longitude in the wrong order are exchanged where only that order gives such a position.
    """
    for one in written(text):
        for lat, lon in ((one.lat, one.lon), (one.lon, one.lat)):
            if _possible(lat, lon) and _near(gazetteer, lat, lon):
                return Fix(lat, lon, one.radius_km, one.start, one.end, one.why)
    return None


def written(text: str) -> list[Fix]:
    """All positions in figures, those in the clearest form first; not yet checked for sense."""
    text = text.translate(_SAME)
    if not _WORTH_A_LOOK.search(text):
        return []
    halves = [*_labelled(text), *_lettered(text)]
    found = [*_codes(text), *_links(text), *_pairs(text, halves), *_plain(text)]
    return found[:MAX_FIXES]


def spans(text: str, gazetteer: Gazetteer) -> list[tuple[int, int]]:
    """Code points of positions, codes, links and mail addresses: no name and no count stands there."""
    found = [match.span() for match in _LINKS.finditer(text)] if _may_link(text) else []
    found += [(one.start, one.end) for one in written(text)]
    found += [match.span() for match in short_codes(text)]
    return found + [(start, end) for _, start, end in coded(text, gazetteer)]


def short_codes(text: str) -> Iterator[re.Match[str]]:
    """Plus Codes that need a place beside them to be complete: ``4R6R+77 Lodwar``."""
    if "+" in text:
        yield from (match for match in _SHORT_CODE.finditer(text) if openlocationcode.isShort(match.group()))


def completed(code: str, place: Place) -> tuple[float, float, float] | None:
    """Latitude, longitude and radius in km of a short Plus Code near a place; None without its point."""
    if place.lat is None or place.lon is None:
        return None
    return _area(openlocationcode.recoverNearest(code, place.lat, place.lon))


def coded(text: str, gazetteer: Gazetteer) -> Iterator[tuple[Place, int, int]]:
    """Units named by their P-code, with its code points."""
    for match in islice(_PCODE.finditer(text), MAX_CODES):
        if match.group().isascii() and (found := gazetteer.by_pcode(match.group())):
            yield found, *match.span()


def _may_link(text: str) -> bool:
    return "://" in text or "www." in text.lower() or "@" in text


def _possible(lat: float, lon: float) -> bool:
    return -90 <= lat <= 90 and -180 <= lon <= 180 and not (lat == 0 and lon == 0)


def _near(gazetteer: Gazetteer, lat: float, lon: float) -> bool:
    nearest = gazetteer.nearest(lat, lon, units=True)
    return nearest is not None and nearest[1] <= REGION_KM


def _codes(text: str) -> Iterator[Fix]:
    for match in _FULL_CODE.finditer(text) if "+" in text else ():
        if openlocationcode.isFull(match.group()):
            yield Fix(*_area(match.group()), *match.span(), "a Plus Code")


def _area(code: str) -> tuple[float, float, float]:
    area = openlocationcode.decode(code)
    radius = (area.latitudeHi - area.latitudeLo) / 2 * KM_A_DEGREE
    return area.latitudeCenter, area.longitudeCenter, max(FINEST_KM, radius)


def _links(text: str) -> Iterator[Fix]:
    for match in _LINK.finditer(text):
        first = 1 if match[1] else 3
        span = match.start(first), match.end(first + 1)
        yield _of(match[first], match[first + 1], *span, "a position in a map link")


def _plain(text: str) -> Iterator[Fix]:
    for match in _PLAIN.finditer(text):
        one, two = (part.replace(",", ".") for part in match.groups() if part)
        exact = min(_decimals(one), _decimals(two)) >= 3
        if exact or _TOLD.search(text, max(0, match.start() - 30), match.start()):
            yield _of(one, two, *match.span(), "a position in figures")


def _of(lat: str, lon: str, start: int, end: int, why: str) -> Fix:
    step = 10.0 ** -min(_decimals(lat), _decimals(lon))
    return Fix(float(lat), float(lon), _radius(step), start, end, why)


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _radius(step: float) -> float:
    return max(FINEST_KM, step / 2 * KM_A_DEGREE)


def _labelled(text: str) -> Iterator[_Half]:
    for match in _LABELLED.finditer(text):
        axis = "lat" if match["label"].lower() == "lat" else "lon"
        if half := _half(match, axis):
            yield half


def _lettered(text: str) -> Iterator[_Half]:
    before = [half for match in _BEFORE.finditer(text) if (half := _half(match, ""))]
    after = [half for match in _AFTER.finditer(text) if (half := _half(match, ""))]
    yield from before if len(before) >= 2 else after


def _half(match: re.Match[str], axis: str) -> _Half | None:
    side = (match["side"] or "")[:1].upper()
    axis = axis or ("lat" if side in "NS" else "lon")
    sign = -1.0 if match["sign"] == "-" or side in ("S", "W") else 1.0
    if match["decimal"]:
        number = match["decimal"].replace(",", ".")
        return _Half(axis, sign * float(number), 10.0 ** -_decimals(number), *match.span())
    if not match["minutes"] and match["mark"].isspace():
        return None
    minutes, seconds = float(match["minutes"] or 0), float(match["seconds"] or 0)
    if minutes >= 60 or seconds >= 60:
        return None
    step = 1 / 3600 if match["seconds"] else 1 / 60 / 10 ** _decimals(match["minutes"] or "")
    value = float(match["degrees"]) + minutes / 60 + seconds / 3600
    return _Half(axis, sign * value, step if match["minutes"] else 1.0, *match.span())


def _pairs(text: str, halves: list[_Half]) -> Iterator[Fix]:
    ordered = sorted(halves, key=lambda half: (half.start, -half.end))
    for one, two in pairwise(ordered):
        gap = text[one.end : two.start]
        if one.axis == two.axis or two.start < one.end or len(gap) > MAX_GAP or not _BETWEEN.fullmatch(gap):
            continue
        lat, lon = (one, two) if one.axis == "lat" else (two, one)
        radius = _radius(max(one.step, two.step))
        yield Fix(lat.value, lon.value, radius, one.start, two.end, "a position in figures")
