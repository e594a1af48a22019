"""What was done about an incident: recorded, corrected, followed up, drafted from a responder's words."""

import datetime as dt
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, update

from mbiu import outcomes, routing, vault
from mbiu.audit import Actor
from mbiu.codes import AlertState, ContactRole, DeliveryState, IncidentState, ResponderClass, Role
from mbiu.db import transaction
from mbiu.models import AuditEntry, Contact, Delivery, FollowUp, Incident, Notice, Outcome, OutcomeBy, utcnow
from mbiu.outcomes import Ahead, Deed
from mbiu.refusals import NotAllowed, NotFound, NotPossible, Refused
from mbiu.texts.quiet import betrays
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    JOSEPH,
    QUARREL,
    alert_of,
    approve,
    close,
    contact_of,
    count,
    deliveries,
    incident,
    incident_of,
    person,
    route,
    say,
    tell,
    texts_to,
    user,
)

TALKED = Deed(("visit", "dialogue"), "contained", "The chiefs met on Friday", "peaceful")
DAY = dt.timedelta(days=1)
NOBODY = UUID(int=1)


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def quarrel(ruth: Actor) -> str:
    """A verified dispute in Kasese with a route to Daniel."""
    ref = incident_of(tell(QUARREL)).ref
    approve(ref, ruth)
    route("elders", [[person("UG-1", DANIEL)]])
    return ref


@pytest.fixture
def alert(ruth: Actor, quarrel: str) -> str:
    with transaction() as session:
        return routing.send(session, ruth, quarrel).ref


def record(actor: Actor, ref: str, deed: Deed = TALKED, *ahead: Ahead) -> None:
    with transaction() as session:
        outcomes.record(session, actor, ref, deed, ahead)


def current(ref: str) -> list[Outcome]:
    with transaction() as session:
        return list(outcomes.current(session, incident(ref).id))


def audited(action: str) -> list[dict[str, object]]:
    with transaction() as session:
        return list(session.scalars(select(AuditEntry.details).where(AuditEntry.action == action)))


def test_closing_records_the_outcome_and_tells_each_reporter_once(
    ruth: Actor, quarrel: str, alert: str
) -> None:
    with transaction() as session:
        outcomes.close(session, ruth, quarrel, TALKED)
    row = incident(quarrel)
    ended = alert_of(alert)
    assert (row.state, ended.state) == (IncidentState.CLOSED, AlertState.DONE)
    assert ended.due_at is ended.next_at is ended.repeat_at is None
    assert {one.state for one in deliveries(Delivery.alert_id == ended.id)} == {DeliveryState.EXPIRED}
    told = texts_to(AMINA, "outcome")
    assert len(told) == 1
    assert "people were brought to talk" in told[0]
    assert "chiefs" not in told[0]
    (kept,) = current(quarrel)
    assert (kept.done, kept.effect, kept.resolution) == (["visit", "dialogue"], "contained", "peaceful")
    assert kept.note is not None
    assert vault.unseal("outcome", "note", kept.id, kept.note) == "The chiefs met on Friday"
    with transaction() as session, pytest.raises(Refused):
        outcomes.close(session, ruth, quarrel, TALKED)
    assert len(texts_to(AMINA, "outcome")) == 1
    assert "dealt with" in str(say("STATUS").reply)


def test_who_said_stop_is_not_told_the_outcome(ruth: Actor, quarrel: str) -> None:
    tell(QUARREL, JOSEPH)
    say("STOP", AMINA)
    close(ruth, quarrel)
    assert texts_to(AMINA, "outcome") == []
    assert len(texts_to(JOSEPH, "outcome")) == 1


def test_the_outcome_is_told_in_the_reporters_language(ruth: Actor) -> None:
    report = tell("Kuna mgogoro wa ardhi Bwera Kasese, watu wanagombana", JOSEPH)
    say("LUGHA kiswahili", JOSEPH)
    ref = incident_of(report).ref
    approve(ref, ruth)
    close(ruth, ref)
    assert texts_to(JOSEPH, "outcome") == [f"Kuhusu {report}: watu walifika huko. Asante kwa kutuambia."]


