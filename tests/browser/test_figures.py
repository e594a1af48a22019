"""The figures page in a real browser: charts are drawn from the tables, within the content policy."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
LogIn = Callable[[Page, str], None]

INKED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 255) colours.add(data.slice(at, at + 3).join());
  }
  return colours.size;
}"""


def test_every_table_with_something_in_it_is_drawn(
    page: Page, console: str, log_in: LogIn, complaints: list[str]
) -> None:
    log_in(page, "miriam")
    page.goto(f"{console}/figures?days=7")
    charts = page.locator(".chartbox canvas")
    expect(charts).to_have_count(page.locator("table[id^='t-']").count())
    assert charts.count() >= 6
    for number in range(charts.count()):
        assert charts.nth(number).evaluate(INKED) >= 3
    name = charts.first.get_attribute("aria-label") or ""
    assert "Reports by type" in name
    light = charts.first.evaluate("canvas => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".chartbox canvas").first).to_be_visible()
    page.wait_for_function(
        "before => document.querySelector('.chartbox canvas').toDataURL() !== before", arg=light
    )
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []
