"""A bound on waiting for the database that holds whatever is between: no server, no answer, no network.

`statement_timeout` needs a server that still runs and `tcp_user_timeout` a peer that does not even
acknowledge; a proxy or a host that takes bytes and stays silent is bounded by neither.
"""

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg

T = TypeVar("T")

#: Longer than `statement_timeout`, so that a server that can speak has the first word.
DEFAULT = 40.0

#: So many statements stay prepared on a link. The console has some hundreds; others are planned each time.
PREPARED = 600

_limit = [DEFAULT]


def limit(seconds: float) -> None:
    """How long this process waits for one answer of the database from now on."""
    _limit[0] = seconds


class Connection(psycopg.Connection[Any]):
    """A link that closes itself, with an OperationalError, when an answer takes longer than the limit."""

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        bounded = _bounded(gen, time.monotonic() + _limit[0], self.pgconn.finish)
        return super().wait(bounded, *args, **kwargs)


def _bounded(gen: Generator[Any, Any, T], until: float, end: Callable[[], None]) -> Generator[Any, Any, T]:
    """``gen``, which the driver drives with what its socket is ready for, several times a second."""
    try:
        state = next(gen)
        while True:
            ready = yield state
            if not ready and time.monotonic() > until:
                end()
                raise psycopg.OperationalError("no answer in time")
            state = gen.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result


def connect(_dialect: object, _record: object, cargs: list[Any], cparams: dict[str, Any]) -> Connection:
    """SQLAlchemy's ``do_connect``."""
    link = Connection.connect(*cargs, **cparams)
    link.prepared_max = PREPARED
    return link
