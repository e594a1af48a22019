"""A whole installation for each test: hooks, worker, beat and console as processes, doubles outside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mbiu.settings import Settings
from tests import forks
from tests.doubles import Doubles
from tests.flow.analyst import Analyst
from tests.flow.wiring import AFRICASTALKING_SECRET, GATEWAY, channels


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    """The providers; Twilio tells nothing of a message's fate before a test has it do so."""
    with Doubles() as running:
        running.twilio.set_progress(())
        yield running


@pytest.fixture
def environment(environment: dict[str, str], doubles: Doubles) -> dict[str, str]:
    """Every channel configured."""
    return environment | channels(doubles) | {"MBIU_SWEEP_SECONDS": "1", "MBIU_LEASE_SECONDS": "20"}


@dataclass(frozen=True)
class House:
    """The running installation: its doors, and a way to see what really is in the tables."""

    hooks: str
    console: str
    doubles: Doubles
    environment: dict[str, str]
    rows: Callable[..., list[tuple[Any, ...]]]

    def sms(self, sender: str, text: str) -> str:
        """An SMS by Twilio; what the TwiML answers."""
        status, twiml = self.doubles.twilio.receive(f"{self.hooks}/hooks/twilio/messages", sender, text)
        assert status == 200
        return twiml

    def africastalking(self, kind: str) -> str:
        return f"{self.hooks}/hooks/africastalking/{AFRICASTALKING_SECRET}/{kind}"

    def gateway(self, kind: str) -> str:
        return f"{self.hooks}/hooks/gateway/{GATEWAY}/{kind}"

    def analyst(self, name: str) -> Analyst:
        """A new user of the console, made as the operator makes them."""
        words = ["user", "add", name, "--role", "analyst"]
        made = forks.run(words, self.environment, Path(self.environment["MBIU_HOME_DIR"]))
        return Analyst(self.console, name, made.stdout.split("\t")[2].strip())


@pytest.fixture
def house(
    environment: dict[str, str],
    settings: Settings,
    doubles: Doubles,
    launch: Callable[[str], Any],
    superuser: "psycopg.Connection[tuple[object, ...]]",
) -> House:
    """Everything started. The bot is not: a test that wants it launches it."""
    for name in ("worker", "beat"):
        launch(name)
    hooks, console = launch("hooks").url, launch("console").url

    def rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
        return superuser.execute(statement, values).fetchall()  # type: ignore[arg-type]

    return House(hooks, console, doubles, environment, rows)
