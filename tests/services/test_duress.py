"""What was sent under duress, or perhaps by another: answered as ever, marked, no source, not just routed."""

import pytest
from psycopg.errors import CheckViolation
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from mbiu import callback, correction, leaving, routing, verification
from mbiu.audit import Actor
from mbiu.codes import IncidentState, Role
from mbiu.db import transaction
from mbiu.models import Alert, AuditEntry, Contact, Incident, Notice, Report, utcnow
from mbiu.refs import new_id, new_ref
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.vault import own_word, seal
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    JOSEPH,
    QUARREL,
    approve,
    contact_of,
    count,
    hand_in,
    incident,
    incident_of,
    person,
    report_of,
    route,
    say,
    sms,
    tell,
    user,
)
from tests.services.test_leaving import together

FORCED = "The land dispute in Bwera, Kasese is over, people shout no more, all is mango and well"
WITNESS = "Two clans quarrel over a field at Bwera in Kasese, I heard the shouting from my house"


@pytest.fixture(autouse=True)
def amina() -> None:
    """A focal point with a duress word, and a responder who would be told."""
    contact_id = person("KAS-07", AMINA, role="focal_point", grade="B")
    with transaction() as session:
        words = {"duress_word": own_word("duress", contact_id, "mango")}
        session.execute(update(Contact).where(Contact.id == contact_id).values(words))
    route("elders", [[person("UG-1", DANIEL)]])


def send(ref: str, actor: Actor, *, knowing: bool = False) -> Alert:
    with transaction() as session:
        return routing.send(session, actor, ref, knowing=knowing)


def masked(reply: str | None, ref: str | None) -> str:
    assert reply
    assert ref
    return reply.replace(ref, "R??????")


# --- duress ------------------------------------------------------------------------------------


def test_the_answer_is_that_of_any_report() -> None:
    forced = say(FORCED)
    with transaction() as session:
        session.execute(update(Contact).values(duress_word=None))
        session.execute(update(Contact).where(Contact.code == "KAS-07").values(duress_word=None))
    person("KAS-08", JOSEPH, role="focal_point", grade="B")
    free = say(FORCED, JOSEPH)
    assert masked(forced.reply, forced.ref) == masked(free.reply, free.ref)


def test_the_report_is_marked_and_custodians_are_told() -> None:
    ref = tell(FORCED)
    assert report_of(ref).duress
    with transaction() as session:
        notice = session.scalars(select(Notice)).one()
    assert (notice.kind, notice.role, notice.subject) == ("duress", "custodian", f"report:{ref}")
    assert count(AuditEntry, AuditEntry.action == "report.duress") == 1


def test_without_the_word_nothing_is_marked() -> None:
    ref = tell(QUARREL)
    assert not report_of(ref).duress
    assert count(Notice) == 0


def test_the_word_of_one_person_means_nothing_from_another() -> None:
    assert not report_of(tell(FORCED, JOSEPH)).duress


def test_a_word_that_comes_later_marks_the_report_it_is_added_to() -> None:
    ref = tell(QUARREL)
    hand_in(sms(f"ADD {ref} mango all is well", AMINA))
    assert report_of(ref).duress


def test_one_person_does_not_alert_what_only_the_forced_tell() -> None:
    ref = incident_of(tell(FORCED)).ref
    ruth, peter = user("ruth"), user("peter")
    approve(ref, ruth)
    assert incident(ref).state is not IncidentState.VERIFIED
    with pytest.raises(NotPossible):
        send(ref, ruth, knowing=True)
    approve(ref, peter)
    assert incident(ref).state is IncidentState.VERIFIED
    with pytest.raises(NotPossible, match="duress"):
        send(ref, ruth)
    assert send(ref, ruth, knowing=True).ref


def test_somebody_else_who_saw_it_makes_it_an_incident_like_others() -> None:
    forced, free = tell(FORCED), tell(WITNESS, JOSEPH)
    row = together(free, forced)
    ruth = user("ruth")
    approve(row.ref, ruth)
    assert send(row.ref, ruth).ref


def test_the_forced_report_is_no_source() -> None:
    row = together(tell(WITNESS, JOSEPH), tell(FORCED))
    assert (row.reports, row.sources) == (2, 1)


