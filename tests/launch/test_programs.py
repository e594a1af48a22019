"""Programs started one by one, as a container does: their health, and what their logs keep quiet."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mbiu.launch import home

Launch = Callable[[str], Any]


def health(env: dict[str, str], folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mbiu", "health", *words],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_health_asks_the_program_itself(environment: dict[str, str], tmp_path: Path, launch: Launch) -> None:
    ill = health(environment, tmp_path, "hooks")
    assert ill.returncode == 1
    assert ill.stderr.startswith("mbiu: hooks: no answer on port ")
    launch("hooks")
    assert health(environment, tmp_path, "hooks").returncode == 0


def test_health_tells_a_worker_from_none(environment: dict[str, str], tmp_path: Path, launch: Launch) -> None:
    assert health(environment, tmp_path, "worker").returncode == 1
    launch("worker")
    until = time.monotonic() + 40
    while health(environment, tmp_path, "worker").returncode:
        assert time.monotonic() < until


def test_health_without_a_name_asks_database_and_broker(environment: dict[str, str], tmp_path: Path) -> None:
    assert health(environment, tmp_path).returncode == 0
    away = environment | {"MBIU_REDIS_URL": f"redis://127.0.0.1:{home.free_port()}/0"}
    assert health(away, tmp_path).stderr.startswith("mbiu: the broker does not answer")


def test_a_secret_path_is_not_logged(environment: dict[str, str], launch: Launch) -> None:
    hooks = launch("hooks")
    secret = "a-path-that-nobody-may-read"
    lines = [
        f"GET /hooks/africastalking/{secret}/messages HTTP/9.9",
        f"GET /hooks/africastalking/{secret}/messages x y",
        f"g e t /hooks/africastalking/{secret}/messages HTTP/1.1",
        f"POST /hooks/africastalking/{secret}/messages HTTP/1.1\r\nContent-Length: minus",
        f"POST /hooks/africastalking/{secret}/messages HTTP/1.1\r\nHost: a\r\nX-{secret}: \x00",
        f"POST /hooks/africastalking/{secret}/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 0",
    ]
    for line in lines:
        with socket.create_connection(("127.0.0.1", int(environment["MBIU_HOOKS_PORT"]))) as link:
            link.settimeout(10)
            link.sendall(line.encode() + b"\r\nConnection: close\r\n\r\n")
            assert link.recv(1000).startswith(b"HTTP/1."), line
    time.sleep(0.5)
    assert "malformed request refused" in "\n".join(hooks.lines)
    assert secret not in "\n".join(hooks.lines)
