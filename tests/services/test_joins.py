"""Reports find their incident, count as sources or not, and can be parted again for good."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text, update

from mbiu import candidates, correction, incidents, linking, reports, verification
from mbiu.audit import Actor
from mbiu.codes import IncidentState, JoiningState, Role
from mbiu.db import insert_all, transaction
from mbiu.facts import block_of_path, incident_facts
from mbiu.models import AuditEntry, Authorship, Incident, Joining, Report, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.search import Search, cell, cells
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    JOSEPH,
    RAID,
    approve,
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
    user,
)

ATTACK = "Armed men attacked Bwera in Kasese this morning and killed 3 people"
OTHER_WORDS = "This morning gunmen shot three people dead in Bwera, Kasese"
IN_SWAHILI = "Watu wenye silaha wamevamia Bwera, Kasese leo asubuhi na kuua watu 3"
VAGUE = "They killed two people last night"


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


def records(*where: Any) -> list[Joining]:
    with transaction() as session:
        return list(session.scalars(select(Joining).where(*where).order_by(Joining.created_at)))


def join(actor: Actor, report: str, into: str, reason: str = "") -> None:
    with transaction(scope="/") as session:
        linking.join(session, actor, report, into, reason)


def undo(actor: Actor, report: str) -> str:
    with transaction(scope="/") as session:
        return linking.undo(session, actor, report).ref


def proposals(ref: str) -> list[linking.Proposal]:
    with transaction(scope="/") as session:
        return linking.proposals(session, ref)


def sources_of(report: str) -> tuple[int, int]:
    row = incident_of(report)
    return row.reports, row.sources


# --- sources -----------------------------------------------------------------------------------


def test_a_text_copied_by_five_phones_is_one_source_and_five_reports() -> None:
    refs = [tell(RAID, f"+25677200010{number}") for number in range(5)]
    assert sources_of(refs[0]) == (5, 1)
    assert [report_of(ref).source_note for ref in refs] == ["", "copy", "copy", "copy", "copy"]
    assert [row.independent for row in records()] == [False] * 4


def test_five_copies_in_one_batch_are_one_source_too() -> None:
    refs = [str(say(RAID, f"+25677200010{number}").ref) for number in range(5)]
    read_all()
    assert sources_of(refs[0]) == (5, 1)
    assert count(Incident) == 1


def test_a_copy_with_a_few_words_changed_is_no_second_source() -> None:
    ref = tell(ATTACK)
    tell("Armed people attacked Bwera in Kasese this morning and have killed 3 people", JOSEPH)
    assert sources_of(ref) == (2, 1)


def test_two_accounts_in_their_own_words_are_two_sources() -> None:
    ref = tell(ATTACK)
    other = tell(OTHER_WORDS, JOSEPH)
    third = tell(IN_SWAHILI, GRACE)
    assert sources_of(ref) == (3, 3)
    assert [report_of(one).independent for one in (ref, other, third)] == [True, True, True]


def test_one_person_who_tells_twice_is_one_source() -> None:
    ref = tell(ATTACK)
    again = tell("NEW " + OTHER_WORDS)
    assert sources_of(ref) == (2, 1)
    assert report_of(again).source_note == "same_person"


def test_people_of_one_organisation_are_one_source() -> None:
    for code, number in (("KAS-1", AMINA), ("KAS-2", JOSEPH)):
        person(code, number, organisation="Bwera Peace Committee")
    ref = tell(ATTACK)
    other = tell(OTHER_WORDS, JOSEPH)
    assert sources_of(ref) == (2, 1)
    assert report_of(other).source_note == "connected"
    tell(IN_SWAHILI, GRACE)
    assert sources_of(ref) == (3, 2)


def test_people_of_one_community_and_denomination_are_one_source() -> None:
    for code, number in (("KAS-1", AMINA), ("KAS-2", JOSEPH)):
        person(code, number, community="St Peter Bwera", denomination="Catholic")
    person("KAS-3", GRACE, community="St Peter Bwera")
    ref = tell(ATTACK)
    other = tell(OTHER_WORDS, JOSEPH)
    assert sources_of(ref) == (2, 1)
    assert report_of(other).source_note == "connected"
    tell(IN_SWAHILI, GRACE)
    assert sources_of(ref) == (3, 2)


def test_a_supervisor_and_who_reports_to_them_are_one_source() -> None:
    supervisor = person("KAS-1", AMINA)
    person("KAS-2", JOSEPH, supervisor_id=supervisor)
    person("KAS-3", GRACE, supervisor_id=supervisor)
    ref = tell(OTHER_WORDS, JOSEPH)
    tell(IN_SWAHILI, GRACE)
    assert sources_of(ref) == (2, 2)
    above = tell(ATTACK)
    assert sources_of(ref) == (3, 2)
    assert report_of(above).source_note == "connected"


def test_who_passes_on_what_others_said_is_no_source() -> None:
    ref = tell(ATTACK)
    hand_in(sms(OTHER_WORDS, JOSEPH, forwarded=True))
    hearsay = tell("I heard that gunmen killed 3 people in Bwera, Kasese this morning", GRACE)
    assert sources_of(ref) == (3, 1)
    assert report_of(hearsay).source_note == "hearsay"
    assert count(Report, Report.source_note == "forwarded") == 1


def test_a_story_that_nobody_saw_has_one_source_until_somebody_did() -> None:
    ref = tell("I heard that gunmen killed 3 people in Bwera, Kasese this morning")
    assert (sources_of(ref), report_of(ref).independent) == ((1, 1), False)
    tell(OTHER_WORDS, JOSEPH)
    assert sources_of(ref) == (2, 1)


def test_the_copy_of_a_text_that_went_elsewhere_is_its_only_telling(ruth: Actor) -> None:
    first, copy = tell(RAID), tell(RAID, JOSEPH)
    own = tell("Warriors came to Kween this morning: 40 animals gone, three of our men dead", GRACE)
    assert sources_of(own) == (3, 2)
    with transaction() as session:
        correction.split(session, ruth, first, "Another night.")
    assert sources_of(copy) == (2, 2)
    assert report_of(copy).independent


# --- records -----------------------------------------------------------------------------------


def test_each_join_says_how_likely_why_and_by_whom() -> None:
    first = tell(ATTACK)
    second = tell(OTHER_WORDS, JOSEPH)
    (row,) = records()
    assert (row.report_id, row.incident_id) == (report_of(second).id, incident_of(first).id)
    assert (row.state, row.made_by, row.independent) == (JoiningState.JOINED, None, True)
    assert row.same_event is not None
    assert row.same_event >= 0.9
    assert {"the same place", "the same type", "3 killed"} <= set(row.why)


def test_what_may_be_one_event_is_proposed_to_both_sides(ruth: Actor) -> None:
    known, vague = tell(ATTACK), tell("There was an attack somewhere in Kasese, people are dead", JOSEPH)
    one, other = incident_of(known).ref, incident_of(vague).ref
    assert one != other
    (seen,) = proposals(one)
    assert (seen.report, seen.incident, seen.other, seen.independent) == (vague, one, other, True)
    assert 0.4 <= seen.same_event < 0.9
    assert "one place lies in the other" in seen.why
    assert [proposal.other for proposal in proposals(other)] == [one]
    join(ruth, vague, one)
    assert proposals(one) == []


def test_a_proposal_outside_the_area_is_not_shown() -> None:
    known, vague = tell(ATTACK), tell("There was an attack somewhere in Kasese, people are dead", JOSEPH)
    with transaction() as session:
        session.execute(update(Report).where(Report.ref == vague).values(area_path="/tz/"))
        session.execute(update(Incident).where(Incident.id == incident_of(vague).id).values(area_path="/tz/"))
    with transaction(scope="/ug/") as session:
        assert linking.proposals(session, incident_of(known).ref) == []
    with transaction(scope="/ug/") as session, pytest.raises(NotFound):
        linking.proposals(session, incident_of(vague).ref)


# --- by hand -----------------------------------------------------------------------------------


def test_a_person_joins_what_the_machine_only_proposed(ruth: Actor) -> None:
    known, vague = tell(ATTACK), tell("There was an attack somewhere in Kasese, people are dead", JOSEPH)
    one, other = incident_of(known).ref, incident_of(vague).ref
    approve(one, user("peter"))
    join(ruth, vague, one)
    row = incident(one)
    assert (row.reports, row.sources, row.state) == (2, 2, IncidentState.OPEN)
    assert (incident(other).state, incident(other).merged_into) == (IncidentState.MERGED, row.id)
    last = records(Joining.state == JoiningState.JOINED)[-1]
    assert (last.made_by, last.left_id) == (ruth.id, incident(other).id)
    assert "one place lies in the other" in last.why
    assert count(Authorship, Authorship.incident_id == row.id) == 1
    assert count(AuditEntry, AuditEntry.action == "report.joined") == 1


def test_the_graver_telling_makes_the_incident_graver(ruth: Actor) -> None:
    mild = tell("There is a quarrel about land in Kiteto, people are shouting")
    grave = tell(ATTACK, JOSEPH)
    join(ruth, grave, incident_of(mild).ref)
    row = incident_of(mild)
    assert (row.severity.value, row.numbers["killed"]["best"]) == ("severe", 3)


def test_undoing_a_join_puts_the_report_into_an_incident_of_its_own(ruth: Actor) -> None:
    first, second = tell(ATTACK), tell(OTHER_WORDS, JOSEPH)
    fresh = undo(ruth, second)
    assert incident_of(second).ref == fresh != incident_of(first).ref
    assert (sources_of(first), sources_of(second)) == ((1, 1), (1, 1))
    assert incident(fresh).numbers["killed"]["best"] == 3
    (row,) = records()
    assert (row.state, row.undone_by) == (JoiningState.UNDONE, ruth.id)
    assert row.undone_at is not None
    assert row.why
    assert count(AuditEntry, AuditEntry.action == "incident.split") == 1
    with transaction(scope="/") as session:
        (seen,) = linking.joined(session, incident_of(first).ref)
    assert (seen.report, seen.undone_at) == (second, row.undone_at)


def test_undoing_a_join_by_hand_brings_the_old_incident_back(ruth: Actor) -> None:
    known, vague = tell(ATTACK), tell("There was an attack somewhere in Kasese, people are dead", JOSEPH)
    one, other = incident_of(known).ref, incident_of(vague).ref
    join(ruth, vague, one)
    assert undo(ruth, vague) == other
    row = incident(other)
    assert (row.state, row.merged_into, row.reports, row.sources) == (IncidentState.OPEN, None, 1, 1)
    assert (incident(one).reports, incident_of(vague).ref) == (1, other)


def test_an_undone_pair_is_never_joined_again_by_the_machine(ruth: Actor) -> None:
    first, second = tell(ATTACK), tell(OTHER_WORDS, JOSEPH)
    fresh = undo(ruth, second)
    say("ADD it was in Bwera, Kasese, 3 people killed this morning", JOSEPH)
    read_all()
    assert incident_of(second).ref == fresh
    assert proposals(incident_of(first).ref) == []


def test_nor_is_it_after_the_incident_was_merged_into_another(ruth: Actor) -> None:
    first, second = tell(ATTACK), tell(OTHER_WORDS, JOSEPH)
    fresh = undo(ruth, second)
    target = incident_of(tell("There was an attack in Kasese today", GRACE)).ref
    with transaction() as session:
        correction.merge(session, ruth, incident_of(first).ref, target, "One event.")
    say("ADD it was in Bwera, Kasese, 3 people killed this morning", JOSEPH)
    read_all()
    assert incident_of(second).ref == fresh


def test_what_a_person_keeps_apart_is_not_proposed_again(ruth: Actor) -> None:
    known, vague = tell(ATTACK), tell("There was an attack somewhere in Kasese, people are dead", JOSEPH)
    one = incident_of(known).ref
    with transaction(scope="/") as session:
        linking.keep_apart(session, ruth, vague, one)
    assert proposals(one) == []
    say("ADD it was in Bwera, Kasese this morning, 3 people killed", JOSEPH)
    read_all()
    assert incident_of(vague).ref != one
    assert proposals(one) == []
    assert count(AuditEntry, AuditEntry.action == "report.kept_apart") == 1


def test_what_cannot_be_joined_or_undone_is_refused(ruth: Actor) -> None:
    known, other = tell(ATTACK), tell("Cattle raid in Kween this morning, 40 cows taken", JOSEPH)
    drill = tell("NEW " + RAID, "+256772000777", channel="simulator")
    one, two = incident_of(known).ref, incident_of(other).ref
    for report, target in ((known, one), (drill, one), (known, incident_of(drill).ref)):
        with pytest.raises(NotPossible):
            join(ruth, report, target)
    with pytest.raises(NotFound):
        join(ruth, "R000000", one)
    with pytest.raises(NotFound):
        join(ruth, other, "I000000")
    mallory = user("mallory", Role.ADMIN)
    with pytest.raises(NotAllowed):
        join(mallory, other, one)
    with pytest.raises(NotPossible):
        undo(ruth, other)
    third = tell(OTHER_WORDS, GRACE)
    with pytest.raises(NotAllowed):
        undo(mallory, third)
    with transaction(scope="/") as session:
        verification.reject(session, ruth, two, verification.Verdict.UNVERIFIABLE, "Nobody knows of it.")
    with pytest.raises(NotPossible):
        join(ruth, known, two)


def waiting_for_locks() -> int:
    query = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with transaction() as session:
        return session.scalar(query) or 0


def test_a_person_waits_for_a_reading_and_not_for_each_other(ruth: Actor) -> None:
    ref = tell(VAGUE)
    row = incident_of(ref)
    say("in Bwera, Kasese district")
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            assert len(reports.claim(session, 10)) == 1
            decision = pool.submit(correct, ruth, row.ref)
            while not waiting_for_locks():
                assert not decision.done()
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            assert [held.ref for held in incidents.hold(session, [row.id])] == [row.ref]
        decision.result(timeout=20)
    assert incident(row.ref).severity.value == "extreme"


def correct(actor: Actor, ref: str) -> None:
    with transaction() as session:
        correction.correct(session, actor, ref, {"severity": "extreme"})


# --- where it is looked for --------------------------------------------------------------------


def age(ref: str, hours: float) -> None:
    """Make a report and its incident so much older."""
    by, row = dt.timedelta(hours=hours), incident_of(ref)
    moved = {
        "created_at": row.created_at - by,
        "occurred_from": row.occurred_from - by if row.occurred_from else None,
        "occurred_to": row.occurred_to - by if row.occurred_to else None,
    }
    with transaction() as session:
        session.execute(update(Incident).where(Incident.id == row.id).values(moved))
        session.execute(
            update(Report).where(Report.ref == ref).values(created_at=Report.created_at - by, due_at=utcnow())
        )


@pytest.mark.parametrize(("hours", "expected"), [(2, 1), (100, 2)])
def test_only_what_happened_within_three_days_is_joined(hours: float, expected: int) -> None:
    told = "Armed men attacked Bwera in Kasese and killed 3 people, the whole village has run to the hills"
    age(tell(told), hours)
    tell(told, JOSEPH)
    assert count(Incident) == expected


def test_an_exercise_is_never_mixed_with_what_is_real() -> None:
    real = tell(RAID)
    drill = tell(RAID, "+256772000777", channel="simulator")
    assert incident_of(real).ref != incident_of(drill).ref
    assert records() == []


def test_what_happened_across_the_district_border_is_found_by_its_point() -> None:
    hand_in(sms("Armed men attacked us here this morning and killed 3 people", lat=1.40, lon=34.705))
    hand_in(sms("Gunmen shot three dead this morning near my house", JOSEPH, lat=1.40, lon=34.725))
    read_all()
    with transaction() as session:
        paths = set(session.scalars(select(Report.area_path)))
        assert len({block_of_path(tuple(path.strip("/").split("/"))) for path in paths}) == 2
        assert session.scalars(select(Incident.reports)).all() == [2]


@pytest.mark.parametrize(("lat", "lon"), [(0.04, 29.77), (-6.81, 39.28), (-1.0, 30.0), (12.6, -0.05)])
def test_the_database_numbers_squares_as_we_do(lat: float, lon: float) -> None:
    row = incident_of(tell(RAID))
    with transaction() as session:
        session.execute(update(Incident).where(Incident.id == row.id).values(lat=lat, lon=lon))
    assert incident(row.ref).cell == cell(lat, lon)
    assert cell(lat, lon) in cells(lat, lon, 0.1)


def test_a_report_without_a_place_is_compared_with_its_senders_home() -> None:
    home = {"home_place_id": "ug-kasese", "area_path": "/ug/ug-western/ug-kasese/"}
    person("KAS-1", JOSEPH, **home)
    known = incident_of(tell(ATTACK)).ref
    tell("Gunmen killed three people here this morning", JOSEPH)
    tell("Gunmen have killed three men in our village today", GRACE)
    (seen,) = proposals(known)
    assert seen.why[0] == "no place told, and the sender lives in that district"


def test_the_same_shout_of_two_districts_is_two_incidents() -> None:
    for code, number, place, path in (
        ("KAS-1", DANIEL, "ug-kasese", "/ug/ug-western/ug-kasese/"),
        ("KWE-1", JOSEPH, "ug-kween", "/ug/ug-eastern/ug-kween/"),
    ):
        person(code, number, home_place_id=place, area_path=path)
    shout = "They are killing people here, please send help, we are hiding in the bush"
    one, other = tell(shout, DANIEL), tell(shout, JOSEPH)
    assert incident_of(one).ref != incident_of(other).ref


# --- what it costs -----------------------------------------------------------------------------


def crowd(like: Incident, number: int, since: dt.datetime, step: dt.timedelta, **changes: Any) -> None:
    """So many more incidents like one, made one after the other from ``since`` on."""
    columns = {column.name: getattr(like, column.name) for column in Incident.__table__.columns}
    columns |= {"occurred_from": None, "occurred_to": None} | changes
    columns.pop("cell")
    rows = [
        columns | {"id": new_id(), "ref": f"I{new_id().hex[-11:]}", "created_at": since + step * index}
        for index in range(number)
    ]
    with transaction() as session:
        insert_all(session, Incident, rows)


def test_a_busy_district_does_not_hide_the_right_incident() -> None:
    row = incident_of(tell(ATTACK))
    since, step = row.created_at, dt.timedelta(milliseconds=1)
    crowd(row, 300, since, step, event_type="dispute", place_id="ug-kasese", lat=0.2, lon=30.1)
    assert incident_of(tell(OTHER_WORDS, JOSEPH)).ref == row.ref
    crowd(row, 300, since, step, event_type="dispute")
    assert incident_of(tell(ATTACK, GRACE)).ref == row.ref


def cost(row: Incident) -> float:
    """How many rows PostgreSQL touches to find the candidates of a report like this incident."""
    values = candidates.values_of([Search.of(incident_facts(row), b"\x00" * 32)])
    with transaction() as session:
        link = session.connection()
        asked = candidates.FIND.compile(link).construct_expanded_state(values)
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {asked.statement}"
        plan = link.exec_driver_sql(explain, asked.parameters).scalar_one()
    return touched(plan[0]["Plan"])


def touched(plan: dict[str, Any]) -> float:
    rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return float(rows * plan["Actual Loops"]) + sum(touched(part) for part in plan.get("Plans", []))


def test_the_cost_of_a_join_does_not_grow_with_the_history(
    superuser: psycopg.Connection[tuple[object, ...]],
) -> None:
    row = incident_of(tell(ATTACK))
    old = utcnow() - dt.timedelta(days=400)
    crowd(row, 1_000, old, dt.timedelta(hours=8))
    superuser.execute("ANALYZE incident")
    few = cost(row)
    crowd(row, 20_000, old, dt.timedelta(minutes=25))
    superuser.execute("ANALYZE incident")
    assert cost(row) <= few <= 40
