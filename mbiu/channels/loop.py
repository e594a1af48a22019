"""One event loop a process, in a thread of its own, for libraries that only speak asyncio."""

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Background:
    """The loop and its thread, started when first needed."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="channels", daemon=True).start()
            return self._loop


_background = _Background()
# A forked child has the loop but not the thread that ran it.
os.register_at_fork(after_in_child=_background.reset)


def run(work: Coroutine[Any, Any, T], timeout: float) -> T:
    """The result of a coroutine, from any thread. Raises TimeoutError after ``timeout`` seconds."""
    future = asyncio.run_coroutine_threadsafe(work, _background.loop())
    try:
        return future.result(timeout)
    finally:
        future.cancel()
