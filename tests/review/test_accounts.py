"""The page of accountability, and how disputes ended: what they tell of a small history, and to whom."""

import csv
import datetime as dt
import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from mbiu import figures, outcomes, routing
from mbiu.audit import Actor
from mbiu.codes import ContactRole
from mbiu.db import transaction
from mbiu.models import AuditEntry, Contact, Delivery, Incident, Response, User
from mbiu.outcomes import Deed
from tests import cast, history
from tests.history import DAY, NOON, count_all
from tests.review.conftest import Browser
from tests.review.counting import queries
from tests.review.test_figures import table

KASESE = "/ug/ug-western/ug-kasese/"


@pytest.fixture
def story(app: Flask, people: None) -> tuple[Actor, str]:
    """A dispute of five days ago: an elder was told after 12 minutes and promised after 20; counted."""
    samuel, dispute = history.history("samuel")
    told, promised = NOON + dt.timedelta(minutes=12), NOON + dt.timedelta(minutes=20)
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "UG-1").values(responder_class="elder"))
        session.execute(update(Delivery).where(Delivery.alert_id.is_not(None)).values(created_at=told))
        session.execute(update(Response).values(created_at=promised))
    count_all()
    return samuel, dispute


def lines(sheet: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet.removeprefix("\ufeff"))))


def test_each_step_has_its_months(story: tuple[Actor, str], ruth: Browser) -> None:
    page = ruth.get("/figures/accountability").text
    found = {line[0]: line[1:] for line in table(page, "verdict")}
    assert found["Month"] == ["Half within", "Nine in ten within", "Cases"]
    assert found[f"{DAY:%b %Y}"] == ["10 min", "30 min", "2"]
    assert len(found) == 7
    assert table(page, "acknowledged")[-1][1:] in (["20 min", "20 min", "1"], ["–", "–", "0"])
    assert table(page, "silent") == [
        ["Responders", "Share unanswered", "Unanswered", "Could not", "Taken on", "Alerts"],
        ["Elder", "0%", "0", "0", "1", "1"],
    ]


def test_lines_stand_for_areas_or_responders(story: tuple[Actor, str], ruth: Browser) -> None:
    page = ruth.get("/figures/accountability?by=area&area=/ug/").text
    assert [line[0] for line in table(page, "verdict")] == ["Area", "Eastern, Uganda", "Western, Uganda"]
    assert table(page, "outcome")[2] == ["Western, Uganda", "1 h", "1 h", "1"]
    page = ruth.get("/figures/accountability?by=role").text
    assert table(page, "acknowledged")[1] == ["Elder", "20 min", "20 min", "1"]
    assert 'id="t-receipt"' not in page
    page = ruth.get("/figures/accountability?role=mediator").text
    assert "Nothing in this time." in page


def test_an_alert_that_nobody_answers_stands_by_the_names_of_roles(
    story: tuple[Actor, str], ruth: Browser
) -> None:
    samuel, _ = story
    ref = cast.incident_of(cast.tell("NEW Land dispute in Kween, families quarrel", cast.JOSEPH)).ref
    cast.approve(ref, samuel)
    with transaction() as session:
        alert = routing.send(session, samuel, ref).ref
    page = ruth.get("/figures/accountability").text
    assert "Not answered yet" in page
    assert alert in page
    assert table(page, "silent")[1] == ["Elder", "50%", "1", "0", "1", "2"]
    assert "UG-1" not in page
    cast.say("CANNOT", cast.DANIEL)
    figures.forget()
    assert table(ruth.get("/figures/accountability").text, "silent")[1] == ["Elder", "0%", "0", "1", "1", "2"]


