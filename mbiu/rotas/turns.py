"""When duty passes from one to the next: recurrence, holidays and the hours of others, without a database."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

Who = TypeVar("Who")

#: What a holiday changes: nothing; nobody hands over on it; others are on duty.
SAME, WAIT, OTHERS = "same", "wait", "others"

#: Hand-overs that a turn may skip before we stop looking for one that is on no holiday.
_LONGEST_FEAST = 60

#: Hand-overs are worked out, and remembered, for so many years at once.
_AT_ONCE = 4


@dataclass(frozen=True)
class Clock:
    """The times of a rota: its first turn, the RRULE of its hand-overs, where, and what holidays change."""

    starts_at: dt.datetime
    rule: str
    zone: str
    on_holidays: str = SAME
    holidays: frozenset[dt.date] = frozenset()


@dataclass(frozen=True)
class Stand(Generic[Who]):
    """Somebody is on duty in the place of one other, or of all, from the one moment up to the other."""

    who: Who
    starts_at: dt.datetime
    ends_at: dt.datetime
    instead_of: Who | None = None


@dataclass(frozen=True)
class Turn(Generic[Who]):
    """Who is on duty from one moment up to the other, and why: ``turn``, ``holiday`` or ``override``."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    people: tuple[Who, ...]
    why: str = "turn"


@dataclass(frozen=True)
class Roster(Generic[Who]):
    """Everything that decides who is on duty. ``stands`` are in the order in which they were made."""

    clock: Clock
    members: tuple[Who, ...]
    others: tuple[Who, ...] = ()
    seats: int = 1
    stands: tuple[Stand[Who], ...] = field(default=())


def parse(rule: str, first: dt.datetime) -> rrule:
    """The recurrence of an RRULE from a local time without a zone on. Raises ValueError."""
    if len(rule.split()) != 1:
        raise ValueError("one rule, without exceptions")
    found: rrule = rrulestr(rule, dtstart=first)
    return found


def on_duty(roster: Roster[Who], at: dt.datetime) -> tuple[Who, ...]:
    """Who is on duty at a moment; nobody before the first turn, unless somebody stands in."""
    return _people(roster, at)[0]


def turns(roster: Roster[Who], since: dt.datetime, until: dt.datetime) -> list[Turn[Who]]:
    """Who is on duty from one moment up to the other, in order, neighbours who are the same made one.

    The first turn begins when it began, and the last ends where the plan changes next.
    """
    edges = _edges(roster, *_around(roster, since, until))
    found: list[Turn[Who]] = []
    for start, end in pairwise(edges):
        people, why = _people(roster, start)
        if found and (found[-1].people, found[-1].why) == (people, why):
            found[-1] = Turn(found[-1].starts_at, end, people, why)
        else:
            found.append(Turn(start, end, people, why))
    return [one for one in found if one.people and one.starts_at < until and one.ends_at > since]


def _around(roster: Roster[Who], since: dt.datetime, until: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """The same span from the hand-over before it, or whoever stands in already, to the end of the last."""
    moments = hand_overs(roster.clock, until)
    before, after = bisect_right(moments, since) - 1, bisect_right(moments, until)
    first = [one.starts_at for one in roster.stands if one.starts_at <= since < one.ends_at]
    last = [one.ends_at for one in roster.stands if one.starts_at <= until < one.ends_at]
    return min([moments[max(before, 0)], since, *first]), max([*moments[after : after + 1], until, *last])


def _edges(roster: Roster[Who], since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """All moments at which the plan may change, and both ends."""
    clock = roster.clock
    moments = {since, until, *hand_overs(clock, until)}
    moments |= {edge for stand in roster.stands for edge in (stand.starts_at, stand.ends_at)}
    if clock.on_holidays == OTHERS and roster.others:
        zone = ZoneInfo(clock.zone)
        for day in clock.holidays:
            moments |= {_moment(day, zone), _moment(day + dt.timedelta(days=1), zone)}
    return sorted(one for one in moments if since <= one <= until)


def _people(roster: Roster[Who], at: dt.datetime) -> tuple[tuple[Who, ...], str]:
    people, why = _by_plan(roster, at)
    for stand in roster.stands:
        if not stand.starts_at <= at < stand.ends_at:
            continue
        if stand.instead_of is None:
            people, why = (stand.who,), "override"
        elif stand.instead_of in people:
            put = (stand.who if one == stand.instead_of else one for one in people)
            people, why = tuple(dict.fromkeys(put)), "override"
    return people, why


def _by_plan(roster: Roster[Who], at: dt.datetime) -> tuple[tuple[Who, ...], str]:
    """Who would be on duty if nobody stood in."""
    if at < roster.clock.starts_at:
        return (), ""
    day = at.astimezone(ZoneInfo(roster.clock.zone)).date()
    if roster.clock.on_holidays == OTHERS and roster.others and day in roster.clock.holidays:
        return (_of_holiday(roster, day),), "holiday"
    if not roster.members:
        return (), ""
    number = bisect_right(hand_overs(roster.clock, at), at) - 1
    return _seated(roster.members, number * roster.seats, roster.seats), "turn"


def _of_holiday(roster: Roster[Who], day: dt.date) -> Who:
    first = roster.clock.starts_at.astimezone(ZoneInfo(roster.clock.zone)).date()
    number = sum(1 for one in roster.clock.holidays if first <= one < day)
    return roster.others[number % len(roster.others)]


def _seated(members: Sequence[Who], first: int, seats: int) -> tuple[Who, ...]:
    """So many members one after the other, nobody twice."""
    return tuple(members[(first + n) % len(members)] for n in range(min(seats, len(members))))


def hand_overs(clock: Clock, until: dt.datetime) -> tuple[dt.datetime, ...]:
    """The beginnings of all turns, the first among them, at least up to ``until``."""
    return _hand_overs(clock, max(until, clock.starts_at).year // _AT_ONCE * _AT_ONCE + _AT_ONCE)


@lru_cache(maxsize=64)
def _hand_overs(clock: Clock, year: int) -> tuple[dt.datetime, ...]:
    zone = ZoneInfo(clock.zone)
    first = clock.starts_at.astimezone(zone).replace(tzinfo=None)
    found = parse(clock.rule, first).xafter(first)
    local = []
    for one in found:
        if one.year > year:
            break
        local.append(_kept(clock, one))
    moments = {clock.starts_at, *(one.replace(tzinfo=zone).astimezone(dt.UTC) for one in local)}
    return tuple(sorted(moments))


def _kept(clock: Clock, local: dt.datetime) -> dt.datetime:
    """A hand-over, moved past holidays where nobody hands over on them."""
    if clock.on_holidays == WAIT:
        for _ in range(_LONGEST_FEAST):
            if local.date() not in clock.holidays:
                break
            local += dt.timedelta(days=1)
    return local


def _moment(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
