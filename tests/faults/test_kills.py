"""The worker and the beat of an installation are killed between claim, call and record: no alert is lost,
nobody is told twice unless the provider's answer was lost, and the alert's page says so.
"""

import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from mbiu import routing
from mbiu.audit import Actor
from mbiu.codes import AlertState, DeliveryState, ResponderClass
from mbiu.db import transaction
from mbiu.jobs import Job, ring_now
from mbiu.models import Address, Alert, Contact, Delivery, EscalationCheck, Route, StepTaken, User, utcnow
from review import create_app
from tests.cast import QUARREL, approve, chain_route, count, incident_of, person, tell, user
from tests.doubles.hooks import HookDouble
from tests.faults.conftest import House
from tests.faults.killing import FEW, LOSES_THE_ANSWER, UNTAKEN, Blow, Hand, Moment, Victim, blows
from tests.flow.wiring import eventually
from tests.review.conftest import PASSPHRASE, Browser

#: How often something is killed; 200 in the acceptance run.
KILLS = int(os.environ.get("MBIU_TEST_KILLS", len(FEW)))
SWEEP, LEASE, LOOK = 1.0, 3.0, 0.05
#: Seconds until everything goes on after a kill: what was claimed is due again after its lease.
WELL = 60.0
_ROW = re.compile(r"<tr><td><b>([^<]+)</b>.*?</tr>")
DOUBT = "it may have come more than once"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240 + 15 * KILLS)]


@dataclass(frozen=True)
class Quarrel:
    """An alert whose first step was taken. The second tells ``people``: code and phone."""

    ref: str
    people: dict[str, str]


@dataclass(frozen=True)
class Struck:
    """A kill and what became of it.

    ``unrecorded`` are the phones whose text the provider had when the house knew nothing of it, ``calls`` how
    often it was given each. ``texts``, ``proof`` and ``sign`` are seconds until all were sent, the auditor
    had looked and the watcher outside had heard of it.
    """

    blow: Blow
    quarrel: Quarrel
    unrecorded: set[str]
    calls: dict[str, int]
    texts: float
    proof: float
    sign: float

    @property
    def doubled(self) -> set[str]:
        """Who got the text more than once."""
        return {code for code, count in self.calls.items() if count > 1}


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[HookDouble]:
    """Somebody outside who waits for our sign of life."""
    with HookDouble(tmp_path) as running:
        yield running


@pytest.fixture
def environment(environment: dict[str, str], watcher: HookDouble) -> dict[str, str]:
    return environment | {
        "MBIU_SWEEP_SECONDS": str(SWEEP),
        "MBIU_LEASE_SECONDS": str(LEASE),
        "MBIU_HEARTBEAT_URL": watcher.url,
        "MBIU_HOOK_NETWORKS": "127.0.0.0/8",
        "SSL_CERT_FILE": str(watcher.authority),
    }


def quarrels(number: int, ruth: Actor) -> list[Quarrel]:
    """Alerts of two steps with people of their own."""
    incident = incident_of(tell(QUARREL)).ref
    approve(incident, ruth)
    return [_quarrel(index, incident, ruth) for index in range(number)]


def _quarrel(index: int, incident: str, ruth: Actor) -> Quarrel:
    phones = {f"KAS-{index}-{place}": f"+25677{2_010_000 + 10 * index + place}" for place in range(3)}
    who = [
        {"kind": "person", "contact": str(person(code, phone, responder_class=ResponderClass.ELDER))}
        for code, phone in phones.items()
    ]
    steps = [{"who": told, "wait_minutes": 60} for told in (who[:1], who[1:])]
    route = chain_route(f"q{index}", steps)
    with transaction() as session:
        ref = routing.send(session, ruth, incident).ref
        session.execute(update(Route).where(Route.id == route).values(active=False))
    return Quarrel(ref, dict(list(phones.items())[1:]))


def fall_due(ref: str) -> None:
    """The next step of an alert is due, and its time rings."""
    with transaction() as session:
        due = update(Alert).where(Alert.ref == ref)
        session.execute(due.values(next_at=utcnow(), due_at=utcnow()))
    ring_now(Job.ESCALATION)


def deliveries(ref: str, step: int = 2) -> dict[str, Delivery]:
    """The texts of a step, by the code of who gets them."""
    query = (
        select(Contact.code, Delivery)
        .join(Address, Address.contact_id == Contact.id)
        .join(Delivery, Delivery.address_id == Address.id)
        .join(Alert, Alert.id == Delivery.alert_id)
        .where(Alert.ref == ref, Delivery.step == step)
    )
    with transaction() as session:
        return {row.code: row.Delivery for row in session.execute(query)}


def are_sent(quarrel: Quarrel, step: int = 2) -> bool:
    found = deliveries(quarrel.ref, step).values()
    return bool(found) and all(one.state is DeliveryState.SENT for one in found)


