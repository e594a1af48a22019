"""What people decide: claims, verdicts, two people for grave incidents."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from mbiu import correction, routing, vault, verification
from mbiu.audit import Actor
from mbiu.codes import Certainty, IncidentState, Role, Severity, Verdict
from mbiu.db import transaction
from mbiu.models import AuditEntry, Decision, Incident, utcnow
from mbiu.refs import new_id, new_ref
from mbiu.refusals import NotAllowed, NotFound, NotPossible, Refused, Stale
from tests.cast import (
    AMINA,
    DANIEL,
    JOSEPH,
    QUARREL,
    RAID,
    approve,
    count,
    incident,
    incident_of,
    person,
    report_of,
    route,
    tell,
    texts_to,
    user,
)
from tests.conftest import Database
from workers import housekeeping

WHY = "The chief of the village said so on the phone."


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def peter() -> Actor:
    return user("peter")


@pytest.fixture
def quarrel() -> str:
    """The reference of an incident that one person may verify."""
    return incident_of(tell(QUARREL)).ref


@pytest.fixture
def raid() -> str:
    """The reference of a grave incident."""
    return incident_of(tell(RAID)).ref


def verify(actor: Actor, ref: str, reason: str = WHY, **more: Any) -> verification.Approvals:
    with transaction() as session:
        return verification.verify(session, actor, ref, reason, **more)


def reject(actor: Actor, ref: str, verdict: Verdict, **more: Any) -> None:
    with transaction() as session:
        verification.reject(session, actor, ref, verdict, WHY, **more)


def correct(actor: Actor, ref: str, **changes: Any) -> None:
    with transaction() as session:
        correction.correct(session, actor, ref, changes)


def claim(actor: Actor, ref: str) -> None:
    with transaction() as session:
        verification.claim(session, actor, ref)


# --- claims ------------------------------------------------------------------------------------


def test_a_claim_holds_an_incident_against_others(ruth: Actor, peter: Actor, quarrel: str) -> None:
    claim(ruth, quarrel)
    claim(ruth, quarrel)
    assert incident(quarrel).state is IncidentState.CLAIMED
    with pytest.raises(Stale):
        claim(peter, quarrel)


def test_an_expired_claim_is_free_for_others(ruth: Actor, peter: Actor, quarrel: str) -> None:
    claim(ruth, quarrel)
    with transaction() as session:
        session.execute(update(Incident).values(claim_until=utcnow() - dt.timedelta(seconds=1)))
    claim(peter, quarrel)
    assert incident(quarrel).claimed_by == peter.id


def test_tidying_opens_incidents_whose_claim_expired(ruth: Actor, quarrel: str) -> None:
    claim(ruth, quarrel)
    with transaction() as session:
        housekeeping.tidy(session)
    assert incident(quarrel).state is IncidentState.CLAIMED
    with transaction() as session:
        session.execute(update(Incident).values(claim_until=utcnow() - dt.timedelta(seconds=1)))
        housekeeping.tidy(session)
    assert (incident(quarrel).state, incident(quarrel).claimed_by) == (IncidentState.OPEN, None)


def test_a_claim_can_be_given_back_by_its_holder_only(ruth: Actor, peter: Actor, quarrel: str) -> None:
    claim(ruth, quarrel)
    with transaction() as session:
        verification.release(session, peter, quarrel)
    assert incident(quarrel).claimed_by == ruth.id
    with transaction() as session:
        verification.release(session, ruth, quarrel)
    assert incident(quarrel).state is IncidentState.OPEN


# --- verdicts ----------------------------------------------------------------------------------


def test_an_ordinary_incident_is_verified_by_one_person(ruth: Actor, quarrel: str) -> None:
    assert verify(ruth, quarrel, grade=("B", 2)).complete
    row = incident(quarrel)
    assert (row.state, row.certainty) == (IncidentState.VERIFIED, Certainty.LIKELY)
    assert (row.grade_source, row.grade_information) == ("B", 2)


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_no_verdict_without_a_reason(ruth: Actor, quarrel: str, reason: str) -> None:
    with pytest.raises(NotPossible):
        verify(ruth, quarrel, reason)
    assert (incident(quarrel).state, count(Decision)) == (IncidentState.OPEN, 0)


def test_the_reason_is_sealed_and_the_audit_holds_none_of_it(ruth: Actor, quarrel: str) -> None:
    verify(ruth, quarrel)
    with transaction() as session:
        row = session.scalars(select(Decision)).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "incident.verified")).one()
    assert WHY.encode() not in row.reason
    assert vault.unseal("decision", "reason", row.id, row.reason) == WHY
    assert (entry.actor, entry.object) == ("ruth", f"incident:{quarrel}")
    assert WHY not in str(entry.details)


@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.ADMIN])
def test_custodians_and_admins_decide_nothing(role: Role, quarrel: str) -> None:
    mallory = user("mallory", role)
    acts = (
        lambda: claim(mallory, quarrel),
        lambda: verify(mallory, quarrel),
        lambda: reject(mallory, quarrel, Verdict.REFUTED),
        lambda: correct(mallory, quarrel, severity="minor"),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert incident(quarrel).state is IncidentState.OPEN


def test_a_program_decides_nothing(quarrel: str) -> None:
    with pytest.raises(NotAllowed):
        verify(Actor("system"), quarrel)


def test_a_stale_version_is_refused(ruth: Actor, peter: Actor, quarrel: str) -> None:
    seen = incident(quarrel).version
    correct(peter, quarrel, severity="moderate")
    with pytest.raises(Stale):
        verify(ruth, quarrel, version=seen)
    with pytest.raises(Stale):
        reject(ruth, quarrel, Verdict.REFUTED, version=seen)


def test_what_a_page_has_read_before_does_not_hide_a_change(ruth: Actor, peter: Actor, quarrel: str) -> None:
    with transaction() as session:
        seen = verification.find(session, quarrel).version
        correct(peter, quarrel, severity="moderate")
        with pytest.raises(Stale):
            verification.verify(session, ruth, quarrel, WHY, version=seen)


def test_a_bad_grade_is_refused(ruth: Actor, quarrel: str) -> None:
    for grade in (("G", 1), ("A", 0), ("A", 7)):
        with pytest.raises(NotPossible):
            verify(ruth, quarrel, grade=grade)


def test_an_ended_incident_is_not_verified(ruth: Actor, quarrel: str) -> None:
    reject(ruth, quarrel, Verdict.UNVERIFIABLE)
    with pytest.raises(NotPossible):
        verify(ruth, quarrel)


def test_who_reported_a_refuted_incident_is_told_once(ruth: Actor, quarrel: str) -> None:
    reject(ruth, quarrel, Verdict.REFUTED)
    with transaction() as session:
        verification.reopen(session, ruth, quarrel, WHY)
    reject(ruth, quarrel, Verdict.REFUTED)
    assert len(texts_to(AMINA, "outcome")) == 1


def test_who_reported_an_unverifiable_incident_is_not_written_to(ruth: Actor, quarrel: str) -> None:
    reject(ruth, quarrel, Verdict.UNVERIFIABLE)
    assert texts_to(AMINA, "outcome") == []


def test_reopening_voids_approvals(ruth: Actor, quarrel: str) -> None:
    verify(ruth, quarrel)
    with transaction() as session, pytest.raises(NotPossible):
        verification.reopen(session, ruth, quarrel, WHY)
    with transaction() as session:
        session.execute(update(Incident).values(state=IncidentState.CLOSED))
    with transaction() as session:
        verification.reopen(session, ruth, quarrel, WHY)
        assert verification.approvals(session, verification.find(session, quarrel)).have == ()
    assert incident(quarrel).state is IncidentState.OPEN


def test_another_area_is_as_unknown_as_no_incident(quarrel: str, ruth: Actor) -> None:
    for ref in (quarrel, "I000000"):
        with transaction(scope="/ke/") as session, pytest.raises(NotFound) as refusal:
            verification.claim(session, ruth, ref)
        assert refusal.value.why == f"There is no incident {ref}."


# --- two people --------------------------------------------------------------------------------


def test_a_grave_incident_needs_two_different_people(ruth: Actor, peter: Actor, raid: str) -> None:
    first = verify(ruth, raid)
    assert (len(first.have), first.needed, first.complete) == (1, 2, False)
    assert incident(raid).state is IncidentState.OPEN
    assert verify(peter, raid).complete
    assert incident(raid).state is IncidentState.VERIFIED


def test_the_first_of_two_people_lets_go_of_the_incident(ruth: Actor, raid: str) -> None:
    claim(ruth, raid)
    verify(ruth, raid)
    assert (incident(raid).state, incident(raid).claimed_by) == (IncidentState.OPEN, None)


def test_one_person_in_two_sessions_at_once_counts_once(ruth: Actor, raid: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: verify(ruth, raid), range(2)))
    assert not any(one.complete for one in found)
    assert incident(raid).state is IncidentState.OPEN
    assert count(Decision) == 2


def test_the_author_of_a_correction_cannot_approve_a_grave_incident(
    ruth: Actor, peter: Actor, raid: str
) -> None:
    correct(ruth, raid, severity="extreme")
    with pytest.raises(NotAllowed):
        verify(ruth, raid)
    assert not verify(peter, raid).complete
    assert verify(user("grace"), raid).complete


def test_who_shapes_a_grave_incident_after_approving_it_does_not_count(
    ruth: Actor, peter: Actor, raid: str
) -> None:
    verify(ruth, raid)
    correct(ruth, raid, urgency="immediate")
    assert not verify(peter, raid).complete
    assert verify(user("third"), raid).complete


@pytest.mark.parametrize(
    "change",
    [
        {"severity": "extreme"},
        {"event_type": "attack"},
        {"place_id": "ug-kasese"},
        {"numbers": {"killed": {"low": 1, "best": 2, "high": 9}}},
    ],
)
def test_a_correction_voids_approvals(ruth: Actor, peter: Actor, raid: str, change: dict[str, Any]) -> None:
    approve(raid, ruth, peter)
    correct(user("third"), raid, **change)
    assert incident(raid).state is IncidentState.OPEN
    with transaction() as session:
        assert verification.approvals(session, verification.find(session, raid)).have == ()


def test_a_correction_that_changes_nothing_voids_nothing(ruth: Actor, peter: Actor, raid: str) -> None:
    approve(raid, ruth, peter)
    correct(user("third"), raid, severity=incident(raid).severity.value)
    assert incident(raid).state is IncidentState.VERIFIED


def test_a_graver_report_puts_a_verified_incident_back_into_the_queue(ruth: Actor) -> None:
    ref = incident_of(tell("There was a fight in Bwera, Kasese this morning, two people were hurt")).ref
    verify(ruth, ref)
    tell("Armed men attacked Bwera in Kasese this morning and killed 3 people", JOSEPH)
    row = incident(ref)
    assert (row.state, row.severity, row.reports) == (IncidentState.OPEN, Severity.SEVERE, 2)


def test_an_alerted_incident_that_changed_can_be_approved_and_alerted_again(
    ruth: Actor, peter: Actor, quarrel: str
) -> None:
    route("all", [[person("UG-1", DANIEL)]])
    verify(ruth, quarrel)
    with transaction() as session:
        routing.send(session, ruth, quarrel)
    with pytest.raises(NotPossible):
        verify(peter, quarrel)
    correct(ruth, quarrel, event_type="threat")
    with transaction() as session, pytest.raises(NotPossible):
        routing.send(session, ruth, quarrel)
    assert verify(peter, quarrel).complete
    with transaction() as session:
        routing.send(session, ruth, quarrel)
    assert len(texts_to(DANIEL, "alert")) == 2


# --- the database's own guard ------------------------------------------------------------------

_ALERT = """
INSERT INTO alert (id, ref, incident_id, incident_version, created_by, state, texts, chain, step, exercise,
                   created_at)
