"""Which days and months are to be counted, and keeping what was counted."""

import datetime as dt

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from mbiu.figures import months
from mbiu.figures.counting import Counted, begin, count, parent, today
from mbiu.models import DayCounted, DayFigure, DayTimes, Report, utcnow

#: So many days back are counted at most.
KEPT = 400
#: A day is counted when it is over, and again so long after: deliveries and feedback come to rest late.
AGAIN = (dt.timedelta(0), dt.timedelta(days=1), dt.timedelta(days=3))

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtext('mbiu.figures'))")


def due(counted: dict[dt.date, dt.datetime], first: dt.date, now: dt.datetime) -> list[dt.date]:
    """The days from ``first`` on that must be counted, the newest first; ``counted`` says when last."""
    last = today(now) - dt.timedelta(days=1)
    first = max(first, last - dt.timedelta(days=KEPT))
    days = [last - dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if _is_due(day, counted.get(day), now)]


def _is_due(day: dt.date, counted_at: dt.datetime | None, now: dt.datetime) -> bool:
    if counted_at is None:
        return True
    over = begin(day + dt.timedelta(days=1))
    return any(counted_at < over + later <= now for later in AGAIN)


def refresh(session: Session, now: dt.datetime | None = None) -> int:
    """Count the newest day that is due and keep it, or sum up a month; how many that were, 0 while another
    process counts.

    Counting twice changes nothing.
    """
    now = now or utcnow()
    if not session.scalar(_LOCK):
        return 0
    first = first_day(session)
    if first is None:
        return 0
    counted = dict(session.execute(select(DayCounted.day, DayCounted.counted_at)).all())
    days = due(counted, first, now)
    if not days:
        return months.sum_up(session, counted, first, today(now))
    _keep(session, days[0], count(session, days[0]), now)
    return 1


def again(session: Session, day: dt.date) -> None:
    """Have a day that is over counted anew: something that belongs to it was said only now."""
    session.execute(delete(DayCounted).where(DayCounted.day == day))


def first_day(session: Session) -> dt.date | None:
    """The day of the first report, if there is any. Needs a transaction that sees everything."""
    first = session.scalar(select(func.min(Report.created_at)))
    return today(first) if first else None


def _keep(session: Session, day: dt.date, counted: Counted, now: dt.datetime) -> None:
    months.forget(session, day)
    for table in (DayFigure, DayTimes, DayCounted):
        session.execute(delete(table).where(table.day == day))
    figures = [
        {"day": day, "area": area, "what": what, "label": label, "exercise": exercise, "count": n}
        | {"parent": parent(area)}
        for (area, what, label, exercise), n in counted.figures.items()
    ]
    times = [
        {"day": day, "area": area, "step": step, "role": role, "exercise": exercise}
        | {"seconds": list(histogram), "counts": list(histogram.values())}
        for (area, step, role, exercise), histogram in counted.times.items()
    ]
    for table, rows in ((DayFigure, figures), (DayTimes, times)):
        if rows:
            session.execute(insert(table), rows)
    session.add(DayCounted(day=day, counted_at=now))
