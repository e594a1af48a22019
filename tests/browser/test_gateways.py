"""The page of the gateways in a real browser, wide and as narrow as a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from mbiu.db import transaction
from mbiu.gateways import watch
from mbiu.gateways.watch import Try

KASESE = "gateway:kasese"


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """Two phones on local SIMs; nobody listens there."""
    return environment | {
        "MBIU_GATEWAY_KEYS": "kasese:a-key-for-tests-only,gulu:a-key-for-tests-only",
        "MBIU_GATEWAY_URLS": "kasese=http://127.0.0.1:9/,gulu=http://127.0.0.1:9/",
    }


def test_a_coordinator_sets_order_and_price_and_switches_a_gateway(
    page: Page, console: str, log_in: Callable[[Page, str], None], complaints: list[str]
) -> None:
    with transaction() as session:
        watch.note_tries(session, [Try(KASESE, ok=False, why="no_credit")] * 3)
        watch.look(session)
    log_in(page, "miriam")
    page.goto(f"{console}/house")
    page.locator("main").get_by_role("link", name="Gateways").click()
    assert page.get_by_text("3 of 3 tries failed within a minute").is_visible()
    new = page.locator("form", has=page.get_by_role("button", name="Add"))
    new.get_by_label("Numbers begin with").fill("077")
    new.get_by_label("Choice 1").select_option("gateway:gulu")
    new.get_by_label("Choice 2").select_option(KASESE)
    new.get_by_role("button").click()
    assert page.get_by_label("Choice 1 UG77").input_value() == "gateway:gulu"
    page.get_by_label("Price", exact=True).fill("35")
    page.get_by_label("Currency").fill("ugx")
    page.get_by_role("button", name="Set", exact=True).click()
    assert page.get_by_text("35 UGX").is_visible()
    page.get_by_label(f"Why {KASESE} is switched").fill("SIM without credit")
    page.get_by_label(f"Why {KASESE} is switched").press("Enter")
    assert page.get_by_text(f"{KASESE} is off.").is_visible()
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []
