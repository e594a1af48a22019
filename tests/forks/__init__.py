"""Programs without the wait for their imports: forked off a process that has loaded what they all need.

What runs is the real program in a process and a session of its own, with its own environment and
pipes. How the command lines start from nothing is tested in `tests/launch`.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any

from mbiu.launch.process import Child, Sink

_TICK = 0.01


class Nursery:
    """The process that forks. Its own end, or ours, ends all that it began."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forks", str(number)],
                pass_fds=[number],
                cwd=Path(__file__).parents[2],
                env={k: v for k, v in os.environ.items() if k[:5] != "MBIU_"} | {"PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def ask(self, files: list[int], **question: Any) -> Any:
        with self._lock:
            socket.send_fds(self._ours, [json.dumps(question).encode()], files)
            answer = self._ours.recv(65536)
        if not answer:
            raise ChildProcessError("the process that forks has ended")
        return json.loads(answer)

    def close(self) -> None:
        self._ours.close()
        self._process.wait()


@cache
def _nursery() -> Nursery:
    return Nursery()


def close() -> None:
    """End what was begun in this process, if anything was."""
    if _nursery.cache_info().currsize:
        _nursery().close()
        _nursery.cache_clear()


@dataclass
class Process:
    """What `subprocess.Popen` is to its caller, as far as a `Child` and `run` need it."""

    pid: int
    stdout: IO[str] | None = None
    returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = _nursery().ask([], pid=self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        until = time.monotonic() + (timeout if timeout is not None else 3600)
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(_TICK)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _begin(
    argv: list[str], env: Mapping[str, str], cwd: Path | None, farewell: int, pipes: tuple[int, int]
) -> int:
    if argv[:2] != [sys.executable, "-m"]:
        raise ValueError("only `python -m module` is forked")
    folder = str(cwd or Path.cwd())
    values = {"argv": argv[2:], "env": dict(env), "cwd": folder, "farewell": int(farewell)}
    try:
        return int(_nursery().ask(list(pipes), **values))
    finally:
        for pipe in set(pipes):
            os.close(pipe)


@dataclass
class Forked(Child):
    """A program of ours like any other `Child`, begun sooner."""

    _file: IO[str] | None = field(default=None, init=False)

    def start(self, sink: Sink) -> None:
        read, write = os.pipe()
        pid = _begin(self.argv, self.env or os.environ, self.cwd, self.farewell, (write, os.dup(write)))
        pipe = os.fdopen(read, errors="replace")
        self.popen = Process(pid, pipe)  # type: ignore[assignment]
        self._reader = threading.Thread(target=self._read, args=(sink,), name=self.name, daemon=True)
        self._reader.start()


def forked(child: Child) -> Child:
    """The same program, to be forked instead of launched."""
    return Forked(child.name, child.argv, child.env, child.cwd, child.farewell, child.patience)


def run(
    words: list[str], env: Mapping[str, str], cwd: Path | None = None, *, check: bool = True
) -> "subprocess.CompletedProcess[str]":
    """The command `mbiu` with these words, to its end, as `subprocess.run` does it.

    Raises CalledProcessError.
    """
    argv = [sys.executable, "-m", "mbiu", *words]
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    process = Process(_begin(argv, env, cwd, signal.SIGTERM, (out_end, err_end)))
    with os.fdopen(out, errors="replace") as stdout, os.fdopen(err, errors="replace") as stderr:
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.append(stderr.read()))
        reader.start()
        printed = stdout.read()
        reader.join()
    done = subprocess.CompletedProcess(argv, process.wait(), printed, said[0])
    if check:
        done.check_returncode()
    return done
