"""Taking a report back, asking what is held, and having it removed."""

import datetime as dt

from sqlalchemy import select, update

from mbiu import correction, erasing, leaving
from mbiu.codes import AddressKind, DeliveryState, IncidentState, Role
from mbiu.db import transaction
from mbiu.models import (
    Address,
    AuditEntry,
    Contact,
    Delivery,
    Incident,
    Message,
    Notice,
    Report,
    VaultEntry,
    utcnow,
)
from mbiu.vault import unseal
from tests.cast import (
    AMINA,
    JOSEPH,
    QUARREL,
    RAID,
    address_of,
    approve,
    chat,
    contact_of,
    count,
    deliveries,
    hand_in,
    incident,
    incident_of,
    people_of_chains,
    person,
    report_of,
    route,
    say,
    tell,
    user,
)

OTHER = "About forty cows were stolen in Kween today, three herders are dead, I saw it from the hill"


def withdraw(ref: str, sender: str = AMINA) -> bool:
    with transaction() as session:
        return leaving.withdraw(session, contact_of(sender).id, ref, utcnow())


def delete(sender: str = AMINA) -> None:
    with transaction() as session:
        leaving.delete(session, contact_of(sender).id, utcnow())


def actions(subject: str) -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(AuditEntry.action).where(AuditEntry.object == subject)))


def together(first: str, second: str) -> Incident:
    """Put two reports' incidents together, as an analyst does where the machine did not."""
    one, other = incident_of(first), incident_of(second)
    if one.id != other.id:
        with transaction() as session:
            correction.merge(session, user("miriam", Role.COORDINATOR), other.ref, one.ref, "The same raid.")
    return incident(one.ref)


# --- withdraw ----------------------------------------------------------------------------------


def test_an_incident_of_one_withdrawn_report_leaves_the_queue_by_name() -> None:
    ref = tell(RAID)
    assert withdraw(ref)
    row = incident_of(ref)
    assert (row.state, row.reports, row.sources) == (IncidentState.WITHDRAWN, 0, 0)
    assert report_of(ref).withdrawn_at
    assert "incident.withdrawn" in actions(f"incident:{row.ref}")


def test_a_reference_is_taken_as_people_type_it() -> None:
    ref = tell(RAID)
    assert withdraw(f"{ref[0].lower()}-{ref[1:4]} {ref[4:]}")


def test_nobody_withdraws_what_is_not_theirs() -> None:
    ref = tell(RAID)
    say(QUARREL, JOSEPH)
    assert not withdraw(ref, JOSEPH)
    assert not withdraw("RZZZZZZ", JOSEPH)
    assert incident_of(ref).state is IncidentState.OPEN


def test_withdrawing_twice_is_as_good_as_once() -> None:
    ref = tell(RAID)
    assert withdraw(ref)
    at = report_of(ref).withdrawn_at
    assert withdraw(ref)
    assert report_of(ref).withdrawn_at == at
    assert actions(f"report:{ref}") == ["report.withdrawn"]


def test_a_withdrawn_report_is_no_source_and_the_others_stay() -> None:
    first, second = tell(RAID), tell(OTHER, JOSEPH)
    row = together(first, second)
    assert (row.reports, row.sources) == (2, 2)
    withdraw(first)
    row = incident(row.ref)
    assert (row.state, row.reports, row.sources) == (IncidentState.OPEN, 1, 1)


def test_a_copy_is_a_source_once_its_first_telling_is_withdrawn() -> None:
    first, second = tell(RAID), tell(RAID, JOSEPH)
    row = together(first, second)
    assert not report_of(second).independent
    withdraw(first)
    assert report_of(second).independent
    assert incident(row.ref).sources == 1


def test_nothing_joins_what_was_withdrawn() -> None:
    ref = tell(RAID)
    withdraw(ref)
    again = tell(RAID, JOSEPH)
    assert incident_of(again).id != incident_of(ref).id


def test_a_report_that_is_not_read_yet_is_read_no_more() -> None:
    ref = say(RAID).ref
    assert ref
    withdraw(ref)
    assert tell(QUARREL, JOSEPH)
    assert report_of(ref).incident_id is None
    assert count(Report, Report.state == "received") == 0


def test_more_words_do_not_bring_a_withdrawn_report_back() -> None:
    ref = tell(RAID)
    withdraw(ref)
    say(f"ADD {ref} there were 4 killed")
    assert count(Report, Report.state == "received", Report.ref == ref) == 0


def test_a_verified_incident_is_flagged_and_stays() -> None:
    ref = tell(RAID)
    approve(incident_of(ref).ref, user("ruth"), user("peter"))
    withdraw(ref)
    row = incident_of(ref)
    assert row.state is IncidentState.VERIFIED
    with transaction() as session:
        notice = session.scalars(select(Notice)).one()
    assert (notice.kind, notice.role, notice.subject) == ("withdrawn", "coordinator", f"incident:{row.ref}")


