"""What the tests stand on: a real PostgreSQL, a real Valkey, real child processes, a real browser.

Services start with the first test that asks for them, in a folder of their own. Each test gets a
database as new as one copied from a migrated one, and an emptied broker.
"""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis

from mbiu import db, figures
from mbiu.launch import home, keys, programs
from mbiu.launch.postgres import APP, DATABASE, HASTY, OWNER, Postgres
from mbiu.launch.process import Child, stop_all
from mbiu.launch.readiness import wait_for_health
from mbiu.launch.valkey import Valkey
from mbiu.settings import Settings
from mbiu.settings import settings as read_settings
from tests import forks, links
from tests.renewal import Database, Renewal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: The hand-written places: few, so that a database with them is quickly copied.
SEED = Path(__file__).parents[1] / "mbiu" / "gazetteer" / "data" / "seed_places.csv"
#: Folders of tests that take seconds each.
LONG = frozenset({"browser", "launch", "faults", "flow"})
#: Folders of tests that take milliseconds each.
BRIEF = frozenset({"analysis", "architecture", "channels", "decisions", "evaluation"})
#: Linux's files in memory, and how many bytes must be free there for the services of a test run.
MEMORY, ENOUGH = Path("/dev/shm"), 4 << 30
#: After how many new objects they are searched for garbage: a test makes and keeps more than the usual 700.
GARBAGE = 20_000
CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    str(Path(sys.prefix) / "chromium" / "run"),
)
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Launched:
    """A program under test. ``lines`` is what it has printed so far; ``url`` is empty for no web app."""

    child: Child
    url: str = ""
    lines: list[str] = field(default_factory=list)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as their property ``table``, whether they passed or not."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for table in (value for name, value in report.user_properties if name == "table"):
                terminalreporter.ensure_newline()
                terminalreporter.write_line(f"\n{table}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first and the shortest last, so that all processes end at about one time."""
    items.sort(key=lambda item: (not LONG & set(item.path.parts), bool(BRIEF & set(item.path.parts))))


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """What is there before the first test stays until after the last: nobody has to search it for garbage."""
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()


def pytest_unconfigure() -> None:
    forks.close()


@pytest.fixture(scope="session")
def service_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where there is enough: a database is hundreds of small files, and each test has its own."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ENOUGH:
        yield tmp_path_factory.mktemp("services")
        return
    with tempfile.TemporaryDirectory(prefix="mbiu-services-", dir=MEMORY, ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def service_keys() -> keys.Keys:
    return keys.fresh()


@pytest.fixture(scope="session")
def service_log(service_home: Path) -> Iterator[Callable[[Child], None]]:
    """Starts a service; its lines go to a file of their own."""
    with (service_home / "services.log").open("w") as file:

        def write(name: str, line: str) -> None:
            if not file.closed:
                print(name, line, file=file, flush=True)

        yield lambda child: child.start(write)


@pytest.fixture(scope="session")
def postgres(
    service_home: Path, service_keys: keys.Keys, service_log: Callable[[Child], None]
) -> Iterator[Postgres]:
    """A server of the whole run, with the two roles."""
    # What cleans up and counts rows in the background would do so in one run and not in the next.
    server = Postgres(service_home, service_keys, home.free_port(), HASTY | {"autovacuum": "off"})
    server.start(service_log)
    server.prepare()
    yield server
    server.stop()
    if not server.data.is_relative_to(service_home):
        shutil.rmtree(server.data.parent)


@pytest.fixture(scope="session")
def valkey(
    service_home: Path, service_keys: keys.Keys, service_log: Callable[[Child], None]
) -> Iterator[Valkey]:
    """A broker of the whole run."""
    server = Valkey(service_home, service_keys, home.free_port(), durable=False)
    server.start(service_log)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def bare_environment() -> dict[str, str]:
    """This process's environment without any setting of Mbiu."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MBIU_")}


@pytest.fixture(scope="session")
def template(
    postgres: Postgres, service_home: Path, service_keys: keys.Keys, bare_environment: dict[str, str]
) -> str:
    """The name of a database that is migrated and holds the seed places, to copy from."""
    env = bare_environment | service_keys.as_environment()
    env |= {"MBIU_DATABASE_URL": postgres.url(APP), "MBIU_DATABASE_OWNER_URL": postgres.url(OWNER)}
    env |= {"MBIU_HOME_DIR": str(service_home)}
    for words in (["migrate"], ["gazetteer", "load", "--file", str(SEED)]):
        done = forks.run(words, env, service_home, check=False)
        assert done.returncode == 0, f"mbiu {' '.join(words)}: {done.stderr[-2000:]}"
    # An emptied table looks to the planner as a vacuumed one, so a new one has to as well.
    with closing(postgres.connect(DATABASE)) as link:
        link.execute("VACUUM")
    return DATABASE


@pytest.fixture(scope="session")
def renewal(postgres: Postgres, template: str) -> Iterator[Renewal]:
    """Databases like a fresh installation's, for one test after the other."""
    yield (lent := Renewal(postgres, template))
    links.close()
    lent.close()


@pytest.fixture
def database(renewal: Renewal) -> Iterator[Database]:
    """A database for each test, like a fresh installation's."""
    yield renewal.lend()
    renewal.take_back(links.numbers())


@pytest.fixture
def superuser(database: Database) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A link that row-level security does not hold back, to see what really is in the tables."""
    with closing(psycopg.connect(database.superuser_url, autocommit=True)) as link:
        yield link


@pytest.fixture
def broker(valkey: Valkey) -> str:
    """The address of an empty broker."""
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    return valkey.url


@pytest.fixture
def environment(
    bare_environment: dict[str, str],
    service_keys: keys.Keys,
    database: Database,
    broker: str,
    tmp_path: Path,
) -> dict[str, str]:
    """The whole environment of a fresh installation, for child processes; change it before they start."""
    return {
        **bare_environment,
        **service_keys.as_environment(),
        "MBIU_HOME_DIR": str(tmp_path),
        "MBIU_DATABASE_URL": database.url,
        "MBIU_DATABASE_OWNER_URL": database.owner_url,
        "MBIU_REDIS_URL": broker,
        "MBIU_CONSOLE_PORT": str(home.free_port()),
        "MBIU_HOOKS_PORT": str(home.free_port()),
        "MBIU_WORKERS": "1",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def settings(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """The same installation for the test process itself; its links and what it remembers end afterwards.

    Engines are those of the tests before, if there were any: a new one would compile every statement anew.
    """
    for name in [name for name in os.environ if name.startswith("MBIU_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        if name.startswith("MBIU_"):
            monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    read_settings.cache_clear()
    engines = {db.engine(), db.engine(scoped=True)}
    links.lead(environment["MBIU_DATABASE_URL"], *engines)
    yield read_settings()
    if engines == {db.engine(), db.engine(scoped=True)}:
        links.rest(*engines)
    else:
        links.close()
        forget()
    read_settings.cache_clear()
    figures.forget()


def forget() -> None:
    """Close the links of this process and have it read its settings anew."""
    for engine in (db.engine(), db.engine(scoped=True)):
        engine.dispose()
    read_settings.cache_clear()
    figures.forget()


@pytest.fixture
def launch(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[str], Launched]]:
    """Starts a program by name (console, hooks, worker, beat, bot) and waits until it answers.

    Programs of one test share its installation and end with it.
    """
    started: list[Launched] = []

    def start(name: str) -> Launched:
        program = _program(name, environment, tmp_path)
        program.child = forks.forked(program.child)
        started.append(program)
        program.child.start(lambda _, line: program.lines.append(line))
        if program.url:
            port = int(program.url.rpartition(":")[2])
            wait_for_health({name: port}, "127.0.0.1", lambda: _alive(program), 30.0)
        return program

    yield start
    stop_all([program.child for program in started])


def _program(name: str, env: dict[str, str], folder: Path) -> Launched:
    console, hooks = int(env["MBIU_CONSOLE_PORT"]), int(env["MBIU_HOOKS_PORT"])
    if name == "console":
        return Launched(programs.console("127.0.0.1", console, 1, env), f"http://127.0.0.1:{console}")
    if name == "hooks":
        return Launched(programs.hooks("127.0.0.1", hooks, 1, env), f"http://127.0.0.1:{hooks}")
    if name == "worker":
        return Launched(programs.worker(1, env))
    return Launched(programs.beat(folder, env) if name == "beat" else programs.bot(env))


def _alive(program: Launched) -> None:
    if not program.child.is_alive:
        raise AssertionError(f"{program.child.name} ended: " + "\n".join(program.lines[-30:]))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome of this machine."""
    found = os.environ.get("MBIU_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if not found:
        pytest.fail("no Chromium here: install the package chromium, or set MBIU_CHROMIUM to its path")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    """A browser of one module: Playwright's event loop must not outlast it, or asyncio tests fail."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield running
        running.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A page of a browser nobody has used yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
