"""Accounts of what warnings led to: how long it took and who answered, by month, area and role; disputes."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    Select,
    func,
    literal,
    literal_column,
    select,
    text,
    union,
    union_all,
)
from sqlalchemy.orm import Session, load_only

from mbiu.db import among
from mbiu.figures.answering import ANSWERS
from mbiu.figures.counting import Counted, parent
from mbiu.figures.disputes import STANDS
from mbiu.figures.months import parts
from mbiu.figures.reading import Span
from mbiu.models import DayFigure, MonthFigure, MonthTimes


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
            WHERE area = ANY (:areas) AND day = ANY (:days) AND exercise = :drills AND {roles}
        UNION ALL
        SELECT month, area, step, role, spread.seconds, spread.n FROM month_times,
               unnest(month_times.seconds, month_times.counts) AS spread (seconds, n)
            WHERE area = ANY (:areas) AND month = ANY (:months) AND exercise = :drills AND {roles}
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

    ``live`` are days that are not over; the transaction sees the areas of the span.
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
    made_of = parts(session, span.first, span.last, live)
    alone = By.MONTH in by and (By.AREA in by or len(span.areas) == 1)
    values |= {"areas": list(span.areas), "days": made_of.days, "months": [] if alone else made_of.months}
    values |= {"drills": span.drills} | ({} if By.ROLE in by else {"role": role})
    known = _of_months(session, span, made_of.months, by, role) if alone else {}
    for row in session.execute(text(sql), values):
        known[Line(row.month, row.area, row.role), row.step] = Spread(row.half, row.most, row.cases)
    return known


def _of_months(session: Session, span: Span, months: list[dt.date], by: frozenset[By], role: str) -> Times:
    """The lines that one month of one area makes up alone: those are summed up already."""
    query = select(MonthTimes).where(
        MonthTimes.area.in_(span.areas), MonthTimes.month.in_(months), MonthTimes.exercise == span.drills,
        MonthTimes.role != "" if By.ROLE in by else MonthTimes.role == role,
    )  # fmt: skip
    shown = load_only(MonthTimes.half, MonthTimes.most, MonthTimes.cases, raiseload=True)
    found = {}
    for row in session.scalars(query.options(shown)):
        area, called = row.area if By.AREA in by else "", row.role if By.ROLE in by else ""
        line = Line(f"{row.month:%Y-%m}", area, called)
        found[line, row.step] = Spread(row.half, row.most, row.cases)
    return found


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
    by_role = By.ROLE in by
    wanted = None if by_role else role
    for month, area, what, label, n in _sums(session, span, live, ANSWERS, by, wanted):
        if bool(label) if by_role else label == role:
            line = {By.MONTH: month, By.AREA: area, By.ROLE: label}
            found[Line(*(value if part in by else "" for part, value in line.items())), what] += n
    return found


def disputes(session: Session, span: Span, live: Live) -> Counter[tuple[str, str, str]]:
    """Disputes by who took them up, type, and how they stand (`STANDS`); nobody's name stands for all."""
    found: Counter[tuple[str, str, str]] = Counter()
    for _month, _area, what, label, n in _sums(session, span, live, STANDS, frozenset()):
        who, _, kind = label.rpartition(":")
        found[who, kind, what] += n
    return found


def _sums(
    session: Session,
    span: Span,
    live: Live,
    whats: Sequence[str],
    by: frozenset[By],
    label: str | None = None,
) -> Iterator[tuple[str, str, str, str, int]]:
    """By month and area, where these are asked for, what and label, of all labels or of one."""
    made_of = parts(session, span.first, span.last, live)
    days = _summed(DayFigure, DayFigure.day, made_of.days, span, whats, by)
    months = _summed(MonthFigure, MonthFigure.month, made_of.months, span, whats, by)
    if label is not None:
        days, months = days.where(DayFigure.label == label), months.where(MonthFigure.label == label)
    for row in session.execute(union_all(days, months)):
        yield row[0], row[1], row[2], row[3], int(row[4])
    for day, counted in live.items():
        for (area, what, name, exercise), n in counted.figures.items():
            if area in span.areas and what in whats and exercise == span.drills and day >= span.first:
                yield f"{day:%Y-%m}", area, what, name, n


def _summed(
    table: Any, begin: Any, begins: list[dt.date], span: Span, whats: Sequence[str], by: frozenset[By]
) -> Select[Any]:
    nothing: Any = literal_column("''")
    month = func.to_char(begin, literal("YYYY-MM", literal_execute=True)) if By.MONTH in by else nothing
    area = table.area if By.AREA in by else nothing
    return (
        select(month, area, table.what, table.label, func.sum(table.count))
        .where(table.area.in_(span.areas), table.what.in_(whats), table.exercise == span.drills)
        .where(among(begin, begins))
        .group_by(*(each for each in (month, area) if each is not nothing), table.what, table.label)
    )


def inner(session: Session, span: Span, live: Live) -> tuple[str, ...]:
    """The areas directly within those of the span in which something was told of, in order of their paths."""
    made_of = parts(session, span.first, span.last, ())
    days = _within(DayFigure, span).where(among(DayFigure.day, made_of.days))
    months = _within(MonthFigure, span).where(MonthFigure.month.in_(made_of.months))
    today = {
        area
        for counted in live.values()
        for area, what, _label, exercise in counted.figures
        if what == "reports" and exercise == span.drills and parent(area) in span.areas
    }
    return tuple(sorted({*session.scalars(union(days, months)), *today}))


def _within(table: Any, span: Span) -> Select[Any]:
    return select(table.area).where(
        table.parent.in_(span.areas), table.what == "reports", table.label == literal_column("''"),
        table.exercise == span.drills,
    )  # fmt: skip
