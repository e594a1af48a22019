"""Accounts of what warnings led to, on a small history counted by hand."""

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import select, update

from mbiu import figures, outcomes
from mbiu.audit import Actor
from mbiu.codes import ContactRole
from mbiu.db import transaction
from mbiu.figures import By, Line, Span, Spread
from mbiu.models import Alert, Contact, Delivery, Incident, Outcome, Response
from mbiu.outcomes import Deed
from tests import cast
from tests.history import DAY, NOON, NOW, TODAY, count_all, history

KASESE, WESTERN, UGANDA = "/ug/ug-western/ug-kasese/", "/ug/ug-western/", "/ug/"
MONTH = f"{DAY:%Y-%m}"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def story() -> tuple[Actor, str]:
    """The dispute of five days ago: Daniel, an elder, was told after 12 minutes and promised after 20."""
    ruth, dispute = history()
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "UG-1").values(responder_class="elder"))
        row = session.scalars(select(Incident.id).where(Incident.ref == dispute)).one()
        alerts = select(Alert.id).where(Alert.incident_id == row)
        session.execute(
            update(Delivery).where(Delivery.alert_id.in_(alerts)).values(created_at=NOON + 12 * MINUTE)
        )
        session.execute(
            update(Response).where(Response.alert_id.in_(alerts)).values(created_at=NOON + 20 * MINUTE)
        )
    return ruth, dispute


def span(*areas: str, drills: bool = False) -> Span:
    return Span(areas or ("/",), DAY - dt.timedelta(days=30), TODAY, drills)


def times(*by: By, role: str = "", areas: tuple[str, ...] = ("/",), live: bool = False) -> figures.Times:
    with transaction() as session:
        counted = {DAY: figures.count(session, DAY)} if live else {}
        return figures.times(session, span(*areas), counted, frozenset(by), role)


def answers(*by: By, role: str = "", areas: tuple[str, ...] = ("/",)) -> figures.Answers:
    with transaction() as session:
        return figures.answers(session, span(*areas), {}, frozenset(by), role)


def disputes(*areas: str) -> Counter[tuple[str, str, str]]:
    with transaction() as session:
        return figures.disputes(session, span(*areas), figures.live(session, NOW))


def test_how_long_it_took_stands_by_month_area_and_role(story: tuple[Actor, str]) -> None:
    count_all()
    whole = times()
    assert whole[Line(), "verdict"] == Spread(600, 1800, 2)
    assert whole[Line(), "alert"] == Spread(720, 720, 1)
    assert whole[Line(), "outcome"] == Spread(6000, 6000, 1)
    assert times(By.MONTH)[Line(month=MONTH), "acknowledged"] == Spread(1200, 1200, 1)
    areas = times(By.AREA, areas=(UGANDA, "/ss/"))
    assert {line.area for line, _ in areas} == {UGANDA}
    elders = times(By.ROLE)
    assert elders == {
        (Line(role="elder"), "alert"): Spread(720, 720, 1),
        (Line(role="elder"), "acknowledged"): Spread(1200, 1200, 1),
        (Line(role="elder"), "outcome"): Spread(6000, 6000, 1),
    }
    assert times(By.MONTH, By.AREA, By.ROLE, areas=(KASESE,)) == {
        (Line(MONTH, KASESE, line.role), step): one for (line, step), one in elders.items()
    }
    assert times(role="elder") == {(Line(), step): one for (_, step), one in elders.items()}
    assert times(role="mediator") == {}


def test_days_that_are_counted_read_as_the_days_that_are_kept(story: tuple[Actor, str]) -> None:
    live = times(By.MONTH, By.AREA, By.ROLE, live=True)
    count_all()
    assert live == times(By.MONTH, By.AREA, By.ROLE) != {}


def test_who_answered_is_counted_by_role_and_each_alert_once(story: tuple[Actor, str]) -> None:
    count_all()
    assert answers() == {(Line(), "alerted"): 1, (Line(), "taken"): 1}
    assert answers(By.ROLE) == {(Line(role="elder"), "alerted"): 1, (Line(role="elder"), "taken"): 1}
    assert answers(By.MONTH, role="elder")[Line(month=MONTH), "taken"] == 1
    assert answers(role="mediator") == {}


