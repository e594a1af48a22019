"""How each program of Mbiu is started."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from mbiu.launch.process import Child


def step(name: str, *words: str, env: Mapping[str, str]) -> Child:
    """A command of `mbiu` that runs to its end, such as ``step("migrate", "migrate")``."""
    return Child(name, [sys.executable, "-m", "mbiu", *words], env=env)


def console(host: str, port: int, workers: int, env: Mapping[str, str]) -> Child:
    return _web("console", "review:create_app()", _address(host, port), workers, env)


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
    # Celery warns of root because of pickle, which no task of ours takes.
    return Child(
        "worker", argv, env={**env, "C_FORCE_ROOT": "1"} if os.geteuid() == 0 else env, patience=20.0
    )


def beat(home: Path, env: Mapping[str, str]) -> Child:
    schedule = str(home / "beat-schedule")
    return Child(
        "beat", [*_CELERY, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "WARNING"], env=env
    )


def bot(env: Mapping[str, str]) -> Child:
    return Child("bot", [sys.executable, "-m", "bot"], env=env)


_CELERY = [sys.executable, "-m", "celery", "--quiet", "--app", "workers.app"]
