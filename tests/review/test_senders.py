"""What the console shows and does about senders: withdrawn, forced, doubtful, gone."""

import re

import pytest
from sqlalchemy import update

from mbiu import leaving
from mbiu.codes import IncidentState
from mbiu.db import transaction
from mbiu.models import AuditEntry, Report, User, utcnow
from tests import cast
from tests.review.conftest import Browser

LEGEND = {"duress": "being forced", "unconfirmed": "call back", "withdrawn": "no source any more"}


def mark(**values: object) -> None:
    with transaction() as session:
        session.execute(update(Report).values(**values))


def clear(*names: str) -> None:
    """Let these people see what is restricted, as reports under duress are."""
    with transaction() as session:
        session.execute(update(User).where(User.name.in_(names)).values(cleared=True))


def withdraw(number: str = cast.JOSEPH) -> None:
    with transaction() as session:
        report = session.query(Report).one()
        assert leaving.withdraw(session, cast.contact_of(number).id, report.ref, utcnow())


@pytest.mark.parametrize("name", ["duress", "unconfirmed"])
def test_a_flag_stands_on_the_queue_and_on_the_report(ruth: Browser, small: str, name: str) -> None:
    assert f">{name}<" not in ruth.get("/").text.replace("</svg>", ">")
    mark(**{name: True})
    clear("ruth")
    for path in ("/", f"/incidents/{small}"):
        assert re.search(rf'class="tag warn"[^>]*>(<svg.*?</svg>)?{name}<', ruth.get(path).text, re.DOTALL), (
            path
        )
    assert LEGEND[name] in ruth.get(f"/incidents/{small}").text


def test_what_its_only_reporter_withdrew_is_gone_from_the_queue_and_found_by_name(
    ruth: Browser, small: str
) -> None:
    withdraw()
    assert small not in ruth.get("/").text
    assert small in ruth.get("/?state=withdrawn").text
    page = ruth.get(f"/incidents/{small}").text
    assert "Withdrawn by the reporter" in page
    assert LEGEND["withdrawn"] in page
    assert 'id="decide"' not in page


def test_a_withdrawn_incident_can_be_taken_up_again(ruth: Browser, small: str) -> None:
    withdraw()
    assert "is open again" in ruth.post(f"/incidents/{small}/reopen", reason="Others tell of it.").text
    assert cast.incident(small).state is IncidentState.OPEN


def test_a_verified_one_stays_with_its_flag(ruth: Browser, small: str) -> None:
    cast.approve(small, cast.user("paul"))
    withdraw()
    assert cast.incident(small).state is IncidentState.VERIFIED
    assert re.search(r'class="tag "[^>]*>withdrawn<', ruth.get("/?state=verified").text)


def test_a_call_back_is_noted_and_undone(ruth: Browser, small: str) -> None:
    with transaction() as session:
        ref = session.query(Report.ref).scalar()
    assert "unconfirmed until a call-back" in ruth.post(f"/incidents/{small}/doubt", report=ref).text
    assert cast.report_of(ref).unconfirmed
    page = ruth.post(f"/incidents/{small}/confirm", report=ref).text
    assert "is confirmed by a call-back" in page
    assert "Sender confirmed by a call-back" in page
    assert not cast.report_of(ref).unconfirmed
    assert cast.count(AuditEntry, AuditEntry.object == f"incident:{small}") >= 2


def test_an_alert_of_forced_words_needs_two_people_and_a_tick(
    ruth: Browser, peter: Browser, small: str
) -> None:
    cast.route("elders", [[cast.person("UG-1", cast.DANIEL)]])
    mark(duress=True, independent=False)
    clear("ruth", "peter")
    assert "Told under duress only" in ruth.get(f"/incidents/{small}").text
    fields = {
        "verdict": "verified",
        "reason": "The chief says so.",
        "grade_source": "B",
        "grade_information": "2",
    }
    assert "needs a second person" in ruth.post(f"/incidents/{small}/decide", **fields).text
    assert f"{small} is verified" in peter.post(f"/incidents/{small}/decide", **fields).text
    assert 'name="knowing"' in ruth.get(f"/incidents/{small}").text
    assert "under duress" in ruth.post(f"/incidents/{small}/alert").text
    assert cast.incident(small).state is IncidentState.VERIFIED
    assert "is on its way" in ruth.post(f"/incidents/{small}/alert", knowing="1").text


def test_what_was_taken_back_or_erased_is_no_leftover(ruth: Browser, small: str) -> None:
    ref = cast.tell("Good morning to all of you", cast.AMINA)
    assert ref in ruth.get("/?state=messages").text
    assert "Good morning" in ruth.get(f"/leftovers/{ref}").text
    mark(erased_at=utcnow())
    assert ref not in ruth.get("/?state=messages").text


def test_words_that_were_removed_are_said_to_be(ruth: Browser, small: str) -> None:
    with transaction() as session:
        leaving.delete(session, cast.contact_of(cast.JOSEPH).id, utcnow())
    page = ruth.get(f"/incidents/{small}").text
    assert "words removed" in page
    assert "elders are talking" not in page


def test_the_silent_are_not_asked(ruth: Browser, small: str) -> None:
    with transaction() as session:
        leaving.panic(session, cast.contact_of(cast.JOSEPH).id, utcnow())
    page = ruth.get(f"/incidents/{small}").text
    assert "asked for no more messages" in page
