import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from mbiu.codes import IncidentState
from mbiu.db import transaction
from mbiu.models import AuditEntry, Correction, Incident, Report, User
from tests import cast
from tests.review.conftest import GRAVE, Browser

REASON = "The chief and the health centre say the same."


def _verify(browser: Browser, ref: str, **more: object) -> str:
    fields = {"verdict": "verified", "reason": REASON, "grade_source": "B", "grade_information": "2"} | more
    return browser.post(f"/incidents/{ref}/decide", **fields).text


def test_the_words_stand_as_received_with_what_was_read_marked(ruth: Browser, grave: str) -> None:
    page = ruth.get(f"/incidents/{grave}").text
    assert re.search(r'<mark class="place" data-fields="[a-z_ ]*place[a-z_ ]*" title="[^"]*Place: ', page)
    assert ">Bwera</mark>" in page
    assert "Focal point" in page or "Not said" in page


def test_looking_is_recorded(ruth: Browser, grave: str) -> None:
    ruth.get(f"/incidents/{grave}")
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "incident.viewed")).one()
    assert (entry.actor, entry.object) == ("ruth", f"incident:{grave}")


def test_planted_markup_is_text(ruth: Browser) -> None:
    planted = "Attack in Bwera, Kasese, 3 killed <script>alert(1)</script><img src=x onerror=alert(2)>"
    ref = cast.incident_of(cast.tell(planted)).ref
    page = ruth.get(f"/incidents/{ref}").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "alert(1)" in page


def test_no_number_of_a_person_is_on_any_page(ruth: Browser, grave: str) -> None:
    for path in (
        "/",
        f"/incidents/{grave}",
        "/people",
        "/alerts",
        "/leftovers",
        f"/api/v1/incidents/{grave}",
    ):
        assert "772000101" not in ruth.get(path).text, path


def test_another_area_looks_like_nothing(app: Flask, as_: Callable[[str], Browser], grave: str) -> None:
    with transaction() as session:
        session.scalars(select(User).where(User.name == "peter")).one().scope = "/ke/"
    peter, media = as_("peter"), "00000000-0000-7000-8000-000000000000"
    for path in (
        "/incidents/{}",
        "/api/v1/incidents/{}",
        f"/incidents/{{}}/media/{media}",
    ):
        hidden, absent = peter.get(path.format(grave)), peter.get(path.format("INONE00"))
        assert (hidden.status_code, hidden.data) == (404, absent.data), path
    hidden = peter.post(f"/incidents/{grave}/claim")
    assert (hidden.status_code, hidden.data) == (404, peter.post("/incidents/INONE00/claim").data)


def test_one_person_verifies_what_is_not_grave(ruth: Browser, small: str) -> None:
    assert f"{small} is verified" in _verify(ruth, small)
    assert cast.incident(small).state is IncidentState.VERIFIED


def test_two_people_verify_what_is_grave(ruth: Browser, peter: Browser, grave: str) -> None:
    assert "needs a second person" in _verify(ruth, grave)
    assert 'id="decide"' not in ruth.get(f"/incidents/{grave}").text
    assert "needs a second person" in _verify(ruth, grave)
    assert cast.incident(grave).state is not IncidentState.VERIFIED
    assert f"{grave} is verified" in _verify(peter, grave)


def test_whoever_corrected_does_not_count(ruth: Browser, peter: Browser, grave: str) -> None:
    ruth.post(f"/incidents/{grave}/correct", killed="8", version=1)
    assert "two other people must approve" in _verify(ruth, grave)
    assert "needs a second person" in _verify(peter, grave)


def test_a_decision_needs_a_reason(ruth: Browser, small: str) -> None:
    assert "needs a reason" in _verify(ruth, small, reason="  ")
    assert cast.incident(small).state is IncidentState.OPEN


def test_a_decision_on_facts_that_changed_is_refused(ruth: Browser, peter: Browser, small: str) -> None:
    peter.post(f"/incidents/{small}/correct", severity="moderate", version=1)
    assert "was changed since you opened it" in _verify(ruth, small, version=1)


