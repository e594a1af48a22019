"""What reporters hear of their reports, and what they do not."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mbiu import escalation, feedback, metrics, routing, texts, verification, wishes
from mbiu.audit import Actor
from mbiu.codes import ContactRole, DeliveryState, EventType, Role, Verdict, Wish
from mbiu.db import transaction
from mbiu.feedback import Event, figures, matrix, trial, wordings
from mbiu.models import Address, AuditEntry, Contact, Delivery, Incident, Report, utcnow
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from tests import cast
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    JOSEPH,
    QUARREL,
    approve,
    count,
    deliveries,
    incident_of,
    person,
    report_of,
    route,
    say,
    tell,
    texts_to,
    user,
)

WHY = "Two elders on the phone said so."
VERIFIED = ("outcome.told_verified", "en", "")


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def miriam() -> Actor:
    return user("miriam", Role.COORDINATOR)


@pytest.fixture(autouse=True)
def shipped_texts() -> Any:
    """Whatever a test makes of the texts ends with it."""
    yield
    texts.use({})
    feedback.forget()


@pytest.fixture
def amina() -> UUID:
    return person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT)


@pytest.fixture
def report(amina: UUID) -> str:
    """A focal point's report of a quarrel."""
    return tell(QUARREL)


def verify(actor: Actor, report_ref: str) -> None:
    approve(incident_of(report_ref).ref, actor)


def reject(actor: Actor, report_ref: str, verdict: Verdict) -> None:
    with transaction() as session:
        verification.reject(session, actor, incident_of(report_ref).ref, verdict, WHY)


def reopen(actor: Actor, report_ref: str) -> None:
    with transaction() as session:
        verification.reopen(session, actor, incident_of(report_ref).ref, WHY)


def close(actor: Actor, report_ref: str, done: str = "visit") -> None:
    cast.close(actor, incident_of(report_ref).ref, done)


def change(model: Any, *where: Any, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(model).where(*where).values(**values))


def heard(number: str = AMINA) -> list[str]:
    return texts_to(number, "outcome")


def quiet_now(contact_id: UUID) -> dt.datetime:
    """Quiet hours that began an hour ago in Kampala; when they end."""
    now = utcnow()
    hour = now.astimezone(wishes.zone("UG")).hour
    with transaction() as session:
        wishes.set_quiet(session, contact_id, hour - 1, hour + 2, now)
        contact = session.get_one(Contact, contact_id)
        until = wishes.quiet_until(contact, now)
    assert until is not None
    return until


# --- the events --------------------------------------------------------------------------------


def test_a_focal_point_hears_verdict_action_and_outcome_once_each(ruth: Actor, report: str) -> None:
    verify(ruth, report)
    route("elders", [[person("UG-1", DANIEL), person("UG-2", GRACE)]])
    with transaction() as session:
        alert = routing.send(session, ruth, incident_of(report).ref).ref
    say(f"ACK {alert}", DANIEL)
    say(f"GO {alert}", GRACE)
    say(f"DONE {alert}", DANIEL)
    close(ruth, report)
    assert heard() == [
        f"About {report}: checked and confirmed. Thank you for telling us.",
        f"About {report}: somebody is seeing to it now. Thank you.",
        f"About {report}: people went there. Thank you for telling us.",
    ]
    row = report_of(report)
    assert None not in (row.verdict_told_at, row.action_told_at, row.outcome_told_at)


@pytest.mark.parametrize("verdict", [Verdict.REFUTED, Verdict.UNVERIFIABLE])
def test_a_rejection_is_told(ruth: Actor, report: str, verdict: Verdict) -> None:
    reject(ruth, report, verdict)
    assert len(heard()) == 1
    assert report in heard()[0]


def test_a_grave_incident_is_told_when_the_second_person_agrees(ruth: Actor, amina: UUID) -> None:
    report = tell("Armed men attacked Bwera in Kasese last night, 9 people killed and 20 houses burnt")
    verify(ruth, report)
    assert heard() == []
    verify(user("peter"), report)
    assert len(heard()) == 1


