"""A real browser before the real console, served by gunicorn."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page

from mbiu.launch import keys
from mbiu.launch.postgres import APP, Postgres
from mbiu.launch.valkey import Valkey
from tests import forks
from tests.conftest import Launched
from tests.renewal import Database, copied


@pytest.fixture(scope="session")
def demonstration(
    postgres: Postgres,
    template: str,
    valkey: Valkey,
    service_keys: keys.Keys,
    bare_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, str]:
    """The name of a database with a demonstration, to copy from, and its log-ins as they were written."""
    folder, name = tmp_path_factory.mktemp("demonstration"), "demonstration"
    with closing(postgres.connect()) as link:
        postgres.create_database(name, template=template, link=link)
    env = bare_environment | service_keys.as_environment()
    env |= {"MBIU_DATABASE_URL": postgres.url(APP, name), "MBIU_REDIS_URL": valkey.url}
    env |= {"MBIU_HOME_DIR": str(folder), "MBIU_DEMO": "1"}
    forks.run(["demo"], env, folder)
    return name, (folder / "demo-logins.json").read_text()


@pytest.fixture
def database(postgres: Postgres, demonstration: tuple[str, str]) -> Iterator[Database]:
    """A copy of the demonstration for each test."""
    with copied(postgres, demonstration[0]) as copy:
        yield copy


@pytest.fixture
def installation(
    environment: dict[str, str], settings: object, demonstration: tuple[str, str], tmp_path: Path
) -> dict[str, str]:
    """A demonstration in an installation of its own; the passphrases by name."""
    environment["MBIU_DEMO"] = "1"
    os.environ["MBIU_DEMO"] = "1"
    (tmp_path / "demo-logins.json").write_text(demonstration[1])
    return {one["name"]: one["password"] for one in json.loads(demonstration[1])}


@pytest.fixture
def console(installation: dict[str, str], launch: Callable[[str], Launched]) -> Iterator[str]:
    """The console's address. Asked to stop, it would wait five seconds for the streams of open pages."""
    running = launch("console")
    yield running.url
    running.child.kill()


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
