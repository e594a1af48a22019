"""Months that are over, summed up from their days: a year is then twelve sums and the days at its ends."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from mbiu.models import MonthCounted, MonthFigure, MonthTimes

_FIGURES = text("""
    INSERT INTO month_figure (area, what, month, label, exercise, parent, count)
    SELECT area, what, :month, label, exercise, parent, sum(count) FROM day_figure
        WHERE day >= :month AND day < :next GROUP BY area, what, label, exercise, parent
""")
_TIMES = text("""
    WITH summed AS (
        SELECT area, step, role, exercise, spread.seconds, sum(spread.n) AS n
            FROM day_times, unnest(day_times.seconds, day_times.counts) AS spread (seconds, n)
            WHERE day >= :month AND day < :next GROUP BY 1, 2, 3, 4, 5),
    ranked AS (
        SELECT *, sum(n) OVER (line ORDER BY seconds) AS upto, sum(n) OVER line AS cases
            FROM summed WINDOW line AS (PARTITION BY area, step, role, exercise))
    INSERT INTO month_times (area, step, role, month, exercise, seconds, counts, half, most, cases)
    SELECT area, step, role, :month, exercise, array_agg(seconds), array_agg(n),
           min(seconds) FILTER (WHERE upto >= 0.5 * cases), min(seconds) FILTER (WHERE upto >= 0.9 * cases),
           max(cases)
        FROM ranked GROUP BY area, step, role, exercise
""")


@dataclass(frozen=True)
class Parts:
    """What a span is read from: whole months, by their first days, and the days that lie in none of them."""

    months: list[dt.date]
    days: list[dt.date]


def parts(session: Session, first: dt.date, last: dt.date, live: Collection[dt.date]) -> Parts:
    """Take the days from ``first`` to ``last`` apart, without those that are ``live``."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    begun = {of(day) for day in days} - {of(day) for day in live}
    whole = [month for month in begun if first <= month and after(month) - dt.timedelta(days=1) <= last]
    known = sorted(session.scalars(select(MonthCounted.month).where(MonthCounted.month.in_(whole))))
    return Parts(known, [day for day in days if day not in live and of(day) not in known])


def of(day: dt.date) -> dt.date:
    """The month of a day, by its first."""
    return day.replace(day=1)


def after(month: dt.date) -> dt.date:
    """The month after that."""
    return of(month + dt.timedelta(days=31))


def sum_up(session: Session, counted: Collection[dt.date], first: dt.date, today: dt.date) -> int:
    """Sum up the newest month that is over and not summed up, once all its days since ``first`` are counted.

    How many that were: 1 or 0.
    """
    known = set(session.scalars(select(MonthCounted.month)))
    waiting = sorted({of(day) for day in counted if of(day) < of(today)} - known, reverse=True)
    month = next((one for one in waiting if _is_whole(one, counted, first)), None)
    if month is None:
        return 0
    for query in (_FIGURES, _TIMES):
        session.execute(query, {"month": month, "next": after(month)})
    session.add(MonthCounted(month=month))
    return 1


def _is_whole(month: dt.date, counted: Collection[dt.date], first: dt.date) -> bool:
    days = (month + dt.timedelta(days=n) for n in range((after(month) - month).days))
    return all(day in counted for day in days if day >= first)


def forget(session: Session, day: dt.date) -> None:
    """Have the month of a day summed up anew, for the day is counted anew."""
    for table in (MonthFigure, MonthTimes, MonthCounted):
        session.execute(delete(table).where(table.month == of(day)))
