"""Conversations: questions, choices, codes, parts, versions, borrowed phones, and when to be silent."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from mbiu import codebook, delivery, enrolment, flood, parting, questions, restraint
from mbiu.codes import AddressKind, ContactRole, EventType, Lane, Wish
from mbiu.db import transaction
from mbiu.gazetteer import store
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.models import Address, Contact, Delivery, Incident, Message, Report, ReportCode, utcnow
from mbiu.refusals import NotPossible
from mbiu.words import report_text
from tests.cast import (
    AMINA,
    DANIEL,
    JOSEPH,
    RAID,
    address_of,
    chat,
    contact_of,
    count,
    hand_in,
    incident_of,
    person,
    read_all,
    report_of,
    said_to,
    say,
    sms,
    tell,
    user,
)

TWO_PLACES = "Armed men attacked Kibaoni last night and burnt three houses"
PIECE = (
    "The raiders came from the north side of the hills before dawn and took the cattle of four families " * 2
)


def reading_text(ref: str) -> str:
    with transaction() as session:
        return report_text(session, report_of(ref).id)


def queued(ref: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What is on its way about a report: kind, state, extra."""
    with transaction() as session:
        rows = session.execute(
            select(Delivery)
            .join(Message, Message.id == Delivery.message_id)
            .where(Message.report_id == report_of(ref).id)
            .order_by(Delivery.created_at)
        ).scalars()
        return [(row.kind, row.state.value, row.extra) for row in rows]


# --- one question ------------------------------------------------------------------------------


def test_a_complete_report_gets_its_receipt_and_nothing_more() -> None:
    tell("NEW Hello, this is the first text", AMINA)
    ref = str(hand_in(sms("NEW " + RAID), inline=False).ref)
    read_all()
    assert [kind for kind, _, _ in queued(ref)] == ["reply"]


def test_what_is_missing_is_asked_in_the_receipt_that_has_not_left() -> None:
    person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT)
    say(RAID)
    ref = str(hand_in(sms("NEW Armed men attacked us and killed two people"), inline=False).ref)
    read_all()
    assert [kind for kind, _, _ in queued(ref)] == ["reply"]
    text = [text for kind, text in said_to(AMINA) if kind == "reply"][-1]
    assert ref in text
    assert "Where was it?" in text
    added = say("Bwera in Kasese")
    assert (added.ref, report_of(ref).place_id is None) == (ref, True)
    read_all()
    assert str(report_of(ref).place_id).startswith("ug-kasese")


def test_a_receipt_that_left_is_followed_by_the_question() -> None:
    ref = tell("Armed men attacked us and killed two people")
    assert [kind for kind, _, _ in queued(ref)] == ["reply", "question"]


def test_a_receipt_waits_for_its_reading_only_a_moment() -> None:
    hand_in(sms(RAID), inline=False)
    with transaction() as session:
        row = session.scalars(select(Delivery)).one()
        assert dt.timedelta(0) < row.due_at - row.created_at <= dt.timedelta(seconds=3)
    read_all()
    assert len(delivery.claim()) == 1


@pytest.fixture
def twins() -> None:
    """Two places of one name, in two districts."""
    seed = Gazetteer.seed()
    bwera = seed.get("ug-kasese-bwera")
    assert bwera
    points = {"ug-kasese": (0.04, 29.77), "ug-kween": (1.4, 34.5)}
    two = [
        replace(bwera, place_id=f"{at}-kibaoni", parent_id=at, name="Kibaoni", aliases=(), lat=lat, lon=lon)
        for at, (lat, lon) in points.items()
    ]
    with transaction() as session:
        store.load(session, Gazetteer([*seed, *two]))
    store.forget()


@pytest.mark.usefixtures("twins")
def test_districts_are_offered_by_number_and_one_digit_chooses() -> None:
    person("KAS-01", AMINA, role=ContactRole.FOCAL_POINT)
    ref = tell(TWO_PLACES, AMINA)
    offered = address_of(AMINA).choices
    assert len(offered) >= 2
    question = [text for kind, text in said_to(AMINA) if kind == "question"][-1]
    assert "1 " in question
    assert "2 " in question
    assert say("2", AMINA).ref == ref
    read_all()
    assert report_of(ref).place_id == offered[1]
    assert address_of(AMINA).question is None


