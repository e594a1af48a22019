"""The days that no worker has counted yet: from their rows, and known to a process for some seconds."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.figures.counting import Counted, count, today
from mbiu.models import DayCounted

#: How old the count of the running day may be on a page: on a day of a thousand reports it takes 0.1 s.
FRESH = dt.timedelta(seconds=20)

Lived = dict[dt.date, Counted]

_last: list[tuple[dt.datetime, Lived]] = []


def live(session: Session, now: dt.datetime) -> Lived:
    """Today, and yesterday until it is counted, from the rows. Needs a transaction that sees everything."""
    this = today(now)
    yesterday = this - dt.timedelta(days=1)
    is_kept = session.scalar(select(DayCounted.day).where(DayCounted.day == yesterday)) is not None
    return {day: count(session, day) for day in ([this] if is_kept else [yesterday, this])}


def lately(session: Session, now: dt.datetime) -> Lived:
    """As `live`, at most `FRESH` old. To be read, not changed."""
    for at, known in _last:
        if dt.timedelta(0) <= now - at < FRESH and today(now) == today(at):
            return known
    _last[:] = [(now, live(session, now))]
    return _last[0][1]


def forget() -> None:
    """Have the next page count anew."""
    _last.clear()
