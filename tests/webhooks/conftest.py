"""The hooks as they run for real: gunicorn on a port, PostgreSQL and Valkey behind it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from mbiu.launch import programs
from mbiu.launch.home import free_port
from mbiu.launch.keys import Keys
from mbiu.launch.postgres import APP, OWNER, Postgres
from mbiu.launch.process import Child, stop_all
from mbiu.launch.readiness import wait_for_health
from mbiu.launch.valkey import Valkey
from tests import forks
from tests.webhooks.calls import AFRICASTALKING_SECRET, GATEWAY, GATEWAY_KEY, TELEGRAM_SECRET, TOKEN, Caller
from tests.webhooks.line import Line

PUBLIC_URL = "https://hooks.example.org"
CHANNELS = {
    "MBIU_PUBLIC_URL": PUBLIC_URL,
    "MBIU_TWILIO_AUTH_TOKEN": TOKEN,
    "MBIU_AFRICASTALKING_HOOK_SECRET": AFRICASTALKING_SECRET,
    "MBIU_TELEGRAM_HOOK_SECRET": TELEGRAM_SECRET,
    "MBIU_GATEWAY_KEYS": f"{GATEWAY}:{GATEWAY_KEY}",
    "MBIU_LOG_FORMAT": "plain",
}


@pytest.fixture(scope="session")
def shared_database(postgres: Postgres, template: str) -> Iterator[SimpleNamespace]:
    """One database for all tests of the hooks, so that most of them can share a running app."""
    name = "test_hooks"
    with closing(postgres.connect()) as link:
        postgres.create_database(name, template=template, link=link)
    yield SimpleNamespace(
        name=name,
        url=postgres.url(APP, name),
        owner_url=postgres.url(OWNER, name),
        superuser_url=postgres.url("postgres", name),
    )
    with closing(postgres.connect()) as link:
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(shared_database: SimpleNamespace) -> SimpleNamespace:
    """The shared database without anybody in it."""
    with closing(psycopg.connect(shared_database.superuser_url, autocommit=True)) as link:
        link.execute("TRUNCATE contact, early_report, tally CASCADE")
    return shared_database


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """Every channel configured, under a public address that is not the one we listen on."""
    return environment | CHANNELS


@dataclass
class Hooks(Caller):
    """A running hooks app and what it has printed."""

    lines: list[str] = field(default_factory=list)
    home: Path = Path()
    child: Child | None = None

    def kill(self) -> None:
        """End all its processes at once, as a lost machine does."""
        assert self.child
        self.child.kill()

    @property
    def spooled(self) -> list[Path]:
        return sorted(p for p in (self.home / "spool").glob("*.msg") if p.name[0] != ".")


Start = Callable[..., Hooks]


def begin(workers: int, env: dict[str, str]) -> tuple[Hooks, Child]:
    """The hooks with so many processes, once they answer."""
    port = int(env["MBIU_HOOKS_PORT"])
    child = forks.forked(programs.hooks("127.0.0.1", port, workers, env))
    hooks = Hooks(f"http://127.0.0.1:{port}", PUBLIC_URL, home=Path(env["MBIU_HOME_DIR"]), child=child)
    child.start(lambda _, line: hooks.lines.append(line))

    def alive() -> None:
        assert child.is_alive, "\n".join(hooks.lines[-30:])

    wait_for_health({"hooks": port}, "127.0.0.1", alive, 60.0)
    return hooks, child


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Starts hooks of the test's own, with so many processes and with changed settings."""
    children: list[Child] = []

    def start(workers: int = 1, **changed: str) -> Hooks:
        hooks, child = begin(workers, environment | changed)
        children.append(child)
        return hooks

    yield start
    stop_all(children)


@pytest.fixture(scope="session")
def shared_hooks(
    shared_database: SimpleNamespace,
    bare_environment: dict[str, str],
    service_keys: Keys,
    valkey: Valkey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Hooks]:
    env = {
        **bare_environment,
        **service_keys.as_environment(),
        **CHANNELS,
        "MBIU_HOME_DIR": str(tmp_path_factory.mktemp("hooks")),
        "MBIU_DATABASE_URL": shared_database.url,
        "MBIU_REDIS_URL": valkey.url,
        "MBIU_HOOKS_PORT": str(free_port()),
        "PYTHONUNBUFFERED": "1",
    }
    hooks, child = begin(1, env)
    yield hooks
    stop_all([child])


@pytest.fixture
def hooks(shared_hooks: Hooks, database: SimpleNamespace) -> Hooks:
    """Running hooks, shared with other tests, with an empty database behind them and nothing said yet."""
    shared_hooks.lines.clear()
    for path in shared_hooks.spooled:
        path.unlink()
    return shared_hooks


@pytest.fixture
def line(database: SimpleNamespace) -> Iterator[Line]:
    """A line to PostgreSQL that the test can cut."""
    url = make_url(database.url)
    with Line(url.host or "127.0.0.1", url.port or 5432) as running:
        yield running


@pytest.fixture
def over(line: Line, environment: dict[str, str]) -> dict[str, str]:
    """The setting that leads the hooks over ``line``."""
    url = make_url(environment["MBIU_DATABASE_URL"]).set(host="127.0.0.1", port=line.port)
    return {"MBIU_DATABASE_URL": url.render_as_string(hide_password=False)}


@pytest.fixture
def rows(superuser: "psycopg.Connection[tuple[object, ...]]") -> Callable[..., list[tuple[object, ...]]]:
    """Asks the database past all guards."""

    def ask(statement: str, *values: object) -> list[tuple[object, ...]]:
        return superuser.execute(statement, values).fetchall()  # type: ignore[arg-type]

    return ask
