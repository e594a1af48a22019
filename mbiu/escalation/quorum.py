"""Whose promises are enough: what an alert's answers so far make of it. Pure."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mbiu.codes import AlertState, Answer
from mbiu.escalation.chain import Rung


@dataclass(frozen=True)
class Told:
    """Somebody who was told: in which step last, and whether anything may still reach them."""

    step: int
    responder_class: str | None = None
    may_answer: bool = True


@dataclass(frozen=True)
class Word:
    """What somebody said last. ``due_at`` is when they promised to be done, after ``lapsed`` it is void."""

    id: UUID
    contact: UUID
    answer: Answer
    due_at: dt.datetime | None = None
    reminded_at: dt.datetime | None = None
    lapsed: bool = False

    @property
    def holds(self) -> bool:
        return self.answer is not Answer.CANNOT and not self.lapsed


@dataclass(frozen=True)
class Situation:
    """Who was told of an alert, and what each of them said last."""

    told: Mapping[UUID, Told]
    words: Mapping[UUID, Word]

    def changed(self, *words: Word) -> "Situation":
        """The same with these words in the place of what their speakers said before."""
        return replace(self, words={**self.words, **{word.contact: word for word in words}})

    def holders(self, *, done: bool = False) -> list[Told]:
        """Who has promised or done something; with ``done`` only who has done it."""
        return [
            self.told.get(word.contact, Told(0))
            for word in self.words.values()
            if word.holds and (word.answer is Answer.DONE or not done)
        ]

    def hopes(self) -> list[Told]:
        """Who has promised, and who may still answer."""
        silent = (one for contact, one in self.told.items() if contact not in self.words and one.may_answer)
        return [*self.holders(), *silent]


def is_met(rung: Rung, number: int, people: Iterable[Told]) -> bool:
    """Whether these people are enough for step ``number``: so many of each class, or anybody it told."""
    if not rung.needs:
        return any(one.step >= number for one in people)
    have = Counter(one.responder_class for one in people)
    return all(have[responder_class] >= count for responder_class, count in rung.needs)


def standing(taken: Sequence[Rung], situation: Situation) -> AlertState:
    """What the answers make of an open alert, by the quorum of any step ``taken`` so far."""
    if _any_met(taken, situation.holders(done=True)):
        return AlertState.DONE
    if _any_met(taken, situation.holders()):
        return AlertState.ACKNOWLEDGED
    return AlertState.OPEN


def is_hopeless(taken: Sequence[Rung], situation: Situation) -> bool:
    """Whether no quorum can be met any more by those who were told."""
    return not _any_met(taken, situation.hopes())


def _any_met(taken: Sequence[Rung], people: list[Told]) -> bool:
    return any(is_met(rung, number, people) for number, rung in enumerate(taken, start=1))
