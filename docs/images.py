# ruff: noqa: INP001 - a script, no package
"""Take the pictures of every page anew: `python docs/images.py [page ...]` beside an installed tree.

Starts a demonstration of its own in a temporary folder, or uses the one at `MBIU_IMAGES_AT` whose home folder
is `MBIU_IMAGES_HOME`, and writes small WebP files to `docs/images`: each page light, dark, Arabic and narrow.
The pages are those that the tests open. Needs Chromium and the packages of the tests.
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
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from tests.browser.pages import PAGES  # noqa: E402 - found beside the tree

FOLDER = HERE / "images"
PORT = 8790
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 180


@dataclass(frozen=True)
class Kind:
    """One way of looking at a page."""

    name: str
    width: int
    height: int
    scheme: str
    language: str


KINDS = (
    Kind("light", 1366, 860, "light", "en"),
    Kind("dark", 1366, 860, "dark", "en"),
    Kind("arabic", 1366, 860, "light", "ar"),
    Kind("narrow", 360, 780, "light", "en"),
)


@contextmanager
def demonstration() -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a demonstration and its passphrases by name."""
    if at := os.environ.get("MBIU_IMAGES_AT"):
        yield at, _logins(Path(os.environ["MBIU_IMAGES_HOME"]))
        return
    with tempfile.TemporaryDirectory() as home:
        mine = {"MBIU_HOME_DIR": home, "MBIU_CONSOLE_PORT": str(PORT), "MBIU_HOOKS_PORT": str(PORT + 1)}
        words = [sys.executable, "-m", "mbiu", "run"]
        running = subprocess.Popen(words, env=os.environ | mine | {"MBIU_DEMO": "1"})
        try:
            _wait(f"http://127.0.0.1:{PORT}")
            yield f"http://127.0.0.1:{PORT}", _logins(Path(home))
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(60)


def _logins(home: Path) -> dict[str, str]:
    return {one["name"]: one["password"] for one in json.loads((home / "demo-logins.json").read_text())}


def _wait(address: str) -> None:
    for _ in range(PATIENCE):
        try:
            with urllib.request.urlopen(f"{address}/healthz"):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(1)
    raise TimeoutError(address)


def log_in(page: Page, address: str, name: str, passphrase: str) -> None:
    """Come in as one of the cast, in English."""
    page.goto(f"{address}/login")
    page.locator("#name").fill(name)
    page.locator("#password").fill(passphrase)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def shoot(page: Page, endpoint: str, kind: Kind) -> None:
    """A picture as small as a guide wants it."""
    page.set_viewport_size({"width": kind.width, "height": kind.height})
    page.emulate_media(color_scheme=kind.scheme)  # type: ignore[arg-type, unused-ignore]
    page.context.set_extra_http_headers({"Accept-Language": kind.language})
    page.reload()
    page.wait_for_timeout(900)
    path = FOLDER / f"{endpoint.replace('.show', '').replace('.', '-')}-{kind.name}.webp"
    with Image.open(BytesIO(page.screenshot())) as image:
        image.convert("RGB").save(path, quality=70, method=6)
    print(f"{path.relative_to(HERE.parent)}: {path.stat().st_size // 1024} KB")  # noqa: T201 - a command prints


def walk(browser: Browser, address: str, logins: dict[str, str], wanted: list[str]) -> None:
    """All pages of one person after another."""
    for name in dict.fromkeys(who for who, _path, _link in PAGES.values()):
        page = browser.new_context().new_page()
        if name:
            log_in(page, address, name, logins[name])
        for endpoint, (who, path, link) in PAGES.items():
            if who == name and (not wanted or endpoint in wanted):
                page.context.set_extra_http_headers({"Accept-Language": "en"})
                page.goto(address + path)
                if link:
                    page.goto(urljoin(address, page.locator(link).first.get_attribute("href") or ""))
                for kind in KINDS:
                    shoot(page, endpoint, kind)
        page.context.close()


def main() -> None:
    """Take them all, or those of the endpoints named."""
    found = os.environ.get("MBIU_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    FOLDER.mkdir(exist_ok=True)
    with demonstration() as (address, logins), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        walk(browser, address, logins, sys.argv[1:])
        browser.close()


if __name__ == "__main__":
    main()