@pytest.mark.parametrize(("verdict", "state"), [("refuted", "refuted"), ("unverifiable", "unverifiable")])
def test_what_is_not_true_is_ended_and_can_be_reopened(
    ruth: Browser, small: str, verdict: str, state: str
) -> None:
    _verify(ruth, small, verdict=verdict)
    assert cast.incident(small).state == state
    assert "is open again" in ruth.post(f"/incidents/{small}/reopen", reason="New word from there.").text


@pytest.mark.parametrize("verdict", ["", "merged", "reopened", "nonsense"])
def test_only_verdicts_are_taken(ruth: Browser, small: str, verdict: str) -> None:
    assert "Choose a verdict" in _verify(ruth, small, verdict=verdict)


def test_a_claim_keeps_others_out_until_let_go(ruth: Browser, peter: Browser, small: str) -> None:
    ruth.post(f"/incidents/{small}/claim")
    assert "claimed by someone else" in peter.post(f"/incidents/{small}/claim").text
    assert 'id="decide"' not in peter.get(f"/incidents/{small}").text
    ruth.post(f"/incidents/{small}/release")
    assert "is yours" in peter.post(f"/incidents/{small}/claim").text


def test_the_place_is_corrected_by_a_name_from_the_list(ruth: Browser, small: str) -> None:
    before = "Bwera, Kasese, Western, Uganda"
    fields = {"place": "Kotido, Northern, Uganda", "place_before": before, "version": 1}
    page = ruth.post(f"/incidents/{small}/correct", **fields).text
    assert "Corrected: place" in page
    assert "Kotido" in page
    assert cast.incident(small).place_id == "ug-kotido"


def test_a_place_that_is_none_changes_nothing(ruth: Browser, small: str) -> None:
    before = cast.incident(small).place_id
    page = ruth.post(f"/incidents/{small}/correct", place="Atlantis", place_before="x", version=1).text
    assert "is not one place" in page
    assert cast.incident(small).place_id == before


def test_numbers_are_corrected(ruth: Browser, grave: str) -> None:
    ruth.post(f"/incidents/{grave}/correct", killed="4", version=1)
    assert cast.incident(grave).numbers["killed"] == {"low": 4, "best": 4, "high": 4}


def test_a_form_sent_as_it_stands_corrects_nothing(ruth: Browser, small: str) -> None:
    from tests.flow.analyst import _Forms

    page = ruth.get(f"/incidents/{small}").text
    form = next(form for form in _Forms(page).found if form.action.endswith("/correct"))
    assert "Nothing was different" in ruth.post(form.action, **form.fields).text


def test_two_incidents_become_one_and_one_becomes_two(ruth: Browser, grave: str) -> None:
    other = cast.incident_of(cast.tell("Floods at Bor, 200 families displaced", cast.GRACE)).ref
    assert (
        f"{other} is now part of {grave}"
        in ruth.post(f"/incidents/{grave}/merge", other=other, reason="The same event.").text
    )
    assert cast.incident(grave).reports == 2
    moved = [ref for ref in _reports(grave) if "Floods" in ruth.get(f"/incidents/{grave}#{ref}").text][-1]
    assert (
        "is now incident I"
        in ruth.post(f"/incidents/{grave}/split", report=moved, reason="Another event after all.").text
    )
    assert cast.incident(grave).reports == 1


def _reports(ref: str) -> list[str]:
    from mbiu.models import Report

    with transaction() as session:
        query = (
            select(Report.ref).join(Incident, Incident.id == Report.incident_id).where(Incident.ref == ref)
        )
        return list(session.scalars(query.order_by(Report.created_at)))


