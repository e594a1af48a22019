"""An installation whose parts can be killed: a server and a broker of its own, and every program."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mbiu.launch import home, keys, programs
from mbiu.launch.postgres import APP, DATABASE, HASTY, OWNER, Postgres
from mbiu.launch.process import Child, stop_all
from mbiu.launch.readiness import wait_for_health
from mbiu.launch.valkey import Valkey
from mbiu.settings import Settings
from tests import forks
from tests.conftest import SEED
from tests.doubles import Doubles
from tests.flow.wiring import channels, eventually
from tests.renewal import Database, copied

Start = Callable[[Child], None]


@pytest.fixture(scope="session")
def faulty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faulty")


@pytest.fixture(scope="session")
def postgres(faulty_home: Path, service_keys: keys.Keys) -> Iterator[Postgres]:
    """A server that only these tests use, because they restart it."""
    server = Postgres(faulty_home, service_keys, home.free_port(), HASTY)
    server.start(lambda child: child.start(lambda *_: None))
    server.prepare()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey(faulty_home: Path, service_keys: keys.Keys) -> Iterator[Valkey]:
    """A broker that forgets everything when it is restarted."""
    broker = Valkey(faulty_home, service_keys, home.free_port(), durable=False)
    broker.start(lambda child: child.start(lambda *_: None))
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def template(
    postgres: Postgres, faulty_home: Path, service_keys: keys.Keys, bare_environment: dict[str, str]
) -> str:
    """The migrated database of that server, with the places."""
    env = bare_environment | service_keys.as_environment()
    env |= {"MBIU_DATABASE_URL": postgres.url(APP), "MBIU_DATABASE_OWNER_URL": postgres.url(OWNER)}
    for words in (["migrate"], ["gazetteer", "load", "--file", str(SEED)]):
        forks.run(words, env, faulty_home)
    return DATABASE


@pytest.fixture
def database(postgres: Postgres, template: str) -> Iterator[Database]:
    """A database of each test's own: the server falls down under it."""
    with copied(postgres, template) as copy:
        yield copy


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    with Doubles() as running:
        running.twilio.set_progress(())
        yield running


@pytest.fixture
def environment(environment: dict[str, str], doubles: Doubles) -> dict[str, str]:
    """Every channel configured, and so short waits that recovery can be watched."""
    return environment | channels(doubles) | {"MBIU_SWEEP_SECONDS": "1", "MBIU_LEASE_SECONDS": "6"}


@dataclass
class House:
    """The running programs by name. What they print is kept in ``lines``."""

    env: dict[str, str]
    doubles: Doubles
    postgres: Postgres
    valkey: Valkey
    database: str
    children: dict[str, Child] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def hooks(self) -> str:
        return f"http://127.0.0.1:{self.env['MBIU_HOOKS_PORT']}"

    @property
    def spooled(self) -> list[Path]:
        return list((Path(self.env["MBIU_HOME_DIR"]) / "spool").glob("*.msg"))

    def start(self, name: str, key: str = "") -> Child:
        """Start a program, or start it again; ``key`` tells two of a kind apart."""
        child = forks.forked(self._program(name))
        self.children[key or name] = child
        child.start(lambda who, line: self.lines.append(f"{who}: {line}"))
        if name == "hooks":
            wait_for_health({"hooks": int(self.env["MBIU_HOOKS_PORT"])}, "127.0.0.1", lambda: None, 30)
        return child

    def _program(self, name: str) -> Child:
        if name == "hooks":
            return programs.hooks("127.0.0.1", int(self.env["MBIU_HOOKS_PORT"]), 2, self.env)
        if name == "worker":
            return programs.worker(2, self.env)
        if name == "beat":
            return programs.beat(Path(self.env["MBIU_HOME_DIR"]), self.env)
        return programs.bot(self.env)

    def ended(self) -> list[str]:
        """Programs that died without being asked."""
        return [key for key, child in self.children.items() if not child.is_alive]

    @contextmanager
    def held(self, table: str, program: str) -> Iterator[None]:
        """While it lasts, whoever writes to ``table`` waits; begins when ``program`` does."""
        url = self.postgres.url("postgres", self.database)
        waiting = f"SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%{table}%'"
        with closing(psycopg.connect(url)) as link:
            link.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")  # type: ignore[call-overload]
            eventually(lambda: self.rows(waiting), what=f"the {program} to wait for {table}")
            yield
            link.rollback()

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the server itself past all guards and all lines to it."""
        with closing(psycopg.connect(self.postgres.url("postgres", self.database), autocommit=True)) as link:
            return link.execute(statement).fetchall()  # type: ignore[call-overload]


@pytest.fixture
def house(
    environment: dict[str, str],
    settings: Settings,
    doubles: Doubles,
    postgres: Postgres,
    valkey: Valkey,
    database: Any,
    tmp_path: Path,
) -> Iterator[House]:
    """Nothing runs yet; everything that a test starts is ended with it."""
    made = House(environment, doubles, postgres, valkey, database.name)
    yield made
    stop_all(list(made.children.values()), hurry=lambda: True)
    (tmp_path / "lines.txt").write_text("\n".join(made.lines))
