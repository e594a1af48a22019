"""Live drills: people who agreed, asked card by card; what they send is practice only where it says so."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from mbiu import disclosure, exercising, routing
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.digests import gathering
from mbiu.exchange import cap
from mbiu.figures import counting
from mbiu.figures.reading import SENT
from mbiu.models import Alert, Contact, Drill, EscalationChain, Incident, utcnow
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.training import drills, live
from mbiu.training.playbook import scripts
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    JOSEPH,
    approve,
    close,
    incident_of,
    person,
    report_of,
    said_to,
    say,
    tell,
    texts_to,
    user,
)

RAIDERS = "Raiders attacked Panyangara in Kotido, 4 people killed, about 60 cows taken"


@pytest.fixture
def miriam() -> Actor:
    return user("miriam", Role.COORDINATOR)


@pytest.fixture
def people(miriam: Actor) -> None:
    """Amina and Joseph report, Daniel responds: all agreed. Grace did not."""
    for code, number in (("UG-1", AMINA), ("UG-2", JOSEPH), ("UG-3", DANIEL), ("UG-4", GRACE)):
        person(code, number)
    with transaction() as session:
        for code in ("UG-1", "UG-2", "UG-3"):
            live.agree(session, miriam, code, agreed=True)


def begin(actor: Actor, *responders: str, **parts: str) -> Drill:
    with transaction() as session:
        chosen = parts or {"joseph": "UG-1", "lokiru": "UG-2"}
        return live.begin(session, actor, "raid", chosen, responders or ["UG-3"])


def play() -> None:
    """Take every step whose time has come, the clock going on a minute."""
    for minutes in range(1, 6):
        drills.play(utcnow() + dt.timedelta(minutes=minutes))


def newest() -> Drill:
    with transaction() as session:
        found = drills.newest(session)
    assert found is not None
    return found


def test_each_is_told_that_it_begins_and_asked_for_a_card_in_their_turn(miriam: Actor, people: None) -> None:
    begin(miriam)
    assert [text.startswith("EXERCISE begins now") for text in texts_to(DANIEL, "drill")] == [True]
    play()
    asked = [texts_to(number, "drill")[-1] for number in (AMINA, JOSEPH)]
    assert [("card 1" in asked[0]), ("card 2" in asked[1])] == [True, True]
    for number in (AMINA, JOSEPH, DANIEL):
        for text in texts_to(number, "drill"):
            assert text.startswith("EXERCISE")
            assert "raid" not in text.lower()
    assert said_to(GRACE) == []


@pytest.mark.parametrize("word", ["EXERCISE", "exercise:", "Drill,", "ZOEZI", "Kugezesa", "تمرين"])
def test_what_says_so_is_practice_while_the_drill_runs(miriam: Actor, people: None, word: str) -> None:
    begin(miriam)
    ref = tell(f"{word} {RAIDERS}")
    assert report_of(ref).exercise
    assert incident_of(ref).exercise
    assert said_to(AMINA)[-1][1].startswith("EXERCISE ")


def test_whatever_does_not_say_so_is_real_whoever_sends_it(miriam: Actor, people: None) -> None:
    begin(miriam)
    assert not report_of(tell(RAIDERS)).exercise
    assert not report_of(tell(f"EXERCISE {RAIDERS}", GRACE)).exercise
    with transaction() as session:
        drills.stop(session, miriam)
    assert not report_of(tell(f"EXERCISE {RAIDERS}", JOSEPH)).exercise


def test_alerts_of_a_drill_reach_who_takes_part_and_nobody_else(miriam: Actor, people: None) -> None:
    begin(miriam)
    ref = incident_of(tell(f"EXERCISE {RAIDERS}")).ref
    approve(ref, user("ruth"), user("peter"))
    with transaction() as session:
        incident = session.scalars(select(Incident).where(Incident.ref == ref)).one()
        found = routing.plan(session, incident)
    assert [one.code for one in found.recipients] == ["UG-3"]
    with transaction() as session:
        drills.stop(session, miriam)
        found = routing.plan(session, session.merge(incident))
    assert (found.recipients, [why for _, why in found.left_out]) == ((), ["is not part of the exercise"])


def test_a_drill_is_scored_and_the_answer_of_a_real_phone_says_that_it_is_practice(
    miriam: Actor, people: None
) -> None:
    begin(miriam)
    ref = incident_of(tell(f"EXERCISE {RAIDERS}")).ref
    ruth = user("ruth")
    approve(ref, ruth, user("peter"))
    with transaction() as session:
        alert = routing.send(session, ruth, ref)
    assert texts_to(DANIEL, "alert")[0].startswith("EXERCISE ")
    assert (say("1", DANIEL).reply or said_to(DANIEL)[-1][1]).startswith("EXERCISE ")
    with transaction() as session:
        drills.stop(session, miriam)
    kept = newest().results
    seconds = {one["name"]: one["seconds"] for one in kept["measures"]}
    for measured in ("First verdict", "Alert sent", "First acknowledgement"):
        assert seconds[measured] is not None
    assert seconds["Outcome told"] is None
    assert (kept["told"], kept["answered"]) == (1, 1)
    assert alert.exercise
    assert texts_to(DANIEL, "drill")[-1].startswith("EXERCISE over")


def test_a_drill_ends_for_everybody_when_its_time_is_up(miriam: Actor, people: None) -> None:
    began = begin(miriam).started_at
    with transaction() as session:
        assert len(exercising.members(session)) == 3
    drills.play(began + dt.timedelta(minutes=scripts()["raid"].minutes, seconds=1))
    assert newest().ended_at is not None
    assert texts_to(AMINA, "drill")[-1].startswith("EXERCISE over")
    with transaction() as session:
        later = began + dt.timedelta(minutes=scripts()["raid"].minutes, seconds=1)
        assert exercising.members(session, later) == set()


def test_only_a_coordinator_begins_and_only_with_those_who_agreed(miriam: Actor, people: None) -> None:
    with pytest.raises(NotAllowed):
        begin(user("ruth"))
    twice, stranger = {"joseph": "UG-1", "lokiru": "UG-1"}, {"joseph": "UG-1", "lokiru": "UG-4"}
    for parts in (stranger, twice, {"joseph": "UG-1"}):
        with pytest.raises(NotPossible):
            begin(miriam, **parts)
    with transaction() as session:
        live.agree(session, miriam, "ug-2", agreed=False)
    with pytest.raises(NotPossible):
        begin(miriam)
    with pytest.raises(NotFound), transaction() as session:
        live.agree(session, miriam, "UG-9", agreed=True)
    assert said_to(AMINA) == []


def test_who_asked_for_silence_is_not_written_to(miriam: Actor, people: None) -> None:
    begin(miriam)
    with transaction() as session:
        session.execute(update(Contact).values(stopped_at=utcnow()))
        before = len(texts_to(AMINA, "drill"))
        drills.stop(session, miriam)
    assert len(texts_to(AMINA, "drill")) == before


def test_the_route_of_live_drills_is_one_and_follows_who_was_chosen(miriam: Actor, people: None) -> None:
    begin(miriam)
    with transaction() as session:
        drills.stop(session, miriam)
    with transaction() as session:
        live.begin(session, miriam, "raid", {"joseph": "UG-1", "lokiru": "UG-3"}, ["UG-2"])
        chain = session.scalars(select(EscalationChain).where(EscalationChain.name == live.ROUTE)).one()
        joseph = session.scalars(select(Contact).where(Contact.code == "UG-2")).one()
    assert [one["contact"] for step in chain.steps for one in step["who"]] == [str(joseph.id)]


def test_nothing_of_a_drill_is_counted_told_in_a_brief_or_listed(miriam: Actor, people: None) -> None:
    begin(miriam)
    ref = incident_of(tell(f"EXERCISE {RAIDERS}")).ref
    ruth = user("ruth")
    approve(ref, ruth, user("peter"))
    with transaction() as session:
        routing.send(session, ruth, ref)
    say("2", DANIEL)
    close(ruth, ref)
    now = utcnow()
    with transaction() as session:
        counted = counting.count(session, counting.today(now))
        # Texts that a provider really carried are counted as texts, whatever they were about.
        real = {what for _, what, _, drill in counted.figures if not drill}
        assert real <= set(SENT)
        assert {drill for *_, drill in counted.times} == {True}
        assert gathering.gather(session, "/", now - dt.timedelta(days=1), exercise=False) == []
        assert gathering.gather(session, "/", now - dt.timedelta(days=1), exercise=True) != []
        incident = session.scalars(select(Incident).where(Incident.ref == ref)).one()
        for found in (
            disclosure.partner(incident, restricted=False, coerced=False),
            disclosure.public(incident, restricted=False, coerced=False, now=now + dt.timedelta(days=3)),
        ):
            assert found == disclosure.Withheld(disclosure.Why.EXERCISE)
        alert = session.scalars(select(Alert)).one()
        assert "<status>Exercise</status>" in cap.text(session, alert)
