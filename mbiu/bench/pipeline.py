"""From stored to read and joined, beside one Celery task a row with one select and one update."""

import itertools
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import psycopg
from psycopg import sql

from mbiu.bench import floors, machine
from mbiu.bench.house import House, house
from mbiu.launch.process import Child
from mbiu.simulate import Stream

_PATIENCE = 300.0


def measure(messages: int, rounds: int) -> dict[str, object]:
    """Both designs in turn, ``rounds`` times; medians. The worker has two processes in both."""
    before = machine()
    with house() as made, psycopg.connect(made.env["MBIU_DATABASE_OWNER_URL"], autocommit=True) as link:
        link.execute("SET mbiu.scope = '*'")
        link.execute(floors.TABLE)
        naive, ours = [], []
        for number in range(rounds):
            naive.append(_naive(made, link, messages, number))
            ours.append(_ours(made, link, messages, number))
        incidents = link.execute("SELECT count(*) FROM incident").fetchone()
    a, b = statistics.median(naive), statistics.median(ours)
    return {
        "bench": "pipeline",
        "machine": before,
        "worker": "celery prefork, 2 processes",
        "messages_a_round": messages,
        "rounds": rounds,
        "designs": {"naive": {"messages_per_s": round(a, 1)}, "mbiu": {"messages_per_s": round(b, 1)}},
        "ratios": {"mbiu_to_naive": round(b / a, 2)},
        "incidents": incidents[0] if incidents else 0,
    }


def _worker(made: House, app: str, queue: str) -> Child:
    argv = [
        sys.executable, "-m", "celery", "--quiet", "--app", app, "worker", "--without-mingle",
        "--without-gossip", "--concurrency", "2", "--loglevel", "ERROR", "-Q", queue,
    ]  # fmt: skip
    return made.start(Child(app, argv, env=made.env | {"C_FORCE_ROOT": "1"}))


def _rate(count: Callable[[], int], total: int) -> float:
    """Rows a second between the first row that is done and the last."""
    until = time.monotonic() + _PATIENCE
    while not (first := count()):
        _wait(until)
    begun = time.perf_counter()
    while (done := count()) < total:
        _wait(until)
    return (done - first) / (time.perf_counter() - begun)


def _wait(until: float) -> None:
    if time.monotonic() > until:
        raise TimeoutError("the worker did not finish")
    time.sleep(0.02)


def _naive(made: House, link: "psycopg.Connection[tuple[object, ...]]", messages: int, number: int) -> float:
    floors.celery.conf.update(broker_url=made.env["MBIU_REDIS_URL"])
    link.execute("TRUNCATE floor RESTART IDENTITY")
    with link.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO floor (sid, sender, body) VALUES (%s, %s, %s)",
            [
                (f"{number}-{index}", message.sender, message.text)
                for index, message in enumerate(itertools.islice(Stream(seed=3), messages))
            ],
        )
    for row in link.execute("SELECT id FROM floor").fetchall():
        floors.handle.delay(row[0])
    worker = _worker(made, "mbiu.bench.floors:celery", "floor")
    rate = _rate(lambda: _count(link, "SELECT count(*) FROM floor WHERE done"), messages)
    made.end(worker)
    return rate


def _ours(made: House, link: "psycopg.Connection[tuple[object, ...]]", messages: int, number: int) -> float:
    from mbiu import intake, jobs
    from mbiu.db import transaction

    for table in ("delivery", "message", "report", "incident"):
        link.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    worker = _worker(made, "workers.app", "mbiu")
    stream = itertools.islice(Stream(seed=10 + number, senders=400), messages)
    with transaction() as session:
        for message in stream:
            intake.receive(session, replace(message, channel="twilio"), inline=True)
        session.info.pop("rings", None)
    for _ in range(2):
        jobs.ring_now(jobs.Job.TRIAGE)
    done = "SELECT count(*) FROM report WHERE state <> 'received'"
    rate = _rate(lambda: _count(link, done), _count(link, "SELECT count(*) FROM report"))
    made.end(worker)
    return rate


def _count(link: "psycopg.Connection[tuple[object, ...]]", query: str) -> int:
    row = link.execute(query).fetchone()
    return int(str(row[0])) if row else 0
