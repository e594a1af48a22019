import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from mbiu.db import transaction
from mbiu.models import Incident, utcnow
from review import assets
from tests import cast

pytestmark = pytest.mark.browser

AXE = assets.MODULES / "axe-core" / "axe.min.js"
ANALYST = ("/", "/map", "/alerts", "/people", "/account", "/leftovers", "/phone")
LogIn = Callable[[Page, str], None]
HEAVIEST = 200_000


def _ref(page: Page, words: str) -> str:
    row = page.locator("#queue li", has_text=words).first
    return row.get_attribute("data-ref") or ""


def _ref_of(page: Page, console: str) -> str:
    page.goto(f"{console}/")
    return _ref(page, "1 of 2 verified")


def test_no_page_weighs_more_than_it_may(page: Page, console: str, log_in: LogIn) -> None:
    log_in(page, "ruth")
    context = page.context
    weights = {}
    for path in (*ANALYST, f"/incidents/{_ref_of(page, console)}"):
        if path == "/map":
            continue
        fresh = context.new_page()
        wire = context.new_cdp_session(fresh)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        loaded: list[float] = []
        names: dict[str, str] = {}
        wire.on(
            "Network.requestWillBeSent",
            lambda e, names=names: names.update({e["requestId"]: e["request"]["url"]}),
        )
        wire.on(
            "Network.loadingFinished",
            lambda e, names=names, loaded=loaded: loaded.append(_weight(names.get(e["requestId"], ""), e)),
        )
        fresh.goto(console + path)
        fresh.wait_for_timeout(700)
        weights[path] = sum(loaded)
        fresh.close()
    assert {path: weight for path, weight in weights.items() if weight > HEAVIEST} == {}
    assert all(weight > 20_000 for weight in weights.values())


def _weight(url: str, event: dict[str, float]) -> float:
    """Bytes on the wire; the map's library and data are counted apart."""
    return 0 if "/leaflet/" in url or "/map" in url else event["encodedDataLength"]


def _walk_to(page: Page, ref: str | None) -> None:
    """Down the queue by its key until the line is reached."""
    expect(page.locator(f"#i-{ref}")).to_be_visible()
    lines = page.locator("#queue > li").evaluate_all("all => all.map(line => line.dataset.ref)")
    for _ in range(lines.index(ref) + 1):
        page.keyboard.press("j")


