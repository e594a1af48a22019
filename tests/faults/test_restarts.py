"""500 messages come in while the worker is killed twice, the broker forgets all and the database is away."""

import pytest

from tests.faults.account import settle
from tests.faults.conftest import House
from tests.faults.stream import Stream
from tests.flow.wiring import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(100)]
HUNG = 5


def quiet(child: object) -> None:
    child.start(lambda *_: None)  # type: ignore[attr-defined]


def test_500_messages_survive_killed_workers_an_empty_broker_and_a_database_away(house: House) -> None:
    for name in ("worker", "beat", "hooks"):
        house.start(name)
    with Stream(house.hooks, house.doubles, rate=40) as stream:
        stream.let(125)
        kill_in_the_middle_of_triage(house)
        stream.wait()
        stream.let(125)
        in_flight = kill_in_the_middle_of_delivery(house)
        stream.wait()
        restart_the_broker_empty(house, stream)
        restart_the_database(house, stream)
        account = settle(house, stream.posts)
    assert len(stream.posts) == 500
    assert in_flight <= account.doubled <= in_flight + 16
    assert house.ended() == []


def kill_in_the_middle_of_triage(house: House) -> None:
    """The worker has read a batch and waits to write it when it is killed with all its processes."""
    with house.held("incident", "worker"):
        house.children["worker"].kill()
    house.start("worker")


def kill_in_the_middle_of_delivery(house: House) -> int:
    """Killed after the provider took messages and before its answer; how many were taken."""
    provider = house.doubles.africastalking
    provider.fail_next(HUNG, hang=30.0, after=True)
    before = len(provider.sent)
    eventually(lambda: len(provider.sent) > before, what="a delivery to hang")
    house.children["worker"].kill()
    provider.heal()
    taken = len(provider.sent) - before
    house.start("worker")
    return taken


def restart_the_broker_empty(house: House, stream: Stream) -> None:
    """It forgets every ring; 90 messages come in while it is away."""
    stream.let(125)
    stream.wait(but=100)
    house.valkey.stop()
    try:
        stream.wait(but=10)
    finally:
        house.valkey.start(quiet)
    stream.wait()


def restart_the_database(house: House, stream: Stream) -> None:
    """Fast stop, some seconds away while 90 messages come in, start."""
    stream.let(125)
    stream.wait(but=100)
    house.postgres.stop()
    try:
        stream.wait(but=10)
        assert house.spooled
    finally:
        house.postgres.start(quiet)
    stream.wait()