@pytest.mark.usefixtures("twins")
def test_other_asks_in_words() -> None:
    person("KAS-01", AMINA, role=ContactRole.FOCAL_POINT)
    ref = tell(TWO_PLACES, AMINA)
    other = len(address_of(AMINA).choices) + 1
    assert "where was it?" in str(say(str(other), AMINA).reply)
    assert (address_of(AMINA).question, address_of(AMINA).choices) == ("place", [])
    assert say("Kibaoni in Kween district", AMINA).ref == ref


@pytest.mark.usefixtures("twins")
def test_in_a_chat_the_choices_are_buttons() -> None:
    person("KAS-02", "5550001", kind=AddressKind.TELEGRAM, channel="telegram",
           role=ContactRole.COMMITTEE)  # fmt: skip
    ref = str(hand_in(chat(TWO_PLACES), inline=False).ref)
    read_all()
    buttons = next(extra for _, _, extra in queued(ref) if extra.get("buttons"))["buttons"]
    assert [row[0]["data"] for row in buttons][:2] == ["choice:1", "choice:2"]
    hand_in(chat(button="choice:1"), inline=False)
    read_all()
    assert report_of(ref).place_id is not None


def test_a_report_is_asked_about_once() -> None:
    ref = tell("Armed men attacked us and killed two people")
    say("it was in the evening")
    read_all()
    assert [kind for kind, _, _ in queued(ref)].count("question") == 1


# --- codes -------------------------------------------------------------------------------------


@pytest.fixture
def codes() -> None:
    with transaction() as session:
        session.add(ReportCode(code="C4", event_type=EventType.CATTLE_RAID, numbers=["killed", "livestock"]))
    codebook.forget()


@pytest.mark.usefixtures("codes")
def test_a_coded_report_is_echoed_once_and_goes_before_the_words() -> None:
    taken = say("C4*3*40 houses near Bwera in Kasese")
    assert "C4 3 40" in str(taken.reply)
    read_all()
    row = incident_of(str(taken.ref))
    assert row.event_type is EventType.CATTLE_RAID
    assert row.numbers["killed"]["best"] == 3
    assert row.numbers["livestock"]["best"] == 40


@pytest.mark.usefixtures("codes")
def test_no_and_the_code_correct_what_was_understood() -> None:
    ref = str(say("C4*3*40 Bwera in Kasese").ref)
    read_all()
    assert say("NO C4 2 40").ref == ref
    read_all()
    assert report_of(ref).told["killed"] == 2
    assert incident_of(ref).numbers["killed"]["best"] == 2
    assert count(Report) == 1


# --- parts, albums, versions -------------------------------------------------------------------


def test_numbered_parts_in_any_order_are_one_report_with_one_answer() -> None:
    parts = {1: "Raiders attacked Kween and ", 2: "killed three people and ", 3: "took forty cows"}
    replies = [say(parts[number], thread="7f", part=number, parts=3).reply for number in (3, 1, 2)]
    assert [reply is not None for reply in replies] == [True, False, False]
    assert (count(Report), count(Message, Message.direction == "in")) == (1, 3)
    with transaction() as session:
        ref = session.scalars(select(Report.ref)).one()
    assert reading_text(ref) == "Raiders attacked Kween and killed three people and took forty cows"


def test_a_missing_part_is_marked_and_not_waited_for() -> None:
    ref = str(say("Raiders attacked Kween and ", thread="7f", part=1, parts=3).ref)
    say("took forty cows", thread="7f", part=3, parts=3)
    assert reading_text(ref) == "Raiders attacked Kween and  […] took forty cows"
    with transaction() as session:
        due = session.scalars(select(Report.due_at)).one()
    assert due - utcnow() < dt.timedelta(seconds=30)


def test_a_text_that_fills_its_segment_takes_up_what_follows_at_once() -> None:
    first = say(PIECE[:153])
    rest = say("and went away over the river")
    assert (rest.ref, rest.reply) == (first.ref, None)
    with transaction() as session:
        session.execute(update(Address).values(full_at=utcnow() - dt.timedelta(minutes=2)))
    later = say("NEW Two houses burn in Bwera")
    assert later.ref != first.ref


