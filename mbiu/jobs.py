"""The bell. Rows are the queue; a ring only says «look now», and one ring may serve many rows.

Rings of a process are collected for ``GATHER`` seconds and sent by a background thread, so that
neither a slow nor an absent broker is felt by whoever sent a message. A ring that is lost costs
nothing but time: the beat rings for whatever is due every `sweep_seconds`.
"""

import logging
import os
import threading
import time
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from celery import Celery
from sqlalchemy.orm import Session

from mbiu.settings import settings

log = logging.getLogger(__name__)

GATHER = 0.03


class Job(StrEnum):
    """What a worker can be woken for; each has one Celery task of the same name."""

    TRIAGE = "triage"
    DELIVERY = "delivery"
    GATEWAYS = "gateways"
    ESCALATION = "escalation"
    MEDIA = "media"
    ERASURE = "erasure"
    HOUSEKEEPING = "housekeeping"
    LEARNING = "learning"
    TRAINING = "training"
    FIGURES = "figures"
    RETENTION = "retention"
    PLACES = "places"
    ROTAS = "rotas"
    AUDITOR = "auditor"
    HEARTBEAT = "heartbeat"
    DIGESTS = "digests"
    WARNINGS = "warnings"


def enqueue(session: Session, job: Job) -> None:
    """Ring for ``job`` once this transaction is committed; nothing happens if it is not."""
    session.info.setdefault("rings", set()).add(job)


def ring(jobs: Iterable[Job]) -> None:
    """Ring soon, without waiting and without ever failing."""
    wanted = set(jobs)
    if wanted:
        _bell().add(wanted)


def celery_app() -> Celery:
    """The Celery application, for the ringer and the workers alike: JSON, no results, no arguments."""
    return _celery(settings().redis_url.get_secret_value() or "redis://127.0.0.1:1/0")


@lru_cache
def _celery(broker: str) -> Celery:
    app = Celery("mbiu", broker=broker)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_default_queue="mbiu",
        task_create_missing_queues=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        broker_connection_retry_on_startup=True,
        # A worker that gave up after a hundred tries would take the whole house down with it.
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_transport_options={
            "visibility_timeout": 60,
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
            "socket_keepalive": True,
        },
        timezone="UTC",
    )
    return app


def ring_now(job: Job) -> bool:
    """Send one ring; False when the broker is away. A ring nobody takes up is void after a sweep."""
    try:
        celery_app().send_task(
            f"mbiu.{job.value}",
            queue="mbiu",
            expires=settings().sweep_seconds,
            retry=False,
            ignore_result=True,
        )
    except Exception as error:  # noqa: BLE001 - a transport fails in many ways; the sweep makes good for all
        log.warning("bell.silent", extra={"job": job.value, "why": type(error).__name__})
        return False
    return True


_later: dict[Job, tuple[float, threading.Timer]] = {}
_later_lock = threading.Lock()


def ring_later(job: Job, seconds: float) -> None:
    """Ring when the time has passed; of several such rings of a process that wait for a job, the earliest."""
    at = time.monotonic() + max(seconds, 0.0)
    with _later_lock:
        before = _later.get(job)
        if before and before[0] <= at:
            return
        if before:
            before[1].cancel()
        timer = threading.Timer(max(seconds, 0.0), _ring_late, [job, at])
        timer.daemon = True
        _later[job] = (at, timer)
        timer.start()


def _ring_late(job: Job, at: float) -> None:
    with _later_lock:
        if _later.get(job, (None,))[0] == at:
            del _later[job]
    ring_now(job)


class _Bell:
    """Collects rings and sends each job's at most once per gathering time."""

    def __init__(self) -> None:
        self._wanted: set[Job] = set()
        self._wake = threading.Condition()
        threading.Thread(target=self._run, name="bell", daemon=True).start()

    def add(self, jobs: set[Job]) -> None:
        with self._wake:
            if not jobs <= self._wanted:
                self._wanted |= jobs
                self._wake.notify()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            with self._wake:
                self._wake.wait_for(lambda: bool(self._wanted))
            pause.wait(GATHER)
            with self._wake:
                jobs, self._wanted = self._wanted, set()
            rung = [ring_now(job) for job in sorted(jobs)]
            if not all(rung):
                pause.wait(1.0)


_bells: dict[int, _Bell] = {}
_bells_lock = threading.Lock()


def _bell() -> _Bell:
    """This process's bell; a forked child gets its own, because threads do not survive a fork."""
    pid = os.getpid()
    if pid not in _bells:
        with _bells_lock:
            _bells.setdefault(pid, _Bell())
    return _bells[pid]
