"""Tables as a page shows them, a chart draws them and a sheet holds them."""

import csv
import datetime as dt
import io
from dataclasses import dataclass
from enum import StrEnum

Value = int | float | str | None

#: Signs by which a spreadsheet takes a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Unit(StrEnum):
    """What the numbers of a table are."""

    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"


@dataclass(frozen=True)
class Row:
    """A line: its name, the date it stands for if any, and a value for each column."""

    name: str
    values: tuple[int | float | None, ...]
    day: dt.date | None = None


@dataclass(frozen=True)
class Table:
    """A table. ``first`` heads the names, ``columns`` the values; ``chart`` is how it is drawn.

    ``stacked`` columns of a line add up; ``bars`` stand side by side; ``line`` follows time. Only the first
    ``drawn`` columns are drawn. ``sums`` are shown in the last line. The first ``measured`` columns are in
    the unit, the rest are counts.
    """

    key: str
    title: str
    about: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    chart: str
    drawn: int
    unit: Unit = Unit.COUNT
    sums: tuple[int, ...] = ()
    measured: int = 0

    @property
    def is_empty(self) -> bool:
        return not any(value for row in self.rows for value in row.values)


def sheet(table: Table) -> str:
    """The table as CSV: shares as fractions, times in seconds, days as dates."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain(table.first), *(plain(name) for name in table.columns)])
    for row in table.rows:
        name = row.day.isoformat() if row.day else plain(row.name)
        writer.writerow([name, *("" if value is None else value for value in row.values)])
    return out.getvalue()


def plain(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
