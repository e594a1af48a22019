"""While an alert climbs: who is let through hears of it, and what people of a party promised is void."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from mbiu import correction, escalation, overriding, routing
from mbiu.audit import Actor
from mbiu.codes import AlertState, ResponderClass, Role
from mbiu.db import transaction
from mbiu.escalation.chain import Rung
from mbiu.escalation.letting_in import step_for
from mbiu.models import Alert, AuditEntry, Response, StepTaken, utcnow
from mbiu.parties import affiliations
from tests.cast import (
    DANIEL,
    GRACE,
    approve,
    count,
    deliveries,
    incident,
    incident_of,
    person,
    route,
    say,
    tell,
    texts_to,
    user,
)

BEATEN = "Police beat traders at the market in Bwera, Kasese this morning"
QUARREL = "There is a land dispute in Bwera, Kasese, people are shouting at each other"
ELDER = "+256772000205"
START = dt.datetime(2026, 11, 23, 2, 10, tzinfo=dt.UTC)
ACTORS: dict[str, Actor] = {}


@pytest.fixture(autouse=True)
def clock(database: object) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as found:
        yield found


@pytest.fixture
def people() -> dict[str, UUID]:
    ACTORS.update(ruth=user("ruth"), peter=user("peter", Role.COORDINATOR))
    return {
        "KAS-M": person("KAS-M", DANIEL, responder_class=ResponderClass.MEDIATOR),
        "KAS-P": person("KAS-P", GRACE, responder_class=ResponderClass.POLICE_LIAISON),
        "KAS-E": person("KAS-E", ELDER, responder_class=ResponderClass.ELDER),
    }


def begin(words: str, *steps: UUID) -> tuple[str, str]:
    """An alert that climbs a step each half hour; the references of incident and alert."""
    route("Kasese", [[one] for one in steps])
    ref = incident_of(tell(words)).ref
    approve(ref, ACTORS["peter"])
    with transaction() as session:
        return ref, routing.send(session, ACTORS["peter"], ref).ref


def look() -> None:
    with transaction() as session:
        escalation.take_due(session)


def after(clock: time_machine.Traveller, minutes: int) -> None:
    clock.move_to(START + dt.timedelta(minutes=minutes))
    look()


def let_through(ref: str, code: str = "KAS-P") -> None:
    with transaction() as session:
        asked = overriding.ask(session, ACTORS["ruth"], ref, code, "She alone can free them")
    with transaction() as session:
        overriding.agree(session, ACTORS["peter"], ref, asked.id, "I spoke with her superior")


def told() -> int:
    """How many alerts were written to Grace."""
    return len(texts_to(GRACE, "alert"))


def state(ref: str) -> AlertState:
    with transaction() as session:
        return session.scalars(select(Alert.state).where(Alert.ref == ref)).one()


# --- let through -------------------------------------------------------------------------------


def test_whose_step_is_past_is_told_at_once_and_once(
    people: dict[str, UUID], clock: time_machine.Traveller
) -> None:
    ref, alert = begin(BEATEN, people["KAS-P"], people["KAS-M"])
    assert (told(), len(texts_to(DANIEL, "alert"))) == (0, 1)
    let_through(ref)
    assert told() == 1
    assert alert in texts_to(GRACE, "alert")[0]
    with transaction() as session:
        taken = session.scalars(select(StepTaken).order_by(StepTaken.round)).all()
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "alert.let_in")).all()
    assert [(one.kind, one.told, one.step) for one in taken] == [("step", 1, 1), ("let_in", 1, 1)]
    assert taken[1].user_id == ACTORS["peter"].id
    assert [one.object for one in noted] == [f"alert:{alert}"]
    after(clock, 29)
    assert told() == 1


def test_whose_step_is_to_come_is_told_then(people: dict[str, UUID], clock: time_machine.Traveller) -> None:
    ref, _ = begin(BEATEN, people["KAS-M"], people["KAS-P"], people["KAS-E"])
    let_through(ref)
    assert told() == 0
    after(clock, 29)
    assert told() == 0
    after(clock, 30)
    assert (told(), len(texts_to(ELDER, "alert"))) == (1, 1)


def test_who_answers_after_being_let_through_counts(people: dict[str, UUID]) -> None:
    ref, alert = begin(BEATEN, people["KAS-P"], people["KAS-M"])
    let_through(ref)
    say(f"ACK {alert}", GRACE)
    assert state(alert) is AlertState.ACKNOWLEDGED


def test_whoever_is_told_by_the_chain_as_it_is_is_not_told_besides(
    people: dict[str, UUID], clock: time_machine.Traveller
) -> None:
    ref, _ = begin(QUARREL, people["KAS-M"], people["KAS-P"])
    with transaction() as session:
        correction.correct(session, ACTORS["ruth"], ref, {"actors": {"police": "attacker"}})
    let_through(ref)
    assert told() == 0
    after(clock, 30)
    assert told() == 1


def test_without_a_running_alert_nobody_is_told(people: dict[str, UUID]) -> None:
    ref = incident_of(tell(BEATEN)).ref
    let_through(ref)
    assert [one for one in deliveries() if one.alert_id] == []


@pytest.mark.parametrize(
    ("taken", "minutes", "number"),
    [(1, 0, None), (1, 30, 2), (1, 45, 3), (2, 30, None), (2, 60, 3), (3, 90, None), (1, None, None)],
)
def test_the_step_for_somebody_is_theirs_or_the_first_later(
    taken: int, minutes: int | None, number: int | None
) -> None:
    chain = [Rung(wait=dt.timedelta(minutes=30))] * 3 + [Rung(final=True)]
    when = None if minutes is None else dt.timedelta(minutes=minutes)
    assert step_for(chain, taken, when) == number


# --- promises of a party -----------------------------------------------------------------------


def test_what_somebody_promised_is_void_once_the_facts_name_their_side(
    people: dict[str, UUID], clock: time_machine.Traveller
) -> None:
    ref, alert = begin(QUARREL, people["KAS-P"], people["KAS-M"])
    say(f"ACK {alert}", GRACE)
    assert state(alert) is AlertState.ACKNOWLEDGED
    with transaction() as session:
        correction.correct(session, ACTORS["ruth"], ref, {"actors": {"police": "attacker"}})
    look()
    assert state(alert) is AlertState.OPEN
    assert len(texts_to(DANIEL, "alert")) == 1
    with transaction() as session:
        word = session.scalars(select(Response)).one()
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "alert.voided")).all()
    assert (word.lapsed_at, word.lapsed_why) == (utcnow(), "party")
    assert [one.object for one in noted] == [f"alert:{alert}"]
    look()
    assert count(AuditEntry, AuditEntry.action == "alert.voided") == 1


def test_what_somebody_promised_is_void_once_they_are_written_down_with_the_party(
    people: dict[str, UUID],
) -> None:
    _, alert = begin(BEATEN, people["KAS-E"], people["KAS-M"])
    say(f"GO 2h {alert}", ELDER)
    look()
    assert state(alert) is AlertState.ACKNOWLEDGED
    with transaction() as session:
        affiliations.add(session, ACTORS["ruth"], "KAS-E", "unit", "police")
    look()
    assert state(alert) is AlertState.OPEN
    assert len(texts_to(DANIEL, "alert")) == 1


def test_the_promise_of_another_keeps_the_alert_from_climbing(
    people: dict[str, UUID], clock: time_machine.Traveller
) -> None:
    ref, alert = begin(QUARREL, people["KAS-P"], people["KAS-M"], people["KAS-E"])
    after(clock, 30)
    say(f"ACK {alert}", GRACE)
    say(f"ACK {alert}", DANIEL)
    with transaction() as session:
        correction.correct(session, ACTORS["ruth"], ref, {"actors": {"police": "attacker"}})
    look()
    assert state(alert) is AlertState.ACKNOWLEDGED
    assert count(Response, Response.lapsed_why == "party") == 1
    assert texts_to(ELDER, "alert") == []


def test_what_is_promised_by_a_party_afterwards_does_not_count_and_they_learn_nothing(
    people: dict[str, UUID],
) -> None:
    ref, alert = begin(QUARREL, people["KAS-P"], people["KAS-M"])
    with transaction() as session:
        correction.correct(session, ACTORS["ruth"], ref, {"actors": {"police": "attacker"}})
    said = say(f"ACK {alert}", GRACE).reply
    assert state(alert) is AlertState.OPEN
    assert said
    assert "party" not in said
    assert incident(ref).survivor is False


def test_an_exception_that_is_taken_back_voids_the_promise_too(people: dict[str, UUID]) -> None:
    ref, alert = begin(BEATEN, people["KAS-P"], people["KAS-M"])
    let_through(ref)
    say(f"ACK {alert}", GRACE)
    look()
    assert state(alert) is AlertState.ACKNOWLEDGED
    with transaction() as session:
        (one,) = overriding.of(session, incident(ref).id)
        overriding.drop(session, ACTORS["ruth"], ref, one.id)
    look()
    assert state(alert) is AlertState.OPEN
