"""Changing what an incident is: its facts, its reports."""

from typing import Any

import pytest
from sqlalchemy import select

from mbiu import correction, vault, verification
from mbiu.audit import Actor
from mbiu.codes import EventType, IncidentState, Precision, Priority, ReportState, Role, Severity
from mbiu.db import transaction
from mbiu.models import AuditEntry, Authorship, Correction, Incident, Report
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from tests.cast import (
    JOSEPH,
    QUARREL,
    RAID,
    approve,
    count,
    hand_in,
    incident,
    incident_of,
    read_all,
    report_of,
    say,
    sms,
    tell,
    texts_to,
    user,
)

WHY = "The two tellings are of one night."
GREETING = "Good morning, how are you?"


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


def correct(actor: Actor, ref: str, **changes: Any) -> None:
    with transaction() as session:
        correction.correct(session, actor, ref, changes)


def merge(actor: Actor, ref: str, into: str, reason: str = WHY) -> None:
    with transaction() as session:
        correction.merge(session, actor, ref, into, reason)


def split(actor: Actor, report: str, reason: str = WHY) -> str:
    with transaction() as session:
        return correction.split(session, actor, report, reason).ref


def test_corrected_facts_are_the_incidents_and_change_its_priority(ruth: Actor) -> None:
    ref = incident_of(tell(QUARREL)).ref
    correct(ruth, ref, severity="extreme", urgency="immediate", event_type="attack")
    row = incident(ref)
    assert (row.severity, row.event_type, row.priority) == (
        Severity.EXTREME,
        EventType.ATTACK,
        Priority.P1,
    )


def test_a_corrected_place_moves_the_incident_to_its_area(ruth: Actor) -> None:
    ref = incident_of(tell("They killed two people last night")).ref
    correct(ruth, ref, place_id="ug-kween")
    row = incident(ref)
    assert (row.area_path, row.block, row.country) == (
        "/ug/ug-eastern/ug-kween/",
        "/ug/ug-eastern/ug-kween/",
        "UG",
    )
    assert (row.precision, "place" in row.missing) == (Precision.DISTRICT, False)
    correct(ruth, ref, place_id=None)
    assert (incident(ref).area_path, "place" in incident(ref).missing) == ("/", True)


def test_choosing_the_same_place_again_keeps_a_shared_pin_and_the_approval(ruth: Actor) -> None:
    hand_in(sms("Land dispute here", lat=1.42, lon=34.62))
    ref = incident_of(last_read()).ref
    approve(ref, user("peter"))
    before = incident(ref)
    correct(ruth, ref, place_id=before.place_id)
    after = incident(ref)
    assert (after.lat, after.version, after.state) == (1.42, before.version, IncidentState.VERIFIED)


def last_read() -> str:
    read_all()
    with transaction() as session:
        return session.scalars(select(Report.ref)).one()


def test_what_the_machine_said_and_what_is_true_are_kept_sealed(ruth: Actor) -> None:
    report = tell(QUARREL)
    correct(ruth, incident_of(report).ref, severity="moderate")
    with transaction() as session:
        row = session.scalars(select(Correction)).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "incident.corrected")).one()
    assert (row.field, row.report_id, row.user_id) == ("severity", report_of(report).id, ruth.id)
    assert vault.unseal("correction", "after", row.id, row.after) == "moderate"
    assert entry.details["fields"] == ["severity"]


def test_reading_again_does_not_undo_a_correction(ruth: Actor) -> None:
    report = tell("They killed two people last night")
    correct(ruth, incident_of(report).ref, severity="minor", event_type="crime")
    say("in Bwera, Kasese district")
    read_all()
    row = incident_of(report)
    assert (row.event_type, report_of(report).state) == (EventType.CRIME, ReportState.JOINED)
    assert row.place_id == "ug-kasese-bwera"


def test_a_corrected_report_stays_where_it_is_whatever_is_read_later(ruth: Actor) -> None:
    known = tell("Armed men attacked Bwera in Kasese this morning and killed 3 people", JOSEPH)
    vague = tell("Armed men came this morning and killed three people")
    own = incident_of(vague).ref
    correct(ruth, own, severity="extreme")
    say("in Bwera, Kasese")
    read_all()
    assert incident_of(vague).ref == own != incident_of(known).ref
    assert (incident(own).state, incident(own).severity) == (IncidentState.OPEN, Severity.EXTREME)


@pytest.mark.parametrize(
    "changes",
    [
        {"severity": "terrible"},
        {"event_type": ""},
        {"place_id": "no-such-place"},
        {"state": "closed"},
        {"version": 1},
        {"numbers": {"killed": {"low": 5, "best": 2, "high": 9}}},
        {"numbers": {"killed": {"best": 2}}},
        {"numbers": {"eaten": {"low": 1, "best": 2, "high": 9}}},
        {"numbers": {"killed": {"low": -1, "best": 2, "high": 9}}},
    ],
)
def test_what_is_no_fact_is_refused_and_nothing_changes(ruth: Actor, changes: dict[str, Any]) -> None:
    ref = incident_of(tell(QUARREL)).ref
    before = incident(ref)
    with pytest.raises(NotPossible):
        correct(ruth, ref, **changes)
    assert (incident(ref).version, incident(ref).updated_at) == (before.version, before.updated_at)


