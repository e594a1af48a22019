"""Whether a program of this machine or container is well."""

import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from mbiu.launch.readiness import is_healthy
from mbiu.settings import Settings

_SECONDS = 5
#: The file in the home folder that the beat touches at each ring, at most `sweep_seconds` apart.
BEAT = "beat"
_BEAT_SECONDS = 600


def examine(program: str | None, settings: Settings) -> str:
    """What is wrong, as one line; empty if nothing is."""
    checks: dict[str | None, Callable[[Settings], str]] = {
        "console": lambda s: _web("console", s.host, s.console_port),
        "hooks": lambda s: _web("hooks", s.host, s.hooks_port),
        "worker": _worker,
        "beat": lambda s: _beat(s.home_dir) or _broker(s),
        "bot": _database,
        None: lambda s: _database(s) or _broker(s),
    }
    return checks[program](settings)


def _web(name: str, host: str, port: int) -> str:
    return "" if is_healthy(host, port) else f"{name}: no answer on port {port}"


def _worker(_: Settings) -> str:
    from mbiu.jobs import celery_app

    try:
        answers = celery_app().control.ping(timeout=_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises means the same
        return f"the worker cannot be asked ({type(error).__name__})"
    return "" if answers else "no worker answers"


def _beat(home: Path) -> str:
    try:
        age = time.time() - (home / BEAT).stat().st_mtime
    except OSError:
        return "the beat has not rung yet"
    return "" if age < _BEAT_SECONDS else "the beat stands still"


def _database(settings: Settings) -> str:
    try:
        with psycopg.connect(settings.database_url.get_secret_value(), connect_timeout=_SECONDS):
            return ""
    except psycopg.Error as error:
        return f"the database does not answer ({type(error).__name__})"


def _broker(settings: Settings) -> str:
    try:
        with redis.Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=_SECONDS) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        return f"the broker does not answer ({type(error).__name__})"
    return ""
