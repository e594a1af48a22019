"""How each program of Mbiu is started."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from mbiu.launch.process import Child
from mbiu.settings import Settings

#: The threads of one process of the console.
THREADS = 12


def step(name: str, *words: str, env: Mapping[str, str]) -> Child:
    """A command of `mbiu` that runs to its end, such as ``step("migrate", "migrate")``."""
    return Child(name, [sys.executable, "-m", "mbiu", *words], env=env)


def console(host: str, port: int, workers: int, env: Mapping[str, str]) -> Child:
    """With threads, because pages that follow the queue hold one each (`review.stream`)."""
    child = _web("console", "review:create_app()", _address(host, port), workers, env)
    child.argv += ["--worker-class", "gthread", "--threads", str(THREADS)]
    return child


def hooks(host: str, port: int, workers: int, env: Mapping[str, str]) -> Child:
    return _web("hooks", "webhooks:create_app()", _address(host, port), workers, env)


def _web(name: str, app: str, address: str, workers: int, env: Mapping[str, str]) -> Child:
    argv = [
        sys.executable, "-m", "gunicorn", app, "--config", "python:mbiu.launch.gunicorn",
        "--bind", address, "--workers", str(workers),
    ]  # fmt: skip
    return Child(name, argv, env=env)


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def worker(processes: int, env: Mapping[str, str]) -> Child:
    argv = [
        *_CELERY, "worker", "--without-mingle", "--without-gossip", "--concurrency", str(processes),
        "--loglevel", "WARNING",
    ]  # fmt: skip
    return Child("worker", argv, env={**env, **_AS_ROOT} if os.geteuid() == 0 else env, patience=20.0)


# Celery warns of root because of pickle, which no task of ours takes.
_AS_ROOT = {
    "C_FORCE_ROOT": "1",
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
}


def beat(home: Path, env: Mapping[str, str]) -> Child:
    schedule = str(home / "beat-schedule")
    return Child(
        "beat", [*_CELERY, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "WARNING"], env=env
    )


def bot(env: Mapping[str, str]) -> Child:
    return Child("bot", [sys.executable, "-m", "bot"], env=env)


_CELERY = [sys.executable, "-m", "celery", "--quiet", "--app", "workers.app"]


def named(name: str, settings: Settings, env: Mapping[str, str]) -> Child:
    """The program of that name as the settings want it."""
    host, workers = settings.host, settings.workers
    makers: dict[str, Callable[[], Child]] = {
        "console": lambda: console(host, settings.console_port, workers, env),
        "hooks": lambda: hooks(host, settings.hooks_port, workers, env),
        "worker": lambda: worker(workers, env),
        "beat": lambda: beat(settings.home_dir, env),
        "bot": lambda: bot(env),
    }
    return makers[name]()
