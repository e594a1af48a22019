"""Files of people as sheets save them, and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.enrolment import sheet
from mbiu.enrolment.sheet import MOST_ROWS, Sheet, read

HEAD = "number,role,area,organisation\n"
AMINA = "0772000101,focal point,Kasese,Elders\n"
PLAIN = HEAD + AMINA
CELLS = {"number": "0772000101", "role": "focal point", "area": "Kasese", "organisation": "Elders"}


def bad(text: str | bytes) -> list[tuple[int, str]]:
    found = read(text if isinstance(text, bytes) else text.encode())
    return [(one.row, one.what) for one in found.bad]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("cp1252"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode("utf-16"),
        ("sep=;\r\n" + PLAIN.replace(",", ";")).encode(),
        PLAIN.replace("0772000101", '"=""0772000101"""').encode(),
        PLAIN.replace("0772000101", "'0772000101").encode(),
        PLAIN.replace("0772000101", "077\x002000101").encode(),
        PLAIN.replace("number,role,area,organisation", "Phone number,ROLE, District ,Organization").encode(),
        ("\n\n" + PLAIN + ",,,\n\n").encode(),
        b'"number","role","area","organisation"\n"0772000101","focal point","Kasese","Elders"',
    ],
)
def test_one_row_in_every_way_a_sheet_saves_it(data: bytes) -> None:
    found = read(data)
    assert found.bad == ()
    assert [row.cells for row in found.rows] == [CELLS]


def test_rows_have_the_numbers_that_the_sheet_shows() -> None:
    found = read((HEAD + AMINA + ",,,\n" + '"0772000102","focal\npoint",Kasese,\n' + AMINA).encode())
    assert [row.number for row in found.rows] == [2, 4, 5]


@pytest.mark.parametrize(
    ("text", "row", "what"),
    [
        ("", 1, "There is no column number or role or area."),
        (AMINA, 1, "There is no column number or role or area."),
        (HEAD, 1, "There is nobody in the file."),
        ("number,role,area,phone\n" + AMINA, 1, "Two columns are called number."),
        (b"PK\x03\x04rest of a workbook", 1, "This is a workbook, not a text file."),
        (b"0" * (sheet.MOST_BYTES + 1), 1, "The file is too large."),
        (HEAD + "=1+2,focal point,Kasese,\n", 2, "There is a formula in it."),
        (HEAD + "0772000101,focal point,@SUM(1),\n", 2, "There is a formula in it."),
        (HEAD + "0772000101,focal point,Bwera, Kasese,Elders\n", 2, "There are more cells than columns."),
        (HEAD + AMINA + '"' + "x" * 200_000, 3, "From here on the file cannot be read."),
    ],
)
def test_what_is_wrong_is_told_by_row(text: str | bytes, row: int, what: str) -> None:
    assert (row, what) in bad(text)


def test_names_are_not_read_and_that_is_said() -> None:
    found = read(b"name,number,role,area\nAmina K.,0772000101,focal point,Kasese\n")
    assert found.left_out == ("name",)
    assert "Amina K." not in found.rows[0].cells.values()


def test_a_hundred_thousand_rows_are_refused_after_the_first_few_thousand() -> None:
    found = read((HEAD + "1,r,a,\n" * 100_000).encode())
    assert len(found.rows) == MOST_ROWS
    assert [one.what for one in found.bad] == [f"There are more than {MOST_ROWS} rows."]


def test_nothing_of_a_number_is_shown_by_repr() -> None:
    assert "0772000101" not in repr(read(PLAIN.encode()))


def test_the_template_can_be_read() -> None:
    found = read(sheet.template().encode())
    assert found.bad == found.left_out == ()
    assert found.rows[0].cells["area"] == "Kasese"


CELL = st.text(max_size=12)
NASTY = st.sampled_from(
    ["=", "@", '"', '""', ",", ";", "\t", "\r", "\n", "\0", "﻿", "'", '="', "+256772000101"]
)


@given(st.binary(max_size=400))
def test_any_bytes_are_answered(data: bytes) -> None:
    found = read(data)
    assert found.rows or found.bad


@given(st.lists(CELL | NASTY, max_size=40), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]))
def test_any_text_below_the_headings_is_answered(cells: list[str], encoding: str) -> None:
    found = read((HEAD + "".join(cells)).encode(encoding, "surrogatepass"))
    assert found.rows or found.bad
    assert isinstance(found, Sheet)
    for row in found.rows:
        assert set(row.cells) <= set(CELLS)
        assert not any(cell.startswith(("=", "@", "\0")) for cell in row.cells.values())
    assert all(one.row >= 1 and one.what and one.do for one in found.bad)


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=8))
def test_no_row_is_lost(rows: list[tuple[str, ...]]) -> None:
    lines = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)
    found = read((HEAD + lines).encode("utf-8", "surrogatepass"))
    wanted = [at for at, row in enumerate(rows, 2) if any(sheet._cell(cell) for cell in row)]
    assert sorted([row.number for row in found.rows] + [one.row for one in found.bad]) == (wanted or [1])
