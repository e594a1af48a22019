"""Whom the steps of a chain find: kinds of responders in an area, chats, rotas, parties, survivors."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mbiu import chains, routing
from mbiu.audit import SYSTEM, Actor
from mbiu.chains import Selector, Step
from mbiu.codes import AddressKind, EventType, ResponderClass, Role, Severity
from mbiu.db import transaction
from mbiu.models import Address, AuditEntry, Contact, EscalationChain, RuleVersion, utcnow
from mbiu.parties import affiliations
from mbiu.refusals import NotAllowed, Stale
from mbiu.routing import DryRun, Imagined, Plan, Rules
from tests.cast import DANIEL, GRACE, chain_route, count, people_of_chains, person, user

BWERA, KASESE = "ug-kasese-bwera", "/ug/ug-western/ug-kasese/"
MEDIATOR, POLICE = ResponderClass.MEDIATOR, ResponderClass.POLICE_LIAISON
NIGHT = dt.datetime(2026, 11, 22, 23, 10, tzinfo=dt.UTC)  # ten past two in Kampala


def class_step(kind: ResponderClass, area: str, **more: Any) -> dict[str, Any]:
    return {"who": [{"kind": "class", "class": kind.value, "area": area}], "wait_minutes": 30} | more


def tried(at: dt.datetime | None = None, **imagined: Any) -> DryRun:
    """What would happen about a raid in Bwera."""
    what = {"event_type": EventType.CATTLE_RAID, "place_id": BWERA, "severity": Severity.SEVERE} | imagined
    with transaction() as session:
        return routing.run(session, routing.imagine(session, Imagined(**what)), at or utcnow(), real=False)


def told(plan: Plan) -> list[tuple[str, int]]:
    return [(one.code, one.step) for one in plan.recipients]


def test_a_kind_of_responder_is_found_in_the_district_then_the_region_then_the_country() -> None:
    for code, number, area in (
        ("KAS-1", DANIEL, KASESE + "ug-kasese-bwera/"),
        ("BUN-1", GRACE, "/ug/ug-western/ug-bundibugyo/"),
        ("KWN-1", "+256772000301", "/ug/ug-eastern/ug-kween/"),
        ("KE-1", "+256772000302", "/ke/ke-turkana/"),
    ):
        person(code, number, responder_class=MEDIATOR, area_path=area)
    steps = [class_step(MEDIATOR, area) for area in ("district", "region", "country", "/ke/")]
    chain_route("All", steps)
    assert told(tried().plan) == [("KAS-1", 1), ("BUN-1", 2), ("KWN-1", 3), ("KE-1", 4)]
    nowhere = tried(place_id=None)
    assert told(nowhere.plan) == [("KE-1", 1)]
    assert [gap.step for gap in nowhere.gaps] == [1, 2, 3]


def test_a_committee_chat_is_told_in_the_chat_and_its_person_at_their_own_phone() -> None:
    contact = person("KTD-20", "-700120", kind=AddressKind.TELEGRAM, channel="telegram")
    with transaction() as session:
        chat = session.scalars(select(Address).where(Address.contact_id == contact)).one()
        chat.is_group = True
        chat_id = chat.id
    chain_route("Chat", [{"who": [{"kind": "group", "address": str(chat_id)}], "wait_minutes": 30}])
    assert [one.address_id for one in tried().plan.recipients] == [chat_id]
    chain_route("Person", [{"who": [{"kind": "person", "contact": str(contact)}], "wait_minutes": 30}])
    assert dict(tried().plan.left_out) == {"KTD-20": "has no address"}


def test_hours_are_those_of_the_house_and_a_shut_step_is_passed_over() -> None:
    person("UG-1", DANIEL, responder_class=MEDIATOR, area_path=KASESE)
    person("UG-2", GRACE, responder_class=POLICE, area_path=KASESE)
    chain_route(
        "Day",
        [class_step(MEDIATOR, "district", hours={"from": 6, "to": 21}), class_step(POLICE, "district")],
    )
    night, day = tried(NIGHT).plan, tried(NIGHT + dt.timedelta(hours=6)).plan
    assert [(one.after, one.shut) for one in night.steps] == [(0, True), (0, False)]
    assert [(one.after, one.shut) for one in day.steps] == [(0, False), (30, False)]


def test_a_route_of_the_night_is_not_meant_for_the_day() -> None:
    chain_route("Night", [class_step(MEDIATOR, "district")], hour_from=21, hour_to=6)
    assert tried(NIGHT).unfit == ()
    assert [one.misses for one in tried(NIGHT + dt.timedelta(hours=6)).unfit] == [("hours",)]


def test_a_quorum_that_nobody_can_fill_is_told_beforehand() -> None:
    person("UG-1", DANIEL, responder_class=MEDIATOR, area_path=KASESE)
    quorum = [{"class": "mediator", "count": 1}, {"class": "police_liaison", "count": 1}]
    chain_route("Both", [class_step(MEDIATOR, "district", quorum=quorum)])
    found = tried()
    assert [(one.responder_class, one.wanted, one.told) for one in found.short] == [(POLICE, 1, 0)]


def test_who_belongs_to_a_suspected_party_is_left_out_and_another_is_offered() -> None:
    miriam = user("miriam", Role.COORDINATOR)
    person("UG-1", DANIEL, responder_class=POLICE, area_path=KASESE)
    person("UG-2", GRACE, responder_class=POLICE, area_path=KASESE)
    with transaction() as session:
        affiliations.add(session, miriam, "UG-1", "unit", "Kasese patrol")
        ids = dict(session.execute(select(Contact.code, Contact.id)).all())
    chain_route("Police", [{"who": [{"kind": "person", "contact": str(ids["UG-1"])}], "wait_minutes": 30}])
    found = tried(parties=("Kasese patrol",))
    assert [(one.code, one.barred, one.alternatives) for one in found.plan.omitted] == [
        ("UG-1", True, ("UG-2",))
    ]
    assert found.plan.is_empty
    assert told(tried().plan) == [("UG-1", 1)]


def test_of_survivors_those_who_help_are_told_in_place_of_police() -> None:
    person("UG-1", DANIEL, responder_class=POLICE, area_path=KASESE)
    person("REF-1", GRACE, responder_class=ResponderClass.REFERRAL_SERVICE, area_path=KASESE)
    chain_route("Police", [class_step(POLICE, "district")])
    found = tried(event_type=EventType.SEXUAL_VIOLENCE).plan
    assert told(found) == [("REF-1", 1)]
    assert [one.code for one in found.omitted] == ["UG-1"]


def test_responders_of_no_fitting_route_are_named_with_the_routes_that_would_tell_them() -> None:
    person("UG-1", DANIEL, responder_class=MEDIATOR, area_path=KASESE)
    person("UG-2", GRACE, responder_class=POLICE, area_path=KASESE)
    chain_route("Protests", [class_step(MEDIATOR, "district")], event_types=["protest"])
    found = tried()
    assert found.plan.rules == ()
    assert [(one.code, one.routes) for one in found.idle] == [("UG-1", ("Protests",)), ("UG-2", ())]
    assert found.unfit[0].people == ("UG-1",)


# --- versions ----------------------------------------------------------------------------------


def saved(actor: Actor, *people: UUID, **more: Any) -> EscalationChain:
    with transaction() as session:
        return chains.save(
            session, actor, more.pop("chain", None), "Elders",
            [Step(tuple(Selector("person", one) for one in people), more.pop("wait", 30))], **more,
        )  # fmt: skip


def test_every_version_of_a_chain_is_kept_with_who_saved_it() -> None:
    miriam, ann, bob = user("miriam", Role.COORDINATOR), person("UG-1", DANIEL), person("UG-2", GRACE)
    chain = saved(miriam, ann)
    saved(miriam, ann, bob, chain=chain.id, version=1)
    with transaction() as session:
        kept = chains.history(session, chain.id)
    assert [(one.version, one.saved_by, one.before is None) for one in kept] == [
        (2, miriam.id, False),
        (1, miriam.id, True),
    ]
    assert kept[0].before == kept[1].after
    with pytest.raises(Stale):
        saved(miriam, ann, chain=chain.id, version=1)


def test_who_does_not_run_the_house_changes_no_chain() -> None:
    with pytest.raises(NotAllowed):
        saved(user("ruth"), person("UG-1", DANIEL))
    assert count(EscalationChain) == 0


def test_whoever_leaves_is_taken_out_of_every_chain_by_the_system() -> None:
    ann, bob = person("UG-1", DANIEL), person("UG-2", GRACE)
    saved(SYSTEM, ann, bob)
    with transaction() as session:
        assert chains.forget(session, ann) == 1
        assert chains.forget(session, ann) == 0
    assert people_of_chains() == [bob]
    assert count(RuleVersion) == 2


def test_what_an_alert_was_planned_by_is_in_the_record() -> None:
    chain = saved(SYSTEM, person("UG-1", DANIEL))
    with transaction() as session:
        routing.save(session, SYSTEM, None, Rules("Uganda", chain.id, area_path="/ug/"))
    plan = tried().plan
    assert [(one["version"], one["chain"], one["of"]) for one in plan.versions] == [(1, chain.id, 1)]
    assert count(AuditEntry, AuditEntry.action.in_(["route.saved", "chain.saved"])) == 2


def test_the_database_keeps_every_version_as_it_was() -> None:
    saved(SYSTEM, person("UG-1", DANIEL))
    with pytest.raises(Exception, match="append-only"), transaction() as session:
        session.execute(update(RuleVersion).values(version=7))
