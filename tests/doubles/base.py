"""What all doubles share: scripted failures, and orders from outside."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Failure:
    """How the next call fails: a status with a code, silence for ``hang`` seconds, or a cut line."""

    status: int = 500
    code: int = 0
    text: str = ""
    retry_after: int | None = None
    hang: float = 0.0
    drop: bool = False
    after: bool = False
    """Whether the message is taken all the same, and only the answer is lost."""


class Double:
    """A provider. Its methods may be called from any thread while the server runs."""

    name = ""
    commands: tuple[str, ...] = ("fail_next",)
    shown: tuple[str, ...] = ("sent",)

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.base_url = ""
        self._failures: deque[Failure] = deque()

    def routes(self) -> Iterable[web.RouteDef]:
        """The provider's own addresses."""
        raise NotImplementedError

    async def started(self) -> None:
        """Called in the server's loop once ``base_url`` is known."""

    async def stopped(self) -> None:
        """Called in the server's loop before it ends."""

    def fail_next(self, n: int = 1, **how: Any) -> None:
        """Make the next ``n`` sends fail as Failure's fields say."""
        with self.lock:
            self._failures.extend([Failure(**how)] * n)

    def heal(self) -> None:
        """Forget failures that were ordered and did not happen yet."""
        with self.lock:
            self._failures.clear()

    async def next_failure(self, request: web.Request) -> Failure | None:
        """The failure the next call has to show; waits and cuts the line where that is it."""
        with self.lock:
            failure = self._failures.popleft() if self._failures else None
        if failure and not failure.after:
            await suffer(request, failure)
        return failure

    def order(self, command: str, arguments: dict[str, Any]) -> Any:
        """Carry out a command that came by HTTP."""
        return plain(getattr(self, command)(**arguments))

    def show(self, attribute: str) -> Any:
        """A list or figure of the double, as JSON can hold it."""
        with self.lock:
            return plain(getattr(self, attribute))


async def suffer(request: web.Request, failure: Failure) -> None:
    """Wait, or cut the line, as the failure says."""
    if failure.hang:
        await asyncio.sleep(failure.hang)
    if failure.drop and request.transport is not None:
        request.transport.abort()


def wait(condition: Callable[[], Any], timeout: float = 10.0) -> Any:
    """The first true value of ``condition``. Raises AssertionError after ``timeout`` seconds."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.01)
    return value


def plain(value: Any) -> Any:
    """Dataclasses, tuples and bytes as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | deque):
        return [plain(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value
