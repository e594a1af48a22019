"""The steps of an escalation chain: who is asked, how long is waited, and what counts as an answer. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from mbiu.codes import ResponderClass
from mbiu.refusals import NotPossible

#: How many steps a chain may have, and how many selectors a step.
MOST_STEPS, MOST_SELECTORS = 8, 60
#: Minutes that a step may wait, how often it may be told anew, and how many of a class a quorum may ask.
MOST_WAIT, MOST_REPEATS, MOST_COUNT = 1440, 5, 9
#: What a class may be looked for in, beside a path: units around the incident.
AREAS = ("district", "region", "country")
_IDS = {"person": "contact", "rota": "rota", "group": "address"}


@dataclass(frozen=True)
class Selector:
    """Who a step asks: one ``person``, a ``class`` in an area, a ``rota``, a ``group`` chat, or ``all``.

    ``id`` is that of the contact, the rota or the chat's address; ``area`` one of `AREAS` or a path.
    """

    kind: str
    id: UUID | None = None
    responder_class: ResponderClass | None = None
    area: str = ""


@dataclass(frozen=True)
class Step:
    """One step. Minutes and hours as in `mbiu.routing.PlannedStep`; ``quorum`` maps classes to counts."""

    who: tuple[Selector, ...]
    wait_minutes: int = 30
    quorum: tuple[tuple[ResponderClass, int], ...] = ()
    repeats: int = 0
    repeat_minutes: int = 10
    hours: tuple[int, int] | None = None

    @property
    def again(self) -> bool:
        """Whether everybody of the steps before is told once more."""
        return any(one.kind == "all" for one in self.who)


def read(found: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps as they are kept in the database."""
    return tuple(_step(one) for one in found)


def _step(found: Mapping[str, Any]) -> Step:
    hours = found.get("hours")
    return Step(
        who=tuple(_selector(one) for one in found["who"]),
        wait_minutes=found["wait_minutes"],
        quorum=tuple((ResponderClass(one["class"]), one["count"]) for one in found.get("quorum", ())),
        repeats=found.get("repeats", 0),
        repeat_minutes=found.get("repeat_minutes", 10),
        hours=(hours["from"], hours["to"]) if hours else None,
    )


def _selector(found: Mapping[str, str]) -> Selector:
    kind = found["kind"]
    if kind == "class":
        return Selector(kind, responder_class=ResponderClass(found["class"]), area=found["area"])
    return Selector(kind, UUID(found[_IDS[kind]]) if kind in _IDS else None)


def written(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps as the database keeps them."""
    return [
        {
            "who": [_written(one) for one in step.who],
            "wait_minutes": step.wait_minutes,
            "quorum": [{"class": name.value, "count": count} for name, count in step.quorum],
            "repeats": step.repeats,
            "repeat_minutes": step.repeat_minutes,
            "hours": {"from": step.hours[0], "to": step.hours[1]} if step.hours else None,
        }
        for step in steps
    ]


def _written(one: Selector) -> dict[str, str]:
    if one.responder_class:
        return {"kind": one.kind, "class": one.responder_class.value, "area": one.area}
    return {"kind": one.kind} | ({_IDS[one.kind]: str(one.id)} if one.id else {})


def check(steps: Sequence[Step]) -> None:
    """Raises NotPossible for a chain that makes no sense."""
    if not steps:
        raise NotPossible("Somebody must be told first.")
    if len(steps) > MOST_STEPS:
        raise NotPossible("A chain has at most eight steps.")
    if steps[0].again:
        raise NotPossible("The first step cannot tell everybody once more.")
    for step in steps:
        _check(step)


def _check(step: Step) -> None:
    if not step.who or len(step.who) > MOST_SELECTORS:
        raise NotPossible("Each step tells somebody, and names at most sixty.")
    if not 1 <= step.wait_minutes <= MOST_WAIT:
        raise NotPossible("Wait between 1 and 1440 minutes.")
    if not 0 <= step.repeats <= MOST_REPEATS or not 1 <= step.repeat_minutes <= MOST_WAIT:
        raise NotPossible("A step is told anew at most five times, some minutes apart.")
    if step.repeats * step.repeat_minutes >= step.wait_minutes and step.repeats:
        raise NotPossible("A step is told anew before the next step comes: wait longer, or repeat less.")
    if step.hours and not _is_span(*step.hours):
        raise NotPossible("Hours go from 0 to 23, and end when they did not begin.")
    _check_quorum(step.quorum)


def _is_span(start: int, end: int) -> bool:
    return 0 <= start <= 23 and 0 <= end <= 23 and start != end


def _check_quorum(quorum: Sequence[tuple[ResponderClass, int]]) -> None:
    if len({name for name, _ in quorum}) < len(quorum):
        raise NotPossible("A quorum names each kind of responder once.")
    if not all(1 <= count <= MOST_COUNT for _, count in quorum):
        raise NotPossible("A quorum asks for one to nine of a kind.")


def without(steps: Iterable[Step], contact_id: UUID) -> tuple[Step, ...]:
    """The steps without one person; a step that told nobody else goes."""
    kept = (
        replace(step, who=tuple(one for one in step.who if one.id != contact_id or one.kind != "person"))
        for step in steps
    )
    return tuple(step for step in kept if step.who)


def shut_hours(steps: Iterable[Step]) -> list[int]:
    """The hours of the day in which no step tells anybody."""
    spans = [step.hours for step in steps]
    return [hour for hour in range(24) if not any(is_within(span, hour) for span in spans)]


def is_within(hours: tuple[int, int] | None, hour: int) -> bool:
    """Whether a full hour of the day lies in these; no hours are all hours."""
    if hours is None:
        return True
    start, end = hours
    return start <= hour < end if start < end else hour >= start or hour < end
