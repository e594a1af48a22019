"""What responders answer, what happens when nobody does, and what reporters hear in the end."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from mbiu import escalation, routing, vault
from mbiu.audit import Actor
from mbiu.codes import AddressKind, AlertState, Answer, ContactRole, DeliveryState
from mbiu.db import transaction
from mbiu.models import Alert, AuditEntry, Delivery, Notice, Response, utcnow
from tests.cast import (
    DANIEL,
    GRACE,
    JOSEPH,
    MALLORY,
    QUARREL,
    alert_of,
    approve,
    chat,
    count,
    hand_in,
    incident_of,
    person,
    route,
    say,
    tell,
    texts_to,
    user,
)


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def quarrel(ruth: Actor) -> str:
    """A verified incident with two steps of responders: Daniel, then Grace."""
    ref = incident_of(tell(QUARREL)).ref
    approve(ref, ruth)
    route("elders", [[person("UG-1", DANIEL)], [person("UG-2", GRACE)]], wait_minutes=20)
    return ref


@pytest.fixture
def alert(ruth: Actor, quarrel: str) -> str:
    return send(ruth, quarrel)


def send(actor: Actor, ref: str) -> str:
    with transaction() as session:
        return routing.send(session, actor, ref).ref


def escalate() -> int:
    with transaction() as session:
        return escalation.take_due(session)


def time_passes() -> None:
    """The wait of every open alert is over."""
    with transaction() as session:
        over = update(Alert).where(Alert.next_at.is_not(None))
        session.execute(over.values(next_at=utcnow(), due_at=utcnow()))


def answers(ref: str) -> list[Response]:
    with transaction() as session:
        return list(
            session.scalars(
                select(Response)
                .join(Alert, Alert.id == Response.alert_id)
                .where(Alert.ref == ref)
                .order_by(Response.created_at)
            )
        )


def audited(action: str) -> int:
    return count(AuditEntry, AuditEntry.action == action)


@pytest.mark.parametrize(
    ("text", "answer", "state"),
    [
        ("ACK", Answer.ACK, AlertState.ACKNOWLEDGED),
        ("1", Answer.ACK, AlertState.ACKNOWLEDGED),
        ("ACK {ref}", Answer.ACK, AlertState.ACKNOWLEDGED),
        ("go 2h", Answer.GO, AlertState.ACKNOWLEDGED),
        ("DONE {ref} both sides met", Answer.DONE, AlertState.DONE),
        ("tayari", Answer.DONE, AlertState.DONE),
        ("4", Answer.CANNOT, AlertState.OPEN),
    ],
)
def test_a_word_by_sms_answers_the_alert(alert: str, text: str, answer: Answer, state: AlertState) -> None:
    reply = say(text.format(ref=alert), DANIEL).reply
    assert alert in str(reply)
    assert [one.answer for one in answers(alert)] == [answer]
    assert alert_of(alert).state is state


def test_a_button_answers_the_alert(ruth: Actor) -> None:
    ref = incident_of(tell(QUARREL)).ref
    approve(ref, ruth)
    route("elders", [[person("UG-1", "777001", kind=AddressKind.TELEGRAM, channel="telegram")]])
    alert = send(ruth, ref)
    reply = hand_in(chat(sender="777001", button=f"ack:{alert}", callback_id="cb"))
    assert alert in str(reply.reply)
    assert alert_of(alert).state is AlertState.ACKNOWLEDGED


def test_a_committee_and_a_focal_point_may_answer_too(ruth: Actor, quarrel: str) -> None:
    for role, number in (
        (ContactRole.COMMITTEE, "+256772000301"),
        (ContactRole.FOCAL_POINT, "+256772000302"),
    ):
        route(role.value, [[person(role.value, number, role=role)]])
    alert = send(ruth, quarrel)
    say("1", "+256772000301")
    say("1", "+256772000302")
    assert len(answers(alert)) == 2


@pytest.mark.parametrize(
    ("text", "hours"), [("ACK", 4), ("GO 2h", 2), ("go 1 hour", 1), ("naenda 3 saa", 3), ("GO", 4)]
)
def test_a_promise_has_a_time(alert: str, text: str, hours: int) -> None:
    say(text, DANIEL)
    due = answers(alert)[0].due_at
    assert due is not None
    assert due - utcnow() == pytest.approx(dt.timedelta(hours=hours), abs=dt.timedelta(minutes=1))


def test_the_words_of_an_answer_are_sealed(alert: str) -> None:
    say("DONE both clans met under the tree", DANIEL)
    row = answers(alert)[0]
    assert row.text is not None
    assert b"clans" not in row.text
    assert vault.unseal("response", "text", row.id, row.text) == "both clans met under the tree"


def test_an_acknowledgement_stops_the_escalation(alert: str) -> None:
    say("ACK", DANIEL)
    assert alert_of(alert).due_at == answers(alert)[0].due_at
    time_passes()
    assert escalate() == 0
    assert texts_to(GRACE, "alert") == []


def test_another_persons_alert_is_as_unknown_as_an_invented_one(alert: str) -> None:
    person("UG-6", MALLORY)
    invented = alert[:-1] + ("8" if alert[-1] == "9" else "9" if alert[-1].isdigit() else "Z")
    for number in (MALLORY, GRACE):
        mine = str(say(f"ACK {alert}", number).reply).replace(alert, "?")
        assert mine == str(say(f"ACK {invented}", number).reply).replace(invented, "?")
    assert (alert_of(alert).state, answers(alert)) == (AlertState.OPEN, [])


def test_an_unknown_number_changes_nothing(alert: str) -> None:
    assert "no open alert" in str(say(f"ACK {alert}", "+256772999999").reply)
    hand_in(chat(sender="999", button=f"done:{alert}"))
    assert (alert_of(alert).state, answers(alert)) == (AlertState.OPEN, [])


def test_with_two_open_alerts_the_answer_must_name_one(ruth: Actor, alert: str) -> None:
    second = incident_of(tell("NEW Land dispute in Kween, families quarrel", JOSEPH)).ref
    approve(second, ruth)
    other = send(ruth, second)
    reply = str(say("ACK", DANIEL).reply)
    assert alert in reply
    assert other in reply
    assert answers(alert) == answers(other) == []
    say(f"ACK {alert}", DANIEL)
    assert (alert_of(alert).state, alert_of(other).state) == (AlertState.ACKNOWLEDGED, AlertState.OPEN)


def test_done_follows_an_acknowledgement_and_ends_the_alert(alert: str) -> None:
    say("ACK", DANIEL)
    say("DONE we talked to them", DANIEL)
    row = alert_of(alert)
    assert row.state is AlertState.DONE
    assert row.ended_at is not None
    assert "no open alert" in str(say(f"ACK {alert}", DANIEL).reply)
    assert alert_of(alert).state is AlertState.DONE


def test_a_late_ack_does_not_take_back_done(ruth: Actor, quarrel: str) -> None:
    route("two", [[person("UG-3", "+256772000203")]])
    alert = send(ruth, quarrel)
    say("DONE", DANIEL)
    say("ACK", "+256772000203")
    assert alert_of(alert).state is AlertState.DONE


# --- escalation --------------------------------------------------------------------------------


def test_nobody_is_escalated_to_before_the_wait_is_over(alert: str) -> None:
    assert escalate() == 0
    assert texts_to(GRACE, "alert") == []


def test_when_nobody_answers_the_next_step_is_told_the_same(alert: str) -> None:
    time_passes()
    assert escalate() == 1
    assert texts_to(GRACE, "alert") == texts_to(DANIEL, "alert")
    assert (alert_of(alert).step, audited("alert.escalated")) == (2, 1)
    assert len(texts_to(DANIEL, "alert")) == 1


def test_when_nobody_is_left_the_coordinators_see_it_and_it_is_noted_once(alert: str) -> None:
    time_passes()
    escalate()
    time_passes()
    assert escalate() == 1
    assert audited("alert.unanswered") == 1
    assert count(Notice, Notice.kind == "alert_unanswered", Notice.subject == f"alert:{alert}") == 1
    assert alert_of(alert).due_at is not None
    assert escalate() == 0


def test_when_everyone_says_no_the_next_step_comes_at_once(alert: str) -> None:
    say("CANNOT", DANIEL)
    assert escalate() == 1
    assert len(texts_to(GRACE, "alert")) == 1


def test_one_no_of_two_does_not_hurry_the_escalation(ruth: Actor, quarrel: str) -> None:
    route("two", [[person("UG-3", "+256772000203")]])
    alert = send(ruth, quarrel)
    say("CANNOT", DANIEL)
    say("CANNOT", DANIEL)
    assert escalate() == 0
    say("CANNOT", "+256772000203")
    assert escalate() == 1
    assert alert_of(alert).step == 2


def test_who_could_not_be_reached_is_not_waited_for(ruth: Actor, quarrel: str) -> None:
    unreached = person("UG-3", "+256772000203")
    route("two", [[unreached]])
    send(ruth, quarrel)
    with transaction() as session:
        lost = session.scalars(
            select(Delivery).where(Delivery.kind == "alert").order_by(Delivery.created_at.desc())
        ).first()
        assert lost is not None
        lost.state = DeliveryState.FAILED
        number = "+256772000203" if lost.address_id == reached_by(unreached) else DANIEL
    say("CANNOT", DANIEL if number != DANIEL else "+256772000203")
    assert escalate() == 1


def reached_by(contact: object) -> object:
    from mbiu.models import Address

    with transaction() as session:
        return session.scalar(select(Address.id).where(Address.contact_id == contact))


def test_a_promise_taken_back_goes_on_to_the_next(alert: str) -> None:
    say("ACK", DANIEL)
    say("CANNOT my motorcycle broke", DANIEL)
    assert escalate() == 1
    assert len(texts_to(GRACE, "alert")) == 1


def test_who_said_stop_meanwhile_is_passed_over(alert: str) -> None:
    say("STOP", GRACE)
    time_passes()
    assert escalate() == 1
    assert texts_to(GRACE, "alert") == []
    assert audited("alert.unanswered") == 1


def test_two_sweeps_at_once_escalate_once(alert: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    time_passes()
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: escalate(), range(4))) == 1
    assert len(texts_to(GRACE, "alert")) == 1
