"""Two people at one grave incident, by the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from mbiu.codes import IncidentState
from mbiu.db import transaction
from mbiu.models import Incident
from tests import cast

pytestmark = pytest.mark.browser
LogIn = Callable[[Page, str], None]
GRAVE = "Armed men attacked Bwera in Kasese last night, 9 people killed and 20 houses burnt"


def _type_verdict(page: Page, url: str, key: str, reason: str) -> None:
    """Open the incident, choose by one key, go on by Tab, decide by Enter."""
    page.goto(url)
    page.locator("body").press(key)
    expect(page.locator("#decide input:checked")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type(reason)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_two_people_verify_a_grave_incident_by_keyboard(
    browser: Browser, console: str, log_in: LogIn
) -> None:
    ref = cast.incident_of(cast.tell(GRAVE)).ref
    url = f"{console}/incidents/{ref}"
    ruth, peter = browser.new_page(), browser.new_page()
    log_in(ruth, "ruth")
    _type_verdict(ruth, url, "v", "The chief of Bwera told me on the phone")
    expect(ruth.locator(".seat.taken")).to_have_count(1)
    expect(ruth.locator("#decide")).to_have_count(0)
    log_in(peter, "peter")
    _type_verdict(peter, url, "v", "Two elders saw it, I called both")
    expect(peter.locator("#decision")).to_contain_text("Two elders saw it")
    with transaction() as session:
        row = session.query(Incident).filter_by(ref=ref).one()
        assert row.state is IncidentState.VERIFIED


def test_one_key_refutes(page: Page, console: str, log_in: LogIn) -> None:
    ref = cast.incident_of(cast.tell(GRAVE)).ref
    log_in(page, "ruth")
    _type_verdict(page, f"{console}/incidents/{ref}", "x", "The chief was there, nothing happened")
    expect(page.locator("#decision")).to_contain_text("Refuted")
    assert cast.incident(ref).state is IncidentState.REFUTED
