"""The map and the wall in a real browser: drawn from our own server, played, shaded, honest when old."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import insert, update

from mbiu.codes import Priority
from mbiu.db import transaction
from mbiu.models import AreaPopulation, Incident
from mbiu.refs import new_id

pytestmark = pytest.mark.browser

LogIn = Callable[[Page, str], None]
KASESE = "/ug/ug-western/ug-kasese/"


def _many(number: int) -> None:
    """Incidents at two corners of a district, exercises as all of a demonstration."""
    rows = [
        {"id": new_id(), "ref": f"IX{n:05d}", "area_path": KASESE, "lat": 0.1 + n % 2 / 3, "lon": 30.1}
        | {"priority": Priority.P1 if n == 0 else Priority.P3, "exercise": True, "reports": 1}
        for n in range(number)
    ]
    with transaction() as session:
        session.execute(insert(Incident), rows)


def _drawn(page: Page) -> None:
    expect(page.locator("#map[data-ready=yes]")).to_be_visible()


def test_the_map_clusters_plays_and_shades(
    page: Page, console: str, log_in: LogIn, complaints: list[str]
) -> None:
    _many(12)
    with transaction() as session:
        session.add(AreaPopulation(area_path=KASESE, year=2024, population=800_000, source="UBOS census"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    log_in(page, "ruth")
    page.goto(f"{console}/map?since=24h&area=/ug/&per=people&level=2")
    _drawn(page)
    assert [url for url in asked if not url.startswith(console)] == []

    # The gravest of a heap gives it its colour and its number stays the whole.
    heap = page.locator(".map-heap.P1")
    for _ in range(6):  # A click while the map still moves is lost.
        page.locator(".leaflet-control-zoom-out").click()
        page.wait_for_timeout(400)
        if heap.count():
            break
    expect(heap).to_have_count(1)
    # The one area with a denominator is shaded; those without are drawn open.
    shaded = page.locator(".leaflet-areas-pane path")
    fills = shaded.evaluate_all("all => all.map(one => Number(one.getAttribute('fill-opacity')))")
    assert sum(fill > 0.1 for fill in fills) == 1
    assert fills.count(0) > 50
    expect(page.locator("#map")).to_contain_text("they are not borders")
    expect(page.locator("#rates")).to_contain_text("2024, UBOS census")

    # Turned back to the first hour nothing has come in yet; the keyboard turns it.
    slider = page.get_by_label("Up to when")
    slider.focus()
    with page.expect_response(re.compile("/map/incidents")):
        page.keyboard.press("Home")
    expect(page.locator(".map-heap.P1")).to_have_count(0)
    with page.expect_response(re.compile("/map/incidents")):
        page.keyboard.press("End")
    expect(page.locator(".map-heap.P1")).to_have_count(1)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert complaints == []


def test_more_than_the_map_can_hold_is_counted_by_the_server(
    page: Page, console: str, log_in: LogIn, complaints: list[str]
) -> None:
    _many(450)
    log_in(page, "ruth")
    page.goto(f"{console}/map?since=24h&area=/ug/")
    _drawn(page)
    assert sum(int(text) for text in page.locator(".map-heap b").all_inner_texts()) >= 450
    assert complaints == []


def test_a_coarse_ground_gives_way_to_a_fine_one_near_by(page: Page, console: str, log_in: LogIn) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    log_in(page, "ruth")
    page.goto(f"{console}/map")
    _drawn(page)
    assert [re.split(r"[/?]", url)[-2] for url in asked if "/map/" in url and ".json" in url] == ["far.json"]
    with page.expect_response(re.compile("base.json")):
        for _ in range(3):
            page.locator(".leaflet-control-zoom-in").click()
            page.wait_for_timeout(400)


def test_the_map_serves_without_scripts(page: Page, console: str, log_in: LogIn) -> None:
    log_in(page, "ruth")
    browser = page.context.browser
    assert browser
    still = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = still.new_page()
    plain.goto(f"{console}/map")
    plain.get_by_label("Came in").select_option("30d")
    plain.get_by_role("button", name="Show").click()
    expect(plain.locator("#incidents li").first).to_be_visible()
    expect(plain.locator("#timebar")).to_be_hidden()
    plain.goto(f"{console}/wall")
    expect(plain.get_by_role("heading", name="To act on")).to_be_visible()
    still.close()


@pytest.mark.parametrize("width", [360, 1366])
def test_no_page_of_areas_is_wider_than_the_screen(
    page: Page, console: str, log_in: LogIn, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 768})
    log_in(page, "ruth")
    for path in ("/map?per=tellers&level=2", "/areas", f"/areas{KASESE}", "/wall"):
        page.goto(console + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_wall_stays_and_says_how_old_it_is_when_the_server_is_away(
    page: Page, console: str, log_in: LogIn, complaints: list[str]
) -> None:
    page.clock.install()
    log_in(page, "ruth")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{console}/wall")
    _drawn(page)
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    height = page.locator(".wallgrave li b").first.evaluate(
        "one => parseFloat(getComputedStyle(one).fontSize)"
    )
    assert height >= 32
    with transaction() as session:
        session.execute(update(Incident).values(priority=Priority.P4))
    page.clock.run_for(21_000)
    expect(page.locator(".wallgrave")).to_contain_text("Nothing grave waits.")

    def away(route: Route) -> None:
        route.abort()

    page.route(re.compile("/wall/"), away)
    page.clock.run_for(190_000)
    expect(page.locator("#fresh")).to_contain_text("NOT FRESH since")
    expect(page.locator(".wallgrave")).to_contain_text("Nothing grave waits.")
    page.unroute(re.compile("/wall/"), away)
    page.clock.run_for(21_000)
    expect(page.locator("#fresh")).to_contain_text("Fresh at")


def test_a_screen_that_was_hung_up_shows_the_wall_and_nothing_else(
    page: Page, console: str, log_in: LogIn
) -> None:
    log_in(page, "miriam")
    page.goto(f"{console}/wall/screens")
    page.get_by_label("Name of the screen").fill("Situation room")
    page.get_by_role("button", name="Hang it up").click()
    expect(page.get_by_role("heading", name="To act on")).to_be_visible()
    page.goto(f"{console}/map")
    expect(page.get_by_label("Passphrase")).to_be_visible()
    page.goto(f"{console}/wall?theme=light")
    _drawn(page)
    expect(page.locator("html[data-theme=light]")).to_be_attached()