SELECT %s, %s, id, {version}, %s, 'open', 'x', '[]', 0, false, now() FROM incident WHERE ref = %s
"""


def raw_alert(database: Database, actor: Actor, ref: str, version: str = "version") -> None:
    """Insert an alert as the app's role would that goes round all of our code."""
    with psycopg.connect(database.url, options="-c mbiu.scope=*") as link:
        link.execute(_ALERT.format(version=version), (new_id(), new_ref("A"), actor.id, ref))


def test_the_database_refuses_an_alert_that_is_not_approved(
    database: Database, ruth: Actor, peter: Actor, raid: str
) -> None:
    for step in (lambda: None, lambda: verify(ruth, raid), lambda: verify(ruth, raid)):
        step()
        with pytest.raises(psycopg.errors.CheckViolation, match="alert_not_approved"):
            raw_alert(database, ruth, raid)
    verify(peter, raid)
    raw_alert(database, ruth, raid)


def test_the_database_refuses_an_alert_of_an_earlier_version(
    database: Database, ruth: Actor, peter: Actor, raid: str
) -> None:
    approve(raid, ruth, peter)
    with transaction() as session:
        session.execute(update(Incident).values(lat=1.5))
    with pytest.raises(psycopg.errors.CheckViolation):
        raw_alert(database, ruth, raid)
    with pytest.raises(psycopg.errors.CheckViolation):
        raw_alert(database, ruth, raid, version="version - 1")