def test_the_whole_is_taken_as_a_sheet_and_that_is_recorded(story: tuple[Actor, str], ruth: Browser) -> None:
    answer = ruth.get(f"/figures/accountability/all.csv?months=3&area={KASESE}")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mbiu-accountability-all.csv"'
    head, *rows = lines(answer.get_data(as_text=True))
    found = {(row[0], row[1], row[3]): dict(zip(head, row, strict=True)) for row in rows}
    whole, elders = found[f"{DAY:%Y-%m}", KASESE, ""], found[f"{DAY:%Y-%m}", KASESE, "elder"]
    assert (whole["name"], whole["verdict_half_s"], whole["verdict_cases"]) == (
        "Kasese, Western, Uganda",
        "600",
        "1",
    )
    assert (elders["acknowledged_nine_in_ten_s"], elders["alerted"], elders["silent"]) == ("1200", "1", "0")
    assert elders["verdict_half_s"] == ""
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "figures.exported")).one()
    assert (entry.object, entry.details["months"]) == ("figures:accountability-all", 3)
    one = lines(ruth.get("/figures/accountability/verdict.csv").get_data(as_text=True))
    assert one[0] == ["Month", "Half within", "Nine in ten within", "Cases"]
    assert ruth.get("/figures/accountability/nothing.csv").status_code == 404


def test_another_area_is_not_found_and_counts_nowhere(
    story: tuple[Actor, str], as_: Callable[[str], Browser]
) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.name == "peter").values(scope=KASESE))
    peter = as_("peter")
    for path in ("", "/all.csv", "/verdict.csv"):
        assert peter.get(f"/figures/accountability{path}?area=/ug/ug-eastern/").status_code == 404
    page = peter.get("/figures/accountability?by=area").text
    assert table(page, "verdict")[1:] == [["Kasese, Western, Uganda", "10 min", "10 min", "1"]]
    rows = lines(peter.get("/figures/accountability/all.csv").get_data(as_text=True))
    assert {row[1] for row in rows[1:]} == {KASESE}


@pytest.mark.parametrize("query", ["months=7", "by=magic", "role=x", "by=", "months=12&by=role&role=elder"])
def test_what_makes_no_sense_narrows_nothing(ruth: Browser, query: str) -> None:
    assert ruth.get(f"/figures/accountability?{query}").status_code == 200


def test_the_page_asks_as_many_queries_whatever_it_shows(story: tuple[Actor, str], ruth: Browser) -> None:
    ruth.get("/figures/accountability")
    with queries() as short:
        ruth.get(f"/figures/accountability?months=3&area={KASESE}")
    with queries() as long:
        ruth.get("/figures/accountability?months=12")
    assert len(short) == len(long)


# --- disputes ----------------------------------------------------------------------------------


def test_how_disputes_ended_stands_by_committee_and_type(story: tuple[Actor, str], ruth: Browser) -> None:
    samuel, dispute = story
    youth = cast.person("KAS-80", "+256772000380", role=ContactRole.COMMITTEE, organisation="Youth for peace")
    with transaction() as session:
        outcomes.record(
            session, samuel, dispute, Deed(("dialogue",), "contained", resolution="peaceful", by=(youth,))
        )
    raid = cast.incident_of(cast.tell("Threat to burn houses in Bwera, Kasese", cast.GRACE)).ref
    cast.approve(raid, samuel)
    with transaction() as session:
        outcomes.record(session, samuel, raid, Deed(("visit",), "unknown", resolution="ongoing", by=(youth,)))
    kind = cast.incident(raid).event_type.value
    assert kind != "dispute"
    page = ruth.get("/figures").text
    assert table(page, "peace")[1] == ["Youth for peace", "50%", "1", "1", "0", "0", "2"]
    assert {line[0]: line[1] for line in table(page, "peace-type")[1:]}["Dispute"] == "100%"
    both = dict(zip(*table(page, "peace-both")[:2], strict=True))
    assert both["Dispute"] == "100%"
    assert [value for name, value in both.items() if name not in {"Who acted", "Dispute"}] == ["0%"]
    sheet = lines(ruth.get("/figures/peace.csv").get_data(as_text=True))
    assert sheet[1] == ["Youth for peace", "0.5", "1", "1", "0", "0", "2"]


def test_the_name_of_a_committee_is_no_formula(story: tuple[Actor, str], ruth: Browser) -> None:
    samuel, dispute = story
    sly = cast.person("KAS-80", "+256772000380", role=ContactRole.COMMITTEE, organisation="=1+1")
    with transaction() as session:
        outcomes.record(
            session, samuel, dispute, Deed(("dialogue",), "contained", resolution="peaceful", by=(sly,))
        )
    assert lines(ruth.get("/figures/peace.csv").get_data(as_text=True))[1][0] == "'=1+1"
    with transaction() as session:
        assert session.scalar(select(Incident.exercise).where(Incident.ref == dispute)) is False
