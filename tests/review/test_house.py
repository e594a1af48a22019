"""The house: every page of it, for those who run the centre, without scripts."""

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from mbiu.analysis import tables
from mbiu.analysis.overlay import Overlay
from mbiu.audit import Actor
from mbiu.codes import Priority, Role, Severity
from mbiu.db import engine, transaction
from mbiu.gazetteer import Gazetteer, best
from mbiu.gazetteer.shelve import write
from mbiu.house import bringing, occasions, settings
from mbiu.models import (
    AreaPopulation,
    AuditEntry,
    HouseWord,
    Incident,
    Occasion,
    Place,
    PlaceImport,
    Report,
    User,
    Wording,
    utcnow,
)
from tests import cast
from tests.review.conftest import Browser

PAGES = (
    "", "/priorities", "/exercise", "/words", "/words?q=raid", "/calendar", "/calendar?month=2027-02",
    "/population", "/retention", "/places",
)  # fmt: skip
SECRET = "zanzibarquokka"


@pytest.fixture
def esther(as_: Callable[[str], Browser]) -> Browser:
    return as_("esther")


@pytest.fixture
def miriam(as_: Callable[[str], Browser]) -> Browser:
    return as_("miriam")


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    yield
    tables.lay_over(Overlay())


def entries(action: str) -> list[AuditEntry]:
    with transaction() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def form_of(page: str, path: str) -> dict[str, str]:
    """The chosen values of every select and the text of every input of the page's table of priorities."""
    found = {}
    for name, body in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found | dict(re.findall(r'name="(minutes\.P\d)"[^>]* value="(\d+)"', page))


def test_an_administrator_opens_every_page_and_reads_no_report(esther: Browser) -> None:
    cast.tell(f"Cattle raid in Kween, 3 people killed, {SECRET}")
    for page in PAGES:
        answer = esther.get(f"/house{page}")
        assert answer.status_code == 200, page
        assert SECRET not in answer.text
        assert "cast" not in answer.text


def test_coordinators_open_the_texts_too(miriam: Browser) -> None:
    page = miriam.get("/house/texts")
    assert page.status_code == 200
    assert "reply.help" in page.text
    assert "alert.sms" in page.text
    assert "word.panic" not in page.text


def test_no_page_asks_more_with_more_rows(esther: Browser) -> None:
    before = {page: queries(esther, f"/house{page}") for page in PAGES}
    with transaction() as session:
        for number in range(12):
            day = dt.date(2027, 1, 1 + number)
            session.add(Occasion(kind="feast", title=f"Feast {number}", starts_on=day, ends_on=day))
            session.add(AreaPopulation(area_path="/ug/", year=2000 + number, population=1000 + number))
            word = HouseWord(table="events", language="en", words=f"zumbo{number}", facts={"code": "attack"})
            session.add(word)
            session.add(PlaceImport(format="csv", country="UG", content=b"x", state="looked"))
    assert {page: queries(esther, f"/house{page}") for page in PAGES} == before


def queries(browser: Browser, path: str) -> int:
    seen = []

    def note(*_: object) -> None:
        seen.append(1)

    for one in (engine(scoped=False), engine(scoped=True)):
        event.listen(one, "before_cursor_execute", note)
    try:
        browser.get(path)
    finally:
        for one in (engine(scoped=False), engine(scoped=True)):
            event.remove(one, "before_cursor_execute", note)
    return len(seen)


# --- priorities --------------------------------------------------------------------------------


def test_the_table_is_tried_on_what_waits_and_then_holds(esther: Browser) -> None:
    row = cast.incident_of(cast.tell("Land dispute between two clans in Bwera, Kasese"))
    form = form_of(esther.get("/house/priorities").text, "/house/priorities")
    cell = f"{row.severity}.{row.urgency}"
    assert form[cell] == row.priority
    form |= {one: "P1" for one in form if one.endswith(f".{row.urgency}")}
    preview = esther.post("/house/priorities", **form, preview="1").text
    assert re.search(r'id="preview".*P1', preview, re.DOTALL)
    with transaction() as session:
        assert session.scalars(select(Incident.priority)).one() is row.priority
    esther.post("/house/priorities", **form, save="1")
    with transaction() as session:
        now = session.scalars(select(Incident)).one()
        assert settings.value(session, "priority_table")[row.severity][row.urgency] == "P1"
    assert now.priority is Priority.P1
    assert now.due_at < row.due_at
    (change,) = entries("house.changed")
    assert change.details["before"][row.severity][row.urgency] == row.priority


