# ruff: noqa: INP001 - a script, no package
"""Take the README's pictures anew: `python docs/screenshots.py` beside an installed tree.

Starts a demonstration of its own in a temporary folder, walks the story through the console as two
analysts would, and writes small PNG files to `docs/screenshots`. Needs Chromium and the packages of
the tests.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).parent
FOLDER = HERE / "screenshots"
PORT = 8790
URL = f"http://127.0.0.1:{PORT}"
SIZE = {"width": 1366, "height": 768}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REPORT = "Raiders attacked Panyangara in Kotido this morning, 4 people killed, about 60 cows taken"
REASON = "The mission and the chairman both confirm it by phone."


@contextmanager
def demonstration(home: Path) -> Iterator[dict[str, str]]:
    """A running demonstration; the passphrases by name."""
    settings = {
        "MBIU_HOME_DIR": str(home),
        "MBIU_CONSOLE_PORT": str(PORT),
        "MBIU_HOOKS_PORT": str(PORT + 1),
        "MBIU_DEMO": "1",
    }
    running = subprocess.Popen([sys.executable, "-m", "mbiu", "run"], env=os.environ | settings)
    try:
        wait()
        logins = json.loads((home / "demo-logins.json").read_text())
        yield {one["name"]: one["password"] for one in logins}
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def wait(seconds: int = 120) -> None:
    """Until the console answers."""
    for _ in range(seconds):
        try:
            with urllib.request.urlopen(f"{URL}/healthz"):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(1)
    raise TimeoutError(URL)


def log_in(browser: Browser, name: str, passphrase: str, scheme: str = "light") -> Page:
    """A page in which somebody has logged in."""
    page = browser.new_context(viewport=SIZE, color_scheme=scheme).new_page()  # type: ignore[arg-type, unused-ignore]
    page.goto(f"{URL}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Passphrase").fill(passphrase)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def shoot(page: Page, name: str, *, height: int = 768) -> None:
    """A picture in few colours, as small as the README wants it."""
    page.set_viewport_size({"width": SIZE["width"], "height": height})
    page.wait_for_timeout(700)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as image:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(HERE.parent)}: {path.stat().st_size // 1024} KB")  # noqa: T201 - a command prints


def send(page: Page, phone: str, text: str) -> None:
    """Type on one of the phones and wait for the answer."""
    box = page.locator(f"[data-phone={phone}]")
    theirs = box.locator(".bubbles > li:not(.mine):not(.empty)")
    before = theirs.count()
    box.locator(".compose textarea").fill(text)
    box.get_by_role("button", name="Send", exact=True).click()
    expect(theirs).to_have_count(before + 1, timeout=45_000)


def verify(page: Page, incident: str) -> None:
    page.goto(incident)
    page.get_by_label("Verify").check()
    page.locator("#d-source").select_option("B")
    page.locator("#d-info").select_option("2")
    page.locator("#d-reason").fill(REASON)
    page.locator("#decide button").click()


def story(browser: Browser, logins: dict[str, str]) -> None:
    """From a text in a village to an outcome, in pictures."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.goto(f"{URL}/login")
    shoot(page, "login")
    ruth, peter = (log_in(browser, name, logins[name]) for name in ("ruth", "peter"))
    ruth.goto(f"{URL}/phone")
    send(ruth, "joseph", REPORT)
    newest = ruth.locator("#stories > li").first
    expect(newest).to_contain_text("Joined to incident", timeout=45_000)
    shoot(ruth, "1-report", height=900)
    ruth.goto(f"{URL}/")
    row = ruth.locator("#queue li", has_text="Panyangara").filter(has_text="killed").first
    expect(row).to_be_visible()
    shoot(ruth, "2-queue")
    row.locator(".title a").click()
    expect(ruth.locator("#map[data-ready=yes]")).to_be_visible()
    incident = ruth.url
    shoot(ruth, "3-incident", height=900)
    verify(ruth, incident)
    verify(peter, incident)
    expect(peter.locator("#map[data-ready=yes]")).to_be_visible()
    shoot(peter, "4-verified", height=1100)
    peter.get_by_role("button", name="Send the alert").click()
    peter.goto(f"{URL}/phone")
    daniel = peter.locator("[data-phone=daniel]")
    expect(daniel.locator("li:not(.mine):not(.empty)").first).to_be_visible(timeout=45_000)
    send(peter, "daniel", "2")
    shoot(peter, "5-alert", height=900)
    peter.goto(incident)
    peter.locator("#o-done").select_option("dialogue")
    peter.locator("#o-effect").select_option("contained")
    peter.get_by_role("button", name="Record and close").click()
    expect(peter.locator("#map[data-ready=yes]")).to_be_visible()
    shoot(peter, "6-outcome", height=1100)
    ruth.goto(f"{URL}/map")
    expect(ruth.locator("#map[data-ready=yes]")).to_be_visible()
    shoot(ruth, "map")
    dark = log_in(browser, "peter", logins["peter"], "dark")
    shoot(dark, "queue-dark")


def main() -> None:
    """Run the story once."""
    found = os.environ.get("MBIU_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        demonstration(Path(home)) as logins,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        story(browser, logins)
        browser.close()


if __name__ == "__main__":
    main()