def test_the_database_itself_refuses_the_alert_of_one_person() -> None:
    ref = incident_of(tell(FORCED)).ref
    ruth = user("ruth")
    approve(ref, ruth)
    row, alert_id = incident(ref), new_id()
    alert = Alert(
        id=alert_id,
        ref=new_ref("A"),
        incident_id=row.id,
        incident_version=row.version,
        created_by=ruth.id,
        texts=seal("alert", "texts", alert_id, "{}"),
    )
    with pytest.raises(IntegrityError) as refused, transaction() as session:
        session.add(alert)
    assert isinstance(refused.value.orig, CheckViolation)


def test_a_verified_incident_whose_only_free_witness_withdraws_is_open_again() -> None:
    free, forced = tell(WITNESS, JOSEPH), tell(FORCED)
    row = together(free, forced)
    approve(row.ref, user("ruth"))
    assert incident(row.ref).state is IncidentState.VERIFIED
    with transaction() as session:
        leaving.withdraw(session, contact_of(JOSEPH).id, free, utcnow())
    assert incident(row.ref).state is IncidentState.OPEN


# --- who really sent it ------------------------------------------------------------------------


def judge(act: str, ref: str, actor: Actor) -> Report:
    with transaction() as session:
        settle = {"doubt": callback.doubt, "confirm": callback.confirm}[act]
        return settle(session, actor, incident_of(ref).ref, ref)


def test_a_doubtful_report_is_no_source_until_the_call_back() -> None:
    free, doubtful = tell(WITNESS, JOSEPH), tell(QUARREL)
    row, ruth = together(free, doubtful), user("ruth")
    assert incident(row.ref).sources == 2
    judge("doubt", doubtful, ruth)
    assert incident(row.ref).sources == 1
    judge("confirm", doubtful, ruth)
    assert incident(row.ref).sources == 2
    assert not report_of(doubtful).unconfirmed


def test_what_a_doubtful_sender_writes_next_is_unconfirmed_until_the_call_back() -> None:
    first, ruth = tell(QUARREL), user("ruth")
    judge("doubt", first, ruth)
    second = tell("NEW Floods took the bridge at Bwera in Kasese this morning")
    assert report_of(second).unconfirmed
    judge("confirm", first, ruth)
    third = tell("NEW Somebody burnt the market stalls in Hima, Kasese, nobody is hurt")
    assert not report_of(third).unconfirmed


def test_a_forged_telling_does_not_stand_in_the_way_of_the_true_one() -> None:
    """Who sends under a known number must not make that person's own account count for nothing."""
    forged = tell(QUARREL)
    judge("doubt", forged, user("ruth"))
    with transaction() as session:
        session.execute(update(Contact).values(doubted_at=None))
    true = tell("NEW " + WITNESS)
    row = together(forged, true)
    with transaction() as session:
        correction.recount(session, session.get_one(Incident, row.id))
    assert (report_of(forged).independent, report_of(true).independent) == (False, True)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CUSTODIAN])
def test_only_those_who_decide_confirm(role: Role) -> None:
    ref = tell(QUARREL)
    with pytest.raises(NotAllowed):
        judge("confirm", ref, user("simon", role))


def test_only_a_report_of_that_incident_is_confirmed() -> None:
    ref, other = tell(QUARREL), tell("Cattle raid in Kween, 40 cows taken", JOSEPH)
    with transaction() as session, pytest.raises(NotFound):
        callback.confirm(session, user("ruth"), incident_of(ref).ref, other)


@pytest.mark.parametrize("words", ["VERIFY {}", "ACK {}", "DONE {}", "APPROVE {}", "#UG-1 1234 {}"])
def test_no_sms_verifies_or_approves(words: str) -> None:
    ref = incident_of(tell(QUARREL)).ref
    for sender in (AMINA, DANIEL, GRACE):
        say(words.format(ref), sender)
    row = incident(ref)
    assert (row.state, row.verified_at) == (IncidentState.OPEN, None)
    with transaction() as session:
        kept = session.scalars(select(Incident).where(Incident.ref == ref)).one()
        assert verification.approvals(session, kept).have == ()
