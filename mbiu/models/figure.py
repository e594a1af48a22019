"""What happened on days and in months that are over, counted once, so that no page has to read history."""

import datetime as dt

from sqlalchemy import ARRAY, Date, Index, Integer, PrimaryKeyConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Model, Moment


class DayCounted(Model):
    """When a day's figures were counted last."""

    __tablename__ = "day_counted"

    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    counted_at: Mapped[Moment]


class DayFigure(Model):
    """How much of ``what`` there was on a day in an area (and all within it), by ``label``.

    ``area`` is ``/``, a country, a first-level or a second-level unit; ``parent`` the one it lies in, empty
    for ``/``. The empty label is the sum over all labels. What they stand for says `mbiu.figures`.
    """

    __tablename__ = "day_figure"
    __table_args__ = (
        PrimaryKeyConstraint("area", "what", "day", "label", "exercise", postgresql_include=["count"]),
        Index(
            "ix_day_figure_parent",
            "parent",
            "what",
            "day",
            postgresql_where=text("label = ''"),
            postgresql_include=["area", "exercise", "count"],
        ),
    )

    area: Mapped[str]
    what: Mapped[str] = mapped_column(String(16))
    day: Mapped[dt.date] = mapped_column(Date)
    label: Mapped[str] = mapped_column(String(64))
    exercise: Mapped[bool]
    parent: Mapped[str]
    count: Mapped[int]


class DayTimes(Model):
    """How long ``step`` took whenever it was reached on a day in an area: a histogram.

    ``counts[n]`` cases took ``seconds[n]``, rounded to two digits. ``role`` narrows it to the cases of one
    class of responders; empty for all.
    """

    __tablename__ = "day_times"

    area: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(String(16), primary_key=True)
    role: Mapped[str] = mapped_column(String(24), primary_key=True, default="", server_default="")
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    exercise: Mapped[bool] = mapped_column(primary_key=True)
    seconds: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class MonthCounted(Model):
    """A month, by its first day, whose days are all counted and summed up."""

    __tablename__ = "month_counted"

    month: Mapped[dt.date] = mapped_column(Date, primary_key=True)


class MonthFigure(Model):
    """The sum of the `DayFigure` of a month, which goes by its first day."""

    __tablename__ = "month_figure"
    __table_args__ = (
        Index("ix_month_figure_parent", "parent", "what", "month", postgresql_where=text("label = ''")),
    )

    area: Mapped[str] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    month: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    label: Mapped[str] = mapped_column(String(64), primary_key=True)
    exercise: Mapped[bool] = mapped_column(primary_key=True)
    parent: Mapped[str]
    count: Mapped[int]


class MonthTimes(Model):
    """The sum of the `DayTimes` of a month, which goes by its first day.

    ``half`` of the ``cases`` took so many seconds, and nine in ten ``most`` (nearest rank).
    """

    __tablename__ = "month_times"

    area: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(String(16), primary_key=True)
    role: Mapped[str] = mapped_column(String(24), primary_key=True)
    month: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    exercise: Mapped[bool] = mapped_column(primary_key=True)
    seconds: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    half: Mapped[int]
    most: Mapped[int]
    cases: Mapped[int]
