"""Several chains made into one: everybody once, at the first step that names them. Pure.

Steps of different chains that come at the same time and keep the same hours become one. A step that tells
nobody is left out and its wait with it; one outside its hours stays, to be passed over, and takes no time.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from mbiu.chains import Step, is_within
from mbiu.codes import ResponderClass
from mbiu.routing.plans import PlannedStep, Quorum

#: A person, and the group chat if it is the chat that was named.
Key = tuple[UUID, UUID | None]


@dataclass(frozen=True)
class Rung:
    """A step of one chain, ``after`` minutes from the start, with whom it would tell."""

    route: str
    step: Step
    people: tuple[Key, ...]
    rotas: tuple[UUID, ...]
    after: int = 0
    shut: bool = False

    @property
    def key(self) -> tuple[int, tuple[int, int] | None]:
        return self.after, self.step.hours


@dataclass(frozen=True)
class Merged:
    """The steps of all chains, and for each person the number of their step and the routes that name them."""

    steps: tuple[PlannedStep, ...]
    at: dict[Key, tuple[int, tuple[str, ...]]]


def ladder(rungs: Iterable[Rung], hour: Callable[[int], int]) -> tuple[Rung, ...]:
    """One chain with its times; ``hour`` is that of the day so many minutes after the start."""
    found: list[Rung] = []
    after = 0
    for one in rungs:
        if one.people or one.rotas or (one.step.again and any(not before.shut for before in found)):
            shut = not is_within(one.step.hours, hour(after))
            found.append(replace(one, after=after, shut=shut))
            after += 0 if shut else one.step.wait_minutes
    return tuple(found)


@dataclass
class _Group:
    rungs: list[Rung]
    people: list[Key] = field(default_factory=list)
    rotas: list[UUID] = field(default_factory=list)

    @property
    def after(self) -> int:
        return self.rungs[0].after

    @property
    def shut(self) -> bool:
        return self.rungs[0].shut

    @property
    def again(self) -> bool:
        return any(one.step.again for one in self.rungs)


def merge(ladders: Iterable[Sequence[Rung]]) -> Merged:
    """All chains as one."""
    rungs = sorted((one for rungs in ladders for one in rungs), key=lambda one: one.after)
    groups: dict[tuple[int, tuple[int, int] | None], _Group] = {}
    for one in rungs:
        groups.setdefault(one.key, _Group([])).rungs.append(one)
    _share_out(groups.values())
    kept = _worth(groups.values())
    numbers = {id(one): number for number, one in enumerate(kept, start=1)}
    at = {person: (numbers[id(one)], _naming(rungs, person)) for one in kept for person in one.people}
    return Merged(tuple(_planned(kept, number) for number in range(1, len(kept) + 1)), at)


def _worth(groups: Iterable[_Group]) -> list[_Group]:
    """Those that tell somebody; nobody is told once more before anybody was told."""
    kept: list[_Group] = []
    for one in groups:
        if one.people or one.rotas or (one.again and kept):
            kept.append(one)
    return kept


def _share_out(groups: Iterable[_Group]) -> None:
    """Each person and rota to the first step that is open at its time, else to the first at all."""
    seen: set[Hashable] = set()
    for group in sorted(groups, key=lambda one: one.shut):
        for one in group.rungs:
            group.people += [who for who in dict.fromkeys(one.people) if who not in seen]
            group.rotas += [rota for rota in dict.fromkeys(one.rotas) if rota not in seen]
            seen.update(one.people, one.rotas)


def _naming(rungs: Iterable[Rung], person: Key) -> tuple[str, ...]:
    return tuple(sorted({one.route for one in rungs if person in one.people}))


def _planned(kept: Sequence[_Group], number: int) -> PlannedStep:
    group = kept[number - 1]
    steps = [one.step for one in group.rungs]
    alike = (other for other in kept if (other.after, other.shut) == (group.after, group.shut))
    together = [one.step for other in alike for one in other.rungs]
    gaps = [step.repeat_minutes for step in steps if step.repeats]
    return PlannedStep(
        number=number,
        after=group.after,
        wait_minutes=_wait(kept, number),
        quorum=_quorum(together),
        repeats=max(step.repeats for step in steps),
        repeat_minutes=min(gaps, default=0),
        hours=steps[0].hours,
        rotas=tuple(group.rotas),
        again=group.again,
        shut=group.shut,
    )


def _wait(kept: Sequence[_Group], number: int) -> int:
    """Minutes to the next open step; the last waits as long as the most impatient chain in it."""
    group = kept[number - 1]
    later = [one.after for one in kept[number:] if not one.shut]
    if later and not group.shut:
        return later[0] - group.after
    return min(one.step.wait_minutes for one in group.rungs)


def _quorum(steps: Iterable[Step]) -> tuple[Quorum, ...]:
    most: dict[ResponderClass, int] = {}
    for step in steps:
        for name, count in step.quorum:
            most[name] = max(count, most.get(name, 0))
    return tuple(Quorum(name, count) for name, count in sorted(most.items()))