def test_a_number_can_be_taken_out(ruth: Actor) -> None:
    ref = incident_of(tell(RAID)).ref
    correct(ruth, ref, numbers={"killed": None, "injured": {"low": 1, "best": 2, "high": 2}})
    assert {"injured": {"low": 1, "best": 2, "high": 2}}.items() <= incident(ref).numbers.items()
    assert "killed" not in incident(ref).numbers


def test_an_ended_incident_is_not_corrected(ruth: Actor) -> None:
    ref = incident_of(tell(QUARREL)).ref
    with transaction() as session:
        session.get(Incident, incident(ref).id).state = IncidentState.CLOSED  # type: ignore[union-attr]
    with pytest.raises(NotPossible):
        correct(ruth, ref, severity="minor")


# --- merge -------------------------------------------------------------------------------------


def test_merging_moves_the_reports_and_ends_the_source(ruth: Actor) -> None:
    one, other = tell(QUARREL), tell(RAID, JOSEPH)
    source, target = incident_of(other).ref, incident_of(one).ref
    merge(ruth, source, target)
    row = incident(target)
    assert (row.reports, row.sources, row.severity, row.priority) == (2, 2, Severity.SEVERE, Priority.P2)
    assert (incident(source).state, incident(source).merged_into) == (IncidentState.MERGED, row.id)
    assert incident(source).reports == 0
    assert incident_of(other).ref == target


def test_merging_voids_approvals_and_makes_an_author(ruth: Actor) -> None:
    one, other = tell(QUARREL), tell(RAID, JOSEPH)
    target = incident_of(one).ref
    approve(target, user("peter"))
    merge(ruth, incident_of(other).ref, target)
    with transaction() as session:
        found = verification.approvals(session, verification.find(session, target))
    assert (found.have, found.authors, found.needed) == ((), (ruth.id,), 2)
    assert incident(target).state is IncidentState.OPEN


def test_what_cannot_be_merged_is_refused(ruth: Actor) -> None:
    one, other = incident_of(tell(QUARREL)).ref, incident_of(tell(RAID, JOSEPH)).ref
    drill = incident_of(tell("NEW " + RAID, "+256772000777", channel="simulator")).ref
    for source, target, reason in (
        (one, one, WHY),
        (one, other, " "),
        (drill, one, WHY),
    ):
        with pytest.raises(NotPossible):
            merge(ruth, source, target, reason)
    with pytest.raises(NotFound):
        merge(ruth, one, "I000000")
    with pytest.raises(NotAllowed):
        merge(user("mallory", Role.ADMIN), one, other)
    merge(ruth, one, other)
    with pytest.raises(NotPossible):
        merge(ruth, one, other)


def test_two_people_merging_crosswise_at_once_do_not_hang(ruth: Actor) -> None:
    from concurrent.futures import ThreadPoolExecutor

    one, other = incident_of(tell(QUARREL)).ref, incident_of(tell(RAID, JOSEPH)).ref

    def try_merge(pair: tuple[str, str]) -> bool:
        try:
            merge(ruth, *pair)
        except NotPossible:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(try_merge, [(one, other), (other, one)]))
    assert sorted(done) == [False, True]


# --- split and raise ---------------------------------------------------------------------------


def test_splitting_makes_an_incident_of_one_report(ruth: Actor) -> None:
    one, other = tell(RAID), tell(RAID, JOSEPH)
    old = incident_of(one).ref
    fresh = split(ruth, other)
    assert fresh != old
    assert incident_of(other).ref == fresh
    assert (incident(old).reports, incident(fresh).reports, incident(fresh).sources) == (1, 1, 1)
    assert (incident(fresh).place_id, incident(fresh).country) == ("ug-kween", "UG")
    assert not report_of(other).copied
    assert count(Authorship) == 2


def test_what_cannot_be_split_is_refused(ruth: Actor) -> None:
    alone = tell(RAID)
    with pytest.raises(NotPossible):
        split(ruth, alone)
    with pytest.raises(NotFound):
        split(ruth, "R000000")
    tell(RAID, JOSEPH)
    with pytest.raises(NotPossible):
        split(ruth, alone, " ")
    with pytest.raises(NotAllowed):
        split(user("mallory", Role.CUSTODIAN), alone)


def test_what_the_machine_took_for_nothing_can_be_made_an_incident(ruth: Actor) -> None:
    report = tell(GREETING)
    with transaction() as session:
        ref = correction.raise_incident(session, ruth, report).ref
    row = incident_of(report)
    assert (row.ref, row.event_type, row.reports, row.sources) == (ref, EventType.UNKNOWN, 1, 1)
    assert report_of(report).state is ReportState.JOINED
    with transaction() as session, pytest.raises(NotFound):
        correction.raise_incident(session, ruth, report)


def test_only_who_may_decide_makes_an_incident_of_a_report(ruth: Actor) -> None:
    report = tell(GREETING)
    with transaction() as session, pytest.raises(NotAllowed):
        correction.raise_incident(session, user("mallory", Role.ADMIN), report)
    assert texts_to("+256772000101", "outcome") == []
