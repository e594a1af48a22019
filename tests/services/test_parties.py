"""Never to a party: who is left out, who could be told instead, and what it takes to let somebody through."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError

from mbiu import correction, leaving, overriding, parties
from mbiu.audit import Actor
from mbiu.codes import EventType, ResponderClass, Role
from mbiu.db import transaction
from mbiu.models import (
    Address,
    Affiliation,
    Alert,
    Contact,
    Delivery,
    Incident,
    Notice,
    PartyOverride,
    Suspect,
    utcnow,
)
from mbiu.outbox import Outgoing, put_all
from mbiu.parties import affiliations
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    JOSEPH,
    approve,
    count,
    incident,
    incident_of,
    person,
    said_to,
    tell,
    texts_to,
    user,
)

KASESE = "/ug/ug-western/ug-kasese/"
BEATEN = "Police beat traders at the market in Bwera, Kasese this morning"


@pytest.fixture
def beaten() -> str:
    """What a reporter tells of the police in Kasese."""
    ref = incident_of(tell(BEATEN)).ref
    with transaction() as session:
        assert session.scalars(select(Suspect.name)).all() == ["police"]
    return ref


def liaison(code: str = "KAS-P", number: str = GRACE, **more: object) -> UUID:
    values = {"responder_class": ResponderClass.POLICE_LIAISON, "area_path": KASESE, "exercise": False}
    return person(code, number, **(values | more))


def bars(ref: str, *contacts: UUID) -> dict[UUID, parties.Bar]:
    with transaction() as session:
        row = session.scalars(select(Incident).where(Incident.ref == ref)).one()
        return parties.barred(session, row, contacts)


def override(ref: str, code: str, one: Actor, two: Actor) -> PartyOverride:
    with transaction() as session:
        asked = overriding.ask(session, one, ref, code, "She is the only one who can free them")
    with transaction() as session:
        return overriding.agree(session, two, ref, asked.id, "I spoke with her superior")


# --- who belongs to whom -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "contact",
    [
        {"responder_class": ResponderClass.POLICE_LIAISON},
        {"responder_class": ResponderClass.SECURITY},
        {"organisation": "Bwera police post"},
    ],
)
def test_what_a_contact_is_written_down_with_makes_it_belong(beaten: str, contact: dict[str, object]) -> None:
    grace = person("KAS-P", GRACE, area_path=KASESE, **contact)
    bar = bars(beaten, grace)[grace]
    assert bar.why == "belongs to an institution that is named as a suspected party"
    assert bar.party == "police"


def test_nobody_stops_belonging_by_being_written_down_otherwise(beaten: str) -> None:
    grace = liaison()
    with transaction() as session:
        session.execute(update(Contact).values(responder_class=ResponderClass.NGO, organisation="Charity"))
    assert grace in bars(beaten, grace)


def test_who_is_not_of_the_party_is_told(beaten: str) -> None:
    daniel = person("KAS-M", DANIEL, responder_class=ResponderClass.MEDIATOR, organisation="Elders of Bwera")
    assert bars(beaten, daniel) == {}


def test_a_party_whose_side_nobody_tells_bars_nobody(beaten: str) -> None:
    ref = incident_of(tell("Police came to the market in Kabale town", DANIEL)).ref
    grace = liaison()
    assert bars(ref, grace) == {}


def test_what_people_belong_to_ends_only_by_two(beaten: str) -> None:
    ruth, peter, grace = user("ruth"), user("peter", Role.COORDINATOR), liaison()
    with transaction() as session:
        (row,) = affiliations.of(session, grace)
        affiliations.ask_end(session, ruth, "KAS-P", row.id)
    with pytest.raises(NotAllowed), transaction() as session:
        affiliations.agree_end(session, ruth, "KAS-P", row.id)
    alone = update(Affiliation).values(ended_at=utcnow(), ended_by=ruth.id)
    with pytest.raises(DBAPIError, match="two_people"), transaction() as session:
        session.execute(alone)
    assert grace in bars(beaten, grace)
    with transaction() as session:
        affiliations.agree_end(session, peter, "KAS-P", row.id)
    assert bars(beaten, grace) == {}


def test_a_community_is_written_down_by_hand() -> None:
    ref = incident_of(tell("Karamojong warriors attacked Kween this morning and took 40 cows")).ref
    daniel, ruth = person("KWE-M", DANIEL), user("ruth")
    assert bars(ref, daniel) == {}
    with transaction() as session:
        affiliations.add(session, ruth, "KWE-M", "community", " Pian ")
        affiliations.add(session, ruth, "KWE-M", "community", "pian")
    assert count(Affiliation) == 1
    assert bars(ref, daniel)[daniel].kind == "community"
    with pytest.raises(NotPossible), transaction() as session:
        affiliations.add(session, ruth, "KWE-M", "tribe", "Pian")
    with pytest.raises(NotFound), transaction() as session:
        affiliations.add(session, ruth, "KWE-X", "community", "Pian")


def test_who_is_gone_for_good_leaves_no_trace_of_what_they_belonged_to() -> None:
    grace = liaison(community="Bakonzo")
    assert count(Affiliation) == 2
    with transaction() as session:
        leaving.panic(session, grace, utcnow())
    assert count(Affiliation) == 0


# --- who is a suspected party ------------------------------------------------------------------


def test_no_single_person_takes_a_party_out_of_suspicion(beaten: str) -> None:
    grace = liaison()
    with transaction() as session:
        correction.correct(session, user("ruth"), beaten, {"actors": {"police": "unknown"}})
    assert bars(beaten, grace)[grace].party == "police"


def test_the_alternative_is_of_the_same_class_near_and_no_party_itself(beaten: str) -> None:
    grace, other = liaison(), liaison("KAS-Q", "+256772000203")
    far = person(
        "KWE-L", "+256772000204", area_path="/ug/ug-eastern/ug-kween/",
        responder_class=ResponderClass.LOCAL_ADMINISTRATION,
    )  # fmt: skip
    assert bars(beaten, grace)[grace].alternatives == ()
    near = person(
        "KAS-L", "+256772000205", area_path=KASESE, responder_class=ResponderClass.LOCAL_ADMINISTRATION
    )
    assert bars(beaten, grace)[grace].alternatives == (near,)
    assert {other, far}.isdisjoint(bars(beaten, grace)[grace].alternatives)


# --- the exception -----------------------------------------------------------------------------


def test_two_people_in_writing_let_somebody_through(beaten: str) -> None:
    ruth, peter, grace = user("ruth"), user("peter"), liaison()
    with pytest.raises(NotPossible, match="written words"), transaction() as session:
        overriding.ask(session, ruth, beaten, "KAS-P", "  ")
    with transaction() as session:
        asked = overriding.ask(session, ruth, beaten, "kas-p", "She can free them")
    assert grace in bars(beaten, grace)
    waits = (Notice.subject == f"incident:{beaten}", Notice.seen_at.is_(None))
    assert count(Notice, *waits) == 1
    with pytest.raises(NotAllowed), transaction() as session:
        overriding.agree(session, ruth, beaten, asked.id, "Yes")
    with pytest.raises(NotPossible, match="written words"), transaction() as session:
        overriding.agree(session, peter, beaten, asked.id, "")
    with transaction() as session:
        found = overriding.agree(session, peter, beaten, asked.id, "I spoke with her")
    assert overriding.words(found) == ("She can free them", "I spoke with her")
    assert bars(beaten, grace) == {}
    assert count(Notice, *waits) == 0


def test_the_database_counts_the_two(beaten: str) -> None:
    ruth = user("ruth")
    liaison()
    with transaction() as session:
        overriding.ask(session, ruth, beaten, "KAS-P", "She can free them")
    own = update(PartyOverride).values(agreed_by=ruth.id, agreed_at=utcnow(), answer=b"sealed")
    with pytest.raises(DBAPIError, match="two_people"), transaction() as session:
        session.execute(own)


@pytest.mark.parametrize("changes", [{"severity": "extreme"}, {"actors": {"GSU": "attacker"}}])
def test_it_is_void_once_the_facts_change(beaten: str, changes: dict[str, object]) -> None:
    ruth, peter, grace = user("ruth"), user("peter"), liaison()
    override(beaten, "KAS-P", ruth, peter)
    with transaction() as session:
        correction.correct(session, user("miriam"), beaten, changes)
    assert grace in bars(beaten, grace)


def test_what_was_asked_before_the_facts_changed_is_asked_anew(beaten: str) -> None:
    ruth, peter = user("ruth"), user("peter")
    liaison()
    with transaction() as session:
        asked = overriding.ask(session, ruth, beaten, "KAS-P", "She can free them")
        correction.correct(session, ruth, beaten, {"severity": "extreme"})
    with pytest.raises(NotPossible, match="Ask anew"), transaction() as session:
        overriding.agree(session, peter, beaten, asked.id, "Yes")


def test_it_can_be_taken_back(beaten: str) -> None:
    ruth, grace = user("ruth"), liaison()
    found = override(beaten, "KAS-P", ruth, user("peter"))
    with transaction() as session:
        overriding.drop(session, ruth, beaten, found.id)
        assert overriding.of(session, found.incident_id) == []
    assert grace in bars(beaten, grace)


def test_there_is_nothing_to_except_for_whoever_is_told_anyway(beaten: str) -> None:
    person("KAS-M", DANIEL, responder_class=ResponderClass.MEDIATOR)
    with pytest.raises(NotPossible, match="Nothing keeps"), transaction() as session:
        overriding.ask(session, user("ruth"), beaten, "KAS-M", "Why not")


# --- the database ------------------------------------------------------------------------------


def tell_past_the_service(ref: str, told: UUID | Sequence[UUID], actor: Actor, kind: str = "alert") -> None:
    """An alert and its deliveries as a program would write them that forgot to ask, in one statement."""
    row, now, alert_id = incident(ref), utcnow(), new_id()
    contacts = [told] if isinstance(told, UUID) else told
    with transaction() as session:
        values = {"ref": "A" + str(alert_id)[-8:], "texts": b"sealed", "incident_version": row.version}
        session.execute(insert(Alert).values(id=alert_id, incident_id=row.id, created_by=actor.id, **values))
        found = session.execute(
            select(Address.contact_id, Address.id).where(Address.contact_id.in_(contacts))
        )
        outs = [
            Outgoing(address, contact, "twilio", "sealed", kind, alert_id=alert_id)
            for contact, address in found.all()
        ]
        put_all(session, outs, now)


@pytest.mark.parametrize("kind", ["alert", "reminder", "final"])
def test_the_database_lets_no_alert_reach_a_party(beaten: str, kind: str) -> None:
    ruth, peter, grace = user("ruth"), user("peter"), liaison()
    approve(beaten, ruth)
    with pytest.raises(DBAPIError, match="never_to_a_party"):
        tell_past_the_service(beaten, grace, ruth, kind)
    override(beaten, "KAS-P", ruth, peter)
    tell_past_the_service(beaten, grace, ruth, kind)
    assert count(Delivery, Delivery.kind == kind) == 1


def test_one_of_a_party_among_many_keeps_the_database_from_telling_any(beaten: str) -> None:
    ruth, grace = user("ruth"), liaison()
    elder = person("KAS-E", "+256772000205", responder_class=ResponderClass.ELDER)
    approve(beaten, ruth)
    with pytest.raises(DBAPIError, match="never_to_a_party"):
        tell_past_the_service(beaten, [elder, grace], ruth)
    assert count(Delivery, Delivery.kind == "alert") == 0
    tell_past_the_service(beaten, elder, ruth)
    assert count(Delivery, Delivery.kind == "alert") == 1


def test_the_database_knows_a_party_by_its_other_names() -> None:
    ref = incident_of(tell("The GSU beat traders at the market in Bwera, Kasese this morning")).ref
    ruth, grace = user("ruth"), liaison()
    with transaction() as session:
        assert affiliations.complete(session) == 1
        assert affiliations.complete(session) == 0
    approve(ref, ruth)
    with pytest.raises(DBAPIError, match="never_to_a_party"):
        tell_past_the_service(ref, grace, ruth)


# --- survivors ---------------------------------------------------------------------------------


def helper(code: str = "KAS-R", number: str = "+256772000209") -> UUID:
    return person(code, number, area_path=KASESE, responder_class=ResponderClass.REFERRAL_SERVICE)


@pytest.fixture
def survivor() -> str:
    """An incident of sexual violence in Kasese, told by Amina."""
    return incident_of(tell("A woman was raped in Bwera, Kasese last night", AMINA)).ref


def test_of_survivors_those_hear_who_help_them_in_place_of_police_and_mediators(survivor: str) -> None:
    grace, helps = liaison(), helper()
    mediator = person("KAS-M", DANIEL, responder_class=ResponderClass.MEDIATOR, area_path=KASESE)
    found = bars(survivor, grace, helps, mediator)
    assert {contact: bar.kind for contact, bar in found.items()} == {grace: "survivor", mediator: "survivor"}
    assert found[grace].alternatives == (helps,)
    with transaction() as session:
        assert parties.instead(session, incident(survivor)) == (helps,)


def test_two_people_may_let_the_police_hear_of_a_survivor(survivor: str) -> None:
    ruth, peter, grace = user("ruth"), user("peter"), liaison()
    approve(survivor, ruth, peter)
    with pytest.raises(DBAPIError, match="never_to_a_party"):
        tell_past_the_service(survivor, grace, ruth)
    override(survivor, "KAS-P", ruth, peter)
    assert bars(survivor, grace) == {}
    tell_past_the_service(survivor, grace, ruth)


def test_what_a_survivor_told_is_not_asked_for_again() -> None:
    tell("She was raped last night", JOSEPH)
    tell("They stole goats last night", AMINA)
    assert texts_to(JOSEPH, "question") == []
    assert not any("?" in said for _, said in said_to(JOSEPH))
    assert any("?" in said for _, said in said_to(AMINA))


def test_a_child_taken_away_takes_the_path_for_survivors() -> None:
    ref = incident_of(tell("Armed men abducted two girls from the school in Bwera, Kasese")).ref
    row = incident(ref)
    assert (row.event_type, row.child, row.survivor, row.restricted) == (
        EventType.ABDUCTION,
        True,
        True,
        True,
    )
    with transaction() as session:
        correction.correct(session, user("ruth"), ref, {"child": False})
    row = incident(ref)
    assert (row.survivor, row.restricted) == (False, False)


def test_a_person_says_that_a_child_was_harmed(beaten: str) -> None:
    grace = liaison()
    with transaction() as session:
        correction.correct(session, user("ruth"), beaten, {"child": True})
    assert incident(beaten).restricted
    assert bars(beaten, grace)[grace].kind == "survivor"
