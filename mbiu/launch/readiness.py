"""Waiting until web apps answer."""

import http.client
import time
from collections.abc import Callable, Mapping

from mbiu.launch.postgres import StartFailed

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - listened on only if the operator says so

_TICK = 0.1


def reachable(host: str) -> str:
    """The address at which this machine reaches a server that listens on ``host``."""
    return _ANYWHERE.get(host, host)


def wait_for_health(
    ports: Mapping[str, int], host: str, meanwhile: Callable[[], None], seconds: float
) -> None:
    """Return once all of ``ports`` answer on /healthz, calling ``meanwhile`` between. Raises StartFailed."""
    until = time.monotonic() + seconds
    waiting = dict(ports)
    while waiting:
        if time.monotonic() > until:
            raise StartFailed(next(iter(waiting)), f"no answer within {seconds:.0f} s")
        meanwhile()
        time.sleep(_TICK)
        waiting = {name: port for name, port in waiting.items() if not is_healthy(host, port)}


def is_healthy(host: str, port: int) -> bool:
    """Whether /healthz answers 200."""
    link = http.client.HTTPConnection(reachable(host), port, timeout=3)
    try:
        link.request("GET", "/healthz")
        return link.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
