"""Who is told of a verified incident, and why not."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from mbiu import routing, vault
from mbiu.audit import Actor
from mbiu.channels.text import segments
from mbiu.codes import AddressKind, AlertState, IncidentState, Role, Severity
from mbiu.db import transaction
from mbiu.models import Address, Contact, Delivery, Incident, Place, utcnow
from mbiu.refusals import NotFound, Refused
from mbiu.routing import Plan
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    QUARREL,
    RAID,
    address_of,
    alert_of,
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


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def quarrel(ruth: Actor) -> str:
    """A verified incident in Bwera, Kasese."""
    ref = incident_of(tell(QUARREL)).ref
    approve(ref, ruth)
    return ref


def plan(ref: str) -> Plan:
    with transaction() as session:
        return routing.plan(session, incident(ref))


def codes(ref: str) -> list[str]:
    return [one.code for one in plan(ref).recipients]


def send(actor: Actor, ref: str, **more: Any) -> str:
    with transaction() as session:
        return routing.send(session, actor, ref, **more).ref


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({}, True),
        ({"area_path": "/ug/ug-western/ug-kasese/"}, True),
        ({"area_path": "/ug/ug-eastern/"}, False),
        ({"event_types": ["dispute", "threat"]}, True),
        ({"event_types": ["cattle_raid"]}, False),
        ({"min_severity": Severity.EXTREME}, False),
        ({"active": False}, False),
    ],
    ids=["any", "area", "other area", "type", "other type", "graver only", "switched off"],
)
def test_a_route_covers_area_type_and_severity(quarrel: str, rule: dict[str, Any], told: bool) -> None:
    route("police", [[person("UG-1", DANIEL)]], **rule)
    assert codes(quarrel) == (["UG-1"] if told else [])


def test_the_preview_shows_who_by_which_route_in_what_words(quarrel: str) -> None:
    daniel = person("UG-1", DANIEL)
    route("elders", [[daniel]])
    route("police", [[person("UG-2", GRACE, language="sw")], [daniel]])
    shown = plan(quarrel)
    assert [(one.code, one.step, one.language, one.routes) for one in shown.recipients] == [
        ("UG-1", 1, "en", ("elders", "police")),
        ("UG-2", 1, "sw", ("police",)),
    ]
    assert "dispute, Bwera, Kasese" in shown.recipients[0].text
    assert "mgogoro" in shown.recipients[1].text
    assert all(one.segments == segments(one.text) for one in shown.recipients)


def test_the_preview_changes_nothing(quarrel: str) -> None:
    route("elders", [[person("UG-1", DANIEL)]])
    before = count(Delivery)
    plan(quarrel)
    assert (count(Delivery), incident(quarrel).state) == (before, IncidentState.VERIFIED)


def test_who_is_left_out_is_named_with_the_reason(quarrel: str) -> None:
    people = {
        "stopped": person("UG-1", DANIEL),
        "blocked": person("UG-2", GRACE),
        "unreachable": person("UG-3", "+256772000203"),
        "drill": person("UG-4", "+256772000204", exercise=True),
        "fine": person("UG-5", "+256772000205"),
    }
    route("elders", [people.values()])
    say("STOP", DANIEL)
    with transaction() as session:
        session.execute(
            update(Address).where(Address.contact_id == people["blocked"]).values(blocked_at=utcnow())
        )
        session.query(Address).filter(Address.contact_id == people["unreachable"]).delete()
    shown = plan(quarrel)
    assert [one.code for one in shown.recipients] == ["UG-5"]
    assert dict(shown.left_out) == {
        "UG-1": "asked for no more messages",
        "UG-2": "blocked us, or the number does not work",
        "UG-3": "has no address",
        "UG-4": "belongs to the demonstration",
    }


def test_an_exercise_reaches_only_people_of_the_exercise(ruth: Actor) -> None:
    ref = incident_of(tell(QUARREL, channel="simulator")).ref
    approve(ref, ruth)
    people = [person("UG-1", DANIEL), person("DRILL-1", GRACE, exercise=True, channel="simulator")]
    route("elders", [people])
    shown = plan(ref)
    assert [one.code for one in shown.recipients] == ["DRILL-1"]
    assert shown.left_out == (("UG-1", "is not part of the exercise"),)
    alert = send(ruth, ref)
    assert alert_of(alert).exercise
    assert texts_to(DANIEL, "alert") == []
    assert texts_to(GRACE, "alert")[0].startswith("EXERCISE ")


def test_a_person_with_two_addresses_is_told_at_the_one_used_last(quarrel: str) -> None:
    contact = person("UG-1", DANIEL)
    other = person("UG-1b", "777001", kind=AddressKind.TELEGRAM, channel="telegram")
    with transaction() as session:
        session.execute(
            update(Address).where(Address.contact_id == other).values(contact_id=contact, last_in_at=utcnow())
        )
    route("elders", [[contact]])
    assert [one.channel for one in plan(quarrel).recipients] == ["telegram"]
    with transaction() as session:
        session.execute(
            update(Address).where(Address.kind == AddressKind.TELEGRAM).values(blocked_at=utcnow())
        )
    assert [one.channel for one in plan(quarrel).recipients] == ["twilio"]


def test_an_alert_goes_to_the_first_step_and_remembers_the_rest(ruth: Actor, quarrel: str) -> None:
    route("elders", [[person("UG-1", DANIEL)], [person("UG-2", GRACE)]], wait_minutes=20)
    ref = send(ruth, quarrel)
    alert = alert_of(ref)
    assert (alert.state, alert.step) == (AlertState.OPEN, 1)
    assert [step.get("final") for step in alert.chain] == [False, False, True]
    assert alert.due_at is not None
    assert 19 * 60 < (alert.due_at - utcnow()).total_seconds() <= 20 * 60
    assert incident(quarrel).state is IncidentState.ALERTED
    assert [ref in text for text in texts_to(DANIEL, "alert")] == [True]
    assert texts_to(GRACE, "alert") == []


def test_what_is_sent_is_what_the_preview_showed(ruth: Actor, quarrel: str) -> None:
    route("elders", [[person("UG-1", DANIEL)]])
    shown = plan(quarrel).recipients[0].text
    ref = send(ruth, quarrel)
    assert texts_to(DANIEL, "alert") == [shown.replace("A??????", ref)]


def test_an_alert_is_sealed_and_holds_nothing_of_the_reporter(ruth: Actor, quarrel: str) -> None:
    route("elders", [[person("UG-1", DANIEL)]])
    ref = send(ruth, quarrel)
    row = alert_of(ref)
    words = json.loads(vault.unseal("alert", "texts", row.id, row.texts))
    assert "Bwera" in words["en"]
    assert b"Bwera" not in row.texts
    with transaction() as session:
        amina = session.get(Contact, address_of(AMINA).contact_id)
        for secret in (AMINA, AMINA[4:], amina.code if amina else "", "shouting"):
            assert secret not in words["en"]


def test_an_alert_has_buttons_with_its_reference(ruth: Actor, quarrel: str) -> None:
    route("elders", [[person("UG-1", "777001", kind=AddressKind.TELEGRAM, channel="telegram")]])
    ref = send(ruth, quarrel)
    extra = deliveries(Delivery.kind == "alert")[0].extra
    assert extra["buttons"][0][0]["data"] == f"ack:{ref}"


def test_nothing_is_sent_that_is_not_verified(ruth: Actor) -> None:
    route("elders", [[person("UG-1", DANIEL)]])
    ref = incident_of(tell(RAID)).ref
    with pytest.raises(Refused):
        send(ruth, ref)
    approve(ref, ruth)
    with pytest.raises(Refused):
        send(ruth, ref)
    assert texts_to(DANIEL, "alert") == []


def test_nothing_is_sent_where_nobody_can_be_told(ruth: Actor, quarrel: str) -> None:
    with pytest.raises(Refused, match="nobody would be told"):
        send(ruth, quarrel)
    assert incident(quarrel).state is IncidentState.VERIFIED


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CUSTODIAN])
def test_who_may_not_decide_may_not_send(quarrel: str, role: Role) -> None:
    route("elders", [[person("UG-1", DANIEL)]])
    with pytest.raises(Refused):
        send(user("mallory", role), quarrel)


def test_an_alert_of_another_area_or_version_is_refused(ruth: Actor, quarrel: str) -> None:
    route("elders", [[person("UG-1", DANIEL)]])
    with pytest.raises(Refused):
        send(ruth, quarrel, version=incident(quarrel).version + 1)
    with transaction(scope="/ke/") as session, pytest.raises(NotFound):
        routing.send(session, ruth, quarrel)


def test_a_place_is_named_with_the_unit_above_it(quarrel: str) -> None:
    with transaction() as session:
        assert routing.place_name(session, "ug-kasese-bwera") == "Bwera, Kasese"
        assert routing.place_name(session, "no-such-place") is None
        country = session.get(Place, "ug")
        assert country is not None
        assert routing.place_name(session, "ug") == country.name
    assert count(Incident) == 1
