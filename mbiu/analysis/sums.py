"""What several numbers of one kind in a text come to: added, told again, corrected or summed up."""

from dataclasses import dataclass

from mbiu.analysis.groups import Group
from mbiu.analysis.nouns import field_of
from mbiu.analysis.reading import Evidence, NumberRange


@dataclass(frozen=True)
class Bound:
    """A group bound to what befell it (``field``) by the word at token ``outcome``;
    ``graver`` words tell how some of the injured are."""

    field: str
    group: Group
    sentence: int
    outcome: int
    evidence: Evidence
    graver: bool = False


def total(parts: list[Bound]) -> NumberRange | None:
    """Different groups of one sentence add up; the same told again in another does not.

    Where a figure is given, *several* and *people* without one say nothing more.
    """
    parts = sorted(parts, key=lambda part: part.group.first)
    figures = [part for part in parts if not part.group.vague]
    sums: NumberRange | None = None
    seen: list[Bound] = []
    for part in figures or parts:
        if sums is None or (part.group.told and (part.group.corrects or part.group.total)):
            sums = part.group.range
        elif not (_is_part(part) or part.graver):
            sums = _and(sums, part, seen)
        seen.append(part)
    return sums


def _is_part(part: Bound) -> bool:
    """Whether these are counted already; *one of the injured died* makes one more dead."""
    of = part.group.of
    return part.group.part if of is None else field_of(of) == part.field


def _and(sums: NumberRange, part: Bound, seen: list[Bound]) -> NumberRange:
    group = part.group
    if any(one.group.total for one in seen) and not group.more:
        return sums
    here = part.sentence == seen[-1].sentence and not _again(part, seen)
    if group.more or group.of or here or _is_other(part, seen):
        return plus(sums, group.range)
    return either(sums, group.range)


def _again(part: Bound, seen: list[Bound]) -> bool:
    """Whether the number repeats one before it: *the 3*, or the same figure for the same word."""
    group = part.group
    same = any(one.group.range == group.range and one.group.word == group.word for one in seen)
    both = group.generic and any(one.group.generic and one.group.range == group.range for one in seen)
    return group.again or same or both


def _is_other(part: Bound, seen: list[Bound]) -> bool:
    """Whether a later sentence counts others: *two men …; three women …*."""
    words = {one.group.word for one in seen}
    plain = any(one.group.generic for one in seen)
    return part.group.told and not part.group.generic and not plain and part.group.word not in words


def plus(one: NumberRange, two: NumberRange) -> NumberRange:
    """The sum of two ranges."""
    return NumberRange(one.low + two.low, one.best + two.best, one.high + two.high)


def either(one: NumberRange, two: NumberRange) -> NumberRange:
    """The range that holds both; the larger figure is the likelier."""
    return NumberRange(min(one.low, two.low), max(one.best, two.best), max(one.high, two.high))
