"""The map's page, its data and its rates, without a browser."""

import datetime as dt
from urllib.parse import urlencode

import pytest
from sqlalchemy import event, insert, update

from mbiu.codes import ContactRole, EventType, Priority, Severity
from mbiu.db import engine, transaction
from mbiu.models import AreaPopulation, AreaShape, Contact, Incident, utcnow
from mbiu.refs import new_id, new_ref
from review import mapped, shading, zoning
from review.asked import Asked, Box
from tests import cast
from tests.review.conftest import Browser

KASESE = "/ug/ug-western/ug-kasese/"
AFRICA = "11,-19,56,21"


def _incidents(number: int, **values: object) -> None:
    """Incidents in Kasese, ten km around a point, unless told otherwise."""
    same = {"area_path": KASESE, "lat": 0.2, "lon": 30.1, "priority": Priority.P3, "reports": 2}
    rows = [
        {"id": new_id(), "ref": new_ref("IN"), **same, **values, "lat": 0.2 + n % 9 / 100}
        for n in range(number)
    ]
    with transaction() as session:
        session.execute(insert(Incident), rows)


def _at(browser: Browser, **query: str) -> dict[str, list[dict[str, object]]]:
    answer = browser.get("/map/incidents?" + urlencode({"box": AFRICA, **query}))
    assert answer.status_code == 200
    return answer.get_json()  # type: ignore[no-any-return]


def test_an_incident_is_on_the_map_and_in_the_list(ruth: Browser, grave: str) -> None:
    (one,) = _at(ruth)["incidents"]
    assert one["ref"] == grave
    assert one["url"] == f"/incidents/{grave}"
    assert grave in ruth.get("/map").text


@pytest.mark.parametrize("box", ["", "1,2,3", "a,b,c,d", "5,5,1,1", "nan,0,1,1"])
def test_no_box_no_incidents(ruth: Browser, box: str) -> None:
    assert ruth.get("/map/incidents?" + urlencode({"box": box})).status_code == 400


def test_what_lies_outside_the_box_stays_out(ruth: Browser, grave: str) -> None:
    assert _at(ruth, box="40,-5,42,0")["total"] == 0


def test_each_filter_narrows_the_map_and_the_list(ruth: Browser) -> None:
    hours = utcnow() - dt.timedelta(hours=3)
    _incidents(1, event_type=EventType.RIOT, severity=Severity.MINOR)
    _incidents(1, event_type=EventType.ATTACK, severity=Severity.EXTREME, created_at=hours)
    _incidents(1, event_type=EventType.ATTACK, exercise=True)
    _incidents(1, event_type=EventType.THREAT, state="refuted", area_path="/ke/", lon=36.0)
    found = {
        "": 2,
        "since=1h": 1,
        "type=attack": 1,
        "severity=minor": 1,
        "state=doubted": 1,
        "drills=all": 3,
        "drills=drill": 1,
        "area=/ke/&state=doubted": 1,
        "area=/ke/": 0,
        "type=nonsense&since=9y&area=%00": 2,
    }
    for query, number in found.items():
        asked = ruth.get(f"/map/incidents?box={AFRICA}&{query}").get_json()
        assert asked["total"] == number, query
        assert ruth.get(f"/map?{query}").text.count('class="prio P3"') == number, query


def test_an_exercise_left_out_is_told_of(ruth: Browser) -> None:
    _incidents(2, exercise=True)
    assert "2 exercises not shown" in ruth.get("/map").text


def test_many_are_counted_by_square_with_their_gravest(ruth: Browser) -> None:
    _incidents(mapped.MANY)
    _incidents(1, priority=Priority.P1)
    _incidents(5, lon=36.0)
    found = _at(ruth)
    assert found["incidents"] == []
    assert sum(one["count"] for one in found["groups"]) == found["total"] == mapped.MANY + 6  # type: ignore[misc]
    assert {one["priority"] for one in found["groups"]} == {"P1", "P3"}
    west, south, east, north = 29.0, 0.0, 31.0, 0.22
    near = _at(ruth, box=f"{west},{south},{east},{north}")
    assert 0 < len(near["incidents"]) <= mapped.MANY


def test_panning_moves_no_square() -> None:
    assert Box(10, -10, 50, 20).square == Box(12, -8, 52, 22).square == 4.0


def test_the_list_goes_on_by_key(ruth: Browser) -> None:
    _incidents(mapped.PAGE + 3)
    first = ruth.get("/map").text
    further = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = ruth.get(further).text
    assert first.count('class="prio P3"') == mapped.PAGE
    assert second.count('class="prio P3"') == 3


def test_the_clock_can_be_turned_back(ruth: Browser) -> None:
    now = utcnow()
    _incidents(1, created_at=now - dt.timedelta(days=5))
    _incidents(1, created_at=now - dt.timedelta(days=1))
    then, end = (now - dt.timedelta(days=6)).isoformat(), (now - dt.timedelta(days=4)).isoformat()
    assert _at(ruth)["total"] == 2
    assert _at(ruth, to=end)["total"] == 1
    assert _at(ruth, **{"from": end})["total"] == 1
    assert _at(ruth, **{"from": then, "to": end})["total"] == 1


# --- rates ------------------------------------------------------------------------------------


