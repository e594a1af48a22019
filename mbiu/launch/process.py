"""Child processes that never outlive us: started, read line by line, and stopped in bounded time."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded before the first fork: nothing may be loaded between fork and exec

_TICK = 0.05

Sink = Callable[[str, str], None]
Begin = Callable[["Child"], None]


def die_with_parent(parent: int, number: int = signal.SIGTERM) -> None:
    """Have the kernel send us ``number`` when process ``parent``, which started us, ends (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


@dataclass
class Child:
    """A program of ours. ``name`` stands before each of its lines; ``farewell`` is its stop signal."""

    name: str
    argv: list[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    farewell: int = signal.SIGTERM
    patience: float = 10.0
    popen: "subprocess.Popen[str] | None" = field(default=None, init=False)
    _reader: threading.Thread | None = field(default=None, init=False)

    def start(self, sink: Sink) -> None:
        """Start it in a session of its own; each line it prints goes to ``sink(name, line)``.

        Call from the main thread: the kernel ties the child's life to the thread that made it.
        """
        us, farewell = os.getpid(), self.farewell
        self.popen = subprocess.Popen(
            self.argv,
            env=None if self.env is None else dict(self.env),
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(us, farewell),  # noqa: PLW1509 - it makes two system calls
        )
        self._reader = threading.Thread(target=self._read, args=(sink,), name=self.name, daemon=True)
        self._reader.start()

    def _read(self, sink: Sink) -> None:
        pipe = self._running().stdout
        if pipe is None:
            return
        with pipe:
            for line in pipe:
                sink(self.name, line.rstrip("\n"))

    def _running(self) -> "subprocess.Popen[str]":
        if self.popen is None:
            raise RuntimeError(f"{self.name} was never started")
        return self.popen

    @property
    def pid(self) -> int:
        return self._running().pid

    @property
    def is_alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def ask(self) -> None:
        """Ask it to stop, without waiting."""
        if self.is_alive:
            self._running().send_signal(self.farewell)

    def kill(self) -> None:
        """End it and all it started, at once."""
        if self.popen is None:
            return
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.popen.kill()
        self.finish()

    def stop(self) -> None:
        """Ask, wait for ``patience`` seconds, then end it and whatever it left behind."""
        stop_all([self])

    def finish(self) -> int:
        """Wait for the end of a child that ends by itself and for its last line; its exit code."""
        code = self._running().wait()
        if self._reader:
            self._reader.join(2.0)
        return code

    def how_it_ended(self) -> str:
        """In words, for a child that has ended."""
        code = self._running().poll() or 0
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def stop_all(children: Sequence[Child], *, hurry: Callable[[], bool] = lambda: False) -> None:
    """Stop several at once; none of them, nor what they started, is left when this returns.

    Once ``hurry`` says so, nobody is waited for any longer.
    """
    started = [child for child in children if child.popen is not None]
    for child in started:
        child.ask()
    until = time.monotonic() + max((child.patience for child in started), default=0.0)
    while any(child.is_alive for child in started) and time.monotonic() < until and not hurry():
        time.sleep(_TICK)
    for child in started:
        child.kill()