def test_a_changed_verdict_is_told_and_the_same_again_is_not(ruth: Actor, report: str) -> None:
    reject(ruth, report, Verdict.REFUTED)
    reopen(ruth, report)
    reject(ruth, report, Verdict.REFUTED)
    assert len(heard()) == 1
    reopen(ruth, report)
    verify(ruth, report)
    assert "confirmed" in heard()[1]
    with transaction() as session:
        again = session.scalars(select(Report).where(Report.ref == report)).one()
        assert not feedback.tell(session, again, "verified")


def test_answers_and_the_outcome_at_the_same_time_tell_each_event_once(ruth: Actor, report: str) -> None:
    verify(ruth, report)
    route("elders", [[person("UG-1", DANIEL), person("UG-2", GRACE)]])
    with transaction() as session:
        alert = routing.send(session, ruth, incident_of(report).ref).ref
    with ThreadPoolExecutor(3) as pool:
        done = [
            pool.submit(say, f"ACK {alert}", DANIEL),
            pool.submit(say, f"GO {alert}", GRACE),
            pool.submit(close, ruth, report),
        ]
    assert [one.exception() for one in done] == [None] * 3
    assert len(heard()) == len(set(heard())) <= 3
    assert heard()[-1] != heard()[0]


def test_a_no_by_a_responder_is_not_told_as_action(ruth: Actor, report: str) -> None:
    verify(ruth, report)
    route("elders", [[person("UG-1", DANIEL)]])
    with transaction() as session:
        alert = routing.send(session, ruth, incident_of(report).ref).ref
    say(f"CANNOT {alert}", DANIEL)
    assert len(heard()) == 1


def test_who_is_alerted_about_the_own_report_is_not_told_that_somebody_acts(
    ruth: Actor, amina: UUID, report: str
) -> None:
    verify(ruth, report)
    route("elders", [[amina, person("UG-1", DANIEL)]])
    with transaction() as session:
        alert = routing.send(session, ruth, incident_of(report).ref).ref
    say(f"ACK {alert}", DANIEL)
    assert len(heard()) == 1
    assert report_of(report).action_told_at is None


def test_several_reports_of_one_person_about_one_incident_are_told_as_one(ruth: Actor, report: str) -> None:
    second = tell(f"NEW {QUARREL} since morning")
    first = report_of(report)
    change(Report, Report.ref == second, incident_id=first.incident_id)
    verify(ruth, report)
    close(ruth, report)
    assert [text[: len(f"About {report}")] for text in heard()] == [f"About {report}"] * 2
    row = report_of(second)
    assert (row.verdict_told_at, row.outcome_told_at) != (None, None)


def test_two_reporters_of_one_incident_are_each_told(ruth: Actor, report: str) -> None:
    person("KAS-08", JOSEPH, role=ContactRole.COMMITTEE)
    second = tell(QUARREL, JOSEPH)
    change(Report, Report.ref == second, incident_id=report_of(report).incident_id)
    verify(ruth, report)
    assert len(heard()) == len(heard(JOSEPH)) == 1
    assert second in heard(JOSEPH)[0]


def test_a_stranger_hears_the_end_but_not_how_far_it_got(ruth: Actor) -> None:
    report = tell(QUARREL)
    verify(ruth, report)
    assert heard() == []
    close(ruth, report)
    assert len(heard()) == 1


def test_what_is_told_of_a_drill_says_so(ruth: Actor, report: str) -> None:
    change(Report, Report.ref == report, exercise=True)
    verify(ruth, report)
    assert heard()[0].startswith("EXERCISE About ")


