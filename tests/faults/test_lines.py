"""300 messages come in over lines to the database and the broker that fail in every way we know."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url

from tests.faults.account import settle
from tests.faults.conftest import House
from tests.faults.proxy import Fault, FaultProxy
from tests.faults.stream import Stream
from tests.flow.wiring import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(110)]

#: Messages while the lines fail in that way, and after they work again.
FAULTS: dict[Fault, int] = {"refuse": 60, "reset": 70, "cut": 60, "slow": 12, "silent": 48}
AFTER = 10
#: Twilio gives up on a hook after 15 s.
PATIENCE = 14.0


def before(url: str) -> FaultProxy:
    """A proxy before the server at ``url``."""
    found = make_url(url)
    return FaultProxy(str(found.host), int(found.port or 0))


def through(proxy: FaultProxy, url: str) -> str:
    """The address that leads over ``proxy`` to the server at ``url``."""
    return make_url(url).set(port=proxy.port).render_as_string(hide_password=False)


@pytest.fixture
def lines(house: House) -> Iterator[tuple[FaultProxy, FaultProxy]]:
    """Every program goes over them: to the database and to the broker."""
    database, broker = house.env["MBIU_DATABASE_URL"], house.env["MBIU_REDIS_URL"]
    with before(database) as one, before(broker) as other:
        house.env |= {
            "MBIU_DATABASE_URL": through(one, database),
            "MBIU_REDIS_URL": through(other, broker),
        }
        yield one, other


def test_300_messages_survive_lines_that_fail_in_every_way(
    house: House, lines: tuple[FaultProxy, FaultProxy]
) -> None:
    for name in ("worker", "beat", "hooks"):
        house.start(name)
    with Stream(house.hooks, house.doubles, rate=60, seed=2) as stream:
        for fault, meanwhile in FAULTS.items():
            for line in lines:
                line.set(fault)
            stream.let(meanwhile)
            stream.wait()
            for line in lines:
                line.set("none")
            eventually(lambda: not house.spooled, 30, f"the spool to be empty after {fault}")
            stream.let(AFTER)
            stream.wait()
        account = settle(house, stream.posts, 50)
    assert len(stream.posts) == 300
    assert account.slowest < PATIENCE
    assert account.doubled <= 16
    assert house.ended() == []
    assert all(line.carried > 10_000 for line in lines)
