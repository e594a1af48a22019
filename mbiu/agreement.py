"""What speaks for and against two tellings being of one event: place, time, type, numbers, groups.

Each sign is a weight of evidence in the sense of Good (1950): the logarithm of how much more often two
tellings of one event look so than tellings of two events in the same district and the same days do.
The weights were set by hand and are kept in order by the judged pairs of `tests/decisions/test_joining.py`.
"""

import datetime as dt
import math
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from mbiu.codes import EventType, Precision

#: The weight of what cannot be true of one event.
NEVER = -99.0
#: How long before a message the event may lie that it tells without saying when.
BEFORE_SENT = dt.timedelta(hours=12)
#: A point with more doubt than this, in km, is as good as an area.
FINE_KM = 12.0

_FINE = {Precision.EXACT, Precision.NEAR, Precision.VILLAGE, Precision.WARD}
_SHORT_HOURS = 13.0
# Types that people give to one and the same event.
_KIN = (
    {EventType.ATTACK, EventType.ARMED_CLASH, EventType.MOB_VIOLENCE, EventType.RIOT, EventType.CRACKDOWN},
    {EventType.ATTACK, EventType.ARMED_CLASH, EventType.CATTLE_RAID, EventType.CRIME},
    {EventType.ATTACK, EventType.DESTRUCTION, EventType.EXPLOSION, EventType.DISPLACEMENT},
    {EventType.ATTACK, EventType.ABDUCTION, EventType.CRIME},
    {EventType.ATTACK, EventType.SEXUAL_VIOLENCE},
    {EventType.PROTEST, EventType.RIOT, EventType.CRACKDOWN, EventType.ARRESTS},
    {EventType.THREAT, EventType.HATE_SPEECH, EventType.MOBILISATION, EventType.RUMOUR},
    {EventType.DISPUTE, EventType.THREAT, EventType.ARMED_CLASH, EventType.MOB_VIOLENCE},
)
# Types that one attack may be told as by those who saw different parts of it.
_VIOLENT = frozenset(
    {
        EventType.ARMED_CLASH,
        EventType.ATTACK,
        EventType.SEXUAL_VIOLENCE,
        EventType.ABDUCTION,
        EventType.EXPLOSION,
        EventType.CATTLE_RAID,
        EventType.MOB_VIOLENCE,
        EventType.RIOT,
        EventType.CRACKDOWN,
        EventType.DESTRUCTION,
        EventType.DISPLACEMENT,
        EventType.ARRESTS,
        EventType.CRIME,
    }
)
_COUNTED = {
    "killed": "killed",
    "injured": "hurt",
    "displaced": "displaced",
    "abducted": "taken away",
    "livestock": "animals",
}


@dataclass(frozen=True)
class Facts:
    """What is compared: of a report about to join, or of an incident.

    ``path`` is the area, ``/ug/ug-eastern/ug-kween/``; ``block`` its district or, where no place is told,
    the district where the sender lives. ``at`` to ``until`` is when it happened, as far as the text says
    (``told``), else when it was sent. ``actors`` maps the groups named to their side.
    """

    event_type: EventType
    place_id: str | None
    block: str
    lat: float | None
    lon: float | None
    radius_km: float | None
    precision: Precision
    at: dt.datetime
    until: dt.datetime | None = None
    told: bool = False
    path: str = "/"
    exercise: bool = False
    other_types: tuple[str, ...] = ()
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)
    id: UUID | None = None

    @cached_property
    def span(self) -> tuple[float, float]:
        """When it happened, at the earliest and at the latest, in hours since 1970."""
        start, end = (self.at, self.until or self.at) if self.told else (self.at - BEFORE_SENT, self.at)
        first = start.timestamp() / 3600
        return first, max(first, end.timestamp() / 3600)

    @cached_property
    def fine(self) -> bool:
        return self.precision in _FINE and (self.radius_km or 0.0) <= FINE_KM


@dataclass(frozen=True)
class Sign:
    """One thing that speaks for (positive) or against one event, and how an analyst would say it."""

    weight: float = 0.0
    why: str = ""


NOTHING = Sign()


def place(a: Facts, b: Facts) -> Sign:
    """Same place, points within the doubt of both, one inside the other, or apart."""
    if a.place_id is None or b.place_id is None:
        return _home(a, b)
    if a.fine and b.fine:
        return _points(a, b)
    if a.place_id == b.place_id or a.path == b.path:
        return _same_area(a)
    wide, small = sorted((a, b), key=lambda one: len(one.path))
    if small.path.startswith(wide.path) and wide.path != "/":
        return _COARSE.get(wide.precision, Sign(0.8, "one place lies in the other"))
    if a.block == b.block and not (a.precision in _COARSE or b.precision in _COARSE):
        return Sign(-0.3, "the same district, perhaps another place")
    return Sign(NEVER, "another area")


_COARSE = {
    Precision.REGION: Sign(-0.6, "only the region is known"),
    Precision.COUNTRY: Sign(-1.5, "only the country is known"),
}


def _same_area(one: Facts) -> Sign:
    if one.precision in _FINE:
        return Sign(1.3, "the same town")
    return _COARSE.get(one.precision, Sign(1.0, "the same district"))


