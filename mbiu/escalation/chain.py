"""The steps of a running alert as they were fixed at its start, and when each may be taken. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

#: Somebody of a step: contact, address, channel, language, class and the key of their words.
To = Mapping[str, Any]

#: The final step is told anew after so long, then after twice that, and so on, up to the longest.
FIRST_GAP, LONGEST_GAP = dt.timedelta(minutes=10), dt.timedelta(hours=1)


@dataclass(frozen=True)
class Rung:
    """A step: whom it tells, for how long it waits, whose promises are enough.

    Without ``needs`` (numbers by class) one promise is. Outside ``hours`` it is passed over. ``again`` tells
    people of steps before once more. A ``final`` one is told anew until somebody answers.
    """

    people: tuple[To, ...] = ()
    rotas: tuple[UUID, ...] = ()
    wait: dt.timedelta = dt.timedelta()
    needs: tuple[tuple[str, int], ...] = ()
    repeats: int = 0
    gap: dt.timedelta = dt.timedelta()
    hours: tuple[int, int] | None = None
    again: bool = False
    final: bool = False

    def is_open(self, now: dt.datetime, zone: str) -> bool:
        """Whether ``now`` lies in its hours, which go over midnight where they end before they begin."""
        if self.hours is None:
            return True
        start, end = self.hours
        hour = now.astimezone(ZoneInfo(zone)).hour
        return start <= hour < end if start < end else hour >= start or hour < end

    def repeat_at(self, now: dt.datetime, repeated: int, next_at: dt.datetime | None) -> dt.datetime | None:
        """When it is told anew, having been told ``repeated`` times more just now; None when it is not."""
        if self.final:
            return now + min(LONGEST_GAP, FIRST_GAP * (1 << min(repeated, 8)))
        soon = self.gap > dt.timedelta() and (next_at is None or now + self.gap < next_at)
        return now + self.gap if repeated < self.repeats and soon else None


def rungs(chain: Sequence[Mapping[str, Any]]) -> tuple[Rung, ...]:
    """The steps of ``alert.chain``; those of alerts from before there were repeats have none."""
    return tuple(_rung(one) for one in chain)


def _rung(one: Mapping[str, Any]) -> Rung:
    hours = one.get("hours")
    return Rung(
        people=tuple({"class": None, "key": to["language"], **to} for to in one["recipients"]),
        rotas=tuple(UUID(rota) for rota in one.get("rotas", ())),
        wait=dt.timedelta(minutes=one["wait_minutes"]),
        needs=tuple((need["class"], need["count"]) for need in one.get("quorum", ())),
        repeats=one.get("repeats", 0),
        gap=dt.timedelta(minutes=one.get("repeat_minutes", 0)),
        hours=(hours["from"], hours["to"]) if hours else None,
        again=one.get("again", False),
        final=one.get("final", False),
    )


class Need(Protocol):
    """So many of a class."""

    @property
    def responder_class(self) -> str: ...
    @property
    def count(self) -> int: ...


class Step(Protocol):
    """A step of a plan, see `mbiu.routing.PlannedStep`."""

    @property
    def wait_minutes(self) -> int: ...
    @property
    def quorum(self) -> Sequence[Need]: ...
    @property
    def repeats(self) -> int: ...
    @property
    def repeat_minutes(self) -> int: ...
    @property
    def hours(self) -> tuple[int, int] | None: ...
    @property
    def rotas(self) -> Sequence[UUID]: ...
    @property
    def again(self) -> bool: ...


def written(step: Step, people: Iterable[To]) -> dict[str, Any]:
    """A step of a plan as ``alert.chain`` keeps it."""
    return {
        "recipients": list(people),
        "rotas": [str(rota) for rota in step.rotas],
        "wait_minutes": step.wait_minutes,
        "quorum": [{"class": str(need.responder_class), "count": need.count} for need in step.quorum],
        "repeats": step.repeats,
        "repeat_minutes": step.repeat_minutes,
        "hours": {"from": step.hours[0], "to": step.hours[1]} if step.hours else None,
        "again": step.again,
        "final": False,
    }
