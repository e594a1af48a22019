"""The bot as a process of its own, and a Telegram to talk to."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from mbiu import channels
from tests.doubles import Doubles, TelegramDouble


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with Doubles() as doubles:
        yield doubles.telegram
    channels.close()


@pytest.fixture
def environment(environment: dict[str, str], telegram: TelegramDouble) -> dict[str, str]:
    return environment | {
        "MBIU_TELEGRAM_TOKEN": telegram.token,
        "MBIU_TELEGRAM_API_URL": telegram.base_url,
        "MBIU_TELEGRAM_HOOK_SECRET": "tg-Secret_0123456789abcdef",
    }


@pytest.fixture
def rows(superuser: "psycopg.Connection[tuple[Any, ...]]") -> Callable[..., list[tuple[Any, ...]]]:
    """Asks the database past all guards."""

    def ask(statement: str, *values: object) -> list[tuple[Any, ...]]:
        return superuser.execute(statement, values).fetchall()

    return ask
