"""Two analysts at one incident, by the keyboard alone: no words are lost, nobody overwrites the other."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import cast

pytestmark = pytest.mark.browser

LogIn = Callable[[Page, str], None]
QUARREL = "Land dispute between two clans in Bwera, Kasese, elders are talking to them"


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """The screen of a second analyst."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_load_state("load")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the hand is there."""
    for _ in range(12):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    expect(page.locator(selector)).to_be_focused()


def test_two_analysts_meet_on_one_incident(
    page: Page, other: Page, console: str, log_in: LogIn, complaints: list[str]
) -> None:
    ref = cast.incident_of(cast.tell(QUARREL, "+256772000109")).ref
    url = f"{console}/incidents/{ref}"
    log_in(page, "ruth")
    log_in(other, "peter")

    # A claim shows with its end, keeps the other from deciding, and is let go by the same key.
    _open(page, url)
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text(f"{ref} is yours")
    _open(other, url)
    expect(other.locator(".inchead")).to_contain_text("ruth has it until")
    expect(other.locator("#decide")).to_have_count(0)
    page.wait_for_load_state("load")
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text("is free again")

    # Peter begins a reason; Ruth meanwhile corrects a fact in place.
    _open(other, url)
    other.keyboard.press("v")
    _tab_to(other, "#d-reason")
    other.keyboard.type("Both elders say the same on the phone.")
    page.wait_for_load_state("load")
    line = page.locator('dl.facts > div[data-field="severity"] [data-edit]')
    line.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#c-severity")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Corrected: severity")

    # Peter is told, his words stand, and what he saves shows both sides first.
    expect(other.locator("#new")).to_be_visible(timeout=15_000)
    expect(other.locator("#d-reason")).to_have_value("Both elders say the same on the phone.")
    other.locator("#d-reason").focus()
    _tab_to(other, "#decide button.primary")
    other.keyboard.press("Enter")
    expect(other.locator("#conflict")).to_contain_text("Severity")
    expect(other.locator("#conflict tr[data-field=severity]")).to_contain_text("Moderate")
    expect(other.locator("#k-reason")).to_have_value("Both elders say the same on the phone.")
    other.locator("#k-reason").focus()
    _tab_to(other, "button.primary")
    other.keyboard.press("Enter")
    expect(other.get_by_role("status")).to_contain_text(f"{ref} is verified")
    # The refusal itself is answered by 409, which the browser notes as an error of the network.
    assert [line for line in complaints if "409" not in line] == []