def test_the_pictures_of_an_album_belong_to_one_report() -> None:
    first = hand_in(chat("Houses burn in Bwera", thread="album-1"))
    second = hand_in(chat(thread="album-1", lat=0.1, lon=29.9))
    assert (second.ref, second.reply, count(Report)) == (first.ref, None, 1)


def test_an_edit_is_a_version_and_the_newest_counts() -> None:
    ref = str(hand_in(chat("Raid in Kween, 3 people killed", chat_message="11")).ref)
    hand_in(chat("Raid in Kween, 5 people killed", chat_message="11", edited=True))
    hand_in(chat("Raid in Kween, 6 people killed", chat_message="11", edited=True))
    assert reading_text(ref) == "Raid in Kween, 6 people killed"
    assert (count(Report), count(Message, Message.direction == "in")) == (1, 3)


def test_of_a_live_location_the_first_position_counts() -> None:
    hand_in(chat("Houses burn here, people ran", chat_message="10"))
    way = {"live": True, "chat_message": "11"}
    ref = str(hand_in(chat(lat=0.04, lon=29.77, **way)).ref)
    hand_in(chat(lat=0.09, lon=29.99, edited=True, **way))
    read_all()
    assert report_of(ref).lat == pytest.approx(0.04)


def test_a_member_of_a_group_has_a_pseudonym_and_no_more() -> None:
    hand_in(chat("Houses burn in Bwera", sender="-100200300", is_group=True, author="77001"))
    hand_in(chat("Soldiers came to Kween", sender="-100200300", is_group=True, author="77002"))
    with transaction() as session:
        authors = session.scalars(select(Message.author).where(Message.direction == "in")).all()
    assert len(set(authors)) == 2
    assert not any("7700" in str(author) for author in authors)
    assert (count(Contact), address_of_group().is_group) == (1, True)


def address_of_group() -> Address:
    with transaction() as session:
        return session.scalars(select(Address)).one()


def test_a_message_that_tells_of_something_else_becomes_a_report_of_its_own() -> None:
    ref = tell("Land dispute in Mpondwe, Kasese, people shout at each other")
    say("also cattle raid in Kween this morning, 40 cows taken")
    read_all()
    other = incident_of(ref).ref
    with transaction() as session:
        ids = session.scalars(
            select(Message.id).where(Message.direction == "in").order_by(Message.created_at)
        ).all()
        fresh = parting.part(session, user("ruth"), other, ids[1])
    read_all()
    assert reading_text(ref).startswith("Land dispute")
    assert "Kween" not in reading_text(ref)
    assert incident_of(fresh).event_type is EventType.CATTLE_RAID
    with transaction() as session, pytest.raises(NotPossible, match="all that"):
        parting.part(session, user("peter"), other, ids[0])


# --- who speaks --------------------------------------------------------------------------------


def test_a_report_from_a_borrowed_phone_is_its_teller_s() -> None:
    teller = person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT)
    with transaction() as session:
        assert enrolment.set_pin(session, teller, "4821", utcnow())
    ref = str(say("#KAS07 4821 Houses burn in Bwera", JOSEPH).ref)
    row = report_of(ref)
    assert (row.contact_id, row.borrowed, row.unconfirmed, row.lane) == (teller, True, False, Lane.KNOWN)
    with transaction() as session, pytest.raises(NotPossible, match="somebody else's phone"):
        questions.ask_as(session, user("ruth"), row, "How many were they?")
    assert say("ADD two more houses", JOSEPH).ref != ref
    assert ref not in say("HELP", JOSEPH).reply
    wrong = report_of(str(say("#KAS07 1111 Soldiers came to Kween", JOSEPH).ref))
    assert (wrong.contact_id, wrong.borrowed, wrong.unconfirmed) == (contact_of(JOSEPH).id, False, True)


# --- limits ------------------------------------------------------------------------------------


def test_people_we_know_are_read_before_strangers() -> None:
    for number in range(3):
        say(f"NEW Shots were heard near Bwera, call {number}", f"+25677200090{number}")
    person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT)
    known = say(RAID).ref
    with transaction() as session:
        from mbiu import reports

        assert [row.ref for row in reports.claim(session, 1)] == [known]


