"""A real browser before the real console, served by gunicorn."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.conftest import Launched


@pytest.fixture
def installation(environment: dict[str, str], settings: object, tmp_path: Path) -> dict[str, str]:
    """A demonstration in a fresh installation; the passphrases by name."""
    environment["MBIU_DEMO"] = "1"
    os.environ["MBIU_DEMO"] = "1"
    words = [sys.executable, "-m", "mbiu", "demo"]
    subprocess.run(words, env=environment, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    logins = json.loads((tmp_path / "demo-logins.json").read_text())
    return {one["name"]: one["password"] for one in logins}


@pytest.fixture
def console(installation: dict[str, str], launch: Callable[[str], Launched]) -> str:
    """The console's address."""
    return launch("console").url


@pytest.fixture
def log_in(console: str, installation: dict[str, str]) -> Callable[[Page, str], None]:
    """Somebody types name and passphrase."""

    def enter(page: Page, name: str) -> None:
        page.goto(f"{console}/login")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Passphrase").fill(installation[name])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)

    return enter


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of: errors of scripts and breaches of the content policy."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
    return found