def test_a_priority_that_a_person_chose_stays(esther: Browser) -> None:
    cast.tell("Land dispute between two clans in Bwera, Kasese")
    with transaction() as session:
        session.execute(update(Incident).values(priority=Priority.P4, severity=Severity.SEVERE))
    form = form_of(esther.get("/house/priorities").text, "/house/priorities")
    form |= {one: "P1" for one in form if one.startswith(("severe.", "extreme."))}
    esther.post("/house/priorities", **form, save="1")
    with transaction() as session:
        assert session.scalars(select(Incident.priority)).one() is Priority.P4


def test_a_table_in_which_graver_comes_later_is_refused(esther: Browser) -> None:
    form = form_of(esther.get("/house/priorities").text, "/house/priorities")
    answer = esther.post("/house/priorities", **{**form, "extreme.past": "P4"}, save="1")
    assert "Something graver cannot come after" in answer.text
    assert entries("house.changed") == []


# --- exercise ----------------------------------------------------------------------------------


def typed(moment: dt.datetime) -> str:
    return (moment + dt.timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")


def test_an_exercise_marks_all_that_comes_in_until_it_is_ended(esther: Browser, ruth: Browser) -> None:
    now = utcnow()
    esther.post(
        "/house/exercise",
        **{"from": typed(now - dt.timedelta(minutes=2)), "until": typed(now + dt.timedelta(hours=2))},
    )
    assert "EXERCISE" in ruth.get("/account").text
    drill = cast.incident_of(cast.tell("Cattle raid in Kween, 3 people killed"))
    esther.post("/house/exercise", end="1")
    assert "drill-banner" not in ruth.get("/account").text
    real = cast.incident_of(cast.tell("Cattle raid in Kween, 3 people killed", cast.JOSEPH))
    assert (drill.exercise, real.exercise, drill.id != real.id) == (True, False, True)
    with transaction() as session:
        assert session.scalars(select(Report.exercise).order_by(Report.created_at)).all() == [True, False]
    assert len(entries("house.changed")) == 2


# --- words -------------------------------------------------------------------------------------


def test_a_word_is_tried_saved_switched_off_and_taken_back(miriam: Browser) -> None:
    word = {"terms": "zumbo", "language": "en", "meaning": "events:abduction", "name": ""}
    tried = miriam.post("/house/words", **word, sentence="They did zumbo here", **{"try": "1"})
    assert re.search(r"<mark>.*abduction", tried.text, re.DOTALL)
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(HouseWord)) == 0
    miriam.post("/house/words", **word, save="1")
    miriam.post("/house/words", **word | {"meaning": "events:attack"}, save="1")
    with transaction() as session:
        row = session.scalars(select(HouseWord)).one()
    page = miriam.get(f"/house/words/{row.id}").text
    assert page.count("Take back to this") == 1
    miriam.post(f"/house/words/{row.id}", version="1")
    miriam.post(f"/house/words/{row.id}", off="1")
    with transaction() as session:
        now = session.get_one(HouseWord, row.id)
    assert (now.facts["code"], now.active, now.version) == ("abduction", False, 4)
    assert len(entries("word.saved")) == 4


def test_a_planted_word_is_shown_as_text(miriam: Browser) -> None:
    terms = "<script>alert(1)</script>"
    miriam.post("/house/words", terms=terms, language="en", meaning="events:attack", save="1")
    assert "<script>alert" not in miriam.get("/house/words").text


# --- calendar ----------------------------------------------------------------------------------


