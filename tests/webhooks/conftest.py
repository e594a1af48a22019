"""The hooks as they run for real: gunicorn on a port, PostgreSQL and Valkey behind it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from mbiu.launch import programs
from mbiu.launch.process import Child, stop_all
from mbiu.launch.readiness import wait_for_health
from tests.webhooks.calls import AFRICASTALKING_SECRET, GATEWAY, GATEWAY_KEY, TELEGRAM_SECRET, TOKEN, Caller
from tests.webhooks.line import Line

PUBLIC_URL = "https://hooks.example.org"


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """Every channel configured, under a public address that is not the one we listen on."""
    return environment | {
        "MBIU_PUBLIC_URL": PUBLIC_URL,
        "MBIU_TWILIO_AUTH_TOKEN": TOKEN,
        "MBIU_AFRICASTALKING_HOOK_SECRET": AFRICASTALKING_SECRET,
        "MBIU_TELEGRAM_HOOK_SECRET": TELEGRAM_SECRET,
        "MBIU_GATEWAY_KEYS": f"{GATEWAY}:{GATEWAY_KEY}",
        "MBIU_LOG_FORMAT": "plain",
    }


@dataclass
class Hooks(Caller):
    """A running hooks app and what it has printed."""

    lines: list[str] = field(default_factory=list)
    home: Path = Path()

    @property
    def spooled(self) -> list[Path]:
        return sorted(p for p in (self.home / "spool").glob("*.msg") if p.name[0] != ".")


Start = Callable[..., Hooks]


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Starts the hooks with so many processes and with changed settings."""
    children: list[Child] = []

    def begin(workers: int = 1, **changed: str) -> Hooks:
        env = environment | changed
        port = int(env["MBIU_HOOKS_PORT"])
        child = programs.hooks("127.0.0.1", port, workers, env)
        children.append(child)
        hooks = Hooks(f"http://127.0.0.1:{port}", PUBLIC_URL, home=Path(env["MBIU_HOME_DIR"]))
        child.start(lambda _, line: hooks.lines.append(line))

        def alive() -> None:
            assert child.is_alive, "\n".join(hooks.lines[-30:])

        wait_for_health({"hooks": port}, "127.0.0.1", alive, 30.0)
        return hooks

    yield begin
    stop_all(children)


@pytest.fixture
def hooks(start: Start) -> Hooks:
    return start()


@pytest.fixture
def line(database: object) -> Iterator[Line]:
    """A line to PostgreSQL that the test can cut."""
    url = make_url(database.url)  # type: ignore[attr-defined]
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
