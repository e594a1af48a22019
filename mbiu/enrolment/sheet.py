"""A file of people as sheets save it: any delimiter, any encoding, marked by Excel or not. Pure.

Nothing of the file is kept, and nothing of a row is shown by `repr`, so that no number gets into a log.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mbiu.channels.text import clean
from mbiu.enrolment.people import FIELDS
from mbiu.texts.folding import fold

#: More are to be brought in parts; a file is read whole and checked in one go.
MOST_ROWS = 5_000
MOST_BYTES = 2_000_000
_DELIMITERS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NEEDED = ("number", "role", "area")
_NAMES = {
    "phone": "number", "phonenumber": "number", "telephone": "number", "mobile": "number", "simu": "number",
    "nambari": "number", "numero": "number", "district": "area", "wilaya": "area", "zone": "area",
    "eneo": "area", "lugha": "language", "langue": "language", "organization": "organisation",
    "codename": "code", "church": "denomination", "faith": "denomination", "responderclass": "class",
    "kindofresponder": "class",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A row by its number in the sheet, the headings being row 1; cells by field."""

    number: int
    cells: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class BadRow:
    """What is wrong where, and what to do. ``column`` is empty for a whole row or file."""

    row: int
    column: str
    what: str
    do: str


@dataclass(frozen=True)
class Sheet:
    """What a file holds; ``left_out`` are headings of columns that are not read."""

    rows: tuple[Row, ...] = ()
    bad: tuple[BadRow, ...] = ()
    left_out: tuple[str, ...] = ()


def read(data: bytes) -> Sheet:
    """The rows of a file. Never raises: what cannot be read is said in ``bad``."""
    if len(data) > MOST_BYTES:
        return _refused("The file is too large.", f"Bring at most {MOST_ROWS} people at a time.")
    if data.startswith(_WORKBOOKS):
        return _refused("This is a workbook, not a text file.", "Save it as «CSV UTF-8» and bring that.")
    lines = _lines(_text(data))
    headings = next((cells for _, cells in lines if any(cells)), [])
    fields = [_field(heading) for heading in headings]
    if missing := [name for name in _NEEDED if name not in fields]:
        return _refused(f"There is no column {' or '.join(missing)}.", "Name the columns as in the template.")
    if twice := sorted({name for name in fields if name and fields.count(name) > 1}):
        return _refused(f"Two columns are called {twice[0]}.", "Take one of them out.")
    left_out = tuple(cell[:40] for cell, name in zip(headings, fields, strict=True) if cell and not name)
    return _rows(lines, fields, left_out)


def _refused(what: str, do: str) -> Sheet:
    return Sheet(bad=(BadRow(1, "", what, do),))


def _text(data: bytes) -> str:
    """The text in whatever encoding it was saved; the last of them fits everything."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if data[1:40:2].count(0) > len(data[1:40:2]) // 2:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line by its number with its cells; an unreadable rest ends the file with one cell too many."""
    said = re.match(r"sep=([,;\t|])\r?\n", text)
    text = text[said.end() :] if said else text
    start = 2 if said else 1
    delimiter = said[1] if said else _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(lines, start):
            yield number, [_cell(cell) for cell in cells]
    except csv.Error:
        yield lines.line_num, [_UNREADABLE]


_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count)


def _cell(cell: str) -> str:
    """What stands in a cell, without what Excel puts around text that looks like a number."""
    cell = clean(cell).strip()
    quoted = re.fullmatch(r'="([^"]*)"', cell)
    return (quoted[1] if quoted else cell).strip().removeprefix("'").strip()


def _field(heading: str) -> str:
    plain = fold(heading)
    return plain if plain in FIELDS else _NAMES.get(plain, "")


def _rows(lines: Iterator[tuple[int, list[str]]], fields: list[str], left_out: tuple[str, ...]) -> Sheet:
    rows: list[Row] = []
    bad: list[BadRow] = []
    for number, cells in lines:
        if not any(cells):
            continue
        if len(rows) + len(bad) == MOST_ROWS:
            bad.append(BadRow(number, "", f"There are more than {MOST_ROWS} rows.", "Bring them in parts."))
            break
        if wrong := _misshapen(cells, fields):
            bad.append(BadRow(number, "", *wrong))
        else:
            rows.append(Row(number, {name: cell for name, cell in zip(fields, cells, strict=False) if name}))
    if not rows and not bad:
        return _refused("There is nobody in the file.", "Write one person a row below the headings.")
    return Sheet(tuple(rows), tuple(bad), left_out)


def _misshapen(cells: list[str], fields: list[str]) -> tuple[str, str] | None:
    if cells == [_UNREADABLE]:
        return "From here on the file cannot be read.", "Look for a lost quotation mark."
    if any(cells[len(fields) :]):
        return "There are more cells than columns.", "Put quotation marks around cells that hold commas."
    if any(cell.startswith(("=", "@")) for cell, name in zip(cells, fields, strict=False) if name):
        return "There is a formula in it.", "Write plain words and numbers."
    return None


def template() -> str:
    """An example to fill in, with the columns in order."""
    return ",".join(FIELDS) + "\n" + "0772000101,focal point,Kasese,sw,,,,,,,\n"
