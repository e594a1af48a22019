"""The decision panel: who must still do what, why sources count, warnings, rumours, what few may see."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from mbiu import audit, correction
from mbiu.codes import IncidentState, RumourVerdict
from mbiu.db import transaction
from mbiu.models import Alert, AuditEntry, CounterMessage, Delivery, Incident, Rumour, User
from tests import cast
from tests.review.conftest import Browser

RUMOUR = "People say that armed men will attack Bwera in Kasese on Sunday, it is a rumour"


@pytest.fixture
def rumour(app: Flask) -> str:
    """An incident in Kasese that a person called a rumour of an attack; Amina told it."""
    ref = cast.incident_of(cast.tell(cast.QUARREL)).ref
    with transaction() as session:
        editor = cast.user("editor")
        changes = {"event_type": "rumour", "severity": "moderate"}
        correction.correct(session, editor, ref, changes)
    return ref


def decide(browser: Browser, ref: str, verdict: str = "verified", **more: str) -> str:
    fields = {"grade_source": "B", "grade_information": "2", "reason": "The chief saw it"}
    return browser.post(f"/incidents/{ref}/decide", verdict=verdict, **(fields | more)).text


def judge(browser: Browser, ref: str, verdict: RumourVerdict) -> str:
    fields = {"rumour_verdict": verdict.value, "grade_source": "B", "reason": "Asked the chief"}
    return browser.post(f"/incidents/{ref}/rumour", **fields).text


# --- who must still do what --------------------------------------------------------------------


def test_the_panel_says_who_must_still_approve(ruth: Browser, peter: Browser, grave: str) -> None:
    assert (
        "Two people must verify this, each for themselves; nobody has yet."
        in ruth.get(f"/incidents/{grave}").text
    )
    decide(ruth, grave)
    assert "ruth verified it. One more person must" in peter.get(f"/incidents/{grave}").text
    assert "mediators are warned" in peter.get(f"/incidents/{grave}").text
    assert "You have verified it. A second person must verify it too." in ruth.get(f"/incidents/{grave}").text


def test_one_text_from_five_phones_is_one_source(ruth: Browser, app: Flask) -> None:
    first = cast.tell(cast.QUARREL)
    for number in range(4):
        cast.tell(cast.QUARREL, f"+25677200030{number}")
    row = cast.incident_of(first)
    page = ruth.get(f"/incidents/{row.ref}").text
    assert (row.reports, row.sources) == (5, 1)
    assert "1 independent source<" in page
    assert "the words of an earlier report" in page
    assert "because one source, and nobody knows how reliable" in page
    assert cast.incident(row.ref).grade_information == 6


def test_a_suggested_grade_is_never_applied_by_itself(ruth: Browser, app: Flask) -> None:
    first = cast.tell(cast.QUARREL)
    cast.tell("Quarrel over land at Bwera, Kasese: elders and youths shout", cast.JOSEPH)
    ref = cast.incident_of(first).ref
    assert "2 · probable" in ruth.get(f"/incidents/{ref}").text
    assert cast.incident(ref).grade_information == 6


# --- warnings ----------------------------------------------------------------------------------


def test_mediators_are_warned_from_the_page_and_it_says_so_ever_after(ruth: Browser, grave: str) -> None:
    daniel, grace = cast.person("UG-1", cast.DANIEL), cast.person("UG-2", cast.GRACE)
    cast.route("Kasese", [[daniel, grace]], mediators=[daniel])
    page = ruth.get(f"/incidents/{grave}").text
    assert "Goes to mediators only: UG-1." in page
    assert "UNVERIFIED A" in page
    shown = ruth.post(f"/incidents/{grave}/warn", reason="They come back tonight").text
    assert "The mediators are warned, marked as unverified" in shown
    assert "Mediators were warned by A" in shown
    assert "warn mediators now" not in shown
    assert cast.texts_to(cast.GRACE, "alert") == []
    with transaction() as session:
        assert session.scalars(select(Alert.unverified)).all() == [True]
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"incident.warned", "alert.warned"} <= actions


def test_without_a_mediator_there_is_nobody_to_warn(ruth: Browser, grave: str) -> None:
    cast.route("Kasese", [[cast.person("UG-2", cast.GRACE)]])
    assert "names a mediator who can be reached" in ruth.get(f"/incidents/{grave}").text


# --- rumours -----------------------------------------------------------------------------------


def test_what_is_said_stands_apart_from_when_it_was_heard(ruth: Browser, rumour: str) -> None:
    page = ruth.get(f"/incidents/{rumour}").text
    assert "nobody knows what" in page
    shown = ruth.post(f"/incidents/{rumour}/said", claimed="attack", heard_at="2026-01-02T08:30").text
    assert "Noted what is said" in shown
    with transaction() as session:
        found = session.scalars(select(Rumour)).one()
    assert (found.claimed_type, f"{found.heard_at:%d %H:%M}") == ("attack", "02 05:30")
    assert cast.incident(rumour).occurred_from != found.heard_at


@pytest.mark.parametrize(
    ("verdict", "state", "information"),
    [
        (RumourVerdict.MOSTLY_TRUE, IncidentState.VERIFIED, 2),
        (RumourVerdict.OUTDATED, IncidentState.REFUTED, 5),
        (RumourVerdict.UNPROVEN, IncidentState.UNVERIFIABLE, 6),
    ],
)
def test_nine_verdicts_become_three(
    ruth: Browser, rumour: str, verdict: RumourVerdict, state: IncidentState, information: int
) -> None:
    judge(ruth, rumour, verdict)
    row = cast.incident(rumour)
    assert (row.state, row.grade_source, row.grade_information) == (state, "B", information)
    with transaction() as session:
        assert session.scalars(select(Rumour.verdict)).one() is verdict


def test_a_rumour_taken_up_again_is_not_judged_any_more(ruth: Browser, rumour: str) -> None:
    judge(ruth, rumour, RumourVerdict.FALSE)
    ruth.post(f"/incidents/{rumour}/reopen", reason="It is heard again")
    with transaction() as session:
        assert session.scalars(select(Rumour.verdict)).one() is None


def test_a_rumour_is_answered_by_two_people(ruth: Browser, peter: Browser, rumour: str) -> None:
    assert "Answer the rumour" not in ruth.get(f"/incidents/{rumour}").text
    assert "Answer the rumour" in judge(ruth, rumour, RumourVerdict.FALSE)
    words = {"text_en": "We asked: the market is open as usual.", "text_sw": "Soko liko wazi kama kawaida."}
    assert "waits for a second person" in ruth.post(f"/incidents/{rumour}/counter", **words).text
    with transaction() as session:
        message = session.scalars(select(CounterMessage.id)).one()
    way = f"/incidents/{rumour}/counter/{message}/approve"
    assert "Approve and send" not in ruth.get(f"/incidents/{rumour}").text
    assert "another person must look at it" in ruth.post(way).text
    assert "It would reach 1 person" in peter.get(f"/incidents/{rumour}").text
    shown = peter.post(way).text
    assert "On its way to 1 person." in shown
    assert "sent to 1 person" in shown
    assert len(cast.texts_to(cast.AMINA, "counter")) == 1
    assert cast.deliveries(Delivery.counter_id == message)[0].kind == "counter"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("No attack happened", "shows whoever sees the phone"),
        ("word " * 95, "at most 3 SMS"),
        (" ", "at least one"),
    ],
)
def test_an_answer_betrays_nothing_and_is_short(ruth: Browser, rumour: str, text: str, why: str) -> None:
    judge(ruth, rumour, RumourVerdict.FALSE)
    assert why in ruth.post(f"/incidents/{rumour}/counter", text_en=text).text
    assert cast.count(CounterMessage) == 0


# --- what few may see --------------------------------------------------------------------------


def restrict(ref: str) -> None:
    with transaction() as session:
        correction.correct(session, cast.user("editor"), ref, {"other_types": ["sexual_violence"]})


def clear(name: str) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.name == name).values(cleared=True))


def test_what_is_restricted_is_not_there_for_who_is_not_cleared(
    as_: Callable[[str], Browser], small: str
) -> None:
    restrict(small)
    clear("peter")
    ruth, peter = as_("ruth"), as_("peter")
    unknown = ruth.get("/incidents/IZZZZZZ")
    hidden = ruth.get(f"/incidents/{small}")
    assert hidden.status_code == unknown.status_code == 404
    assert len(hidden.data) == len(unknown.data)
    assert small not in ruth.get("/").text
    assert small in peter.get("/").text
    assert peter.get(f"/incidents/{small}").status_code == 200
    assert as_("miriam").get(f"/incidents/{small}").status_code == 200
    assert as_("simon").get(f"/incidents/{small}").status_code == 200


def test_who_corrects_something_into_the_restricted_is_taken_back_to_the_queue(
    ruth: Browser, small: str
) -> None:
    shown = ruth.post(f"/incidents/{small}/correct", event_type="sexual_violence", back="")
    assert shown.status_code == 200
    assert "Corrected" in shown.text
    assert ruth.get(f"/incidents/{small}").status_code == 404
    assert cast.incident(small).restricted


def test_the_record_of_judging_holds_no_words(ruth: Browser, rumour: str) -> None:
    judge(ruth, rumour, RumourVerdict.FALSE)
    ruth.post(f"/incidents/{rumour}/counter", text_en="The market is open.")
    with transaction() as session:
        details = str(session.scalars(select(AuditEntry.details)).all())
        assert audit.verify(session, []) is None
    assert "market" not in details
    assert "chief" not in details
    assert session.scalars(select(Incident.ref)).first() is not None