def test_an_incident_is_not_closed_without_an_outcome(ruth: Actor, quarrel: str) -> None:
    with transaction() as session, pytest.raises(NotPossible):
        outcomes.finish(session, ruth, quarrel)
    assert incident(quarrel).state is IncidentState.VERIFIED
    record(ruth, quarrel)
    assert texts_to(AMINA, "outcome") == []
    with transaction() as session:
        outcomes.finish(session, ruth, quarrel)
    assert incident(quarrel).state is IncidentState.CLOSED
    assert len(texts_to(AMINA, "outcome")) == 1


WRONG = (
    Deed(("magic",), "prevented"),
    Deed(("visit",), "magic"),
    Deed((), ""),
    Deed(("nothing", "visit"), "unknown"),
    Deed(("visit",), "contained", resolution="magic"),
    Deed(("visit",), "contained", kinds=("wizard",)),
    Deed(("visit",), "contained", by=(NOBODY,)),
    Deed(("visit",), "contained", on=utcnow().date() + 3 * DAY),
    Deed(("visit",), "contained", answer=NOBODY),
)
WRONG_DAYS = (
    Ahead(utcnow().date() - 2 * DAY),
    Ahead(utcnow().date() + 900 * DAY),
    Ahead(utcnow().date() + DAY, "dance"),
)


def test_an_outcome_is_one_of_the_known(ruth: Actor, quarrel: str) -> None:
    for deed in WRONG:
        with transaction() as session, pytest.raises(NotPossible):
            outcomes.close(session, ruth, quarrel, deed)
    assert (incident(quarrel).state, count(Outcome)) == (IncidentState.VERIFIED, 0)


def test_a_day_to_look_again_lies_ahead(ruth: Actor, quarrel: str) -> None:
    for ahead in WRONG_DAYS:
        with transaction() as session, pytest.raises(NotPossible):
            outcomes.close(session, ruth, quarrel, TALKED, [ahead])
    assert (incident(quarrel).state, days()) == (IncidentState.VERIFIED, [])


def test_who_may_not_decide_records_nothing(quarrel: str) -> None:
    for role in (Role.ADMIN, Role.CUSTODIAN):
        somebody = user(role.value, role)
        for deed in (outcomes.close, outcomes.record):
            with transaction() as session, pytest.raises(NotAllowed):
                deed(session, somebody, quarrel, TALKED)


def test_an_open_incident_has_no_outcome(ruth: Actor) -> None:
    ref = incident_of(tell(QUARREL)).ref
    with transaction() as session, pytest.raises(NotPossible):
        outcomes.record(session, ruth, ref, TALKED)


def test_who_acted_is_kept_and_the_record_holds_codes_alone(ruth: Actor, quarrel: str) -> None:
    committee = person("KAS-90", GRACE)
    deed = Deed(("dialogue",), "prevented", "Okello gave the land back", "peaceful", (committee,), ("elder",))
    record(ruth, quarrel, deed)
    assert count(OutcomeBy, OutcomeBy.contact_id == committee) == 1
    (entry,) = audited("incident.outcome")
    assert entry["after"] == {
        "done": ["dialogue"], "effect": "prevented", "resolution": "peaceful",
        "by": [str(committee)], "kinds": ["elder"], "on": None,
    }  # fmt: skip


def test_a_correction_takes_the_place_of_an_outcome_and_keeps_it(ruth: Actor, quarrel: str) -> None:
    close(ruth, quarrel)
    (old,) = current(quarrel)
    with transaction() as session:
        new = outcomes.correct(session, ruth, quarrel, old.id, Deed(("dialogue",), "too_late"))
    assert [one.id for one in current(quarrel)] == [new]
    assert count(Outcome) == 2
    (entry,) = audited("incident.outcome_corrected")
    assert (entry["before"], entry["after"]) == (
        {"done": ["visit"], "effect": "contained", "resolution": "", "by": [], "kinds": [], "on": None},
        {"done": ["dialogue"], "effect": "too_late", "resolution": "", "by": [], "kinds": [], "on": None},
    )
    with transaction() as session, pytest.raises(NotFound):
        outcomes.correct(session, ruth, quarrel, old.id, TALKED)


