"""Accounts of what warnings led to: how long it took and who answered, by month, area and role; disputes."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, literal, select, text, true
from sqlalchemy.orm import Session

from mbiu.figures.answering import ANSWERS
from mbiu.figures.counting import Counted, parent
from mbiu.figures.disputes import STANDS
from mbiu.figures.reading import Span
from mbiu.models import DayFigure


class By(StrEnum):
    """What the lines of an account stand for; the rest is summed up."""

    MONTH = "month"
    AREA = "area"
    ROLE = "role"


class Line(NamedTuple):
    """What a number belongs to; a part that is summed up is empty. Months are ``2026-11``."""

    month: str = ""
    area: str = ""
    role: str = ""


@dataclass(frozen=True)
class Spread:
    """Within how many seconds half of the cases and nine in ten were done (nearest rank)."""

    half: int
    most: int
    cases: int


Live = Mapping[dt.date, Counted]
Times = dict[tuple[Line, str], Spread]
Answers = Counter[tuple[Line, str]]

_MONTH = "to_char(day, 'YYYY-MM')"

# Histograms add up, medians do not: the quantiles are taken of the sums.
_TIMES = """
    WITH listed AS (
        SELECT day, area, step, role, spread.seconds, spread.n FROM day_times,
               unnest(day_times.seconds, day_times.counts) AS spread (seconds, n)
            WHERE area = ANY (:areas) AND day BETWEEN :first AND :last AND day <> ALL (:live)
                AND exercise = :drills AND {roles}
        UNION ALL
        SELECT * FROM unnest(CAST(:l_day AS date[]), CAST(:l_area AS text[]), CAST(:l_step AS text[]),
                             CAST(:l_role AS text[]), CAST(:l_seconds AS integer[]), CAST(:l_n AS integer[]))
            AS counted (day, area, step, role, seconds, n) WHERE {roles}),
    summed AS (
        SELECT {month} AS month, {area} AS area, {role} AS role, step, seconds, sum(n) AS n FROM listed
            GROUP BY 1, 2, 3, 4, 5),
    ranked AS (
        SELECT month, area, role, step, seconds, sum(n) OVER (line ORDER BY seconds) AS upto,
               sum(n) OVER line AS cases
            FROM summed WINDOW line AS (PARTITION BY month, area, role, step))
    SELECT month, area, role, step, min(seconds) FILTER (WHERE upto >= 0.5 * cases) AS half,
           min(seconds) FILTER (WHERE upto >= 0.9 * cases) AS most, max(cases)::integer AS cases
        FROM ranked GROUP BY 1, 2, 3, 4
"""


def times(session: Session, span: Span, live: Live, by: frozenset[By], role: str = "") -> Times:
    """How long each step took. ``role`` narrows it to one class of responders, unless ``by`` has them all.

    ``live`` are days that are not over; the transaction sees the areas of the span. One query.
    """
    sql = _TIMES.format(
        month=_MONTH if By.MONTH in by else "''",
        area="area" if By.AREA in by else "''",
        role="role" if By.ROLE in by else "''",
        roles="role <> ''" if By.ROLE in by else "role = :role",
    )
    listed = list(_live_times(span, live))
    columns = ("l_day", "l_area", "l_step", "l_role", "l_seconds", "l_n")
    values: dict[str, Any] = {name: [row[at] for row in listed] for at, name in enumerate(columns)}
    values |= {"areas": list(span.areas), "first": span.first, "last": span.last, "live": list(live)}
    values |= {"drills": span.drills} | ({} if By.ROLE in by else {"role": role})
    found = session.execute(text(sql), values)
    return {
        (Line(row.month, row.area, row.role), row.step): Spread(row.half, row.most, row.cases)
        for row in found
    }


def _live_times(span: Span, live: Live) -> Iterator[tuple[dt.date, str, str, str, int, int]]:
    for day, counted in live.items():
        for (area, step, role, exercise), histogram in counted.times.items():
            if exercise == span.drills and area in span.areas and span.first <= day <= span.last:
                for seconds, n in histogram.items():
                    yield day, area, step, role, seconds, n


def answers(session: Session, span: Span, live: Live, by: frozenset[By], role: str = "") -> Answers:
    """How many alerts there were and how they were answered, by line and one of `ANSWERS`.

    Told apart by roles, each counts once for each role that was told; else ``role`` is one, or all.
    """
    found: Answers = Counter()
    wanted = DayFigure.label != "" if By.ROLE in by else DayFigure.label == role
    for month, area, what, label, n in _sums(session, span, live, ANSWERS, wanted):
        if bool(label) if By.ROLE in by else label == role:
            parts = {By.MONTH: month, By.AREA: area, By.ROLE: label}
            found[Line(*(value if part in by else "" for part, value in parts.items())), what] += n
    return found


def disputes(session: Session, span: Span, live: Live) -> Counter[tuple[str, str, str]]:
    """Disputes by who took them up, type, and how they stand (`STANDS`); nobody's name stands for all."""
    found: Counter[tuple[str, str, str]] = Counter()
    for _month, _area, what, label, n in _sums(session, span, live, STANDS, true()):
        who, _, kind = label.rpartition(":")
        found[who, kind, what] += n
    return found


def _sums(
    session: Session, span: Span, live: Live, whats: Sequence[str], wanted: ColumnElement[bool]
) -> Iterator[tuple[str, str, str, str, int]]:
    """By month, area, what and label: the ``wanted`` counts of days that are over, all of the others."""
    month = func.to_char(DayFigure.day, literal("YYYY-MM", literal_execute=True))
    query = (
        select(month, DayFigure.area, DayFigure.what, DayFigure.label, func.sum(DayFigure.count))
        .where(
            DayFigure.area.in_(span.areas), DayFigure.what.in_(whats), DayFigure.exercise == span.drills,
            DayFigure.day.between(span.first, span.last), DayFigure.day.not_in(list(live)), wanted,
        )
        .group_by(month, DayFigure.area, DayFigure.what, DayFigure.label)
    )  # fmt: skip
    for row in session.execute(query):
        yield row[0], row[1], row[2], row[3], int(row[4])
    for day, counted in live.items():
        for (area, what, label, exercise), n in counted.figures.items():
            if area in span.areas and what in whats and exercise == span.drills and day >= span.first:
                yield f"{day:%Y-%m}", area, what, label, n


def inner(session: Session, span: Span, live: Live) -> tuple[str, ...]:
    """The areas directly within those of the span in which something was told of, in order of their paths."""
    query = select(DayFigure.area).where(
        DayFigure.parent.in_(span.areas), DayFigure.what == "reports", DayFigure.label == "",
        DayFigure.day.between(span.first, span.last), DayFigure.exercise == span.drills,
    )  # fmt: skip
    today = {
        area
        for counted in live.values()
        for area, what, _label, exercise in counted.figures
        if what == "reports" and exercise == span.drills and parent(area) in span.areas
    }
    return tuple(sorted({*session.scalars(query.distinct()), *today}))