# --- my data -----------------------------------------------------------------------------------


def test_what_we_hold_is_counted() -> None:
    say(RAID)
    say("NEW " + QUARREL)
    say(RAID, JOSEPH)
    with transaction() as session:
        found = leaving.my_data(session, contact_of(AMINA).id)
    assert found == {"reports": 2, "messages": 2, "since": f"{utcnow():%d/%m/%Y}"}


# --- delete ------------------------------------------------------------------------------------


def texts_of(contact_id: object) -> set[str]:
    with transaction() as session:
        rows = session.execute(select(Message.id, Message.text).where(Message.contact_id == contact_id))
        return {unseal("message", "text", row.id, row.text) for row in rows}


def test_words_go_and_facts_stay() -> None:
    ref = tell(RAID)
    amina, before = contact_of(AMINA).id, incident_of(ref)
    delete()
    report, after = report_of(ref), incident_of(ref)
    assert texts_of(amina) == {""}
    assert (report.reading, report.fingerprint, report.lat, report.place_id) == (None, None, None, None)
    assert (report.event_type, report.area_path) == (before.event_type, before.area_path)
    assert report.erased_at
    assert (after.reports, after.sources, after.severity) == (1, 1, before.severity)


def test_the_person_behind_is_anybody() -> None:
    amina = person(
        "KAS-07", AMINA, organisation="Peace office", home_place_id="ug-kasese", area_path="/ug/x/"
    )
    route("elders", [[amina]])
    say(RAID)
    delete()
    with transaction() as session:
        row = session.scalars(select(Contact).where(Contact.id == amina)).one()
    assert row.code != "KAS-07"
    assert (row.organisation, row.home_place_id, row.area_path, row.role) == ("", None, "/", "unknown")
    assert people_of_chains() == []


def test_the_record_holds_an_id_and_no_code() -> None:
    amina = person("KAS-07", AMINA)
    delete()
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.deleted")).one()
    assert (entry.object, entry.details) == (f"contact:{amina}", {})


def test_the_number_goes_once_the_answer_has_gone() -> None:
    person("KAS-07", AMINA)
    index = address_of(AMINA).blind_index
    delete()
    assert count(Address, Address.blind_index == index) == 0
    with transaction() as session:
        assert erasing.burn(session) == 1
    assert count(VaultEntry) == 0


def test_the_answer_still_goes_out_and_nothing_else() -> None:
    person("KAS-07", "770055", kind=AddressKind.TELEGRAM, channel="telegram")
    hand_in(chat(RAID, "770055"), inline=False)
    hand_in(chat("DELETE", "770055"), inline=False)
    hand_in(chat("DELETE YES", "770055"), inline=False)
    with transaction() as session:
        assert erasing.burn(session) == 0
    waiting = deliveries(Delivery.state == DeliveryState.QUEUED)
    assert len(waiting) == 1
    with transaction() as session:
        text = session.execute(
            select(Message.id, Message.text).where(Message.id == waiting[0].message_id)
        ).one()
        assert unseal("message", "text", text.id, text.text).startswith("It is removed")
        session.execute(update(Delivery).values(state=DeliveryState.SENT))
    with transaction() as session:
        assert erasing.burn(session) == 1
    assert count(VaultEntry) == 0


def test_an_answer_that_cannot_be_sent_keeps_the_number_two_hours_at_most() -> None:
    person("KAS-07", "770055", kind=AddressKind.TELEGRAM, channel="telegram")
    hand_in(chat("DELETE", "770055"), inline=False)
    hand_in(chat("DELETE YES", "770055"), inline=False)
    with transaction() as session:
        assert erasing.burn(session, utcnow() + dt.timedelta(hours=1)) == 0
        assert erasing.burn(session, utcnow() + dt.timedelta(hours=2, minutes=1)) == 1
    assert count(VaultEntry) == 0


def test_whoever_writes_again_is_a_stranger() -> None:
    person("KAS-07", AMINA)
    say(RAID)
    delete()
    with transaction() as session:
        erasing.burn(session)
    say(QUARREL)
    assert contact_of(AMINA).role == "unknown"
    assert count(VaultEntry) == 1


def test_deleting_twice_is_as_good_as_once() -> None:
    person("KAS-07", AMINA)
    say(RAID)
    amina = contact_of(AMINA).id
    for _ in range(2):
        with transaction() as session:
            leaving.delete(session, amina, utcnow())
    with transaction() as session:
        erasing.burn(session)
    assert count(VaultEntry) == 0
    assert texts_of(amina) == {""}


def test_erased_words_keep_the_judgement_made_on_them() -> None:
    """The copy of a text stays a copy when nobody can compare the words any more."""
    first, second = tell(RAID, JOSEPH), tell(RAID)
    row = together(first, second)
    assert row.sources == 1
    delete()
    with transaction() as session:
        correction.recount(session, session.get_one(Incident, row.id))
    assert incident(row.ref).sources == 1
