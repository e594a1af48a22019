"""Whether a route is meant for an incident, and if not, which of its conditions say so. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from mbiu.chains import is_within
from mbiu.codes import Certainty, Severity


class Conditions(Protocol):
    """What a route asks of an incident; see `mbiu.models.Route`."""

    @property
    def active(self) -> bool: ...
    @property
    def area_path(self) -> str: ...
    @property
    def event_types(self) -> Collection[str]: ...
    @property
    def drivers(self) -> Collection[str]: ...
    @property
    def min_severity(self) -> Severity: ...
    @property
    def min_certainty(self) -> Certainty: ...
    @property
    def hour_from(self) -> int | None: ...
    @property
    def hour_to(self) -> int | None: ...
    @property
    def exercise(self) -> bool | None: ...


@dataclass(frozen=True)
class Case:
    """What routes look at: an incident's facts, and the full hour at which an alert would start."""

    area_path: str
    types: frozenset[str]
    drivers: frozenset[str]
    severity: Severity
    certainty: Certainty
    exercise: bool
    hour: int


def misses(route: Conditions, case: Case) -> tuple[str, ...]:
    """The names of the conditions that are not met; none if the route is meant for the case.

    Of several types or drivers one is enough, and an incident's further types count like the first.
    """
    met = {
        "active": route.active,
        "area": case.area_path.startswith(route.area_path),
        "type": _any_of(route.event_types, case.types),
        "driver": _any_of(route.drivers, case.drivers),
        "severity": case.severity.rank >= route.min_severity.rank,
        "certainty": case.certainty.rank >= route.min_certainty.rank,
        "hours": is_within(hours(route), case.hour),
        "exercise": route.exercise in {None, case.exercise},
    }
    return tuple(name for name, good in met.items() if not good)


def hours(route: Conditions) -> tuple[int, int] | None:
    """The full hours in which the route holds; none for all day."""
    if route.hour_from is None or route.hour_to is None:
        return None
    return route.hour_from, route.hour_to


def _any_of(wanted: Collection[str], told: frozenset[str]) -> bool:
    return not wanted or not told.isdisjoint(wanted)