def test_an_occasion_is_kept_shown_in_its_month_and_near_its_area(esther: Browser) -> None:
    day = {"kind": "election", "title": "By-election", "starts_on": "2027-02-10", "ends_on": "2027-02-12"}
    esther.post("/house/calendar", **day, area="/ug/", note="Two seats")
    assert esther.get("/house/calendar?month=2027-02").text.count('title="Election">By-election') == 3
    with transaction() as session:
        (near,) = occasions.near(session, "/ug/ug-kasese/", dt.date(2027, 2, 5))
        assert occasions.near(session, "/ke/", dt.date(2027, 2, 5)) == []
        assert occasions.near(session, "/ug/", dt.date(2027, 1, 1)) == []
    esther.post(f"/house/calendar/{near.id}", remove="1")
    assert [one.details["after"] and one.details["after"]["title"] for one in entries("occasion.saved")] == [
        "By-election"
    ]
    assert len(entries("occasion.removed")) == 1


def test_a_yearly_occasion_comes_again_across_new_year() -> None:
    row = Occasion(starts_on=dt.date(2024, 12, 30), ends_on=dt.date(2025, 1, 2), yearly=True)
    assert occasions.falls(row, dt.date(2030, 1, 1), dt.date(2030, 1, 1))
    assert not occasions.falls(row, dt.date(2030, 1, 3), dt.date(2030, 12, 29))
    leap = Occasion(starts_on=dt.date(2024, 2, 29), ends_on=dt.date(2024, 2, 29), yearly=True)
    assert occasions.falls(leap, dt.date(2027, 2, 28), dt.date(2027, 2, 28))


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"kind": "war"}, {"ends_on": "2026-01-01"}, {"starts_on": "soon"}, {"area": "/xx/"}],
)
def test_a_senseless_occasion_is_refused(esther: Browser, wrong: dict[str, str]) -> None:
    day = {"kind": "feast", "title": "Feast", "starts_on": "2027-02-10", "ends_on": "2027-02-12"}
    assert "flash bad" in esther.post("/house/calendar", **{**day, **wrong}).text
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Occasion)) == 0


# --- population and places ---------------------------------------------------------------------


def test_a_file_of_figures_is_looked_through_and_its_good_rows_taken(esther: Browser) -> None:
    text = "area,population,year,source\n/ug/,45000000,2024,Census\n/nowhere/,5,2024,\n/ug/,x,2023,\n"
    looked = esther.post("/house/population", file=(io.BytesIO(text.encode()), "p.csv"))
    assert "no such area" in looked.text
    assert "the population is no whole number" in looked.text
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(AreaPopulation)) == 0
    esther.post("/house/population", text=text, save="1")
    with transaction() as session:
        row = session.scalars(select(AreaPopulation)).one()
    assert (row.area_path, row.population, row.year, row.source) == ("/ug/", 45_000_000, 2024, "Census")
    assert entries("population.brought")[0].details == {"new": 1, "changed": 0}


TABLE = (
    "place_id,name,kind,admin_level,country,parent_id,lat,lon\n"
    "ug-kasese-newtown,Newtown Zumbo,locality,,UG,ug-kasese,0.18,30.08\n"
)


@pytest.fixture
def places(app: Flask) -> None:
    """An installation that has taken places in before: few, where the built file holds 190,000."""
    write(best.own_file(), Gazetteer.seed())


def test_a_file_of_places_is_looked_through_before_it_is_loaded(places: None, esther: Browser) -> None:
    esther.post("/house/places", format="csv", country="ug", file=(io.BytesIO(TABLE.encode()), "../../x.csv"))
    assert bringing.work() == 1
    page = esther.get("/house/places").text
    assert "Newtown Zumbo" in page
    with transaction() as session:
        row = session.scalars(select(PlaceImport)).one()
        assert session.scalar(select(Place.id).where(Place.name == "Newtown Zumbo")) is None
    esther.post(f"/house/places/{row.id}", apply="1")
    assert bringing.work() == 1
    with transaction() as session:
        assert session.scalar(select(Place.id).where(Place.name == "Newtown Zumbo"))
        row = session.scalars(select(PlaceImport)).one()
    assert (row.state, row.content) == ("done", b"")
    assert bringing.work() == 0
    assert [one.action for one in entries("places.loaded")] == ["places.loaded"]


