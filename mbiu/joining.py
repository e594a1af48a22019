"""Whether a report speaks of an incident that is already known: a pure decision with its reasons.

Place and time do the work; words alone cannot tell two events at one place from one event told
twice. So a report joins by itself only when place, time and type agree closely, or its text is a
near copy; anything looser is shown to a person as a proposal.
"""

import datetime as dt
import math
from dataclasses import dataclass, field
from uuid import UUID

from mbiu.codes import EventType, Precision

WINDOW = dt.timedelta(hours=72)
CLOSE_IN_TIME = dt.timedelta(hours=8)
COPY = 0.85
JOIN = 0.75
PROPOSE = 0.40

_FINE = {Precision.EXACT, Precision.NEAR, Precision.VILLAGE, Precision.WARD}
# Types that people give to one and the same event.
_KIN = (
    {EventType.ATTACK, EventType.ARMED_CLASH, EventType.MOB_VIOLENCE, EventType.RIOT, EventType.CRACKDOWN},
    {EventType.ATTACK, EventType.CATTLE_RAID, EventType.DESTRUCTION, EventType.CRIME},
    {EventType.PROTEST, EventType.RIOT, EventType.CRACKDOWN, EventType.ARRESTS},
    {EventType.THREAT, EventType.HATE_SPEECH, EventType.MOBILISATION, EventType.RUMOUR},
)


@dataclass(frozen=True)
class Facts:
    """What is compared: of a report about to join, or of an incident with the texts of its reports."""

    event_type: EventType
    place_id: str | None
    block: str
    lat: float | None
    lon: float | None
    radius_km: float | None
    precision: Precision
    at: dt.datetime
    exercise: bool = False
    other_types: tuple[str, ...] = ()
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    id: UUID | None = None


@dataclass(frozen=True)
class Match:
    """How well a report fits an incident (0 to 1), and why in words for an analyst."""

    incident_id: UUID
    score: float
    why: tuple[str, ...]
    is_copy: bool = False

    @property
    def joins(self) -> bool:
        return self.score >= JOIN


def compare(report: Facts, incident: Facts, likeness: float) -> Match | None:
    """Match ``report`` with ``incident``; ``likeness`` (0 to 1) is that of the texts. None: not the same."""
    if incident.id is None or report.exercise != incident.exercise or abs(report.at - incident.at) > WINDOW:
        return None
    is_copy = likeness >= COPY
    place, place_why = _place(report, incident)
    kind, kind_why = _type(report, incident)
    if is_copy:
        return Match(incident.id, 1.0 if place else 0.8, ("the same words", *place_why), is_copy=True)
    if not place or not kind or _contradict(report.numbers, incident.numbers):
        return None
    hours = abs(report.at - incident.at) / dt.timedelta(hours=1)
    time = max(0.0, 1 - hours / (WINDOW / dt.timedelta(hours=1)))
    score = place * kind * (0.5 + 0.5 * time) + 0.1 * likeness
    why = (*place_why, *kind_why, f"{hours:.0f} h apart")
    if abs(report.at - incident.at) > CLOSE_IN_TIME:
        score = min(score, JOIN - 0.01)
    return Match(incident.id, round(min(score, 0.99), 2), why) if score >= PROPOSE else None


def _place(report: Facts, incident: Facts) -> tuple[float, tuple[str, ...]]:
    if report.place_id is None or incident.place_id is None:
        return 0.0, ()
    fine = report.precision in _FINE and incident.precision in _FINE
    if report.place_id == incident.place_id:
        return (1.0, ("the same place",)) if fine else (0.7, ("the same district or town",))
    apart = distance_km(report, incident)
    if apart is not None and apart <= max(5.0, (report.radius_km or 0) + (incident.radius_km or 0)) and fine:
        return 0.75, (f"{apart:.0f} km apart",)
    if report.block and report.block == incident.block:
        return 0.6, ("the same district",)
    return 0.0, ()


def _type(report: Facts, incident: Facts) -> tuple[float, tuple[str, ...]]:
    mine, theirs = report.event_type, incident.event_type
    if mine is theirs:
        return 1.0, ("the same type",)
    if mine in incident.other_types or theirs in report.other_types:
        return 0.9, ("types named together",)
    if any(mine in kin and theirs in kin for kin in _KIN):
        return 0.85, ("kindred types",)
    return (0.7, ("type not told",)) if EventType.UNKNOWN in {mine, theirs} else (0.0, ())


def _contradict(a: dict[str, dict[str, int]], b: dict[str, dict[str, int]]) -> bool:
    """Whether deaths differ more than two tellings of one event usually do (a factor of three)."""
    mine, theirs = (n.get("killed", {}).get("best") for n in (a, b))
    if not mine or not theirs:
        return False
    return max(mine, theirs) > 3 * min(mine, theirs) + 2


def distance_km(a: Facts, b: Facts) -> float | None:
    """Great-circle distance (haversine, mean Earth radius 6,371 km), or None where a point is missing."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    lat1, lat2 = math.radians(a.lat), math.radians(b.lat)
    dlat, dlon = lat2 - lat1, math.radians(b.lon - a.lon)
    h = math.sin(dlat / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(dlon / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(h))
