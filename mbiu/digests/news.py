"""What happened in an area: confirmed incidents, by what became of them since somebody last looked."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from mbiu.codes import EventType, IncidentState, Severity

#: In the order of the columns.
COUNTS = ("new", "open", "answered", "ended")


@dataclass(frozen=True)
class Happening:
    """A confirmed incident, with nothing in it of those who told of it.

    ``area`` is the path of its district or what lies above, ``answered_at`` when somebody first took an
    alert about it, ``done`` what its outcome says was done.
    """

    id: UUID
    ref: str
    event_type: EventType
    severity: Severity
    state: IncidentState
    area: str
    happened_at: dt.datetime
    verified_at: dt.datetime
    answered_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    done: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in {IncidentState.VERIFIED, IncidentState.ALERTED}


@dataclass(frozen=True)
class News:
    """What is new, open, answered and ended in an area since a moment, counted by type.

    ``items`` are those behind new, answered and ended, the latest first.
    """

    since: dt.datetime
    until: dt.datetime
    counts: dict[str, Counter[EventType]]
    items: tuple[Happening, ...] = field(default=())

    def total(self, what: str) -> int:
        return self.counts[what].total()

    @property
    def types(self) -> list[EventType]:
        """The types that occur, the commonest first."""
        found: Counter[EventType] = Counter()
        for one in self.counts.values():
            found += one
        return [kind for kind, _ in found.most_common()]

    def __bool__(self) -> bool:
        return bool(self.items)


def news(
    happenings: Iterable[Happening], since: dt.datetime, until: dt.datetime, but: Collection[UUID] = ()
) -> News:
    """Count what happened after ``since`` and up to ``until``, as if the incidents in ``but`` were not."""
    counts = {name: Counter[EventType]() for name in COUNTS}
    items = []
    for one in happenings:
        if one.id in but:
            continue
        what = _what(one, since, until)
        counts["open"][one.event_type] += one.is_open
        for name in what:
            counts[name][one.event_type] += 1
        if what:
            items.append(one)
    items.sort(key=lambda one: (one.verified_at, one.ref), reverse=True)
    return News(since, until, {name: +one for name, one in counts.items()}, tuple(items))


def _what(one: Happening, since: dt.datetime, until: dt.datetime) -> list[str]:
    moments = {"new": one.verified_at, "answered": one.answered_at, "ended": one.closed_at}
    return [name for name, at in moments.items() if at is not None and since < at <= until]
