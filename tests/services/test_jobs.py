"""The bell: every job has a task, the beat rings each, a ring follows a commit."""

import os
import time

import pytest
import redis

from mbiu import jobs, routing
from mbiu.db import transaction
from mbiu.jobs import Job, celery_app, enqueue, ring_now
from mbiu.models import utcnow
from tests.cast import DANIEL, GRACE, RAID, approve, incident_of, person, route, say, tell, user
from tests.doubles import Doubles
from tests.services.conftest import Configure

QUARREL = "There is a land dispute in Bwera, Kasese, people are shouting at each other"


@pytest.fixture(autouse=True)
def fresh_bell() -> None:
    """Each test has a bell of its own: an earlier test's may still be trying a broker that is gone."""
    earlier = jobs._bells.pop(os.getpid(), None)
    if earlier:
        earlier._wanted.clear()


def queued(url: str, wait: float = 10.0) -> list[str]:
    """The rings that lie in the broker; waits a moment for the bell's thread."""
    end = time.monotonic() + wait
    with redis.Redis.from_url(url, decode_responses=True) as client:
        while not client.llen("mbiu") and time.monotonic() < end:
            time.sleep(0.02)
        return list(client.lrange("mbiu", 0, -1))


def test_every_job_has_a_task_of_its_name() -> None:
    from workers import tasks
    from workers.app import app

    assert tasks.app is app
    assert {f"mbiu.{job.value}" for job in Job} == {name for name in app.tasks if name.startswith("mbiu.")}


def test_the_beat_rings_for_every_job() -> None:
    from workers.app import app

    schedule = app.conf.beat_schedule
    assert {entry["task"] for entry in schedule.values()} == {f"mbiu.{job.value}" for job in Job}
    assert all(entry["options"]["expires"] for entry in schedule.values())


def test_a_ring_names_a_job_and_nothing_else(broker: str) -> None:
    assert ring_now(Job.TRIAGE)
    (ring,) = queued(broker)
    assert '"task": "mbiu.triage"' in ring
    assert celery_app().conf.task_serializer == "json"
    import base64
    import json

    body = json.loads(base64.b64decode(json.loads(ring)["body"]))
    assert body[:2] == [[], {}]


def _hush(url: str) -> None:
    """Take away what the bell of an earlier test still rings."""
    time.sleep(0.3)
    with redis.Redis.from_url(url) as client:
        client.delete("mbiu")


def test_a_ring_follows_the_commit(broker: str) -> None:
    _hush(broker)
    with transaction() as session:
        enqueue(session, Job.DELIVERY)
        assert queued(broker, wait=0.2) == []
    assert len(queued(broker)) == 1


def test_nothing_rings_for_what_was_rolled_back(broker: str) -> None:
    _hush(broker)
    with transaction() as session:
        enqueue(session, Job.DELIVERY)
        session.rollback()
    assert queued(broker, wait=0.2) == []


def test_many_rings_at_once_are_one(broker: str) -> None:
    for _ in range(20):
        with transaction() as session:
            enqueue(session, Job.TRIAGE)
    time.sleep(0.3)
    assert 1 <= len(queued(broker)) < 20


def test_a_worker_that_sends_takes_the_steps_that_are_due_first(providers: Doubles) -> None:
    from workers import tasks

    route("Kasese", [[person("KAS-E", DANIEL)], [person("KAS-P", GRACE)]])
    ref = incident_of(tell(QUARREL)).ref
    approve(ref, user("ruth"))
    with transaction() as session:
        alert = routing.send(session, user("peter"), ref)
        alert.next_at = alert.due_at = utcnow()
    tasks.deliver()
    assert [len(providers.twilio.texts(number)) for number in (DANIEL, GRACE)] == [1, 1]


def test_without_a_broker_a_message_is_taken_all_the_same(configure: Configure) -> None:
    configure(redis_url="redis://127.0.0.1:9/0")
    started = time.monotonic()
    assert say(RAID).ref is not None
    assert time.monotonic() - started < 1.5
    assert not ring_now(Job.TRIAGE)