def test_the_database_counts_no_approval_of_an_author(
    database: Database, ruth: Actor, peter: Actor, raid: str
) -> None:
    approve(raid, ruth, peter)
    with transaction() as session:
        correction.write_authorship(session, peter, verification.find(session, raid))
    with pytest.raises(psycopg.errors.CheckViolation):
        raw_alert(database, ruth, raid)


def test_the_version_of_an_incident_never_goes_back(raid: str) -> None:
    with pytest.raises(DBAPIError, match="versions only grow"), transaction() as session:
        session.execute(text("UPDATE incident SET version = 0"))


def test_decisions_cannot_be_changed_or_deleted(database: Database, ruth: Actor, quarrel: str) -> None:
    verify(ruth, quarrel)
    for statement in ("UPDATE decision SET version = 9", "DELETE FROM decision", "TRUNCATE decision"):
        for url in (database.url, database.owner_url):
            with psycopg.connect(url, options="-c mbiu.scope=*") as link, pytest.raises(psycopg.Error):
                link.execute(statement)
    assert count(Decision) == 1


# --- notes -------------------------------------------------------------------------------------


def test_a_note_is_sealed_and_wants_words(ruth: Actor, quarrel: str) -> None:
    from mbiu.models import Note

    with transaction() as session:
        verification.note(session, ruth, quarrel, "Ask the chief again")
        with pytest.raises(Refused):
            verification.note(session, ruth, quarrel, "  ")
    with transaction() as session:
        row = session.scalars(select(Note)).one()
    assert b"chief" not in row.text
    assert vault.unseal("note", "text", row.id, row.text) == "Ask the chief again"


def test_a_report_in_an_incident_shows_where_the_incident_is_seen(ruth: Actor) -> None:
    ref = tell("They killed two people last night")
    correct(ruth, incident_of(ref).ref, place_id="ug-kasese")
    from mbiu.models import Report

    with transaction(scope="/ug/ug-western/ug-kasese/") as session:
        assert session.scalars(select(Report.ref)).all() == [ref]
    assert report_of(ref).corrected
