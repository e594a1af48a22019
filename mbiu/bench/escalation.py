"""How late steps of alerts are taken: all at one moment, and one after the other, beside one at a time."""

import datetime as dt
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
from sqlalchemy import select

from mbiu.bench import machine
from mbiu.bench.house import House, house
from mbiu.launch.process import Child

if TYPE_CHECKING:
    from mbiu.routing import Plan

Link = psycopg.Connection[tuple[object, ...]]

#: Seconds from the worker's start to the first step, in which it learns when that is.
AHEAD = 8.0
#: Seconds over which the steps are due where they are not due at once.
SPREAD = 60.0
_PATIENCE = 120.0


def measure(alerts: int, recipients: int) -> dict[str, object]:
    """Steps of ``alerts`` alerts with ``recipients`` people each, taken by one worker of two processes.

    How late a step is counts to the moment at which another connection sees it written down; in the same time
    the worker sends the texts by the simulator.
    """
    before = machine()
    with house() as made, psycopg.connect(made.env["MBIU_DATABASE_OWNER_URL"], autocommit=True) as link:
        link.execute("SET mbiu.scope = '*'")
        people = _people(recipients * 2)
        few = min(alerts, 200)
        rates = {name: _rate(people, few, batch) for name, batch in (("one_by_one", 1), ("mbiu", 50))}
        found = {}
        for name, spread in (("at_once", 0.0), ("over_a_minute", SPREAD)):
            _start(people, alerts)
            found[name] = _late(made, link, alerts, spread)
    return {
        "bench": "escalation",
        "machine": before,
        "worker": "celery prefork, 2 processes",
        "alerts": alerts,
        "recipients": recipients,
        "alerts_per_s": {name: round(rate, 1) for name, rate in rates.items()},
        "late_s": found,
    }


def _people(number: int) -> list[tuple[UUID, UUID]]:
    """Responders with their addresses."""
    from mbiu import contacts
    from mbiu.codes import AddressKind, ContactRole, Role
    from mbiu.db import transaction
    from mbiu.models import Address, User

    with transaction() as session:
        session.add(User(name="ruth", role=Role.ANALYST, password_hash="-"))  # noqa: S106 - nobody logs in
        made = [
            contacts.enrol(
                session, AddressKind.SMS, f"+2567720{index:05}", channel="simulator",
                role=ContactRole.RESPONDER, country="UG", language="en", area_path="/",
            )
            for index in range(number)
        ]  # fmt: skip
        rows = session.execute(select(Address.contact_id, Address.id).where(Address.contact_id.in_(made)))
        return [(row.contact_id, row.id) for row in rows]


def _start(people: Sequence[tuple[UUID, UUID]], number: int) -> None:
    """Alerts of a chain of two steps with half of the people each; what ran before is over."""
    from sqlalchemy import delete

    from mbiu import escalation
    from mbiu.audit import Actor
    from mbiu.codes import EventType, Precision, Priority, Role, Severity, Verdict
    from mbiu.db import transaction
    from mbiu.models import Alert, Decision, Incident, Message, User, utcnow
    from mbiu.refs import new_id, new_ref

    with transaction() as session:
        session.execute(delete(Alert))
        session.execute(delete(Message))
    plan = _plan(people)
    for first in range(0, number, 100):
        with transaction() as session:
            user, now = session.scalars(select(User)).one(), utcnow()
            for _ in range(min(100, number - first)):
                incident = Incident(
                    id=new_id(), ref=new_ref("I"), event_type=EventType.DISPUTE, severity=Severity.MODERATE,
                    priority=Priority.P2, place_id="ug-kasese", area_path="/ug/ug-western/ug-kasese/",
                    precision=Precision.DISTRICT, country="UG", version=1, created_at=now, due_at=now,
                )  # fmt: skip
                session.add(incident)
                session.flush()
                session.add(
                    Decision(
                        incident_id=incident.id, user_id=user.id, verdict=Verdict.VERIFIED, version=1,
                        reason=b"sealed",
                    )
                )  # fmt: skip
                session.flush()
                actor = Actor(user.name, user.id, Role.ANALYST)
                escalation.start(session, actor, incident, new_ref("A"), plan)
            session.info.pop("rings", None)


def _plan(people: Sequence[tuple[UUID, UUID]]) -> "Plan":
    from mbiu.codes import AddressKind
    from mbiu.routing import Plan, PlannedStep, Recipient

    half = len(people) // 2
    words = "A moderate dispute, Bwera, Kasese, 22/11 06:00. Reply 1=yes 2=going 3=done 4=cannot"
    return Plan(
        recipients=tuple(
            Recipient(
                contact, f"R-{index}", address, "simulator", AddressKind.SMS, "en", None,
                1 if index < half else 2, words, 1, ("all",), "en",
            )
            for index, (contact, address) in enumerate(people)
        ),
        steps=(PlannedStep(1, 0, 600), PlannedStep(2, 600, 600)),
        words={"en": words},
    )  # fmt: skip


def _rate(people: Sequence[tuple[UUID, UUID]], number: int, batch: int) -> float:
    """Alerts a second whose step one process takes, so many in a transaction."""
    from mbiu import escalation
    from mbiu.db import transaction

    _start(people, number)
    _fall_due(0.0, 0.0)
    begun = time.perf_counter()
    while True:
        with transaction() as session:
            if not escalation.take_due(session, batch):
                break
            session.info.pop("rings", None)
    return number / (time.perf_counter() - begun)


def _fall_due(ahead: float, spread: float) -> None:
    """Let the second steps of all alerts be due after so many seconds, and over so many."""
    from mbiu.db import transaction
    from mbiu.models import Alert, utcnow

    first = utcnow() + dt.timedelta(seconds=ahead)
    with transaction() as session:
        rows = session.scalars(select(Alert).order_by(Alert.id)).all()
        for index, alert in enumerate(rows):
            alert.due_at = alert.next_at = first + dt.timedelta(seconds=spread * index / len(rows))


def _late(made: House, link: Link, number: int, spread: float) -> dict[str, float]:
    """Seconds by which steps are late: median, 99th percentile, most."""
    from mbiu import jobs

    link.execute("UPDATE delivery SET state = 'delivered' WHERE state = 'queued'")
    _fall_due(AHEAD, spread)
    argv = [
        sys.executable, "-m", "celery", "--quiet", "--app", "workers.app", "worker", "--without-mingle",
        "--without-gossip", "--concurrency", "2", "--loglevel", "ERROR", "-Q", "mbiu",
    ]  # fmt: skip
    worker = made.start(Child("worker", argv, env=made.env | {"C_FORCE_ROOT": "1"}))
    jobs.ring_now(jobs.Job.ESCALATION)
    late = sorted(_seen(link, number))
    made.end(worker)
    return {
        "median": round(late[len(late) // 2], 2),
        "p99": round(late[int(len(late) * 0.99)], 2),
        "most": round(late[-1], 2),
    }


def _seen(link: Link, number: int) -> list[float]:
    """For each step how long after its time another connection sees it."""
    late: list[float] = []
    until = time.monotonic() + _PATIENCE
    seen: set[object] = set()
    query = "SELECT id, extract(epoch FROM due_at)::float FROM step_taken WHERE step = 2 AND NOT id = ANY(%s)"
    while len(late) < number:
        if time.monotonic() > until:
            raise TimeoutError("the worker did not take all steps")
        rows = link.execute(query, (list(seen),)).fetchall()
        now = time.time()
        seen |= {row[0] for row in rows}
        late += [now - float(str(row[1])) for row in rows]
        time.sleep(0.05)
    return late
