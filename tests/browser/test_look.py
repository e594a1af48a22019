"""Every page in every language, light and dark: axe finds nothing, and it fits a phone."""

from collections.abc import Callable
from functools import cache
from urllib.parse import urljoin

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from mbiu.settings import Settings
from review import assets, create_app
from review.tongues import LANGUAGES
from tests.browser.pages import NO_PAGES, PAGES

#: Axe describes what it found in order too, each element with its address, unless told that nobody asks.
ONLY_FAULTS = {"resultTypes": ["violations"]}
FAULTS = "options => axe.run(options).then(found => found.violations.map(one => [one.id, one.nodes[0].html]))"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LogIn = Callable[[Page, str], None]
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 780}
NARROWEST = 360
#: Where the colours are looked at, which is slow: they are the same in all languages but where they stand.
BOTH = ("en", "ar")


@pytest.fixture
def app(settings: Settings) -> Flask:
    return create_app()


def test_every_page_is_in_the_list(app: Flask) -> None:
    """What programs read under /api has a description of its own."""
    answering = {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods and "GET" in rule.methods}
    pages = {endpoint for endpoint in answering if not endpoint.startswith("api.")}
    assert pages - NO_PAGES == set(PAGES)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page(browser: Browser, console: str, log_in: LogIn, language: str) -> None:
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(who for who, _path, _link in PAGES.values()):
        context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
        page = context.new_page()
        if name:
            log_in(page, name)
        _speak(context, language)
        for who, path, link in PAGES.values():
            if who == name:
                _open(page, console + path, link)
                found[path + link] = _faults(page, language)
        context.close()
    assert {where: what for where, what in found.items() if what} == {}


def _speak(context: BrowserContext, language: str) -> None:
    context.set_extra_http_headers({"Accept-Language": language})


def _open(page: Page, address: str, link: str) -> None:
    page.goto(address)
    if link:
        page.goto(urljoin(address, page.locator(link).first.get_attribute("href") or ""))
    page.wait_for_load_state("load")


def _faults(page: Page, language: str) -> list[str]:
    """What is wrong, one line a fault. Axe is put in from outside, past the content policy."""
    page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.evaluate(_script())
    page.emulate_media(color_scheme="light")
    faults = _axe(page, {"runOnly": RULES, "rules": {"color-contrast": {"enabled": language == "en"}}})
    if language in BOTH:
        page.emulate_media(color_scheme="dark")
        faults += [f"dark {fault}" for fault in _axe(page, {"runOnly": ["color-contrast"]})]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    spoken = page.evaluate("document.documentElement.lang")
    return faults + [f"{width} px wide"] * (width > NARROWEST) + [f"in {spoken}"] * (spoken != language)


@cache
def _script() -> str:
    return (assets.MODULES / "axe-core" / "axe.min.js").read_text()


def _axe(page: Page, options: dict[str, object]) -> list[str]:
    return [f"{rule}: {html[:120]}" for rule, html in page.evaluate(FAULTS, options | ONLY_FAULTS)]