def test_a_question_reaches_the_reporter_and_the_answer_the_page(ruth: Browser, grave: str) -> None:
    (report,) = _reports(grave)
    ruth.post(f"/incidents/{grave}/ask", report=report, text="Which parish was it?")
    assert any("Which parish was it?" in text for text in cast.texts_to(cast.AMINA, "question"))
    cast.tell("Nyabugando parish")
    assert "Nyabugando parish" in ruth.get(f"/incidents/{grave}").text


def test_nobody_is_asked_about_a_report_of_another_incident(ruth: Browser, grave: str, small: str) -> None:
    (report,) = _reports(small)
    assert ruth.post(f"/incidents/{grave}/ask", report=report, text="Where?").status_code == 404


def test_a_note_stays_inside(ruth: Browser, grave: str) -> None:
    assert "ring the mission" in ruth.post(f"/incidents/{grave}/note", text="ring the mission").text


def test_the_alert_goes_to_whom_the_preview_names(ruth: Browser, small: str) -> None:
    cast.route(
        "Uganda", [[cast.person("KAS-91", cast.DANIEL)], [cast.person("UG-92", cast.GRACE)]], area_path="/ug/"
    )
    _verify(ruth, small)
    page = ruth.get(f"/incidents/{small}").text
    assert "KAS-91" in page
    assert "if too few answer" in page
    assert "Send the alert to 2 recipients" in page
    version = cast.incident(small).version
    assert "is on its way" in ruth.post(f"/incidents/{small}/alert", version=version).text
    assert cast.texts_to(cast.DANIEL, "alert")
    assert cast.incident(small).state is IncidentState.ALERTED


def test_what_is_not_verified_is_not_sent(ruth: Browser, grave: str) -> None:
    cast.route("Uganda", [[cast.person("KAS-91", cast.DANIEL)]], area_path="/ug/")
    _verify(ruth, grave)
    assert "only verified incidents are alerted" in ruth.post(f"/incidents/{grave}/alert", version=1).text
    assert "Send the alert" not in ruth.get(f"/incidents/{grave}").text


def test_an_answer_and_the_outcome_show_and_the_reporter_hears(ruth: Browser, small: str) -> None:
    cast.route("Uganda", [[cast.person("KAS-91", cast.DANIEL)]], area_path="/ug/")
    _verify(ruth, small)
    ruth.post(f"/incidents/{small}/alert")
    cast.say("2", cast.DANIEL)
    page = ruth.get(f"/incidents/{small}").text
    assert "On the way" in page
    assert "Acknowledged" in page
    assert "KAS-91 on the way" in ruth.get("/alerts").text
    closed = ruth.post(
        f"/incidents/{small}/outcome", done="dialogue", effect="contained", note="Both sides met."
    )
    assert "is closed" in closed.text
    assert "Both sides met." in closed.text
    assert len(cast.texts_to(cast.JOSEPH, "outcome")) == 1


def test_an_alert_can_be_stopped(ruth: Browser, small: str) -> None:
    cast.route("Uganda", [[cast.person("KAS-91", cast.DANIEL)]], area_path="/ug/")
    _verify(ruth, small)
    page = ruth.post(f"/incidents/{small}/alert").text
    alert = page.split('name="alert" value="')[1].split('"')[0]
    page = ruth.post(f"/incidents/{small}/sequel", alert=alert, kind="recall", reason="The elders went.").text
    assert f"Recall of {alert} is on its way" in page
    assert "Cancelled" in page


def test_an_incident_that_became_similar_is_shown_with_reasons(ruth: Browser, grave: str) -> None:
    ref = cast.incident_of(cast.tell("People attacked in Kotido, 3 killed", cast.JOSEPH)).ref
    assert "Is it the same event?" not in ruth.get(f"/incidents/{grave}").text
    ruth.post(
        f"/incidents/{ref}/correct", place="Bwera, Kasese, Western, Uganda", place_before="x", version=1
    )
    page = ruth.get(f"/incidents/{grave}").text
    assert "Is it the same event?" in page
    assert ref in page
    assert re.search(r"\d+ %</b></div>\s*<p class=\"small muted\">[a-z]", page)