def _points(a: Facts, b: Facts) -> Sign:
    apart = distance_km(a, b)
    if a.place_id == b.place_id and (apart is None or apart < 1):
        return Sign(2.5, "the same place")
    if apart is None:
        return (
            Sign(-0.5, "the same district, another place")
            if a.block == b.block
            else Sign(NEVER, "another area")
        )
    doubt = max(5.0, (a.radius_km or 0.0) + (b.radius_km or 0.0))
    if apart <= doubt:
        return Sign(2.4 - 1.2 * apart / doubt, f"{apart:.0f} km apart")
    beyond = apart - doubt
    return Sign(-0.5 - beyond / 5, f"{apart:.0f} km apart") if beyond <= 15 else Sign(NEVER, "too far apart")


def _home(a: Facts, b: Facts) -> Sign:
    """A report that names no place may speak of where its sender lives."""
    untold = "both tell no place" if a.place_id is b.place_id is None else "no place told"
    depth = min(_depth(a.block), _depth(b.block))
    if depth >= 2 and a.block == b.block:
        return Sign(0.4, f"{untold}, and the sender lives in that district")
    nested = a.block.startswith(b.block) or b.block.startswith(a.block)
    return Sign(-1.0, untold) if nested else Sign(-1.5, f"{untold}, and the sender lives elsewhere")


def _depth(path: str) -> int:
    return path.count("/") - 1


def time(a: Facts, b: Facts) -> Sign:
    """The spans overlap, or so many hours lie between them."""
    apart = hours_apart(a, b)
    if apart > 0:
        return Sign(max(-4.5, -0.3 - apart / 14), f"{apart:.0f} h apart")
    if a.told and b.told:
        narrow = all(end - start <= _SHORT_HOURS for start, end in (a.span, b.span))
        return Sign(1.1, "the same hours") if narrow else Sign(0.8, "the same day")
    return Sign(0.7, "told within a day")


def hours_apart(a: Facts, b: Facts) -> float:
    """Hours between the two spans of time; 0 where they touch."""
    return max(0.0, a.span[0] - b.span[1], b.span[0] - a.span[1])


def kind(a: Facts, b: Facts) -> Sign:
    """The same type, types told together, kindred types; NEVER for types that nobody confuses."""
    mine, theirs = a.event_type, b.event_type
    if EventType.UNKNOWN in {mine, theirs}:
        return Sign(0.0, "type not told")
    if mine is theirs:
        return Sign(1.0, "the same type")
    if mine in b.other_types or theirs in a.other_types:
        return Sign(0.8, "types told together")
    if any(mine in kin and theirs in kin for kin in _KIN):
        return Sign(0.2, "kindred types")
    return Sign(-1.5, "other types") if {mine, theirs} <= _VIOLENT else Sign(NEVER, "another type")


def numbers(a: Facts, b: Facts) -> list[Sign]:
    """For each count that both tell: the same, close, or so far apart that it is another event."""
    return [
        _count(name, a.numbers[name], b.numbers[name])
        for name in _COUNTED
        if name in a.numbers.keys() & b.numbers
    ]


def _count(name: str, a: dict[str, int], b: dict[str, int]) -> Sign:
    low, high = sorted((a["best"], b["best"]))
    words = f"{low} {_COUNTED[name]}" if low == high else f"{low} and {high} {_COUNTED[name]}"
    if low == high:  # Small numbers are told of many events, none of most.
        return Sign((0.4 if low else 0.0) if low < 5 else 1.2, words)
    if high - low <= max(1, 0.1 * high):
        return Sign(0.1 if high < 10 else 0.9, words)
    if high > 3 * low + 2:
        return Sign(-4.0 if name == "killed" and low else -1.5, f"{words}: too different")
    return Sign(0.1, words) if a["low"] <= b["high"] and b["low"] <= a["high"] else Sign(-0.3, words)


def actors(a: Facts, b: Facts) -> Sign:
    """A group that both name, on one side or on opposite sides; different attackers.

    A name of its own (ADF) says much, a common word (gunmen, police) next to nothing.
    """
    shared = sorted((name for name in a.actors if name in b.actors), key=_common)
    if not shared:
        mine, theirs = (_attackers(one) for one in (a, b))
        return Sign(-1.0, "other attackers") if mine and theirs else NOTHING
    first = shared[0]
    if {a.actors[first], b.actors[first]} == {"attacker", "target"}:
        return Sign(-0.5, f"{first}: not on the same side")
    return Sign(0.1 if _common(first) else 0.7, f"both name {first}")


def _common(name: str) -> bool:
    return name[:1].islower()


def _attackers(one: Facts) -> list[str]:
    return [name for name, side in one.actors.items() if side == "attacker" and not _common(name)]


def distance_km(a: Facts, b: Facts) -> float | None:
    """Great-circle distance (haversine, mean Earth radius 6,371 km), or None where a point is missing."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    lat1, lat2 = math.radians(a.lat), math.radians(b.lat)
    dlat, dlon = lat2 - lat1, math.radians(b.lon - a.lon)
    h = math.sin(dlat / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(dlon / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(h))
