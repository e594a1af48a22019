"""What changed from one gazetteer to another."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from mbiu.gazetteer.lookup import distance_km
from mbiu.gazetteer.place import Place

SHOWN = 20


@dataclass
class Changes:
    """Place ids by what happened to them; the last three with the old and the new state."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    renamed: dict[str, tuple[str, str]] = field(default_factory=dict)
    moved: dict[str, float] = field(default_factory=dict)
    rehung: dict[str, tuple[str, str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(old: Iterable[Place], new: Iterable[Place]) -> Changes:
    """Added, removed, renamed, moved by more than the radius (in km), and hung under another unit."""
    before, after = ({one.place_id: one for one in places} for places in (old, new))
    changes = Changes(sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys()))
    for key in sorted(before.keys() & after.keys()):
        was, now = before[key], after[key]
        if was.name != now.name:
            changes.renamed[key] = (was.name, now.name)
        if was.parent_id != now.parent_id:
            changes.rehung[key] = (was.parent_id, now.parent_id)
        if (away := _away(was, now)) > max(was.radius_km, 0.1):
            changes.moved[key] = round(away, 1)
    return changes


def _away(was: Place, now: Place) -> float:
    if was.lat is None or was.lon is None or now.lat is None or now.lon is None:
        return 0.0
    return distance_km(was.lat, was.lon, now.lat, now.lon)


def told(changes: Changes) -> list[str]:
    """The changes as lines for a person."""
    return [
        *_list("added", changes.added),
        *_list("removed", changes.removed),
        *_list("renamed", [f"{key}: {old} -> {new}" for key, (old, new) in changes.renamed.items()]),
        *_list("moved", [f"{key}: {km} km" for key, km in changes.moved.items()]),
        *_list("hangs elsewhere", [f"{key}: {old} -> {new}" for key, (old, new) in changes.rehung.items()]),
    ]


def _list(what: str, items: list[str]) -> list[str]:
    shown = [f"  {item}" for item in items[:SHOWN]]
    rest = [f"  and {len(items) - SHOWN} more"] if len(items) > SHOWN else []
    return [f"{what}: {len(items)}", *shown, *rest]
