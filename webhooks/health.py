"""What supervisors and monitors ask. It names nobody; a proxy should still keep it from the internet."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import redis
from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from mbiu import metrics, spool
from mbiu.db import transaction
from mbiu.settings import settings

hooks = Blueprint("health", __name__)

#: Seconds after which something that did not answer counts as away.
PATIENCE = 2.0

State = Literal["ok", "away"]


@hooks.before_app_request
def take_in_what_waits() -> None:
    """Every hooks process takes the spool in; any request, a health check too, makes sure of it."""
    spool.link.start()


@hooks.get("/healthz")
def healthz() -> Response:
    """The process lives. Whoever restarts it must not do so because a database is away."""
    return Response("ok\n", mimetype="text/plain")


@hooks.get("/readyz")
def readyz() -> Response:
    """503 while the database or the spool is away; messages are taken as long as one of them is there.

    A broker that is away only makes everything slower, so it is told and no more.
    """
    states = {
        "database": _answers("database", _ask_database),
        "spool": "ok" if spool.is_writable() else "away",
        "broker": _answers("broker", _ask_broker),
    }
    answer = jsonify(states)
    answer.status_code = 200 if states["database"] == states["spool"] == "ok" else 503
    return answer


@hooks.get("/metrics")
def show_metrics() -> Response:
    """Counts and gauges for Prometheus."""
    return Response(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


_checks: dict[str, "_Check"] = {}
_making = threading.Lock()


def _answers(name: str, ask: Callable[[], object]) -> State:
    with _making:
        check = _checks.setdefault(name, _Check(ask))
    return "ok" if check.passes() else "away"


class _Check:
    """One question at a time, asked in a thread, so that a dead link holds up no caller."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._asked_at = 0.0
        self._lock = threading.Lock()

    def passes(self) -> bool:
        with self._lock:
            if time.monotonic() - self._asked_at >= 1.0:
                self._future = self._pool.submit(self._ask)
                self._asked_at = time.monotonic()
        try:
            self._future.result(PATIENCE)
        except Exception:  # noqa: BLE001 - whatever it is, it did not answer
            return False
        return True


def _ask_database() -> None:
    with transaction() as session:
        session.execute(text("SELECT 1"))


def _ask_broker() -> None:
    url = settings().redis_url.get_secret_value()
    with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
        client.ping()