def test_triage_by_keyboard_alone(page: Page, console: str, log_in: LogIn, complaints: list[str]) -> None:
    log_in(page, "peter")
    first = page.locator("#queue li", has_text="1 of 2 verified")
    ref = first.get_attribute("data-ref")
    _walk_to(page, ref)
    expect(first.locator(".title a")).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text(f"{ref} is yours")
    page.wait_for_load_state("load")
    page.keyboard.press("q")
    page.wait_for_url(f"{console}/")
    page.wait_for_load_state("load")
    _walk_to(page, ref)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{console}/incidents/*")
    page.wait_for_load_state("load")
    page.keyboard.press("v")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("The chief rang and says the same.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("verified")
    assert complaints == []


def test_planted_script_is_shown_as_text(
    page: Page, console: str, log_in: LogIn, complaints: list[str]
) -> None:
    script = "<script>document.title='owned'</script>"
    planted = f"Attack at Bwera, Kasese, 3 killed {script}<img src=x onerror=alert(1)>"
    ref = cast.incident_of(cast.tell(planted)).ref
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    log_in(page, "ruth")
    page.goto(f"{console}/incidents/{ref}")
    expect(page.locator(".words").first).to_contain_text(script)
    assert "owned" not in page.title()
    assert complaints == []


def test_a_new_incident_waits_behind_a_button_and_moves_nothing(
    page: Page, console: str, log_in: LogIn
) -> None:
    log_in(page, "ruth")
    rows = page.locator("#queue li")
    before = [row.get_attribute("data-ref") for row in rows.all()]
    ref = cast.incident_of(cast.tell("Armed men attacked Gulu, 12 people killed", "+256772000109")).ref
    button = page.locator("#new")
    expect(button).to_contain_text("1 row is new", timeout=15_000)
    assert [row.get_attribute("data-ref") for row in rows.all()] == before
    page.keyboard.press("r")
    expect(page.locator(f"#i-{ref}")).to_be_visible()


def test_a_claim_by_another_shows_without_reloading(
    browser: Browser, page: Page, console: str, log_in: LogIn
) -> None:
    log_in(page, "ruth")
    other = browser.new_context().new_page()
    log_in(other, "peter")
    ref = _ref(page, "Claim")
    other.locator(f"#i-{ref} [data-claim]").click()
    expect(page.locator(f"#i-{ref} .state.claimed")).to_have_text("peter", timeout=15_000)
    other.context.close()


def test_a_text_typed_on_a_phone_gets_its_answer_there(
    page: Page, console: str, log_in: LogIn, launch: Callable[[str], object], complaints: list[str]
) -> None:
    launch("worker")
    log_in(page, "ruth")
    page.goto(f"{console}/phone")
    amina = page.locator("[data-phone=amina]")
    amina.get_by_role("textbox").fill("Watu wenye silaha wamevamia Gulu, watu 2 wameuawa")
    amina.get_by_role("button", name="Send", exact=True).click()
    expect(amina.locator("li.mine").last).to_contain_text("Gulu")
    expect(amina.locator("li:not(.mine)").last).to_contain_text("Tumepokea", timeout=30_000)
    page.goto(f"{console}/")
    new, there = page.locator("#new:not([hidden])"), page.locator("#queue .place", has_text="Gulu")
    expect(new.or_(there).first).to_be_visible(timeout=30_000)
    if new.is_visible():
        new.click()
    expect(page.locator("#queue")).to_contain_text("Gulu")
    assert complaints == []


def test_the_counter_of_a_question_counts_as_the_network_does(
    page: Page, console: str, log_in: LogIn
) -> None:
    log_in(page, "ruth")
    page.goto(f"{console}/incidents/{_ref_of(page, console)}")
    page.keyboard.press("a")
    area = page.locator("textarea[data-count]").first
    counter = page.locator(".counter").first
    prefix = len(area.get_attribute("data-prefix") or "")
    area.fill("x" * (160 - prefix))
    expect(counter).to_have_text("160 characters, 1 SMS")
    area.fill("x" * (161 - prefix))
    expect(counter).to_have_text("161 characters, 2 SMS")
    area.fill("’" + "x" * (70 - prefix))
    expect(counter).to_contain_text("71 characters, 2 SMS; special letters")


@pytest.mark.parametrize("width", [360, 1024, 1366])
def test_no_page_is_wider_than_the_window(browser: Browser, console: str, log_in: LogIn, width: int) -> None:
    ref = cast.incident_of(cast.tell(f"Attack at Bwera, Kasese, 3 killed {'x' * 700}")).ref
    page = browser.new_context(viewport={"width": width, "height": 768}).new_page()
    log_in(page, "ruth")
    for path in (*ANALYST, f"/incidents/{ref}"):
        page.goto(console + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.context.close()


def test_axe_is_here() -> None:
    assert AXE.is_file(), Path(AXE)


def test_an_open_incident_says_that_it_changed_and_keeps_what_was_typed(
    page: Page, console: str, log_in: LogIn
) -> None:
    log_in(page, "peter")
    ref = _ref_of(page, console)
    page.goto(f"{console}/incidents/{ref}")
    page.locator("#d-reason").fill("Half a reason")
    with transaction() as session:
        session.scalars(select(Incident).where(Incident.ref == ref)).one().updated_at = utcnow()
    expect(page.locator("#new")).to_contain_text("has changed", timeout=15_000)
    expect(page.locator("#d-reason")).to_have_value("Half a reason")


def test_a_fact_shows_its_words_and_opens_its_field(page: Page, console: str, log_in: LogIn) -> None:
    log_in(page, "ruth")
    page.goto(f"{console}/incidents/{_ref_of(page, console)}")
    line = page.locator('dl.facts > div[data-field="place"]')
    line.locator("dd").hover()
    shown = page.locator("mark.shown")
    expect(shown.first).to_have_attribute("data-fields", re.compile("place"))
    page.locator(".inchead h1").hover()
    expect(shown).to_have_count(0)
    line.locator("[data-edit]").click()
    expect(page.locator("#c-place")).to_be_focused()
