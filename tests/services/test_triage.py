"""Reports are read and joined to incidents."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from mbiu import triage, vault, verification
from mbiu.codes import EventType, IncidentState, Priority, ReportState, Severity
from mbiu.db import transaction
from mbiu.gazetteer import store
from mbiu.messages import Attachment
from mbiu.models import Contact, Delivery, Incident, Message, Report, utcnow
from mbiu.refs import new_id
from tests.cast import (
    AMINA,
    JOSEPH,
    MALLORY,
    RAID,
    count,
    hand_in,
    incident,
    incident_of,
    person,
    read_all,
    report_of,
    say,
    sms,
    tell,
    texts_to,
    user,
)

ATTACK = "Armed men attacked Bwera in Kasese this morning and killed 3 people"
SAME_ATTACK = "This morning gunmen killed three people in Bwera town, Kasese"
WITNESSES = (
    "My brother told me this on the phone",
    "I have seen it from the hill with my own eyes",
    "The teacher of our school came running to say it",
    "All the shops are shut since then and nobody goes out",
    "We do not know who they are or where they went",
)


def test_a_report_becomes_an_incident_with_place_type_severity_and_priority() -> None:
    ref = tell(RAID)
    row = incident_of(ref)
    assert (row.event_type, row.severity, row.priority) == (
        EventType.CATTLE_RAID,
        Severity.SEVERE,
        Priority.P2,
    )
    assert (row.place_id, row.area_path, row.country) == ("ug-kween", "/ug/ug-eastern/ug-kween/", "UG")
    assert row.numbers["killed"]["best"] == 3
    assert (row.reports, row.sources, row.state) == (1, 1, IncidentState.OPEN)
    assert report_of(ref).state is ReportState.JOINED


def test_two_reports_of_one_event_join_and_count_as_two_sources() -> None:
    first = tell(ATTACK)
    second = tell(SAME_ATTACK, JOSEPH)
    assert incident_of(first).ref == incident_of(second).ref
    assert (incident_of(first).reports, incident_of(first).sources) == (2, 2)


def test_two_reports_of_one_event_in_one_batch_join_too() -> None:
    say(ATTACK)
    say(SAME_ATTACK, JOSEPH)
    assert read_all() == 2
    assert count(Incident) == 1
    with transaction() as session:
        assert session.scalar(select(Incident.sources)) == 2


def test_a_copied_text_is_no_second_source() -> None:
    ref = tell(RAID)
    copy = tell(RAID.upper() + "!!", MALLORY)
    row = incident_of(ref)
    assert incident_of(copy).ref == row.ref
    assert (row.reports, row.sources) == (2, 1)
    assert report_of(copy).copied


def test_one_person_telling_twice_is_one_source() -> None:
    ref = tell(ATTACK)
    tell("NEW " + SAME_ATTACK, AMINA)
    row = incident_of(ref)
    assert (row.reports, row.sources) == (2, 1)


def test_a_graver_telling_raises_severity_and_priority() -> None:
    ref = tell("There was a fight in Bwera, Kasese this morning, two people were hurt")
    before = incident_of(ref)
    tell(ATTACK, JOSEPH)
    after = incident_of(ref)
    assert (before.severity, after.severity) == (Severity.MODERATE, Severity.SEVERE)
    assert after.priority < before.priority
    assert after.version > before.version


def test_a_place_that_is_missing_is_asked_for_once() -> None:
    ref = tell("They killed two people last night")
    questions = texts_to(AMINA, "question")
    assert len(questions) == 1
    assert ref in questions[0]
    say("we are afraid")
    read_all()
    assert len(texts_to(AMINA, "question")) == 1


def test_the_answer_is_read_with_the_report_and_completes_the_incident() -> None:
    ref = tell("They killed two people last night")
    asked = incident_of(ref)
    assert (asked.place_id, "place" in asked.missing) == (None, True)
    assert say("in Bwera, Kasese district").ref == ref
    read_all()
    answered = incident_of(ref)
    assert answered.ref == asked.ref
    assert answered.area_path.startswith("/ug/ug-western/ug-kasese/")
    assert "place" not in answered.missing
    assert answered.numbers["killed"]["best"] == 2


def test_a_photo_alone_leaves_the_question_open() -> None:
    ref = tell("They killed two people last night")
    hand_in(sms(attachments=(Attachment("https://api.twilio.com/secret-handle"),)))
    assert say("in Bwera, Kasese district").ref == ref
    read_all()
    assert "place" not in incident_of(ref).missing


def test_the_answer_completes_an_incident_that_somebody_has_claimed() -> None:
    ruth = user("ruth")
    ref = tell("They killed two people last night")
    with transaction() as session:
        verification.claim(session, ruth, incident_of(ref).ref)
    say("in Bwera, Kasese district")
    read_all()
    assert incident_of(ref).area_path.startswith("/ug/ug-western/ug-kasese/")


def test_the_answer_completes_an_incident_of_several_reports() -> None:
    text = "They killed two people last night, everybody has run away"
    ref = tell(text)
    tell(text, JOSEPH)
    say("in Bwera, Kasese district")
    read_all()
    row = incident_of(ref)
    assert row.area_path.startswith("/ug/ug-western/ug-kasese/")
    assert row.reports == 2


def test_an_answer_that_shows_the_event_is_known_merges_the_two() -> None:
    known = tell(ATTACK, JOSEPH)
    vague = tell("Armed men came this morning and killed three people")
    alone = incident_of(vague).ref
    assert alone != incident_of(known).ref
    say("in Bwera, Kasese")
    read_all()
    assert incident_of(vague).ref == incident_of(known).ref
    assert incident(alone).state is IncidentState.MERGED
    assert incident_of(known).sources == 2


def test_a_greeting_makes_no_incident_and_asks_nothing() -> None:
    ref = tell("Good morning, how are you?")
    assert (count(Incident), report_of(ref).state) == (0, ReportState.READ)
    assert texts_to(AMINA, "question") == []


def test_a_shared_pin_is_the_place() -> None:
    ref = say("They are burning houses here").ref
    hand_in(sms(lat=1.42, lon=34.62, accuracy_m=20.0))
    read_all()
    row = incident_of(str(ref))
    assert row.lat == pytest.approx(1.42)
    assert row.area_path.startswith("/ug/ug-eastern/")


def test_the_language_of_a_report_is_its_own_and_not_the_persons_choice() -> None:
    say("language english")
    assert report_of(tell("Watu wamevamia kijiji cha Bwera na kuchoma nyumba usiku wa jana")).language == "sw"


# --- what cannot be read -----------------------------------------------------------------------


def misplace_a_location(ref: str) -> None:
    """A pin that was sealed for another row, as a damaged restore would leave it."""
    sealed = vault.seal("message", "location", new_id(), "{}")
    with transaction() as session:
        session.execute(
            update(Message)
            .where(Message.report_id == report_of(ref).id, Message.direction == "in")
            .values(location=sealed)
        )


def make_due(ref: str) -> None:
    with transaction() as session:
        session.execute(update(Report).where(Report.ref == ref).values(due_at=utcnow()))


def test_an_unreadable_report_is_put_off_and_holds_up_no_other() -> None:
    broken = say(RAID).ref
    misplace_a_location(str(broken))
    good = tell("Houses are burning in Bwera, Kasese", JOSEPH)
    assert report_of(good).state is ReportState.JOINED
    row = report_of(str(broken))
    assert (row.state, row.attempts) == (ReportState.RECEIVED, 1)
    assert row.due_at > utcnow()


def test_a_report_that_stays_unreadable_is_shown_to_a_person_unread() -> None:
    ref = str(say(RAID).ref)
    misplace_a_location(ref)
    for _ in range(triage.GIVE_UP_AFTER):
        make_due(ref)
        read_all()
    row = incident_of(ref)
    assert (row.event_type, row.priority) == (EventType.UNKNOWN, Priority.P3)
    assert report_of(ref).state is ReportState.JOINED


def test_an_unreadable_text_of_an_incident_stops_nobody_from_joining_it() -> None:
    first = tell(ATTACK)
    with transaction() as session:
        session.execute(
            update(Message)
            .where(Message.direction == "in")
            .values(text=vault.seal("message", "text", new_id(), "moved"))
        )
    second = tell(SAME_ATTACK, JOSEPH)
    assert incident_of(first).ref == incident_of(second).ref


# --- several workers ---------------------------------------------------------------------------


def test_two_workers_at_once_lose_and_double_nothing() -> None:
    for number in range(30):
        sender = f"+2567721{number:05d}"
        person(f"KAS-{number}", sender)
        say(f"{SAME_ATTACK}. {WITNESSES[number % 5]}", sender)
    start, done = threading.Barrier(3), []

    def work(_: int) -> None:
        start.wait()
        while True:
            with transaction() as session:
                claimed = triage.triage(session, store.current(session), limit=4)
            if not claimed:
                return
            done.append(claimed)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    read_all()
    assert sum(done) == 30
    assert count(Report, Report.state == ReportState.JOINED) == 30
    with transaction() as session:
        totals = session.execute(select(Incident.reports)).scalars().all()
        joined = session.execute(select(Report.incident_id).distinct()).scalars().all()
    assert (totals, len(joined)) == ([30], 1)


def test_asking_does_not_wait_for_a_person_who_is_just_writing() -> None:
    ref = say("They killed two people last night").ref
    with transaction() as session:
        address = session.scalar(select(Report.address_id))
        from mbiu.models import Address

        session.get(Address, address, with_for_update=True)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(read_all).result(timeout=10) == 1
    assert report_of(str(ref)).state is ReportState.JOINED
    assert count(Delivery, Delivery.kind == "question") == 0
    assert count(Contact) == 1