# --- wish and harm -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Report, {"duress": True}),
        (Report, {"unconfirmed": True}),
        (Report, {"withdrawn_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
        (Report, {"event_type": EventType.SEXUAL_VIOLENCE}),
        (Report, {"created_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
        (Incident, {"other_types": [EventType.SEXUAL_VIOLENCE.value]}),
        (Contact, {"wish": Wish.PULL}),
        (Contact, {"wish": Wish.NEVER}),
        (Contact, {"stopped_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
        (Contact, {"silent_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
        (Address, {"blocked_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
        (Address, {"stopped_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}),
        (Address, {"vault_id": None}),
    ],
)
def test_where_word_could_hurt_nothing_is_sent(
    ruth: Actor, report: str, model: Any, values: dict[str, Any]
) -> None:
    change(model, **values)
    verify(ruth, report)
    assert count(Delivery, Delivery.kind == "outcome") == 0
    assert report_of(report).verdict_told_at is None


def test_one_forced_report_silences_all_of_its_sender(ruth: Actor, report: str) -> None:
    second = tell(f"NEW {QUARREL} since morning")
    change(Report, Report.ref == second, duress=True, incident_id=report_of(report).incident_id)
    verify(ruth, report)
    assert heard() == []


def test_a_withdrawn_report_leaves_the_other_to_be_told(ruth: Actor, report: str) -> None:
    second = tell(f"NEW {QUARREL} since morning")
    change(Report, Report.ref == second, incident_id=report_of(report).incident_id)
    change(Report, Report.ref == report, withdrawn_at=utcnow())
    verify(ruth, report)
    assert [second in text for text in heard()] == [True]


def test_a_report_from_a_borrowed_phone_is_told_at_the_own_one(ruth: Actor, amina: UUID) -> None:
    report = tell(QUARREL, JOSEPH)
    change(Report, Report.ref == report, contact_id=amina, borrowed=True)
    verify(ruth, report)
    assert (len(heard(AMINA)), heard(JOSEPH)) == (1, [])


def test_without_an_own_phone_a_borrowed_one_stays_silent(ruth: Actor, amina: UUID) -> None:
    report = tell(QUARREL, JOSEPH)
    change(Report, Report.ref == report, contact_id=amina, borrowed=True)
    change(Address, Address.contact_id == amina, vault_id=None)
    verify(ruth, report)
    assert count(Delivery, Delivery.kind == "outcome") == 0


def test_in_quiet_hours_word_waits_for_their_end(ruth: Actor, amina: UUID, report: str) -> None:
    until = quiet_now(amina)
    verify(ruth, report)
    assert [one.due_at for one in deliveries(Delivery.kind == "outcome")] == [until]
    assert report_of(report).verdict_told_at == until


def test_quiet_hours_hold_what_is_queued_already(ruth: Actor, amina: UUID, report: str) -> None:
    verify(ruth, report)
    until = quiet_now(amina)
    assert [one.due_at for one in deliveries(Delivery.kind == "outcome")] == [until]


def test_a_verdict_that_changes_in_the_night_is_told_as_it_is_in_the_morning(
    ruth: Actor, amina: UUID, report: str
) -> None:
    quiet_now(amina)
    reject(ruth, report, Verdict.REFUTED)
    reopen(ruth, report)
    verify(ruth, report)
    states = [one.state for one in deliveries(Delivery.kind == "outcome")]
    assert states == [DeliveryState.EXPIRED, DeliveryState.QUEUED]
    assert "confirmed. Thank" in heard()[1]


def test_a_wish_for_silence_takes_back_what_is_not_sent(ruth: Actor, amina: UUID, report: str) -> None:
    quiet_now(amina)
    verify(ruth, report)
    with transaction() as session:
        wishes.set_wish(session, amina, Wish.PULL, utcnow())
    assert [one.state for one in deliveries(Delivery.kind == "outcome")] == [DeliveryState.EXPIRED]
    assert report_of(report).verdict_told_at is None


def test_equal_hours_end_the_quiet_hours(amina: UUID) -> None:
    quiet_now(amina)
    with transaction() as session:
        wishes.set_quiet(session, amina, 6, 6, utcnow())
        contact = session.get_one(Contact, amina)
    assert (contact.quiet_from, contact.quiet_to) == (None, None)


@pytest.mark.parametrize("wish", [Wish.PULL, Wish.NEVER])
def test_who_wants_no_message_gets_no_alert_and_the_preview_says_so(
    ruth: Actor, report: str, wish: Wish
) -> None:
    verify(ruth, report)
    daniel = person("UG-1", DANIEL)
    route("elders", [[daniel], [person("UG-2", GRACE)]])
    change(Contact, Contact.id == daniel, wish=wish)
    with transaction() as session:
        row = verification.find(session, incident_of(report).ref)
        assert dict(routing.plan(session, row).left_out)["UG-1"].endswith(
            {Wish.PULL: "only in answer", Wish.NEVER: "never to hear from us"}[wish]
        )
        routing.send(session, ruth, row.ref)
    assert texts_to(DANIEL, "alert") == []


def test_a_wish_after_the_alert_began_passes_over_the_later_step(ruth: Actor, report: str) -> None:
    verify(ruth, report)
    grace = person("UG-2", GRACE)
    route("elders", [[person("UG-1", DANIEL)], [grace]])
    with transaction() as session:
        alert = routing.send(session, ruth, incident_of(report).ref)
        wishes.set_wish(session, grace, Wish.NEVER, utcnow())
        alert.next_at = alert.due_at = utcnow()
    with transaction() as session:
        assert escalation.take_due(session) == 1
    assert texts_to(GRACE, "alert") == []


def test_quiet_hours_do_not_hold_an_alert(ruth: Actor, report: str) -> None:
    verify(ruth, report)
    daniel = person("UG-1", DANIEL)
    quiet_now(daniel)
    route("elders", [[daniel]])
    with transaction() as session:
        routing.send(session, ruth, incident_of(report).ref)
    assert all(one.due_at <= utcnow() for one in deliveries(Delivery.kind == "alert"))


# --- the matrix --------------------------------------------------------------------------------


def test_an_audience_that_is_not_to_hear_of_an_event_does_not(
    ruth: Actor, miriam: Actor, report: str
) -> None:
    cell = (Event.VERIFIED, ContactRole.FOCAL_POINT)
    with transaction() as session:
        assert matrix.change(session, miriam, {cell: False}) == 1
        assert matrix.change(session, miriam, {cell: False}) == 0
    feedback.forget()
    verify(ruth, report)
    assert heard() == []
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "feedback.changed")).one()
    assert entry.details == {
        "before": {"verified.focal_point": True},
        "after": {"verified.focal_point": False},
    }


def test_only_a_coordinator_changes_matrix_and_texts(ruth: Actor) -> None:
    with transaction() as session:
        with pytest.raises(NotAllowed):
            matrix.change(session, ruth, {(Event.VERIFIED, ContactRole.FOCAL_POINT): False})
        with pytest.raises(NotAllowed):
            wordings.save(session, ruth, VERIFIED, "About {ref}: yes.")
        with pytest.raises(NotAllowed):
            wordings.reset(session, ruth, VERIFIED)
        with pytest.raises(NotAllowed):
            trial.send(session, ruth, VERIFIED, "KAS-07")


def test_every_event_has_a_text() -> None:
    assert all(wordings.keys(event) for event in Event)


def test_whether_a_receipt_is_given_follows_the_matrix(miriam: Actor) -> None:
    with transaction() as session:
        feedback.refresh(session)
        assert feedback.answers(ContactRole.UNKNOWN)
        matrix.change(session, miriam, {(Event.RECEIPT, ContactRole.UNKNOWN): False})
        feedback.forget()
        feedback.refresh(session)
        assert not feedback.answers(ContactRole.UNKNOWN)


def test_who_is_to_get_no_receipt_gets_none_and_the_report_is_taken(miriam: Actor) -> None:
    with transaction() as session:
        matrix.change(session, miriam, {(Event.RECEIPT, ContactRole.UNKNOWN): False})
    feedback.forget()
    received = say(QUARREL)
    assert received.reply is None
    assert received.ref is not None


# --- the centre's own texts --------------------------------------------------------------------


def save(actor: Actor, words: str, at: tuple[str, str, str] = VERIFIED) -> None:
    with transaction() as session:
        wordings.save(session, actor, at, words)
    feedback.forget()


def test_the_centres_own_text_is_sent_and_its_history_kept(ruth: Actor, miriam: Actor, report: str) -> None:
    save(miriam, "  We looked at {ref}\nand agree. ")
    verify(ruth, report)
    assert heard() == [f"We looked at {report} and agree."]
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "wording.changed")).one()
    assert entry.object == "wording:outcome.told_verified.en"
    assert entry.details["before"].startswith("About {ref}")
    assert entry.details["after"] == "We looked at {ref} and agree."


def test_a_text_for_one_audience_goes_before_that_for_everybody(
    ruth: Actor, miriam: Actor, report: str
) -> None:
    save(miriam, "{ref}: for all.")
    save(miriam, "{ref}: for focal points.", ("outcome.told_verified", "en", "focal_point"))
    verify(ruth, report)
    assert heard() == [f"{report}: for focal points."]


def test_the_centres_own_receipt_is_what_a_report_is_answered_with(miriam: Actor, amina: UUID) -> None:
    save(miriam, "Ref {ref} for all.", ("reply.receipt", "en", ""))
    save(miriam, "Ref {ref} for focal points.", ("reply.receipt", "en", "focal_point"))
    change(Address, noticed_at=utcnow())
    received = say(QUARREL)
    assert received.reply == f"Ref {received.ref} for focal points."


def test_a_text_taken_back_is_the_shipped_one_again(ruth: Actor, miriam: Actor, report: str) -> None:
    save(miriam, "{ref}: for all.")
    with transaction() as session:
        assert wordings.reset(session, miriam, VERIFIED)
        assert not wordings.reset(session, miriam, VERIFIED)
    feedback.forget()
    verify(ruth, report)
    assert heard()[0].startswith("About ")
    assert count(AuditEntry, AuditEntry.action == "wording.reset") == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "Write a text"),
        ("Thank you.", "{ref} is missing"),
        ("About {ref}, {name}: yes.", "{name} means nothing"),
        ("About {ref", "A brace is open"),
        ("About {ref.__class__}", "A brace is open"),
        ("About {ref!r}", "A brace is open"),
        ("About {}: yes.", "A brace is open"),
        ("{ref}: the attack is confirmed.", "«attack» must not stand"),
        ("{ref}: the conflict is known.", "«conflict» must not stand"),
        ("{ref}: " + "thank you " * 32, "costs 3 SMS; it may cost 2"),
    ],
)
def test_a_text_that_could_not_be_used_is_refused_with_the_reason(
    miriam: Actor, words: str, why: str
) -> None:
    with transaction() as session, pytest.raises(NotPossible) as refused:
        wordings.save(session, miriam, VERIFIED, words)
    assert why in refused.value.why


def test_a_receipt_may_cost_one_message_only(miriam: Actor) -> None:
    with transaction() as session, pytest.raises(NotPossible, match="costs 2 SMS; it may cost one"):
        wordings.save(session, miriam, ("reply.receipt", "en", ""), "{ref}: " + "thank you " * 16)


def test_the_outcome_may_be_left_unsaid(ruth: Actor, miriam: Actor, report: str) -> None:
    save(miriam, "{ref}: it is over.", ("outcome.told", "en", ""))
    verify(ruth, report)
    close(ruth, report)
    assert heard()[-1] == f"{report}: it is over."


@pytest.mark.parametrize(
    "at", [("word.panic", "en", ""), ("outcome.told", "xx", ""), ("outcome.told", "en", "mallory")]
)
def test_other_texts_are_not_the_centres_to_change(miriam: Actor, at: tuple[str, str, str]) -> None:
    with transaction() as session, pytest.raises(NotFound):
        wordings.save(session, miriam, at, "About {ref}: yes.")


def test_every_shipped_text_would_be_accepted() -> None:
    for language in texts.languages():
        for key in (key for keys in wordings.grouped().values() for key in keys):
            shipped = texts.wordings(language)[key]
            assert not shipped or wordings.check(language, key, shipped).problems == (), (language, key)


def test_a_change_by_another_process_is_seen_at_the_next_look(miriam: Actor, amina: UUID) -> None:
    with transaction() as session:
        feedback.refresh(session)
        wordings.save(session, miriam, ("reply.receipt", "en", ""), "Ref {ref}. We have it.")
        assert texts.say("en", "reply.receipt", ref="R1") != "Ref R1. We have it."
        feedback.refresh(session)
        assert texts.say("en", "reply.receipt", ref="R1") != "Ref R1. We have it."
        feedback.forget()
        feedback.refresh(session)
        assert texts.say("en", "reply.receipt", ref="R1") == "Ref R1. We have it."


# --- trying out --------------------------------------------------------------------------------


def test_a_test_goes_to_one_of_our_own_marked_as_an_exercise(miriam: Actor, amina: UUID) -> None:
    with transaction() as session:
        assert trial.send(session, miriam, VERIFIED, " kas-07 ") == "KAS-07"
    assert texts_to(AMINA, "test") == [
        "EXERCISE About R7K3QX9: checked and confirmed. Thank you for telling us."
    ]
    assert count(AuditEntry, AuditEntry.action == "wording.tried") == 1


@pytest.mark.parametrize(
    "values",
    [{"wish": Wish.NEVER}, {"wish": Wish.PULL}, {"silent_at": utcnow()}, {"role": ContactRole.UNKNOWN}],
)
def test_a_test_reaches_nobody_who_does_not_want_it(
    miriam: Actor, amina: UUID, values: dict[str, Any]
) -> None:
    change(Contact, Contact.id == amina, **values)
    with transaction() as session, pytest.raises(NotPossible):
        trial.send(session, miriam, VERIFIED, "KAS-07")
    with transaction() as session, pytest.raises(NotPossible):
        trial.send(session, miriam, VERIFIED, "NOBODY-1")


# --- figures -----------------------------------------------------------------------------------


def at_hours(report: str, **hours: float) -> None:
    """The report was told of these events so many hours after it came."""
    row = report_of(report)
    change(
        Report,
        Report.ref == report,
        **{f"{what}_told_at": row.created_at + dt.timedelta(hours=number) for what, number in hours.items()},
    )


def test_the_share_told_and_the_times_are_counted_by_area_and_role(ruth: Actor, report: str) -> None:
    other = tell("NEW Land dispute in Kween, families quarrel", JOSEPH)
    begun = utcnow() - dt.timedelta(days=1)
    change(Report, created_at=begun)
    verify(ruth, report)
    close(ruth, report)
    reject(ruth, other, Verdict.UNVERIFIABLE)
    at_hours(report, verdict=2, action=3, outcome=10)
    with transaction() as session:
        found = figures.month(session, begun.date())
        assert figures.recent_share(session) == pytest.approx(0.5)
    assert (found.total.reports, found.total.ended, found.total.told, found.total.kept) == (2, 2, 1, 0)
    assert found.total.share == pytest.approx(0.5)
    assert found.total.verdict == figures.Span(dt.timedelta(hours=2), dt.timedelta(hours=2))
    assert found.total.outcome == figures.Span(dt.timedelta(hours=10), dt.timedelta(hours=10))
    assert found.total.receipt is not None
    assert {row.name: row.told for row in found.roles} == {"focal_point": 1, "unknown": 0}
    assert {row.reports for row in found.areas} == {1}
    assert not found.cut


def test_ninety_in_a_hundred_is_more_than_half(report: str) -> None:
    refs = [report, *(tell(f"NEW {QUARREL} {n}") for n in ("once", "twice"))]
    for number, ref in enumerate(refs, start=1):
        at_hours(ref, action=number)
    with transaction() as session:
        found = figures.month(session, report_of(report).created_at.date())
    assert found.total.action is not None
    assert found.total.action.half == dt.timedelta(hours=2)
    assert found.total.action.most == dt.timedelta(hours=2.8)


def test_who_was_not_told_by_wish_or_for_safety_is_counted_apart(
    ruth: Actor, amina: UUID, report: str
) -> None:
    change(Contact, Contact.id == amina, wish=Wish.PULL)
    verify(ruth, report)
    close(ruth, report)
    with transaction() as session:
        total = figures.month(session, utcnow().date()).total
    assert (total.ended, total.told, total.kept) == (1, 0, 1)


def test_drills_and_other_months_are_not_counted(report: str) -> None:
    with transaction() as session:
        assert figures.month(session, dt.date(2020, 2, 1)).total.reports == 0
    change(Report, exercise=True)
    with transaction() as session:
        assert figures.month(session, utcnow().date()).total.reports == 0
        assert figures.month(session, utcnow().date(), drills=True).total.reports == 1
        assert figures.recent_share(session) is None


def test_the_share_told_is_a_metric(ruth: Actor, report: str) -> None:
    assert shares() == []
    reject(ruth, report, Verdict.REFUTED)
    assert shares() == [1.0]


def shares() -> list[float]:
    """The share told as a scrape shows it."""
    families = [one for one in metrics._Figures().collect() if one.name == "mbiu_outcome_told_share"]
    return [sample.value for one in families for sample in one.samples]
