"""The figures page: what it tells of a small history, to whom, and at what cost."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from mbiu.db import transaction
from mbiu.models import AuditEntry, User
from review.tables import plain
from tests import history
from tests.history import DAY, count_all
from tests.review.conftest import Browser
from tests.review.counting import queries

KASESE = "/ug/ug-western/ug-kasese/"


@pytest.fixture
def story(app: Flask, people: None) -> None:
    """Two reports of a dispute and one of a raid, some days ago, counted."""
    history.history("samuel")
    count_all()


def table(page: str, key: str) -> list[list[str]]:
    """The lines of a table of the page, as read by somebody."""
    found = re.search(rf'<table id="t-{key}">(.*?)</table>', page, re.DOTALL)
    assert found, key
    lines = re.findall(r"<tr>(.*?)</tr>", found[1], re.DOTALL)
    return [
        [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)
        ]
        for line in lines
    ]


def test_the_tables_say_what_happened(story: None, ruth: Browser) -> None:
    page = ruth.get("/figures").text
    by_type = table(page, "reports-type")
    assert by_type[0] == ["Day", "Dispute", "Cattle raid", "All"]
    day = f"{DAY:%b} {DAY.day}, {DAY.year}"
    assert len(by_type) == 32
    assert by_type[-1] == ["Together", "2", "1", "3"]
    assert [line[1:] for line in by_type[1:-1] if "2" in line[1]] == [["2", "0", "2"]], day
    assert table(page, "incidents-type")[-1] == ["Together", "1", "1", "2"]
    assert table(page, "reports-area")[0] == ["Day", "Uganda", "All"]
    assert [line[1:3] for line in table(page, "times")[1:]] == [
        ["7 s", "7 s"],
        ["10 min", "30 min"],
        ["12 min", "12 min"],
        ["20 min", "20 min"],
        ["1 h", "1 h"],
    ]
    assert [line[1] for line in table(page, "told") if line[2] == "2"] == ["100%"]


def test_an_area_and_a_time_are_chosen(story: None, ruth: Browser) -> None:
    page = ruth.get(f"/figures?days=7&area={KASESE}").text
    assert table(page, "reports-type")[0] == ["Day", "Dispute", "All"]
    assert len(table(page, "reports-type")) == 9
    assert table(ruth.get("/figures?area=/ug/").text, "reports-area")[0] == [
        "Day",
        "Western",
        "Eastern",
        "All",
    ]
    weeks = table(ruth.get("/figures?days=365").text, "reports-type")
    assert 53 <= len(weeks) - 2 <= 54
    assert weeks[-1][-1] == "3"


@pytest.mark.parametrize("area", ["/nowhere/", "/ug", "x", "/ug/%00/", "'; --"])
def test_an_area_that_is_none_is_not_found(story: None, ruth: Browser, area: str) -> None:
    assert ruth.get(f"/figures?area={area}").status_code == 404


def test_another_area_is_not_found_and_counts_nowhere(story: None, as_: Callable[[str], Browser]) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.name == "peter").values(scope=KASESE))
    peter = as_("peter")
    for path in ("/figures?area=/ug/ug-eastern/", "/figures?area=/", "/figures/reports-type.csv?area=/ug/"):
        assert peter.get(path).status_code == 404, path
    page = peter.get("/figures").text
    assert table(page, "reports-type")[-1] == ["Together", "2", "2"]
    assert "Cattle raid" not in page


def test_only_coordinators_see_who_decided_how_much(story: None, as_: Callable[[str], Browser]) -> None:
    lines = table(as_("miriam").get("/figures").text, "load")
    assert (lines[0], lines[-1]) == (["Day", "samuel", "All"], ["Together", "2", "2"])
    ruth = as_("ruth")
    assert "samuel" not in ruth.get("/figures").text
    assert ruth.get("/figures/load.csv").status_code == 404


def test_a_table_is_taken_as_a_sheet_and_that_is_recorded(story: None, ruth: Browser) -> None:
    answer = ruth.get("/figures/reports-type.csv?days=7")
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
        "text/csv",
        'attachment; filename="mbiu-reports-type.csv"',
    )
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert lines[0] == ["Day", "Dispute", "Cattle raid", "All"]
    assert [DAY.isoformat(), "2", "0", "2"] in lines
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "figures.exported")).one()
    assert (entry.actor, entry.object, entry.details) == (
        "ruth",
        "figures:reports-type",
        {"area": "all", "days": 7},
    )
    assert ruth.get("/figures/nothing.csv").status_code == 404


@pytest.mark.parametrize("text", ["=1+1", "+2", "-3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_spreadsheet_takes_a_name_for_a_formula(text: str) -> None:
    assert plain(text) == f"'{text}"
    assert plain("Kasese") == "Kasese"


def test_an_empty_centre_has_a_page_too(ruth: Browser) -> None:
    page = ruth.get("/figures").text
    assert "Nothing in this time." in page
    assert "<canvas" not in page


def test_the_page_asks_as_many_queries_whatever_it_shows(story: None, as_: Callable[[str], Browser]) -> None:
    miriam = as_("miriam")
    miriam.get("/figures")
    with queries() as short:
        miriam.get(f"/figures?days=7&area={KASESE}")
    with queries() as long:
        miriam.get("/figures?days=365")
    assert len(short) == len(long)
