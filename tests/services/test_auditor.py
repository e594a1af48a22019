"""The auditor finds what stands still, mends it and says so; the heartbeat goes out on its word alone."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.exposition import generate_latest
from sqlalchemy import update
from sqlalchemy.orm import Session

from mbiu import escalation, metrics, routing
from mbiu.codes import AlertState, ResponderClass, Role
from mbiu.db import transaction
from mbiu.escalation import auditor, by_hand, heartbeat
from mbiu.models import Alert, AuditEntry, EscalationCheck, Notice, utcnow
from tests.cast import (
    DANIEL,
    GRACE,
    QUARREL,
    alert_of,
    approve,
    count,
    incident_of,
    person,
    route,
    say,
    tell,
    texts_to,
    user,
)
from tests.doubles.hooks import HookDouble
from tests.services.conftest import Configure


@pytest.fixture
def alert() -> str:
    ruth = user("ruth")
    ref = incident_of(tell(QUARREL)).ref
    approve(ref, ruth)
    route("elders", [[person("UG-1", DANIEL)]], wait_minutes=20)
    person("UG-9", GRACE, responder_class=ResponderClass.COORDINATOR, area_path="/ug/")
    with transaction() as session:
        return routing.send(session, ruth, ref).ref


def look() -> EscalationCheck:
    with transaction() as session:
        return auditor.look(session)


def spoil(**values: Any) -> None:
    with transaction() as session:
        session.execute(update(Alert).values(**values))


def is_proven(session: Session, later: dt.timedelta = dt.timedelta()) -> bool:
    return auditor.is_proven(session, utcnow() + later)


def test_an_alert_with_a_future_step_is_proven_to_have_one(alert: str) -> None:
    assert (look().open, look().broken) == (1, 0)
    with transaction() as session:
        assert is_proven(session)
        assert not is_proven(session, dt.timedelta(minutes=4))


@pytest.mark.parametrize(
    "fault",
    [
        {"due_at": None},
        {"next_at": None, "repeat_at": None},
        {"due_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "next_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"chain": []},
    ],
    ids=["nothing due", "no step to come", "long overdue", "no end"],
)
def test_what_stands_still_is_found_told_and_set_going_again(alert: str, fault: dict[str, Any]) -> None:
    spoil(**fault)
    assert look().broken == 1
    with transaction() as session:
        assert not is_proven(session)
        escalation.take_due(session)
    assert look().broken == 0
    assert count(AuditEntry, AuditEntry.action == "alert.stuck") == 1
    for role in (Role.COORDINATOR, Role.ADMIN):
        assert count(Notice, Notice.kind == "escalation_broken", Notice.role == role.value) == 1
    assert texts_to(GRACE, "alarm") == ["Mbiu: something stands still. Please look at the console now."]
    assert alert_of(alert).step == max(alert_of(alert).step, 1)


def test_the_figures_say_how_many_stand_still_and_when_it_was_looked_at(alert: str) -> None:
    spoil(due_at=None)
    seen = look().at
    page = generate_latest(metrics._Figures()).decode()
    assert "mbiu_alerts_open 1.0" in page
    assert "mbiu_alerts_without_step 1.0" in page
    (line,) = [row for row in page.splitlines() if row.startswith("mbiu_escalation_checked_seconds ")]
    assert float(line.split()[1]) == pytest.approx(seen.timestamp(), abs=0.01)


def test_nobody_is_asked_to_take_on_what_was_taken_on(alert: str) -> None:
    waits = (Notice.kind == "alert_unanswered", Notice.seen_at.is_(None))
    with transaction() as session:
        session.execute(update(Alert).values(next_at=utcnow(), due_at=utcnow()))
        assert escalation.take_due(session) == 1
    look()
    assert count(Notice, *waits) == 1
    say("1", GRACE)
    look()
    assert count(Notice, *waits) == 0


def test_who_takes_it_on_at_the_console_is_not_asked_to(alert: str) -> None:
    with transaction() as session:
        session.execute(update(Alert).values(next_at=utcnow(), due_at=utcnow()))
        escalation.take_due(session)
        by_hand.take_on(session, user("naomi"), alert)
    assert count(Notice, Notice.seen_at.is_(None)) == 0


def test_the_house_is_called_once_an_hour(alert: str) -> None:
    for _ in range(3):
        spoil(due_at=None)
        look()
    assert len(texts_to(GRACE, "alarm")) == 1


def test_what_has_ended_is_not_looked_at(alert: str) -> None:
    say("DONE", DANIEL)
    assert alert_of(alert).state is AlertState.DONE
    assert look().open == 0


@pytest.fixture
def watcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configure: Configure) -> Iterator[HookDouble]:
    """Somebody outside who waits for our sign of life."""
    with HookDouble(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        configure(heartbeat_url=running.url, hook_networks="127.0.0.0/8")
        yield running


def test_the_heartbeat_leaves_the_house_after_a_good_proof_only(alert: str, watcher: HookDouble) -> None:
    assert not heartbeat.beat()
    look()
    assert heartbeat.beat()
    spoil(due_at=None)
    look()
    assert not heartbeat.beat()
    assert len(watcher.calls) == 1


def test_a_watcher_that_refuses_the_heartbeat_breaks_nothing(alert: str, watcher: HookDouble) -> None:
    look()
    watcher.answers.append(500)
    assert not heartbeat.beat()
    assert heartbeat.beat()
