"""A promise has a time: whoever made it is reminded then, and if nothing comes it is void. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from mbiu.codes import Answer
from mbiu.escalation.quorum import Word

#: A promise without a time of its own is looked at again after so long.
PROMISE = dt.timedelta(hours=4)
#: So long after the reminder the promise counts for nothing, and others are asked.
GRACE = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Look:
    """Whom to remind now, and whose promise is void."""

    remind: tuple[Word, ...] = ()
    lapse: tuple[Word, ...] = ()


def look(words: Iterable[Word], now: dt.datetime) -> Look:
    """What is due of these promises; who was not reminded in time gets the whole time to answer."""
    due = [word for word in words if (at := due_at(word)) and at <= now]
    return Look(
        tuple(word for word in due if word.reminded_at is None),
        tuple(word for word in due if word.reminded_at is not None),
    )


def due_at(word: Word) -> dt.datetime | None:
    """When a promise is to be looked at next; None for what is no promise, is kept or is void."""
    if word.due_at is None or not word.holds or word.answer is Answer.DONE:
        return None
    return word.due_at if word.reminded_at is None else max(word.due_at, word.reminded_at) + GRACE
