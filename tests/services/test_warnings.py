"""Warning the threatened: who gets which words, by whose leave, in which waves, and how it is stopped."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from mbiu import correction, rumours, verification, warnings
from mbiu.audit import Actor
from mbiu.codes import ContactRole, DeliveryState, Role, RumourVerdict, Verdict, Wish
from mbiu.db import transaction
from mbiu.models import (
    AreaWarning,
    Contact,
    Delivery,
    GatewayPrice,
    Notice,
    ProtectiveText,
    WarningRecipient,
    utcnow,
)
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.warnings import Wanted, library
from mbiu.warnings.preparing import reached
from tests.cast import QUARREL, RAID, count, incident_of, person, tell, texts_to, user

KWEEN, KASESE = "/ug/ug-eastern/ug-kween/", "/ug/ug-western/ug-kasese/"
STAY = {"en": "{place}: please stay indoors.", "sw": "{place}: tafadhali kaeni ndani."}
CALM = {"en": "{place}: it is quiet, please do not pass the story on."}
OVER = {"en": "{place}: you can go about your day again."}
NUMBERS = [f"+2567720004{index:02}" for index in range(8)]


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def peter() -> Actor:
    return user("peter", Role.COORDINATOR)


@pytest.fixture
def people() -> None:
    """Five in Kween: one reads Swahili, one wants no messages, one is a stranger; one in Kasese."""
    known = {"role": ContactRole.FOCAL_POINT, "area_path": KWEEN}
    person("KWE-1", NUMBERS[0], **known)
    person("KWE-2", NUMBERS[1], **known, language="sw")
    person("KWE-3", NUMBERS[2], **known)
    person("KWE-4", NUMBERS[3], **known)
    person("KWE-X", NUMBERS[4], **(known | {"role": ContactRole.UNKNOWN}))
    person("KAS-1", NUMBERS[5], **(known | {"area_path": KASESE}))
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "KWE-4").values(wish=Wish.PULL))


def agreed(one: Actor, two: Actor, variant: str = "protect", texts: dict[str, str] = STAY) -> ProtectiveText:
    with transaction() as session:
        row = library.write(session, one, f"Words to {variant}", variant, texts)
        session.flush()
        library.agree(session, two, row.id)
        return row


def prepared(actor: Actor, message: ProtectiveText, **more: object) -> AreaWarning:
    values = {"text_id": message.id, "area_path": KWEEN, "audience": ("focal_point",)}
    with transaction() as session:
        return warnings.prepare(session, actor, Wanted(**(values | more)))  # type: ignore[arg-type]


def approved(actor: Actor, ref: str) -> AreaWarning:
    with transaction() as session:
        return warnings.approve(session, actor, ref)


def wave() -> int:
    with transaction() as session:
        return warnings.send_due(session)


@pytest.fixture
def raid() -> str:
    return incident_of(tell(RAID)).ref


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(dt.datetime(2030, 5, 1, 9, tzinfo=dt.UTC), tick=False) as found:
        yield found


def heard() -> list[list[str]]:
    return [texts_to(number, "warning") for number in NUMBERS[:6]]


# --- the words agreed beforehand ---------------------------------------------------------------


def test_words_need_a_second_person_before_they_can_be_used(ruth: Actor, peter: Actor) -> None:
    with transaction() as session:
        row = library.write(session, ruth, "Stay", "protect", STAY)
    with pytest.raises(NotAllowed), transaction() as session:
        library.agree(session, ruth, row.id)
    with pytest.raises(NotFound):
        prepared(ruth, row)
    alone = update(ProtectiveText).values(agreed_by=ruth.id, agreed_at=utcnow())
    with pytest.raises(DBAPIError, match="two_people"), transaction() as session:
        session.execute(alone)
    with transaction() as session:
        library.agree(session, peter, row.id)
    assert prepared(ruth, row).texts["en"] == "Kween: please stay indoors."


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"en": "Raiders attack, hide"}, "shows whoever sees the phone"),
        ({"en": "Stay in. " * 60}, "at most 3 SMS"),
        ({"sw": "kaeni ndani"}, "English"),
        ({"en": "Stay {where}"}, "in braces"),
        ({"en": "Stay {place"}, "in braces"),
        ({"xx": "Zazu"}, "no such language"),
    ],
)
def test_words_that_could_harm_are_not_kept(ruth: Actor, words: dict[str, str], why: str) -> None:
    with pytest.raises(NotPossible, match=why), transaction() as session:
        library.write(session, ruth, "Words", "protect", words)


def test_what_comes_with_mbiu_can_be_kept_as_it_is(ruth: Actor) -> None:
    with transaction() as session:
        found = library.shipped()
        assert {key.partition(".")[0] for key in found} == set(warnings.VARIANTS)
        for key, wordings in found.items():
            library.write(session, ruth, key, key.partition(".")[0], wordings)


# --- who is reached ----------------------------------------------------------------------------


def test_the_preview_counts_people_languages_segments_and_money(
    people: None, ruth: Actor, peter: Actor
) -> None:
    price = {"gateway": "twilio", "direction": "out", "micros": 250_000, "currency": "KES"}
    with transaction() as session:
        session.execute(insert(GatewayPrice).values(id=new_id(), country="UG", **price))
    row = prepared(ruth, agreed(ruth, peter), wave_size=2, wave_minutes=10)
    with transaction() as session:
        found = reached(session, row)
        told = warnings.reckon(found.people, row.texts, {("twilio", "UG"): ("KES", 250_000)}, 2, 10)
    assert found.left_out == {"wish": 1}
    assert (told.people, told.languages) == (3, {"en": 2, "sw": 1})
    assert (told.sms, told.segments, told.cost, told.unpriced) == (3, 3, {"KES": 750_000}, 0)
    assert (told.waves, told.minutes) == (2, 10)
    assert approved(peter, row.ref).preview == told.stored()


def test_a_suspected_party_is_not_warned(people: None, ruth: Actor, peter: Actor) -> None:
    ref = incident_of(tell("Karamojong warriors attacked Kween this morning and took 40 cows")).ref
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "KWE-1").values(community="Pian"))
    row = prepared(ruth, agreed(ruth, peter), incident=ref)
    with transaction() as session:
        found = reached(session, row)
    assert [one.code for one, _ in found.people] == ["KWE-2", "KWE-3"]
    assert found.left_out == {"wish": 1, "party": 1}


def test_nobody_warns_an_area_that_is_not_theirs(people: None, ruth: Actor, peter: Actor) -> None:
    message = agreed(ruth, peter)
    for area in (KWEEN, "/", "/xx/"):
        wanted = Wanted(message.id, area, ("focal_point",))
        with pytest.raises(NotPossible, match="area of yours"), transaction(scope=KASESE) as session:
            warnings.prepare(session, ruth, wanted)
    row = prepared(ruth, message)
    with pytest.raises(NotFound), transaction(scope=KASESE) as session:
        warnings.find(session, row.ref)
    with transaction(scope=KWEEN) as session:
        assert warnings.find(session, row.ref).id == row.id


def test_what_few_may_see_is_told_to_no_area(ruth: Actor, peter: Actor) -> None:
    ref = incident_of(tell("A woman was raped in Kween last night")).ref
    with pytest.raises(NotPossible, match="few people"):
        prepared(ruth, agreed(ruth, peter), incident=ref)


# --- two people --------------------------------------------------------------------------------


def test_whoever_prepared_it_does_not_approve_it(people: None, ruth: Actor, peter: Actor) -> None:
    row = prepared(ruth, agreed(ruth, peter))
    assert count(Notice, Notice.subject == f"warning:{row.ref}") == 1
    with pytest.raises(NotAllowed):
        approved(ruth, row.ref)
    own = update(AreaWarning).values(approved_by=ruth.id, approved_at=utcnow())
    with pytest.raises(DBAPIError, match="two_people"), transaction() as session:
        session.execute(own)
    assert wave() == 0
    waits = (Notice.subject == f"warning:{row.ref}", Notice.seen_at.is_(None))
    assert count(Notice, *waits) == 1
    approved(peter, row.ref)
    assert wave() == 1
    assert count(Notice, *waits) == 0
    with pytest.raises(NotPossible):
        approved(peter, row.ref)


def test_what_was_approved_is_what_is_sent(people: None, ruth: Actor, peter: Actor) -> None:
    row = approved(peter, prepared(ruth, agreed(ruth, peter)).ref)
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(update(AreaWarning).values(texts={"en": "Come out"}))
    with transaction() as session:
        session.execute(text("DELETE FROM warning_recipient WHERE warning_id = :id"), {"id": row.id})
        address, contact = session.execute(text("SELECT id, contact_id FROM address LIMIT 1")).one()
        message = session.execute(
            text(
                "INSERT INTO message"
                " (id, direction, channel, address_id, contact_id, state, text, created_at)"
                " VALUES (gen_random_uuid(), 'out', 'twilio', :address, :contact, 'handled', 'x', now())"
                " RETURNING id"
            ),
            {"address": address, "contact": contact},
        ).scalar_one()
    values = {"id": new_id(), "message_id": message, "address_id": address, "warning_id": row.id}
    with pytest.raises(DBAPIError, match="warning_not_approved"), transaction() as session:
        session.execute(insert(Delivery).values(kind="warning", channel="twilio", **values))


def test_it_is_prepared_anew_once_the_incident_changed(
    people: None, ruth: Actor, peter: Actor, raid: str
) -> None:
    row = prepared(ruth, agreed(ruth, peter), incident=raid)
    with transaction() as session:
        correction.correct(session, ruth, raid, {"severity": "extreme"})
    with pytest.raises(NotPossible, match="anew"):
        approved(peter, row.ref)


# --- waves -------------------------------------------------------------------------------------


def test_it_goes_in_waves_each_in_the_persons_language(
    people: None, ruth: Actor, peter: Actor, clock: time_machine.Traveller
) -> None:
    row = approved(peter, prepared(ruth, agreed(ruth, peter), wave_size=2, wave_minutes=10).ref)
    assert (wave(), wave()) == (1, 0)
    assert heard() == [["Kween: please stay indoors."], ["Kween: tafadhali kaeni ndani."], [], [], [], []]
    clock.shift(dt.timedelta(minutes=10))
    assert (wave(), wave()) == (1, 0)
    assert heard()[2] == ["Kween: please stay indoors."]
    with transaction() as session:
        found = warnings.progress(session, [row.id])[row.id]
        assert warnings.find(session, row.ref).ended_at == utcnow()
        assert warnings.next_due(session) is None
    assert (found.people, found.told, found.wave, found.waiting) == (3, 3, 2, 0)
    assert found.states == {"queued": 3}


def test_the_stop_button_ends_the_waves_and_takes_back_what_waits(
    people: None, ruth: Actor, peter: Actor, clock: time_machine.Traveller
) -> None:
    row = approved(peter, prepared(ruth, agreed(ruth, peter), wave_size=1).ref)
    wave()
    with transaction() as session:
        warnings.stop(session, ruth, row.ref)
    clock.shift(dt.timedelta(hours=1))
    assert wave() == 0
    with transaction() as session:
        assert session.scalars(select(Delivery.state)).all() == [DeliveryState.EXPIRED]
        assert warnings.progress(session, [row.id])[row.id].waiting == 2
    with pytest.raises(NotPossible), transaction() as session:
        warnings.stop(session, ruth, row.ref)


def test_who_asked_for_silence_between_two_waves_is_skipped(
    people: None, ruth: Actor, peter: Actor, clock: time_machine.Traveller
) -> None:
    row = approved(peter, prepared(ruth, agreed(ruth, peter), wave_size=2).ref)
    wave()
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "KWE-3").values(stopped_at=utcnow()))
    clock.shift(dt.timedelta(hours=1))
    wave()
    with transaction() as session:
        assert warnings.progress(session, [row.id])[row.id].skipped == {"stopped": 1}
    assert heard()[2] == []


def test_a_warning_of_what_was_refuted_stops_by_itself(
    people: None, ruth: Actor, peter: Actor, raid: str, clock: time_machine.Traveller
) -> None:
    row = approved(peter, prepared(ruth, agreed(ruth, peter), incident=raid, wave_size=1).ref)
    wave()
    with transaction() as session:
        verification.reject(session, ruth, raid, Verdict.REFUTED, "The chief says no")
    clock.shift(dt.timedelta(hours=1))
    wave()
    with transaction() as session:
        assert warnings.find(session, row.ref).stopped_at is not None
        assert (
            len(
                session.scalars(
                    select(WarningRecipient.told_at).where(WarningRecipient.told_at.is_not(None))
                ).all()
            )
            == 1
        )


# --- against a rumour, and when it is over -----------------------------------------------------


def test_a_word_against_a_rumour_needs_a_judged_one(people: None, ruth: Actor, peter: Actor) -> None:
    message = agreed(ruth, peter, "counter_rumour", CALM)
    with pytest.raises(NotPossible, match="needs the rumour"):
        prepared(ruth, message)
    ref = incident_of(tell(QUARREL)).ref
    with transaction() as session:
        correction.correct(session, ruth, ref, {"event_type": "rumour", "severity": "moderate"})
    with pytest.raises(NotPossible, match="Judge"):
        prepared(ruth, message, incident=ref)
    with transaction() as session:
        rumours.judge(session, ruth, ref, RumourVerdict.FALSE, "Asked the chief")
    row = prepared(ruth, message, incident=ref, area_path=KASESE)
    with pytest.raises(NotPossible, match="Nothing is left"):
        prepared(ruth, agreed(ruth, peter), incident=ref)
    approved(peter, row.ref)
    wave()
    assert heard()[5] == ["Kasese: it is quiet, please do not pass the story on."]


def test_the_all_clear_goes_to_those_whom_the_warning_had_reached(
    people: None, ruth: Actor, peter: Actor
) -> None:
    row = approved(peter, prepared(ruth, agreed(ruth, peter), wave_size=2).ref)
    wave()
    with transaction() as session:
        session.execute(update(Delivery).values(state=DeliveryState.SENT))
        session.execute(update(Contact).where(Contact.code == "KWE-1").values(area_path=KASESE))
    message = agreed(ruth, peter, "all_clear", OVER)
    with pytest.raises(NotPossible, match="Open that warning"):
        prepared(ruth, message)
    clear = approved(peter, prepared(ruth, message, follows=row.ref, area_path="").ref)
    wave()
    over = "Kween: you can go about your day again."
    assert [one[-1:] == [over] for one in heard()] == [True, True, False, False, False, False]
    with transaction() as session:
        assert warnings.find(session, row.ref).stopped_at is not None
        assert warnings.find(session, clear.ref).follows == row.id


def test_protection_does_not_wait_for_the_morning_but_an_all_clear_does(
    people: None, ruth: Actor, peter: Actor, clock: time_machine.Traveller
) -> None:
    with transaction() as session:
        session.execute(update(Contact).values(quiet_from=9, quiet_to=14))  # it is noon in Kampala
    row = approved(peter, prepared(ruth, agreed(ruth, peter)).ref)
    wave()
    with transaction() as session:
        assert set(session.scalars(select(Delivery.due_at))) == {utcnow()}
        session.execute(update(Delivery).values(state=DeliveryState.SENT))
    approved(peter, prepared(ruth, agreed(ruth, peter, "all_clear", OVER), follows=row.ref).ref)
    wave()
    with transaction() as session:
        waiting = select(Delivery.due_at).where(Delivery.state == DeliveryState.QUEUED)
        assert set(session.scalars(waiting)) == {utcnow() + dt.timedelta(hours=2)}


def test_an_exercise_reaches_those_who_take_part_and_says_so(people: None, ruth: Actor, peter: Actor) -> None:
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "KWE-1").values(exercise=True))
    approved(peter, prepared(ruth, agreed(ruth, peter), exercise=True).ref)
    wave()
    assert heard()[0][0].startswith("EXERCISE")
    assert heard()[2] == []
    assert count(Delivery, Delivery.kind == "warning") == 1