def strike(house: House, watcher: HookDouble, hand: Hand, blow: Blow, quarrel: Quarrel) -> Struck:
    """Kill in the midst of the quarrel's second step, and wait until all is well."""
    with hand.held(blow.moment, len(quarrel.people)) as is_reached:
        fall_due(quarrel.ref)
        eventually(is_reached, what=f"the moment of {blow}")
        time.sleep(blow.after)
        signs, at, began = len(watcher.calls), utcnow(), time.monotonic()
        hand.kill(blow.victim)
        unrecorded = {code for code, count in calls(house, quarrel).items() if count} - recorded(quarrel)
    hand.restart()
    well: dict[str, Callable[[], object]] = {
        "texts": lambda: are_sent(quarrel),
        "proof": lambda: count(EscalationCheck, EscalationCheck.at > at),
        "sign": lambda: len(watcher.calls) > signs,
    }
    since: dict[str, float] = {}
    until = began + WELL
    while len(since) < len(well):
        now = time.monotonic()
        assert now < until, f"{blow}: only {since}\n" + "\n".join(house.lines[-20:])
        since |= {what: now - began for what, is_so in well.items() if what not in since and is_so()}
        time.sleep(LOOK)
    return Struck(blow, quarrel, unrecorded, calls(house, quarrel), **since)


def calls(house: House, quarrel: Quarrel) -> dict[str, int]:
    """How many texts the provider took for each person."""
    taken = Counter(message.to for message in house.doubles.twilio.sent)
    return {code: taken[phone] for code, phone in quarrel.people.items()}


def recorded(quarrel: Quarrel) -> set[str]:
    return {code for code, one in deliveries(quarrel.ref).items() if one.state is DeliveryState.SENT}


def doubted(console: Browser, ref: str) -> set[str]:
    """Who may have got a text more than once, as the alert's page says."""
    rows = _ROW.finditer(console.get(f"/alerts/{ref}").text)
    return {row[1] for row in rows if DOUBT in row[0]}


def log_in(ruth: Actor) -> Browser:
    with transaction() as session:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        session.get_one(User, ruth.id).password_hash = cheap.hash(PASSPHRASE)
    browser = Browser(create_app().test_client())
    assert browser.log_in(ruth.name).status_code == 200
    return browser


def test_killed_again_and_again_no_alert_is_lost_and_no_text_doubled_in_silence(
    house: House, watcher: HookDouble, record_property: Callable[[str, object], None]
) -> None:
    ruth = user("ruth")
    dealt = blows(KILLS)
    alerts = quarrels(len(dealt), ruth)
    house.start("worker")
    house.start("beat")
    eventually(lambda: all(are_sent(one, 1) for one in alerts), 60, "the first steps")
    with Hand(house, watcher) as hand:
        struck = [strike(house, watcher, hand, *pair) for pair in zip(dealt, alerts, strict=True)]
    console = log_in(ruth)
    shown = [doubted(console, one.ref) for one in alerts]
    record_property("table", table(struck, shown))
    check_alerts(alerts)
    check_calls(struck)
    for one, page in zip(struck, shown, strict=True):
        assert one.doubled <= page, one
        assert not page or one.blow.moment not in UNTAKEN, one


def check_alerts(alerts: list[Quarrel]) -> None:
    """Each took its two steps once and goes on; nobody had to mend one."""
    with transaction() as session:
        rows = session.execute(select(Alert.ref, Alert.state, Alert.step, Alert.due_at)).all()
        taken = session.execute(select(Alert.ref, StepTaken.step).join(Alert, Alert.id == StepTaken.alert_id))
        steps = Counter((row.ref, row.step) for row in taken)
    assert {row.ref for row in rows} == {one.ref for one in alerts}
    assert {(row.state, row.step) for row in rows} == {(AlertState.OPEN, 2)}
    assert all(row.due_at and row.due_at > utcnow() for row in rows)
    assert steps == Counter((one.ref, step) for one in alerts for step in (1, 2))
    assert not count(EscalationCheck, EscalationCheck.broken > 0)


def check_calls(struck: list[Struck]) -> None:
    """Everybody was told, and a second time only where the provider's answer was lost."""
    for one in struck:
        assert all(one.calls.values()), one
        assert set(one.calls.values()) <= {1, 2}, one
        assert one.doubled <= one.unrecorded, one
        if one.blow.moment is not Moment.CHANCE:
            loses = one.blow.moment in LOSES_THE_ANSWER
            assert one.doubled == (set(one.calls) if loses else set()), one


def table(struck: list[Struck], shown: list[set[str]]) -> str:
    """What was killed, what came twice, and how long it took until all was well."""
    texts, lost, doubled = (
        sum(len(found) for found in each)
        for each in zip(*((one.calls, one.unrecorded, one.doubled) for one in struck), strict=True)
    )
    untold = sum(not all(one.calls.values()) for one in struck)
    named = sum(len(one.doubled & page) for one, page in zip(struck, shown, strict=True))
    lines = [
        f"{len(struck)} kills, each in an alert's step: {untold} alerts not told",
        f"{texts} texts: {lost} answers lost, {doubled} taken twice, {named} of them named on the page",
        "seconds until texts, proof and sign of life were there again, in the middle (and at most)",
    ]
    lines += [_line(victim, [one for one in struck if one.blow.victim is victim]) for victim in Victim]
    lines += [_line(moment, [one for one in struck if one.blow.moment is moment]) for moment in Moment]
    return "\n".join(lines)


def _line(name: str, struck: list[Struck]) -> str:
    """Seconds until texts, proof and sign of life were there: in the middle, and at most."""
    waits = [[one.texts, one.proof, one.sign] for one in struck]
    spread = (f"{statistics.median(each):5.1f} ({max(each):4.1f})" for each in zip(*waits, strict=True))
    return f"{len(struck):5} x {name:25}" + "".join(spread)
