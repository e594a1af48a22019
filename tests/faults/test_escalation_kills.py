"""Worker and beat are killed again and again between claim, call and record: no alert is lost, and whoever
got a text twice did so because the provider's answer was lost, which the delivery shows.
"""

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mbiu import delivery, escalation, routing
from mbiu.codes import AlertState, DeliveryState, ResponderClass
from mbiu.db import transaction
from mbiu.launch.process import Child
from mbiu.models import Address, Alert, Delivery, Message, Notice, Route, StepTaken, VaultEntry, utcnow
from mbiu.vault import unseal
from tests import forks
from tests.cast import approve, chain_route, incident_of, person, tell, user
from tests.doubles import Doubles
from tests.faults.conftest import House

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

#: How often they are killed; 200 in the acceptance run.
KILLS = int(os.environ.get("MBIU_TEST_KILLS", "30"))
ALERTS = 30
LEASE = "1"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"MBIU_LEASE_SECONDS": LEASE}


def quarrels(number: int) -> list[str]:
    """Alerts of two steps with people of their own; nobody is there to answer at the end."""
    ruth, refs = user("ruth"), []
    incident = incident_of(tell("There is a land dispute in Bwera, Kasese, people are shouting")).ref
    approve(incident, ruth)
    for index in range(number):
        phones = [f"+25677201{index:03}{place}" for place in range(3)]
        people = [
            person(f"KAS-{index}-{place}", phone, responder_class=ResponderClass.ELDER)
            for place, phone in enumerate(phones)
        ]
        steps = [
            {"who": [{"kind": "person", "contact": str(one)} for one in told], "wait_minutes": 60}
            for told in (people[:2], people[2:])
        ]
        route = chain_route(f"q{index}", steps)
        with transaction() as session:
            refs.append(routing.send(session, ruth, incident).ref)
            session.execute(update(Route).where(Route.id == route).values(active=False))
    return refs


def fall_due(number: int) -> None:
    """The next step of some alerts is due."""
    with transaction() as session:
        waiting = select(Alert.id).where(Alert.next_at > utcnow()).order_by(func.random()).limit(number)
        due = update(Alert).where(Alert.id.in_(waiting))
        session.execute(due.values(next_at=utcnow(), due_at=utcnow()))


def kill(house: House, moment: float) -> None:
    argv = [sys.executable, "-m", "tests.faults.climber"]
    child = forks.forked(Child("climber", argv, env=house.env, cwd=ROOT))
    ready = threading.Event()

    def hear(_: str, line: str) -> None:
        house.lines.append(line)
        ready.set()

    child.start(hear)
    assert ready.wait(30), "it did not begin"
    time.sleep(moment)
    child.kill()


def calm(house: House) -> None:
    """What was begun is brought to its end, with nobody killed any more."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        fall_due(ALERTS)
        with transaction() as session:
            escalation.take_due(session)
        done = delivery.deliver()
        with transaction() as session:
            open_ones = select(Delivery.id).where(
                Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.SENDING]),
                Delivery.alert_id.is_not(None),
            )
            early = select(Alert.id).where(Alert.step < 3)
            if not done and not session.scalars(open_ones.union_all(early)).all():
                return
        time.sleep(0.1)
    raise AssertionError("it did not come to an end: " + "\n".join(house.lines[-20:]))


def sent(alerts: Sequence[str]) -> list[tuple[str, str, int]]:
    """Number, text and tries of each delivery of these alerts."""
    query = (
        select(Message.id, Message.text, Delivery.attempts, Address.vault_id)
        .join(Delivery, Delivery.message_id == Message.id)
        .join(Address, Address.id == Delivery.address_id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.ref.in_(alerts))
    )
    with transaction() as session:
        rows = session.execute(query).all()
        numbers = {row.vault_id: number_of(session, row.vault_id) for row in rows}
    return [
        (numbers[row.vault_id], unseal("message", "text", row.id, row.text), row.attempts) for row in rows
    ]


def number_of(session: Session, vault_id: UUID) -> str:
    entry = session.get_one(VaultEntry, vault_id)
    return unseal("vault", "value", entry.id, entry.value)


def test_killed_again_and_again_no_alert_is_lost_and_no_text_doubled_in_silence(
    house: House, doubles: Doubles, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(7)
    alerts = quarrels(ALERTS)
    for _ in range(KILLS):
        fall_due(1 + ALERTS // KILLS)
        kill(house, chance.uniform(0.0, 0.3))
    calm(house)
    with transaction() as session:
        rows = session.scalars(select(Alert).where(Alert.ref.in_(alerts))).all()
        taken = Counter(session.scalars(select(StepTaken.alert_id).where(StepTaken.step < 3)))
        named = set(session.scalars(select(Notice.subject)))
    assert {(row.state, row.step) for row in rows} == {(AlertState.OPEN, 3)}
    assert set(taken.values()) == {2}
    assert {f"alert:{ref}" for ref in alerts} <= named
    written = sent(alerts)
    assert len(written) == 3 * ALERTS
    calls = Counter((message.to, message.body) for message in doubles.twilio.sent)
    assert all(1 <= calls[number, text] <= tries for number, text, tries in written)
    twice = sum(count > 1 for count in calls.values())
    tried = sum(tries > 1 for _, _, tries in written)
    record_property(
        "table", f"{KILLS} kills: {tried} of {len(written)} texts tried again, {twice} heard twice"
    )
    assert len({(number, text) for number, text, _ in written}) == len(written)
