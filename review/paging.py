"""Paging a list of two kinds of rows by where the last page ended, both ways, never by counting rows off.

Each order is a tuple of columns, all ascending or all descending, that ends with the id. A message that led
to no incident stands among incidents of the last priority, with one report.
"""

import base64
import binascii
import datetime as dt
import heapq
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_

from mbiu.codes import Priority
from mbiu.models import Incident, Report

Place = tuple[Any, ...]
#: What stands before a message's own columns in each order.
_AMONG: dict[str, tuple[Any, ...]] = {"due": (Priority.P4.value,), "newest": (), "reports": (1,)}


@dataclass(frozen=True)
class Order:
    """A way to sort. ``due`` is how long after it came a message is due."""

    name: str
    due: dt.timedelta

    @property
    def descends(self) -> bool:
        return self.name != "due"

    @property
    def columns(self) -> tuple[Any, ...]:
        if self.name == "due":
            return Incident.priority, Incident.due_at, Incident.id
        if self.name == "reports":
            return Incident.reports, Incident.created_at, Incident.id
        return Incident.created_at, Incident.id

    def place(self, row: Any) -> Place:
        """Where a row stands."""
        if isinstance(row, Incident):
            return tuple(_bare(getattr(row, column.key)) for column in self.columns)
        came = row.created_at + self.due if self.name == "due" else row.created_at
        return (*_AMONG[self.name], came, row.id)

    def beyond(self, query: Any, at: Place | None, *, back: bool) -> Any:
        """Incidents on one side of a place, the nearest first."""
        return _beyond(query, self.columns, at, descends=self.descends is not back)

    def messages_beyond(self, query: Any, at: Place | None, *, back: bool) -> Any | None:
        """The same for messages; None where none stand there."""
        among, descends = _AMONG[self.name], self.descends is not back
        if at is not None:
            head, at = at[: len(among)], at[len(among) :]
            if head != among:
                if (head > among) is not descends:
                    return None
                at = None
            elif self.name == "due":
                at = (at[0] - self.due, at[1])
        return _beyond(query, (Report.created_at, Report.id), at, descends=descends)


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Priority) else value


def _beyond(query: Any, columns: Sequence[Any], at: Place | None, *, descends: bool) -> Any:
    if at is not None:
        here, there = tuple_(*columns), tuple_(*at)
        query = query.where(here < there if descends else here > there)
    return query.order_by(*(column.desc() if descends else column for column in columns))


def merged(
    one: Sequence[Any], other: Sequence[Any], key: Callable[[Any], Place], size: int, *, descends: bool
) -> list[Any]:
    """The first ``size`` of two sorted lists together."""
    return list(islice(heapq.merge(one, other, key=key, reverse=descends), size))


def encode(place: Place) -> str:
    """A place as it stands in an address."""
    plain = [one if isinstance(one, int) else one.isoformat() if isinstance(one, dt.datetime) else str(one)
             for one in place]  # fmt: skip
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode()


def decode(text: str, order: Order) -> Place | None:
    """The place in this order that an address names; None for anything else."""
    readers: tuple[Callable[[Any], Any], ...] = (_moment, UUID)
    if order.name != "newest":
        readers = (_level if order.name == "due" else _count, *readers)
    try:
        said = json.loads(base64.urlsafe_b64decode(text))
        return tuple(read(one) for read, one in zip(readers, said, strict=True))
    except (ValueError, TypeError, binascii.Error, AttributeError, RecursionError, OverflowError):
        return None


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def _level(text: str) -> str:
    return Priority(text).value


def _count(number: int) -> int:
    if type(number) is not int or not -1 < number < 2**31:
        raise ValueError
    return number
