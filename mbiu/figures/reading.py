"""The figures of a span of days and areas, from what is kept and what is counted live."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, func, literal_column, select, text
from sqlalchemy.orm import Session

from mbiu.figures.counting import STEPS, Counted, parent
from mbiu.figures.months import parts
from mbiu.models import DayCounted, DayFigure


def quantile(histogram: Counter[int], share: float) -> int | None:
    """The seconds within which ``share`` of the cases were done (nearest rank); None where there are none."""
    total, seen = sum(histogram.values()), 0
    for seconds in sorted(histogram):
        seen += histogram[seconds]
        if seen >= share * total:
            return seconds
    return None


#: What is shown day by day; the rest is read by `mbiu.figures.accounts`.
DAILY = ("reports", "incidents", "ended", "told", "decisions")
#: What becomes of a text.
SENT = ("delivered", "failed", "open")
_MONDAY = "day_figure.day - (extract(isodow FROM day_figure.day)::integer - 1)"


@dataclass(frozen=True)
class Span:
    """What is asked for: areas (none of them within another), days from ``first`` to ``last``, or drills.

    ``weekly`` figures stand under the Monday of their week.
    """

    areas: tuple[str, ...]
    first: dt.date
    last: dt.date
    drills: bool = False
    weekly: bool = False

    def bucket(self, day: dt.date) -> dt.date:
        """The day under which a day's figures stand."""
        return day - dt.timedelta(days=day.weekday()) if self.weekly else day


@dataclass
class Figures:
    """A span's figures: ``days`` by day, what and label, ``areas`` by day, what and area.

    These areas lie directly in the one asked for, or are those asked for where there are several.
    ``uncounted`` are days that nobody has counted yet.
    """

    days: Counter[tuple[dt.date, str, str]]
    areas: Counter[tuple[dt.date, str, str]]
    times: dict[str, Counter[int]]
    uncounted: list[dt.date]

    def total(self, what: str, label: str = "") -> int:
        return sum(n for (_, kind, name), n in self.days.items() if (kind, name) == (what, label))


def read(session: Session, span: Span, counted: dict[dt.date, Counted]) -> Figures:
    """The figures of a span, in a transaction that sees the areas. ``counted`` are the days counted live."""
    live = tuple(counted)
    found = Figures(_days(session, span, live), _areas(session, span, live), _times(session, span, live), [])
    for day, one in counted.items():
        _add(found, span, day, one)
    known = {*live, *session.scalars(select(DayCounted.day).where(DayCounted.day >= span.first))}
    found.uncounted = [day for day in days(span) if day not in known]
    return found


def days(span: Span) -> list[dt.date]:
    return [span.first + dt.timedelta(days=n) for n in range((span.last - span.first).days + 1)]


def _kept(table: Any, span: Span, live: Iterable[dt.date]) -> tuple[Any, ...]:
    return (
        table.day >= span.first, table.day <= span.last, table.day.not_in(list(live)),
        table.exercise == span.drills,
    )  # fmt: skip


def _days(session: Session, span: Span, live: Iterable[dt.date]) -> Counter[tuple[dt.date, str, str]]:
    day = _bucket(span)
    query = (
        select(day.label("day"), DayFigure.what, DayFigure.label, func.sum(DayFigure.count).label("n"))
        .where(DayFigure.area.in_(span.areas), DayFigure.what.in_(DAILY), *_kept(DayFigure, span, live))
        .group_by(day, DayFigure.what, DayFigure.label)
    )
    return Counter({(row.day, row.what, row.label): int(row.n) for row in session.execute(query)})


def _areas(session: Session, span: Span, live: Iterable[dt.date]) -> Counter[tuple[dt.date, str, str]]:
    nearest = DayFigure.area if len(span.areas) > 1 else DayFigure.parent
    day = _bucket(span)
    query = select(
        day.label("day"), DayFigure.what, DayFigure.area, func.sum(DayFigure.count).label("n")
    ).where(
        nearest.in_(span.areas),
        DayFigure.what.in_(["reports", "incidents"]),
        DayFigure.label == literal_column("''"),  # a plan for any label could not use the index
        *_kept(DayFigure, span, live),
    )
    found = session.execute(query.group_by(day, DayFigure.what, DayFigure.area))
    return Counter({(row.day, row.what, row.area): int(row.n) for row in found})


def _bucket(span: Span) -> ColumnElement[dt.date]:
    return literal_column(_MONDAY if span.weekly else "day_figure.day", Date)


def _times(session: Session, span: Span, live: Collection[dt.date]) -> dict[str, Counter[int]]:
    made_of = parts(session, span.first, span.last, live)
    values = {
        "areas": list(span.areas),
        "drills": span.drills,
        "days": made_of.days,
        "months": made_of.months,
    }
    found: dict[str, Counter[int]] = {step: Counter() for step in STEPS}
    for row in session.execute(_TIMES, values):
        found[row.step][row.seconds] += row.n
    return found


_TIMES = text("""
    SELECT step, seconds, sum(n)::integer AS n FROM (
        SELECT step, spread.seconds, spread.n
            FROM day_times, unnest(day_times.seconds, day_times.counts) AS spread (seconds, n)
            WHERE area = ANY (:areas) AND role = '' AND day = ANY (:days) AND exercise = :drills
        UNION ALL
        SELECT step, spread.seconds, spread.n
            FROM month_times, unnest(month_times.seconds, month_times.counts) AS spread (seconds, n)
            WHERE area = ANY (:areas) AND role = '' AND month = ANY (:months) AND exercise = :drills
        ) AS listed
    GROUP BY step, seconds
""")


def texts(session: Session, span: Span, counted: dict[dt.date, Counted]) -> Counter[tuple[str, str]]:
    """Texts to people of the span by what became of them and channel, whatever the areas.

    Needs a transaction that sees everything.
    """
    whole = (DayFigure.area == "/", DayFigure.what.in_(SENT), DayFigure.label != "")
    query = (
        select(DayFigure.what, DayFigure.label, func.sum(DayFigure.count).label("n"))
        .where(*whole, *_kept(DayFigure, span, counted))
        .group_by(DayFigure.what, DayFigure.label)
    )
    found = Counter({(row.what, row.label): int(row.n) for row in session.execute(query)})
    for one in counted.values():
        for (area, what, label, exercise), n in one.figures.items():
            if area == "/" and what in SENT and label and exercise == span.drills:
                found[what, label] += n
    return found


def _add(found: Figures, span: Span, day: dt.date, counted: Counted) -> None:
    for (area, what, label, exercise), n in counted.figures.items():
        if exercise != span.drills:
            continue
        if area in span.areas and what in DAILY:
            found.days[span.bucket(day), what, label] += n
        shown = area if len(span.areas) > 1 else parent(area)
        if shown in span.areas and not label and what in {"reports", "incidents"}:
            found.areas[span.bucket(day), what, area] += n
    for (area, step, role, exercise), histogram in counted.times.items():
        if exercise == span.drills and area in span.areas and not role:
            found.times[step] += histogram