def test_more_may_be_recorded_after_the_end(ruth: Actor, quarrel: str) -> None:
    close(ruth, quarrel)
    record(ruth, quarrel)
    assert len(current(quarrel)) == 2
    assert incident(quarrel).state is IncidentState.CLOSED
    assert len(texts_to(AMINA, "outcome")) == 1


# --- drafts ------------------------------------------------------------------------------------


def test_a_responders_done_is_a_draft_until_an_outcome_is_drawn_from_it(
    ruth: Actor, quarrel: str, alert: str
) -> None:
    say("ACK", DANIEL)
    say("DONE both clans met under the tree", DANIEL)
    row = incident(quarrel)
    with transaction() as session:
        (draft,) = outcomes.drafts(session, row.id)
        people = outcomes.who_may_have_acted(session, row)
    assert (draft.code, draft.words) == ("UG-1", "both clans met under the tree")
    assert [(one.code, one.told) for one in people] == [("UG-1", True)]
    record(ruth, quarrel, Deed(("dialogue",), "contained", draft.words, by=(draft.contact,), answer=draft.id))
    with transaction() as session:
        assert outcomes.drafts(session, row.id) == []


def test_an_answer_about_another_incident_is_no_source(ruth: Actor, quarrel: str, alert: str) -> None:
    say("DONE we talked", DANIEL)
    with transaction() as session:
        (draft,) = outcomes.drafts(session, incident(quarrel).id)
    other = incident_of(tell("NEW Land dispute in Kween, families quarrel", JOSEPH)).ref
    approve(other, ruth)
    with transaction() as session, pytest.raises(NotPossible):
        outcomes.record(session, ruth, other, Deed(("visit",), "contained", answer=draft.id))


# --- looking again -----------------------------------------------------------------------------


def remind(at: dt.datetime) -> int:
    with transaction() as session:
        return outcomes.remind(session, at)


def notices() -> list[tuple[str, str, str]]:
    with transaction() as session:
        rows = session.scalars(select(Notice).where(Notice.kind == "follow_up", Notice.seen_at.is_(None)))
        return [(row.role, row.kind, row.subject) for row in rows]


def days() -> list[FollowUp]:
    with transaction() as session:
        return list(session.scalars(select(FollowUp).order_by(FollowUp.due_on)))


@time_machine.travel("2026-11-02 09:00+03:00")
def test_the_day_to_look_again_is_called_to_mind_once_in_the_morning(ruth: Actor, quarrel: str) -> None:
    record(ruth, quarrel, TALKED, Ahead(dt.date(2026, 11, 16)), Ahead(dt.date(2027, 2, 1), "visit"))
    day = dt.datetime.fromisoformat("2026-11-16T00:00+03:00")
    assert remind(day - dt.timedelta(hours=2)) == remind(day + dt.timedelta(hours=6)) == 0
    assert remind(day + dt.timedelta(hours=8)) == 1
    assert remind(day + dt.timedelta(hours=9)) == 0
    assert notices() == [("analyst", "follow_up", f"incident:{quarrel}")]
    with transaction() as session:
        outcomes.settle(session, ruth, quarrel, days()[0].id, "well")
    assert notices() == []


MORNING = dt.datetime.fromisoformat("2026-11-16T08:00+03:00")


def looks_again(ruth: Actor, ref: str, who: UUID | None, at: dt.datetime = MORNING) -> None:
    """Somebody is to look at it on the day of ``at``, and its morning comes."""
    with time_machine.travel(at - 7 * DAY):
        record(ruth, ref, TALKED, Ahead(at.date(), who=who))
    with time_machine.travel(at):
        remind(utcnow())


@pytest.mark.parametrize(("language", "words"), [("en", "today is the day"), ("sw", "leo ndiyo siku")])
def test_whoever_looks_again_is_reminded_by_phone_once_in_their_language(
    ruth: Actor, quarrel: str, alert: str, language: str, words: str
) -> None:
    daniel = contact_of(DANIEL).id
    with transaction() as session:
        session.execute(update(Contact).where(Contact.id == daniel).values(language=language))
    looks_again(ruth, quarrel, daniel)
    with time_machine.travel(MORNING + DAY):
        assert remind(utcnow()) == 0
    (told,) = texts_to(DANIEL, "look")
    assert told.startswith(f"{alert}: {words}")
    assert betrays(language, told) is None
    assert quarrel not in told
    assert len(notices()) == 1