def test_no_rate_is_made_without_a_denominator(ruth: Browser) -> None:
    _incidents(4)
    page = ruth.get("/map?per=people&level=2&area=/ug/").text
    assert "no number of people is known" in page
    assert "not known" in page
    features = ruth.get("/map/areas?per=people&level=2&area=/ug/").get_json()["features"]
    assert {one["properties"]["rate"] for one in features} == {None}


def test_a_rate_names_its_denominator_and_where_it_is_from(ruth: Browser) -> None:
    _incidents(4)
    with transaction() as session:
        session.add(AreaPopulation(area_path=KASESE, year=2014, population=700_000, source="UBOS"))
        session.add(AreaPopulation(area_path=KASESE, year=2024, population=800_000, source="UBOS census"))
    page = ruth.get("/map?per=people&level=2&area=/ug/").text
    assert "800,000" in page
    assert "2024, UBOS census" in page
    assert "0.5" in page
    reports = ruth.get("/map?per=people&of=reports&level=2&area=/ug/").text
    assert ">8<" in reports


def test_a_rate_by_those_who_report_counts_them_up_to_the_region(ruth: Browser) -> None:
    _incidents(6)
    with transaction() as session:
        for number in range(3):
            contact = Contact(code=f"KAS-{number}", role=ContactRole.FOCAL_POINT, area_path=KASESE)
            session.add(contact)
    with transaction(scope="/") as session:
        found = shading.rates(session, Asked(drills="real"), shading.Shade(per="tellers"), "/")
    western = next(one for one in found if one.path == "/ug/ug-western/")
    assert (western.count, western.base, western.rate) == (6, 3, 2.0)
    assert next(one for one in found if one.path == "/ug/ug-northern/").rate is None


def test_equal_rates_share_a_step_and_nothing_is_nothing() -> None:
    def area(rate: float | None) -> shading.Rate:
        return shading.Rate("x", "/x/", "UG", "X", 1, 1, rate=rate)

    steps = [one.step for one in shading.stepped([area(2.0), area(None), area(0.0), area(2.0), area(9.0)])]
    assert steps == [1, None, 0, 1, 3]


# --- zones and borders ------------------------------------------------------------------------


def test_zones_lie_around_their_points_and_inside_the_country(settings: object) -> None:
    from shapely import union_all
    from shapely.geometry import Point, shape

    with transaction() as session:
        land = zoning.land(session, "UG", zoning.DISTRICT)
        regions = zoning.land(session, "UG", zoning.REGION)
    zones = {key: shape(one) for key, one in land.shapes.items()}
    assert not land.borders
    assert len(zones) > 100
    assert zones["ug-kasese"].contains(Point(30.08, 0.18))
    assert not zones["ug-kampala"].contains(Point(30.08, 0.18))
    assert set(regions.shapes) >= {"ug-western", "ug-northern", "ug-eastern", "ug-central"}
    country = union_all([shape(one).buffer(0.002) for one in regions.shapes.values()])
    assert country.contains(zones["ug-kasese"])
    assert not country.contains(Point(36.8, -1.3))


def test_a_border_that_was_brought_in_goes_before_a_zone(ruth: Browser) -> None:
    square = {"type": "Polygon", "coordinates": [[[30, 0], [30.2, 0], [30.2, 0.2], [30, 0.2], [30, 0]]]}
    with transaction() as session:
        session.add(AreaShape(place_id="ug-kasese", geometry=square, source="COD-AB"))
    found = ruth.get("/map/areas?per=people&level=2&area=/ug/").get_json()
    assert found["borders"] == ["UG"]
    (one,) = found["features"]
    assert one["properties"]["path"] == KASESE


def test_the_areas_come_compressed(ruth: Browser) -> None:
    answer = ruth.client.get("/map/areas?per=people", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 150_000


# --- bounds -----------------------------------------------------------------------------------


def _queries(browser: Browser, path: str) -> int:
    """How many statements a page asks of the database."""
    asked: list[str] = []

    def note(_link: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engines = [engine(scoped=True), engine()]
    for one in engines:
        event.listen(one, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        for one in engines:
            event.remove(one, "before_cursor_execute", note)
    return len(asked)


@pytest.mark.parametrize(
    "path",
    [
        "/map",
        "/map?per=people&level=2",
        f"/map/incidents?box={AFRICA}",
        "/areas",
        f"/areas{KASESE}",
        "/wall",
        "/wall/points",
    ],
)
def test_the_number_of_queries_does_not_grow(ruth: Browser, grave: str, path: str) -> None:
    ruth.get(path)
    before = _queries(ruth, path)
    _incidents(120)
    _incidents(60, area_path="/ke/", priority=Priority.P1)
    assert _queries(ruth, path) == before


def test_another_area_is_on_no_map_and_in_no_list(ruth: Browser, grave: str) -> None:
    from mbiu.models import User

    with transaction() as session:
        session.execute(update(User).where(User.name == "ruth").values(scope="/ke/"))
    assert _at(ruth)["total"] == 0
    page = ruth.get("/map?per=people&level=2").text
    assert grave not in page
    assert "Kasese" not in page
    assert ruth.get(f"/areas{KASESE}").status_code == 404
    assert ruth.get("/areas/nowhere/at/all").status_code == 404
    assert cast.incident(grave).area_path.startswith(KASESE)