def test_the_same_text_over_and_over_is_kept_and_not_answered() -> None:
    replies = [say("Your parcel is ready").reply for _ in range(6)]
    assert [reply is not None for reply in replies] == [True] * restraint.SAME_TEXTS + [False] * 3
    assert count(Message, Message.direction == "in") == 6


def test_a_stranger_who_used_up_the_hour_is_not_answered_for_a_day() -> None:
    for number in range(restraint.REPLIES_AN_HOUR):
        assert say(f"NEW Shots were heard in Bwera, call {number}").reply is not None
    with transaction() as session:
        session.execute(update(Address).values(replies_from=utcnow() - dt.timedelta(hours=2)))
    assert say("NEW More shots were heard in Bwera").reply is None


def test_a_short_code_is_never_answered() -> None:
    assert say("You have won a prize", "40404").reply is None


def test_beyond_the_limit_messages_are_folded_into_the_last_report(monkeypatch: pytest.MonkeyPatch) -> None:
    ref = str(say(RAID).ref)
    with transaction() as session:
        session.execute(
            update(Address).values(taken=restraint.REPORTS_AN_HOUR, taken_from=utcnow(), full_at=None)
        )
    surplus = say("NEW Shots were heard in Bwera again")
    assert (surplus.ref, surplus.reply) == (ref, None)
    assert (count(Report), count(Message, Message.folded), report_of(ref).folded) == (1, 1, 1)
    assert reading_text(ref) == RAID


def test_a_flood_from_one_district_is_folded_and_a_focal_point_stands_out() -> None:
    places = ("Bwera", "Karambi", "Kilembe", "Mpondwe", "Hima", "Katwe")
    events = (
        "Land dispute over a fence", "Cattle raid, cows taken", "Protest of students",
        "Thieves robbed a shop",
        "Leaflets with threats", "Police arrested people", "Houses were burnt", "A girl was abducted",
    )  # fmt: skip
    for number in range(flood.AREA + 8):
        text = f"{events[number % 8]} in {places[number // 8]}, Kasese"
        say(text, f"+2567720{number:05d}")
    person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT)
    known = str(say("Land dispute in Mpondwe, Kasese, people fight with sticks").ref)
    read_all()
    assert count(Report) == flood.AREA + 9
    assert count(Report, Report.source_note == "flood") > 1
    assert count(Report, Report.incident_id.is_(None)) == 0
    folded = incident_with_flood()
    assert folded.reports > 1
    assert incident_of(known).id != folded.id


def incident_with_flood() -> Incident:
    with transaction() as session:
        return session.scalars(
            select(Incident)
            .join(Report, Report.incident_id == Incident.id)
            .where(Report.source_note == "flood")
            .limit(1)
        ).one()


def test_one_text_from_many_phones_is_one_incident_with_a_count() -> None:
    text = "The people of the hills will burn Bwera market in Kasese on Friday, send this to all"
    for number in range(30):
        say(text, f"+2567721{number:05d}")
    read_all()
    assert (count(Incident), count(Report)) == (1, 30)
    with transaction() as session:
        row = session.scalars(select(Incident)).one()
    assert (row.reports, row.sources) == (30, 1)


# --- wishes ------------------------------------------------------------------------------------


def test_who_wants_no_messages_is_neither_answered_nor_asked() -> None:
    say(RAID)
    assert say("SAFE 3").reply is not None
    quiet = say("NEW Armed men attacked us and killed two people")
    assert (quiet.reply, quiet.ref is not None) == (None, True)
    read_all()
    assert contact_of(AMINA).wish is Wish.NEVER
    assert [kind for kind, _, _ in queued(str(quiet.ref))] == []
    assert str(quiet.ref) in str(say(f"STATUS {quiet.ref}").reply)


@pytest.mark.usefixtures("twins")
def test_an_answer_to_an_alert_is_not_taken_for_a_choice() -> None:
    person("TZ-01", DANIEL, role=ContactRole.FOCAL_POINT)
    ref = tell(TWO_PLACES, DANIEL)
    assert say("1", DANIEL).ref == ref
