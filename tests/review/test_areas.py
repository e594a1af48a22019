"""The pages of areas."""

import datetime as dt

from sqlalchemy import select, update

from mbiu import routing
from mbiu.codes import ContactRole
from mbiu.db import transaction
from mbiu.models import Address, AreaPopulation, Contact, Incident, Occasion, Report, utcnow
from review import areas
from tests import cast
from tests.cast import DANIEL, approve, person, route, user
from tests.review.conftest import Browser

KASESE = "/ug/ug-western/ug-kasese/"


def test_an_area_tells_what_happened_and_what_lies_inside(ruth: Browser, grave: str, small: str) -> None:
    district = ruth.get(f"/areas{KASESE}").text
    assert grave in district
    assert small in district
    assert "Bwera" in district
    region = ruth.get("/areas/ug/ug-western").text
    row = region.split('href="/areas/ug/ug-western/ug-kasese"')[1].split("</tr>")[0]
    assert row.count(">2<") == 2
    assert 'href="/areas/ug"' in region
    assert grave not in ruth.get("/areas/ke").text
    assert "Uganda" in ruth.get("/areas").text


def test_weeks_begin_on_monday_and_count_by_type(ruth: Browser, grave: str, small: str) -> None:
    with transaction() as session:
        session.execute(
            update(Incident).where(Incident.ref == small).values(created_at=utcnow() - dt.timedelta(weeks=3))
        )
    with transaction(scope="/") as session:
        area = areas.find(session, KASESE)
        assert area
        found = areas.weeks(session, areas.Asked(since="", drills="real", area=area.asked))
    assert [week.count for week in found.weeks] == [0, 0, 0, 0, 1, 0, 0, 1]
    assert {week.begins.weekday() for week in found.weeks} == {0}
    assert [total for _, _, total in found.types] == [1, 1]


def test_who_reports_is_told_in_numbers_only(ruth: Browser, grave: str) -> None:
    assert "no news from here means nothing" in ruth.get(f"/areas{KASESE}").text
    with transaction() as session:
        session.execute(update(Contact).values(role=ContactRole.FOCAL_POINT, area_path=KASESE))
        codes = session.scalars(select(Contact.code)).all()
    page = ruth.get(f"/areas{KASESE}").text
    assert "Last message: today." in page
    assert not [code for code in codes if code in page]
    long_ago = utcnow() - dt.timedelta(days=20)
    with transaction() as session:
        session.execute(update(Address).values(last_in_at=long_ago))
        session.execute(update(Report).values(created_at=long_ago))
    page = ruth.get(f"/areas{KASESE}").text
    assert "Last message 20 days ago." in page
    assert "1 silent for more than 14 days." in page


def test_alerts_without_an_answer_stand_on_the_page(ruth: Browser, small: str) -> None:
    route("elders", [[person("UG-1", DANIEL)]])
    peter = user("paul")
    approve(small, peter)
    with transaction() as session:
        routing.send(session, peter, small)
    assert "Alerts without an answer · 1" in ruth.get(f"/areas{KASESE}").text
    assert "Alerts without an answer · 1" not in ruth.get("/areas/ke").text
    cast.say("ACK", DANIEL)
    assert "Alerts without an answer · 1" not in ruth.get(f"/areas{KASESE}").text


def test_people_who_live_there_are_told_with_their_source_or_not_at_all(ruth: Browser, grave: str) -> None:
    assert "Not known: no table of the centre says." in ruth.get(f"/areas{KASESE}").text
    with transaction() as session:
        session.add(AreaPopulation(area_path=KASESE, year=2024, population=853_000, source="UBOS census"))
    page = ruth.get(f"/areas{KASESE}").text
    assert "853,000" in page
    assert "2024, UBOS census" in page


def test_the_calendar_shows_what_comes_here(ruth: Browser, grave: str) -> None:
    today = utcnow().date()
    last_year = today.replace(year=today.year - 1, day=min(today.day, 28)) + dt.timedelta(days=10)

    def occasion(title: str, day: dt.date, area: str, *, yearly: bool = False) -> Occasion:
        return Occasion(kind="feast", title=title, starts_on=day, ends_on=day, yearly=yearly, area_path=area)

    with transaction() as session:
        session.add_all(
            [
                occasion("Cattle market", today + dt.timedelta(days=3), KASESE),
                occasion("General election", today + dt.timedelta(days=20), "/ug/"),
                occasion("Martyrs' day", last_year, "/", yearly=True),
                occasion("Far away", today + dt.timedelta(days=3), "/ke/"),
                occasion("Long over", today - dt.timedelta(days=3), KASESE),
                occasion("Not soon", today + dt.timedelta(days=90), KASESE),
            ]
        )
    page = ruth.get(f"/areas{KASESE}").text
    for title in ("Cattle market", "General election", "Martyrs"):
        assert title in page
    for title in ("Far away", "Long over", "Not soon"):
        assert title not in page


def test_what_happened_goes_on_by_key(ruth: Browser) -> None:
    from tests.review.test_map import _incidents

    _incidents(35)
    first = ruth.get(f"/areas{KASESE}").text
    further = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert first.count('class="prio P3"') == 30
    assert ruth.get(further).text.count('class="prio P3"') == 5
