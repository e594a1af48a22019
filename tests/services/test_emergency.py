"""When no second person comes: mediators are warned, in so many words, and nobody else."""

import datetime as dt
import json

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from mbiu import emergency, escalation, routing, verification
from mbiu.audit import Actor
from mbiu.codes import AlertState, DeliveryState, IncidentState, Role, Verdict
from mbiu.db import transaction
from mbiu.house import settings as house
from mbiu.models import Alert, Contact, Decision, Delivery, Incident, Notice, utcnow
from mbiu.refusals import NotAllowed, NotPossible
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    JOSEPH,
    QUARREL,
    RAID,
    approve,
    count,
    deliveries,
    incident,
    incident_of,
    person,
    route,
    tell,
    texts_to,
    user,
)


@pytest.fixture
def grave() -> str:
    """A raid with people killed; Daniel is a mediator of its route, Grace is police."""
    ref = incident_of(tell(RAID, JOSEPH)).ref
    daniel, grace = person("UG-1", DANIEL), person("UG-2", GRACE)
    route("Kween", [[daniel, grace]], mediators=[daniel])
    return ref


def warn(actor: Actor, ref: str, why: str = "They come back tonight") -> Alert:
    with transaction() as session:
        return emergency.warn(session, actor, ref, why)


def due() -> int:
    with transaction() as session:
        return emergency.warn_due(session)


def wait(ref: str, minutes: int) -> None:
    """Let the time for a second person pass."""
    with transaction() as session:
        earlier = Incident.warn_at - dt.timedelta(minutes=minutes)
        session.execute(update(Incident).where(Incident.ref == ref).values(warn_at=earlier))


def test_a_warning_goes_to_mediators_only_and_says_first_that_it_is_unverified(grave: str) -> None:
    alert = warn(user("ruth"), grave)
    assert alert.unverified
    assert incident(grave).state is IncidentState.OPEN
    assert [text.startswith("UNVERIFIED ") for text in texts_to(DANIEL, "alert")] == [True]
    assert texts_to(GRACE, "alert") == []


def test_a_warning_stands_in_the_language_of_who_gets_it(grave: str) -> None:
    amina = person("UG-3", "+256772000203", language="sw")
    route("Kiswahili", [[amina]], mediators=[amina])
    warn(user("ruth"), grave)
    assert texts_to("+256772000203", "alert")[0].startswith("HAIJATHIBITISHWA ")


def test_in_time_the_mediators_are_warned_in_the_name_of_the_one_who_approved(
    grave: str,
) -> None:
    ruth = user("ruth")
    with transaction() as session:
        house.put(session, user("esther", Role.ADMIN), "second_person_minutes", 10)
    approve(grave, ruth)
    assert due() == 0
    wait(grave, 10)
    assert due() == 1
    assert due() == 0
    with transaction() as session:
        alert = session.scalars(select(Alert)).one()
        assert (alert.created_by, alert.unverified) == (ruth.id, True)
        assert session.scalars(select(Notice.kind)).all() == ["warned_alone"]
    assert len(texts_to(DANIEL, "alert")) == 1


def test_who_came_in_time_stops_the_warning(grave: str) -> None:
    approve(grave, user("ruth"), user("peter"))
    assert incident(grave).warn_at is None


def test_approvals_that_became_void_warn_nobody(grave: str) -> None:
    from mbiu import correction

    approve(grave, user("ruth"))
    with transaction() as session:
        correction.correct(session, user("peter"), grave, {"severity": "extreme"})
    wait(grave, 31)
    assert due() == 1
    assert count(Alert) == 0


def test_where_no_mediator_can_be_reached_coordinators_hear_of_it() -> None:
    ref = incident_of(tell(RAID, JOSEPH)).ref
    approve(ref, user("ruth"))
    wait(ref, 31)
    due()
    with transaction() as session:
        assert session.scalars(select(Notice.kind)).all() == ["unwarned"]
        assert session.scalar(select(Decision.id).where(Decision.verdict == Verdict.WARNED)) is None


@pytest.mark.parametrize("confirmed", [True, False])
def test_who_was_warned_hears_whether_it_was_so(grave: str, *, confirmed: bool) -> None:
    ruth, peter = user("ruth"), user("peter")
    alert = warn(ruth, grave)
    with transaction() as session:
        session.execute(update(Delivery).values(state=DeliveryState.DELIVERED))
    if confirmed:
        approve(grave, ruth, peter)
    else:
        with transaction() as session:
            verification.reject(session, peter, grave, Verdict.REFUTED, "The chief says no")
    said = "confirmed. What we warned you of is true." if confirmed else "not confirmed."
    assert texts_to(DANIEL, "alert")[-1].startswith(f"{alert.ref}: {said}")
    assert texts_to(GRACE, "alert") == []
    with transaction() as session:
        found = session.get_one(Alert, alert.id)
        assert found.settled_at is not None
        assert found.due_at is None
        assert found.state is (AlertState.OPEN if confirmed else AlertState.CANCELLED)


