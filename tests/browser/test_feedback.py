"""The feedback pages in a real browser: they work, pass axe and fit a phone in both themes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mbiu import notices
from mbiu.codes import Role
from mbiu.db import transaction
from review import assets

pytestmark = pytest.mark.browser

AXE = assets.MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEXT = "/feedback/texts/outcome.told_verified"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1366), ("dark", 360)])
def test_the_pages_fit_and_pass(
    browser: Browser,
    console: str,
    log_in: Callable[[Page, str], None],
    tmp_path: Path,
    scheme: str,
    width: int,
) -> None:
    with transaction() as session:
        notices.raise_notice(session, "gateway_down", Role.COORDINATOR, "gateway:til")
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 760})  # type: ignore[arg-type]
    page = context.new_page()
    log_in(page, "miriam")
    for number, path in enumerate(("/feedback", TEXT)):
        page.goto(console + path)
        page.screenshot(path=tmp_path / f"{scheme}-{number}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(AXE.read_text())
        report = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
        assert [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in report["violations"]] == []
    context.close()


def test_a_coordinator_rewrites_a_text_with_the_keyboard(
    page: Page, console: str, log_in: Callable[[Page, str], None], complaints: list[str]
) -> None:
    log_in(page, "miriam")
    page.goto(console + TEXT)
    card = page.locator("#sw")
    words = card.get_by_label("Text", exact=True)
    words.fill("Kuhusu {ref}: vita vimethibitishwa.")
    card.get_by_role("button", name="Save").press("Enter")
    expect(card.locator(".flash.bad")).to_contain_text("«vita» must not stand")
    words.fill("Kuhusu {ref}: tumehakiki. Asante.")
    card.get_by_role("button", name="Preview").press("Enter")
    expect(card.locator(".bubble")).to_have_text("Kuhusu R7K3QX9: tumehakiki. Asante.")
    card.get_by_role("button", name="Save").press("Enter")
    expect(card).to_contain_text("own wording")
    page.goto(f"{console}/feedback")
    expect(
        page.get_by_role("row", name="Told verified").or_(page.locator("tr", has_text="sw"))
    ).to_be_visible()
    assert complaints == []