def test_whoever_said_stop_or_became_a_party_is_not_reminded(ruth: Actor, quarrel: str) -> None:
    say("STOP", DANIEL)
    looks_again(ruth, quarrel, contact_of(DANIEL).id)
    grace = person("UG-2", GRACE, responder_class=ResponderClass.POLICE_LIAISON)
    with transaction() as session:
        session.execute(update(Incident).where(Incident.ref == quarrel).values(actors={"police": "attacker"}))
    looks_again(ruth, quarrel, grace, MORNING + 30 * DAY)
    assert (texts_to(DANIEL, "look"), texts_to(GRACE, "look")) == ([], [])
    assert len(notices()) == 1


def test_a_reminder_to_look_waits_for_the_end_of_quiet_hours(ruth: Actor, quarrel: str) -> None:
    daniel = contact_of(DANIEL).id
    with transaction() as session:
        session.execute(update(Contact).where(Contact.id == daniel).values(quiet_from=20, quiet_to=9))
    looks_again(ruth, quarrel, daniel)
    (told,) = deliveries(Delivery.kind == "look")
    assert told.due_at == MORNING.replace(hour=9)


def test_what_the_centre_looks_at_again_its_coordinator_is_reminded_of(ruth: Actor, quarrel: str) -> None:
    person("UG-C", GRACE, responder_class=ResponderClass.COORDINATOR)
    looks_again(ruth, quarrel, None)
    assert [text.partition(":")[0] for text in texts_to(GRACE, "look")] == [quarrel]
    assert texts_to(DANIEL, "look") == []


def test_nobody_we_do_not_know_looks_again(ruth: Actor, quarrel: str) -> None:
    with pytest.raises(NotPossible):
        record(ruth, quarrel, TALKED, Ahead(utcnow().date() + DAY, who=NOBODY))


def test_of_what_few_may_see_coordinators_are_reminded(ruth: Actor, quarrel: str) -> None:
    record(ruth, quarrel, TALKED, Ahead(utcnow().date() + DAY))
    with transaction() as session:
        session.execute(update(Incident).values(other_types=["sexual_violence"]))
    remind((utcnow() + 3 * DAY).replace(hour=9))
    assert [role for role, _, _ in notices()] == ["coordinator"]


def test_what_was_found_settles_the_day(ruth: Actor, quarrel: str) -> None:
    record(ruth, quarrel, TALKED, Ahead(utcnow().date() + DAY))
    (day,) = days()
    with transaction() as session, pytest.raises(NotPossible):
        outcomes.settle(session, ruth, quarrel, day.id, "magic")
    with transaction() as session:
        outcomes.settle(session, ruth, quarrel, day.id, "well")
    assert [(one.result, one.done_by) for one in days()] == [("well", ruth.id)]
    with transaction() as session, pytest.raises(NotFound):
        outcomes.settle(session, ruth, quarrel, day.id, "trouble")
    assert remind((utcnow() + 3 * DAY).replace(hour=9)) == 0


def test_a_committee_of_the_area_may_have_acted_though_nobody_told_it(ruth: Actor, quarrel: str) -> None:
    person("KAS-95", "+256772000395", role=ContactRole.COMMITTEE, area_path="/ug/ug-western/")
    person("MBA-95", "+256772000396", role=ContactRole.COMMITTEE, area_path="/ug/ug-eastern/")
    with transaction() as session:
        people = outcomes.who_may_have_acted(session, incident(quarrel))
        session.execute(update(Contact).where(Contact.code == "KAS-95").values(archived_at=utcnow()))
    assert [(one.code, one.told) for one in people] == [("KAS-95", False)]
    with transaction() as session:
        assert outcomes.who_may_have_acted(session, incident(quarrel)) == []


def test_foremost_is_what_says_most() -> None:
    assert outcomes.foremost(["visit", "dialogue"]) == "dialogue"
    assert outcomes.foremost(["arrest", "patrol"]) == "patrol"
    assert outcomes.foremost(["nothing"]) == "nothing"
