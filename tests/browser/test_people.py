"""The place for people in a real browser: on a laptop and on a phone, light and dark."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from review import assets
from tests import cast

pytestmark = pytest.mark.browser

AXE = assets.MODULES / "axe-core" / "axe.min.js"
LogIn = Callable[[Page, str], None]
PATHS = ("/people", "/people?lane=unknown", "/people/new", "/people/words", "/people/file", "/people/KAS-07")


def _faults(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    report = page.evaluate("axe.run()")
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in report["violations"]]


def _too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize(("scheme", "width"), [("light", 1366), ("dark", 360)])
def test_every_page_of_people_can_be_used(
    browser: Browser, console: str, log_in: LogIn, scheme: str, width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    page = context.new_page()
    log_in(page, "miriam")
    found = {}
    for path in PATHS:
        page.goto(console + path)
        found[path] = (_faults(page), max(0, _too_wide(page)))
    context.close()
    assert {path: what for path, what in found.items() if what != ([], 0)} == {}


def test_a_coordinator_registers_and_hands_over(
    page: Page, console: str, log_in: LogIn, complaints: list[str]
) -> None:
    log_in(page, "miriam")
    page.goto(f"{console}/people/new")
    page.get_by_label("Phone number").fill(cast.MALLORY)
    page.get_by_label("Home area").fill("Kasese")
    page.get_by_label("Language").select_option("sw")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("KAS-92 is registered")
    expect(page.locator(".given")).to_have_count(4)
    page.get_by_role("link", name="To KAS-92").click()
    expect(page.get_by_text("PIN, own words")).to_be_visible()
    assert complaints == []


def test_a_file_is_looked_at_and_brought_without_choosing_it_again(
    page: Page, console: str, log_in: LogIn, tmp_path: Path, complaints: list[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"number;role;area\n{cast.AMINA};focal point;Kasese\nnone;chief;Nowhere\n", "utf-16")
    log_in(page, "miriam")
    page.goto(f"{console}/people/file")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("button", name="Register only the 1 good row").click()
    expect(page.get_by_role("status")).to_contain_text("1 person registered")
    assert complaints == []