def test_the_custodian_reads_but_has_no_form(as_: Callable[[str], Browser], grave: str) -> None:
    page = as_("simon").get(f"/incidents/{grave}").text
    assert "Your role reads, but does not decide." in page
    for form in ("/decide", "/claim", "/correct", "/ask", "/note"):
        assert f"/incidents/{grave}{form}" not in page


def test_a_reference_is_found_as_people_type_it(ruth: Browser, grave: str) -> None:
    assert ruth.get(f"/incidents/{grave.lower()}").status_code == 200


def test_long_words_and_thousands_of_signs_are_shown(ruth: Browser) -> None:
    ref = cast.incident_of(cast.tell(f"{GRAVE} {'x' * 900} {'😀' * 900}")).ref
    answer = ruth.get(f"/incidents/{ref}")
    assert answer.status_code == 200
    assert "😀" * 100 in answer.text


def test_every_fact_can_be_put_right(ruth: Browser, small: str) -> None:
    form = {
        "version": 1,
        "ticked": ["other_types", "drivers", "risk_factors"],
        "event_type": "attack",
        "other_types": ["destruction", "attack"],
        "drivers": ["land"],
        "risk_factors": ["7", "9"],
        "displaced": "40-50-80",
        "livestock": "5-10",
        "injured": "",
        "from": "2026-03-17T20:00",
        "to": "2026-03-17T23:30",
        "actors": "herders: attacker\nfarmers : target\npolice",
    }
    page = ruth.post(f"/incidents/{small}/correct", **form).text
    assert "Corrected:" in page
    row = cast.incident(small)
    assert (row.event_type, row.other_types, row.drivers) == ("attack", ["destruction"], ["land"])
    assert row.risk_factors == [7, 9]
    assert row.numbers["displaced"] == {"low": 40, "best": 50, "high": 80}
    assert row.numbers["livestock"] == {"low": 5, "best": 5, "high": 10}
    assert row.actors == {"herders": "attacker", "farmers": "target", "police": "unknown"}
    assert row.occurred_from.isoformat() == "2026-03-17T17:00:00+00:00"
    assert "40-50-80" in page
    assert "9 tension between groups" in page


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("killed", "10-5", "write 8, or 5-10"),
        ("killed", "many", "write 8, or 5-10"),
        ("actors", "herders: guilty", "attacker, target or unknown"),
        ("from", "yesterday", "Write the time"),
    ],
)
def test_what_is_no_fact_is_refused_in_words(
    ruth: Browser, small: str, field: str, typed: str, words: str
) -> None:
    before = cast.incident(small).version
    assert words in ruth.post(f"/incidents/{small}/correct", **{"version": 1, field: typed}).text
    assert cast.incident(small).version == before


def test_a_fact_shows_the_words_it_was_read_from(ruth: Browser, small: str) -> None:
    page = ruth.get(f"/incidents/{small}").text
    assert 'data-field="place"' in page
    assert 'data-show="place">“' in page
    assert re.search(r'<mark class="place" data-fields="[^"]*place[^"]*"', page)


def test_the_language_of_a_report_is_put_right(ruth: Browser, small: str) -> None:
    report = _reports(small)[0]
    page = ruth.post(f"/incidents/{small}/language", report=report, language="lg").text
    assert "is in Luganda" in page
    assert "is not one of" in ruth.post(f"/incidents/{small}/language", report=report, language="xx").text
    assert _corrected_fields(small) == ["language"]


def test_corrections_are_kept_with_what_stood_before(ruth: Browser, small: str) -> None:
    ruth.post(f"/incidents/{small}/correct", version=1, ticked="drivers", drivers=["land", "water_pasture"])
    assert _corrected_fields(small) == ["drivers"]


def _corrected_fields(ref: str) -> list[str]:
    with transaction() as session:
        query = select(Correction.field).join(Report).join(Incident, Incident.id == Report.incident_id)
        return sorted(session.scalars(query.where(Incident.ref == ref)))
