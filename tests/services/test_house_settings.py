"""What the house decides for itself: defaults, checks, and who changed what."""

import datetime as dt

import pytest
from sqlalchemy import select

from mbiu import priority
from mbiu.audit import Actor
from mbiu.codes import EventType, Priority, Role, Severity, Urgency
from mbiu.db import transaction
from mbiu.house import settings
from mbiu.models import AuditEntry, HouseSetting, User, utcnow
from mbiu.refusals import NotAllowed, NotPossible
from mbiu.settings import Settings


@pytest.fixture
def esther(settings: Settings) -> Actor:
    user = User(name="esther", role=Role.ADMIN, password_hash="-")
    with transaction() as session:
        session.add(user)
    return Actor(user.name, user.id, user.role)


def test_a_default_holds_until_somebody_decides(esther: Actor) -> None:
    with transaction() as session:
        assert settings.value(session, "due_minutes") == {"P1": 15, "P2": 60, "P3": 1440, "P4": 10080}
        assert settings.value(session, "silence_days") == 14
        assert settings.value(session, "exercise") is False
        assert settings.put(session, esther, "silence_days", 21)
        assert settings.value(session, "silence_days") == 21
    with transaction() as session:
        assert settings.value(session, "silence_days") == 21


def test_a_change_is_audited_once_with_before_and_after(esther: Actor) -> None:
    with transaction() as session:
        settings.put(session, esther, "second_person_minutes", 45)
    with transaction() as session:
        assert not settings.put(session, esther, "second_person_minutes", 45)
    with transaction() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "house.changed")).all()
        kept = session.scalars(select(HouseSetting)).one()
    assert [(row.actor, row.object, row.details) for row in rows] == [
        ("esther", "setting:second_person_minutes", {"before": 30, "after": 45})
    ]
    assert kept.updated_by == esther.id


def test_who_does_not_run_the_house_changes_nothing(esther: Actor) -> None:
    with transaction() as session, pytest.raises(NotAllowed):
        settings.put(session, Actor("ruth", esther.id, Role.ANALYST), "silence_days", 3)


GRAVER_LATER = priority.table()
GRAVER_LATER["extreme"] = {**GRAVER_LATER["extreme"], "past": "P4"}
SENSELESS = [
    ("due_minutes", {"P1": 90, "P2": 60, "P3": 1440, "P4": 10080}),
    ("due_minutes", {"P1": 15, "P2": 60, "P3": 1440}),
    ("due_minutes", {"P1": True, "P2": 60, "P3": 1440, "P4": 10080}),
    ("priority_table", {}),
    ("priority_table", GRAVER_LATER),
    ("retention_days", {"identity": 0, "words": 180, "media": 180}),
    ("exercise_window", {"from": "2026-01-01T00:00:00+00:00", "until": "2025-01-01T00:00:00+00:00"}),
    ("exercise_window", {"from": "2026-01-01T00:00:00", "until": "2026-01-02T00:00:00"}),
    ("exercise_window", {"from": "x"}),
    ("time_zone", "Africa/Nowhere"),
    ("silence_days", 0),
    ("duty_rota", "the first"),
    ("duty_rota", None),
]


@pytest.mark.parametrize(("key", "value"), SENSELESS)
def test_what_makes_no_sense_is_refused(esther: Actor, key: str, value: object) -> None:
    with transaction() as session:
        before = settings.value(session, key)
        with pytest.raises(NotPossible):
            settings.put(session, esther, key, value)
        assert settings.value(session, key) == before


def test_an_exercise_begins_and_ends_by_itself(esther: Actor) -> None:
    now = utcnow()
    window = {"from": now.isoformat(), "until": (now + dt.timedelta(hours=2)).isoformat()}
    assert not settings.exercising(window, now - dt.timedelta(seconds=1))
    assert settings.exercising(window, now)
    assert not settings.exercising(window, now + dt.timedelta(hours=2))
    with transaction() as session:
        settings.put(session, esther, "exercise_window", window)
        assert settings.value(session, "exercise") is True


def test_the_centres_own_table_decides_the_priority() -> None:
    own = priority.table()
    own["moderate"] = {**own["moderate"], "past": "P2"}
    event = EventType.RIOT, Severity.MODERATE, Urgency.PAST
    assert (priority.priority(*event), priority.priority(*event, own)) == (Priority.P3, Priority.P2)
    now = utcnow()
    assert priority.due_at(Priority.P2, now, {"P2": 5}) == now + dt.timedelta(minutes=5)