def test_a_warning_that_did_not_leave_before_the_verdict_never_does(grave: str) -> None:
    alert = warn(user("ruth"), grave)
    approve(grave, user("peter"), user("miriam"))
    assert [one.state for one in deliveries(Delivery.alert_id == alert.id)] == [DeliveryState.EXPIRED]
    assert len(texts_to(DANIEL, "alert")) == 1


def test_a_warning_is_followed_by_the_alert_once_two_have_approved(grave: str) -> None:
    ruth, peter = user("ruth"), user("peter")
    warn(ruth, grave)
    approve(grave, ruth, peter)
    with transaction() as session:
        alert = routing.send(session, ruth, grave)
    assert not alert.unverified
    assert len(texts_to(GRACE, "alert")) == 1
    assert not texts_to(GRACE, "alert")[0].startswith("UNVERIFIED")


def test_a_warning_needs_a_reason_and_somebody_who_may_decide(grave: str) -> None:
    with pytest.raises(NotPossible, match="reason"):
        warn(user("ruth"), grave, "  ")
    with pytest.raises(NotAllowed):
        warn(user("simon", Role.CUSTODIAN), grave)


def test_of_the_same_facts_mediators_are_warned_once(grave: str) -> None:
    ruth = user("ruth")
    warn(ruth, grave)
    with pytest.raises(NotPossible, match="were warned"):
        warn(ruth, grave)


def test_what_one_person_can_verify_is_not_warned_of() -> None:
    ref = incident_of(tell(QUARREL)).ref
    with pytest.raises(NotPossible, match="One person can verify"):
        warn(user("ruth"), ref)


def test_what_is_restricted_goes_nowhere_before_two_have_approved(grave: str) -> None:
    from mbiu import correction

    ruth = user("ruth")
    with transaction() as session:
        correction.correct(session, user("peter"), grave, {"other_types": ["sexual_violence"]})
    with pytest.raises(NotPossible, match="restricted"):
        warn(ruth, grave)


def test_an_escalated_warning_stays_with_the_mediators(grave: str) -> None:
    second = person("UG-4", "+256772000204")
    with transaction() as session:
        first = session.scalars(select(Contact.id).where(Contact.code == "UG-1")).one()
    route("Elders", [[first], [second]], mediators=[second])
    warn(user("ruth"), grave)
    with transaction() as session:
        session.execute(update(Alert).values(due_at=utcnow(), next_at=utcnow()))
        escalation.take_due(session)
    assert len(texts_to("+256772000204", "alert")) == 1
    assert texts_to(GRACE, "alert") == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alert SET unverified = false",
        "UPDATE alert SET chain = '[]'",
        (
            "INSERT INTO delivery (id, message_id, address_id, alert_id, kind, channel, state, attempts,"
            " due_at, error, step, created_at) SELECT gen_random_uuid(), (SELECT id FROM message LIMIT 1),"
            " (SELECT address.id FROM address JOIN contact ON contact.id = contact_id WHERE code = 'UG-2'),"
            " alert.id, 'alert', 'twilio', 'queued', 0, now(), '', 0, now() FROM alert"
        ),
    ],
)
def test_the_database_lets_no_warning_reach_anybody_else(grave: str, change: str) -> None:
    warn(user("ruth"), grave)
    with pytest.raises(DBAPIError, match=r"warning_not_allowed|append-only"), transaction() as session:
        session.execute(text(change))


@pytest.mark.parametrize("lack", ["reason", "mediator"])
def test_the_database_takes_no_warning_without_a_reason_or_to_others(grave: str, lack: str) -> None:
    ruth = user("ruth")
    with transaction() as session:
        row = verification.find(session, grave)
        if lack == "mediator":
            verification.decide(session, ruth, row, Verdict.WARNED, "Now", None)
        plan = routing.plan(session, row, mediators=lack == "reason")
        with pytest.raises(DBAPIError, match="warning_not_allowed"):
            escalation.start(session, ruth, row, "AXXXXXX", plan, unverified=True)
        session.rollback()


def test_the_reporter_hears_nothing_of_a_warning(grave: str) -> None:
    before = texts_to(JOSEPH, "outcome")
    warn(user("ruth"), grave)
    assert texts_to(JOSEPH, "outcome") == before == []
    assert json.dumps(texts_to(DANIEL, "alert")).count(AMINA) == 0