def test_a_bad_file_of_places_changes_nothing_and_says_which_row(places: None, esther: Browser) -> None:
    bad = TABLE + "ug-kasese-x,Nowhere,locality,,KE,ug-kasese,0.18,30.08\n"
    esther.post("/house/places", format="csv", country="UG", file=(io.BytesIO(bad.encode()), "x.csv"))
    bringing.work()
    assert "row 3" in esther.get("/house/places").text
    with transaction() as session:
        assert session.scalars(select(PlaceImport.state)).one() == "refused"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", b"\x1f\x8bgz"])
def test_packed_and_empty_files_are_not_taken(esther: Browser, content: bytes) -> None:
    answer = esther.post("/house/places", format="csv", country="UG", file=(io.BytesIO(content), "x.csv"))
    assert "flash bad" in answer.text
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(PlaceImport)) == 0


def test_a_large_file_of_places_is_taken_and_no_other_large_form(esther: Browser) -> None:
    large = TABLE.encode() + b"#" * 400_000
    kept = {"format": "csv", "country": "UG"}
    assert esther.post("/house/places", **kept, file=(io.BytesIO(large), "x.csv")).status_code == 200
    assert esther.post("/house/population", file=(io.BytesIO(large), "x.csv")).status_code == 413


# --- retention and texts -----------------------------------------------------------------------


def test_the_days_of_retention_are_changed_and_what_goes_next_is_counted(miriam: Browser) -> None:
    cast.tell("Cattle raid in Kween, 3 people killed")
    with transaction() as session:
        session.execute(update(Report).values(created_at=utcnow() - dt.timedelta(days=100)))
    own = {"survivor_identity": "30", "survivor_words": "45", "survivor_media": "15"}
    miriam.post("/house/retention", identity="90", words="99", media="30", **own)
    page = miriam.get("/house/retention").text
    assert re.search(r"Readings of reports</th><td class=\"right\">1<", page)
    changes = {one.object: one.details["after"] for one in entries("house.changed")}
    assert changes["setting:retention_days"] == {"identity": 90, "words": 99, "media": 30}
    assert changes["setting:survivor_days"] == {"identity": 30, "words": 45, "media": 15}


def test_any_text_is_changed_with_preview_and_count(miriam: Browser) -> None:
    at = {"language": "en", "audience": ""}
    page = miriam.post("/feedback/texts/reply.added", **at, do="preview", words="Noted with {ref}.")
    assert "Noted with R7K3QX9." in page.text
    miriam.post("/feedback/texts/reply.added", **at, do="save", words="Noted with {ref}.")
    with transaction() as session:
        assert session.scalars(select(Wording.text)).one() == "Noted with {ref}."
    assert '<span class="tag info">en</span>' in miriam.get("/house/texts").text
    assert miriam.get("/feedback/texts/word.panic").status_code == 404


def test_the_mark_of_an_exercise_keeps_its_distance(miriam: Browser) -> None:
    miriam.post("/feedback/texts/alert.exercise", language="en", audience="", do="save", words="DRILL ")
    with transaction() as session:
        assert session.scalars(select(Wording.text)).one() == "DRILL "


def test_analysts_find_no_house(ruth: Browser) -> None:
    assert ruth.get("/house").status_code == 403


def test_whoever_does_not_run_the_house_brings_no_places(settings: object) -> None:
    user = User(name="x", role=Role.ANALYST, password_hash="-")
    with transaction() as session:
        session.add(user)
        session.flush()
        with pytest.raises(bringing.NotAllowed):
            bringing.bring(session, Actor("x", user.id, user.role), "csv", "UG", b"x")


def test_coordinators_hold_an_incident_and_analysts_see_it(miriam: Browser, ruth: Browser) -> None:
    ref = cast.incident_of(cast.tell("Land dispute between two clans in Bwera, Kasese")).ref
    assert "Hold: keep" not in ruth.get(f"/incidents/{ref}").text
    miriam.post(f"/house/hold/{ref}", held="1")
    assert "Held: its texts stay" in ruth.get(f"/incidents/{ref}").text
    (entry,) = entries("incident.held")
    assert (entry.object, entry.details) == (f"incident:{ref}", {"before": False, "after": True})
    miriam.post(f"/house/hold/{ref}")
    with transaction() as session:
        assert session.scalars(select(Incident.held)).one() is False