@pytest.mark.parametrize(
    ("answer", "state", "what"),
    [
        ("cannot", "open", "unable"),
        (None, "open", "silent"),
        (None, "cancelled", None),
        ("go", "open", "taken"),
    ],
)
def test_an_alert_is_taken_refused_or_unanswered(
    story: tuple[Actor, str], answer: str | None, state: str, what: str | None
) -> None:
    with transaction() as session:
        session.execute(update(Alert).values(state=state))
        if answer:
            session.execute(update(Response).values(answer=answer))
        else:
            session.query(Response).delete()
    count_all()
    expected = {(Line(role="elder"), "alerted"): 1} | ({(Line(role="elder"), what): 1} if what else {})
    assert answers(By.ROLE) == expected


def test_a_drill_stands_in_no_account(story: tuple[Actor, str]) -> None:
    with transaction() as session:
        session.execute(update(Incident).values(exercise=True))
        session.execute(update(Outcome).values(resolution="peaceful"))
    count_all()
    found = times()
    assert {step for _, step in found} == {"receipt"}
    assert answers() == Counter()
    assert disputes() == Counter()
    with transaction() as session:
        assert figures.answers(session, span(drills=True), {}, frozenset())[Line(), "alerted"] == 1


# --- disputes ----------------------------------------------------------------------------------


def committee(code: str, number: str, organisation: str = "") -> str:
    return str(cast.person(code, number, role=ContactRole.COMMITTEE, organisation=organisation))


def acted(ruth: Actor, ref: str, resolution: str, *by: str, kinds: tuple[str, ...] = ()) -> None:
    from uuid import UUID

    deed = Deed(("dialogue",), "contained", "", resolution, tuple(UUID(one) for one in by), kinds)
    with transaction() as session:
        outcomes.record(session, ruth, ref, deed)


def test_disputes_count_for_each_committee_that_acted_and_once_in_all(story: tuple[Actor, str]) -> None:
    ruth, ref = story
    youth, elders = committee("KAS-80", "+256772000380"), committee("KAS-81", "+256772000381")
    acted(ruth, ref, "peaceful", youth, elders, kinds=("police_liaison",))
    count_all()
    assert disputes() == {
        ("", "dispute", "peaceful"): 1,
        (youth, "dispute", "peaceful"): 1,
        (elders, "dispute", "peaceful"): 1,
        ("class.police_liaison", "dispute", "peaceful"): 1,
    }
    assert disputes(KASESE) == disputes()
    assert disputes("/ug/ug-eastern/") == Counter()


def test_members_of_one_committee_stand_for_it_together(story: tuple[Actor, str]) -> None:
    ruth, ref = story
    ids = [committee(f"KAS-8{n}", f"+25677200038{n}", "Youth for peace") for n in range(3)]
    acted(ruth, ref, "ongoing", *ids)
    assert disputes() == {("", "dispute", "ongoing"): 1, (min(ids), "dispute", "ongoing"): 1}


def test_the_newest_word_on_a_dispute_holds_on_the_day_it_was_taken_up(story: tuple[Actor, str]) -> None:
    ruth, ref = story
    acted(ruth, ref, "ongoing")
    with transaction() as session:
        session.execute(update(Outcome).values(created_at=NOON))
    count_all()
    assert disputes() == {("", "dispute", "ongoing"): 1, ("class.", "dispute", "ongoing"): 1}
    acted(ruth, ref, "peaceful")
    assert count_all() == 1
    assert disputes() == {("", "dispute", "peaceful"): 1, ("class.", "dispute", "peaceful"): 1}


def test_what_was_corrected_does_not_count(story: tuple[Actor, str]) -> None:
    ruth, ref = story
    acted(ruth, ref, "peaceful")
    with transaction() as session:
        row = outcomes.current(session, cast.incident(ref).id)[0]
        outcomes.correct(
            session, ruth, ref, row.id, Deed(("dialogue",), "contained", resolution="unresolved")
        )
    assert disputes()["", "dispute", "unresolved"] == 1
    assert disputes()["", "dispute", "peaceful"] == 0


def test_where_there_was_no_dispute_none_is_counted(story: tuple[Actor, str]) -> None:
    assert disputes() == Counter()
