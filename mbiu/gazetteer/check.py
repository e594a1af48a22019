"""Look a gazetteer over: faults that must be mended, and notes on what could be better."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from mbiu.gazetteer.merge.words import is_ordinary
from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import Place
from mbiu.gazetteer.points import boxes

SHOWN = 10


@dataclass
class Report:
    """What was counted and found. Each list names place ids; ``errors`` make the check fail."""

    places: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    orphans: list[str] = field(default_factory=list)
    circles: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)
    ordinary: list[str] = field(default_factory=list)
    without_point: dict[str, int] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        return len(self.orphans) + len(self.circles) + len(self.outside)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "errors": self.errors}


def check(places: Iterable[Place]) -> Report:
    """Count places by country and level; find orphans, circles, points outside, twins and common words."""
    rows = list(places)
    known = {one.place_id: one for one in rows}
    report = Report(len(rows), _counts(rows), dict(sorted(Counter(one.source for one in rows).items())))
    report.orphans = [one.place_id for one in rows if one.parent_id not in known and _needs_holder(one)]
    report.circles = [one.place_id for one in rows if _goes_round(one, known)]
    report.outside = [one.place_id for one in rows if _is_outside(one)]
    report.twins = _twins(rows)
    report.ordinary = [
        one.place_id for one in rows if one.match_policy == "auto" and is_ordinary(fold_name(one.name))
    ]
    report.without_point = dict(
        sorted(
            Counter(
                f"{one.country} {one.admin_level}" for one in rows if one.is_unit and not one.has_own_point
            ).items()
        )
    )
    return report


def _counts(rows: list[Place]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for one in rows:
        level = one.kind if one.admin_level is None else str(one.admin_level)
        of_country = counts.setdefault(one.country, {})
        of_country[level] = of_country.get(level, 0) + 1
    return {country: dict(sorted(levels.items())) for country, levels in sorted(counts.items())}


def _needs_holder(one: Place) -> bool:
    return one.admin_level != 0 or one.parent_id != ""


def _goes_round(one: Place, known: dict[str, Place]) -> bool:
    seen = set()
    step: Place | None = one
    while step is not None:
        if step.place_id in seen:
            return True
        seen.add(step.place_id)
        step = known.get(step.parent_id)
    return False


def _is_outside(one: Place) -> bool:
    box = boxes().get(one.country)
    if box is None or one.lat is None or one.lon is None:
        return False
    return not box.holds(one.lat, one.lon)


def _twins(rows: list[Place]) -> list[str]:
    """Places that share name, holder and level with one before them."""
    seen: set[tuple[str, int | None, str, str]] = set()
    found = []
    for one in rows:
        key = (one.parent_id, one.admin_level, one.kind, fold_name(one.name))
        if key in seen:
            found.append(one.place_id)
        seen.add(key)
    return found


def told(report: Report) -> list[str]:
    """The report as lines for a person."""
    lines = [f"{report.places} places: " + ", ".join(f"{name} {n}" for name, n in report.sources.items())]
    for country, levels in report.counts.items():
        lines.append(f"{country}: " + ", ".join(f"{_level(level)} {n}" for level, n in levels.items()))
    for what, ids in (
        ("ERROR  hangs under nothing", report.orphans),
        ("ERROR  goes round in a circle", report.circles),
        ("ERROR  lies outside its country", report.outside),
        ("note   bears the name of a brother", report.twins),
        ("note   an everyday word that needs no cue", report.ordinary),
    ):
        if ids:
            more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
            lines.append(f"{what}: {', '.join(ids[:SHOWN])}{more}")
    if report.without_point:
        lines.append(
            "note   units without a point of their own: "
            + ", ".join(f"{key} {n}" for key, n in report.without_point.items())
        )
    return lines


def _level(level: str) -> str:
    return f"level {level}" if level.isdigit() else level
