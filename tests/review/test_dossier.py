"""The incident's page: everything said and done, what others would see, and two people at once."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from mbiu import db
from mbiu.codes import Wish
from mbiu.db import transaction
from mbiu.models import Contact, Incident, NoteMention, Report, User
from tests import cast
from tests.review.conftest import GRAVE, Browser

REASON = "The chief and the health centre say the same."
RAIDS = "Raiders attacked Panyangara in Kotido last night, 3 people killed and {} cows taken, says witness {}"


def _value(page: str, name: str) -> str:
    """What the first field of this name holds."""
    from tests.flow.analyst import _Forms

    return next(form.fields[name] for form in _Forms(page).found if name in form.fields)


def _decide(browser: Browser, ref: str, **more: object) -> str:
    fields = {"verdict": "verified", "reason": REASON, "grade_source": "B", "grade_information": "2"} | more
    return browser.post(f"/incidents/{ref}/decide", **fields).text


def _report(ref: str) -> str:
    with transaction() as session:
        query = select(Report.ref).join(Incident, Incident.id == Report.incident_id)
        return session.scalars(query.where(Incident.ref == ref).order_by(Report.created_at)).first() or ""


def _contact(number: str, **values: object) -> None:
    with transaction() as session:
        which = Contact.id == cast.contact_of(number).id
        session.execute(update(Contact).where(which).values(**values))


# --- the page itself -----------------------------------------------------------------------------


@contextmanager
def _counted() -> Iterator[list[str]]:
    asked: list[str] = []
    engines = (db.engine(), db.engine(scoped=True))

    def note(_link: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield asked
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_thirty_reports_cost_as_many_queries_as_one(ruth: Browser, grave: str) -> None:
    ref = cast.incident_of(cast.tell(RAIDS.format(40, 0))).ref
    path = f"/incidents/{ref}"
    with _counted() as one:
        ruth.get(path)
    for number in range(1, 30):
        cast.say(RAIDS.format(40, number), f"+2567720009{number:02}")
    cast.read_all()
    assert cast.incident(ref).reports == 30
    ruth.post(f"{path}/correct", killed="4", version=cast.incident(ref).version)
    with _counted() as thirty:
        ruth.get(path)
    assert len(thirty) <= len(one) + 2, "a place to name and a correction may cost one query each"
    assert len(one) < 70


def test_each_report_says_whether_it_is_a_source_and_why_not(ruth: Browser) -> None:
    ref = cast.incident_of(cast.tell(RAIDS.format(40, "A"))).ref
    cast.tell(RAIDS.format(40, "A"), cast.JOSEPH)
    page = ruth.get(f"/incidents/{ref}").text
    assert page.count("no source of its own: the words of an earlier report") == 1
    assert ">independent</span>" in re.sub(r"<svg.*?</svg>", "", page)


def test_every_report_has_its_circle_on_the_map(ruth: Browser) -> None:
    ref = cast.incident_of(cast.tell(RAIDS.format(40, "A"))).ref
    cast.tell(RAIDS.format(40, "B"), cast.JOSEPH)
    page = ruth.get(f"/incidents/{ref}").text
    assert page.count("radius_km&#34;") == 2


def test_one_timeline_tells_everything_that_happened(ruth: Browser, peter: Browser, small: str) -> None:
    cast.route("Uganda", [[cast.person("KAS-91", cast.DANIEL)]], area_path="/ug/")
    path, report = f"/incidents/{small}", _report(small)
    ruth.post(f"{path}/claim")
    ruth.post(f"{path}/ask", report=report, text="Which parish was it?")
    cast.tell("Nyabugando parish", cast.JOSEPH)
    ruth.post(f"{path}/correct", severity="moderate", version=cast.incident(small).version)
    ruth.post(f"{path}/note", text="Rang the mission.")
    _decide(ruth, small)
    ruth.post(f"{path}/alert")
    cast.say("2", cast.DANIEL)
    ruth.post(f"{path}/outcome", done="dialogue", effect="contained", note="Both sides met.")
    timeline = ruth.get(path).text.split('id="timeline"')[1]
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", timeline))
    for told in (
        f"Report {report}",
        f"{report} was read",
        "Claimed",
        "Which parish was it?",
        "Nyabugando parish",
        "Severity: Minor → Moderate",
        "Rang the mission.",
        f"Verified · B2 · ruth “{REASON}”",
        "to 1 recipient",
        "to KAS-91 by SMS",
        "on the way",
        "Feedback to",
        "The sides were brought to talk · It was contained",
    ):
        assert told in words, told


def test_the_page_shows_each_responder_the_very_text_they_got(ruth: Browser, small: str) -> None:
    cast.route(
        "Uganda",
        [[cast.person("KAS-91", cast.DANIEL), cast.person("KAS-92", cast.GRACE, language="sw")]],
        area_path="/ug/",
    )
    _decide(ruth, small)
    ruth.post(f"/incidents/{small}/alert")
    page = ruth.get(f"/incidents/{small}").text
    for number in (cast.DANIEL, cast.GRACE):
        (text,) = cast.texts_to(number, "alert")
        assert text.replace("'", "&#39;") in page
    assert cast.texts_to(cast.DANIEL, "alert") != cast.texts_to(cast.GRACE, "alert")


# --- asking ---------------------------------------------------------------------------------------


def test_a_ready_question_needs_no_script(ruth: Browser, grave: str) -> None:
    page = ruth.get(f"/incidents/{grave}").text
    ready = re.findall(r'<option value="([^"]+)">[^<]*\(1 SMS\)</option>', page)
    assert len(ready) == 7
    answer = ruth.post(f"/incidents/{grave}/ask", report=_report(grave), text="", ready=ready[2])
    assert "on its way (1 SMS)" in answer.text
    assert cast.texts_to(cast.AMINA, "question")[-1].endswith(ready[2])


def test_questions_stand_in_the_language_of_the_reporter(ruth: Browser, grave: str) -> None:
    _contact(cast.AMINA, language="sw")
    assert "Je, bado inaendelea, au imekwisha?" in ruth.get(f"/incidents/{grave}").text


def test_a_question_waits_for_the_end_of_quiet_hours_and_the_page_says_so(ruth: Browser, grave: str) -> None:
    hour = dt.datetime.now(dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=3))).hour
    _contact(cast.AMINA, quiet_from=hour, quiet_to=(hour + 2) % 24)
    assert "Quiet hours run there until" in ruth.get(f"/incidents/{grave}").text
    answer = ruth.post(f"/incidents/{grave}/ask", report=_report(grave), text="Which parish?")
    assert "waits for the end of the quiet hours" in answer.text
    waiting = [row for row in cast.deliveries() if row.kind == "question"]
    assert [row.due_at > dt.datetime.now(dt.UTC) for row in waiting] == [True]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"wish": Wish.NEVER}, "asked for no more messages"),
        ({"silent_at": dt.datetime.now(dt.UTC)}, "asked for no more messages"),
    ],
)
def test_who_wants_no_message_is_not_asked(
    ruth: Browser, grave: str, values: dict[str, object], words: str
) -> None:
    _contact(cast.AMINA, **values)
    page = ruth.get(f"/incidents/{grave}").text
    assert words in page
    assert f"/incidents/{grave}/ask" not in page
    refused = ruth.post(f"/incidents/{grave}/ask", report=_report(grave), text="Which parish?")
    assert "wants no messages" in refused.text
    assert "Which parish?" in refused.text, "what was typed is not lost"


# --- two people at once ---------------------------------------------------------------------------


def test_a_reason_on_facts_that_changed_comes_back_beside_what_changed(
    ruth: Browser, peter: Browser, small: str
) -> None:
    seen = _value(ruth.get(f"/incidents/{small}").text, "seen")
    peter.post(f"/incidents/{small}/correct", severity="moderate", version=1)
    page = _decide(ruth, small, version=1, seen=seen)
    assert REASON in page
    assert re.search(r"<th scope=\"row\">Severity</th><td>Minor</td><td class=\"strong\">Moderate</td>", page)
    assert "<b>peter</b> · Corrected" in page
    again = {name: _value(page, name) for name in ("version", "seen", "reason")}
    assert again["reason"] == REASON
    assert f"{small} is verified" in _decide(ruth, small, **again)


def test_a_correction_over_anothers_shows_both_and_lets_one_choose(
    ruth: Browser, peter: Browser, small: str
) -> None:
    path = f"/incidents/{small}/correct"
    seen = _value(ruth.get(f"/incidents/{small}").text, "seen")
    peter.post(path, actors="herders: attacker", version=1, seen=seen)
    page = ruth.post(path, actors="farmers: target", version=1, seen=seen).text
    assert "herders (attacker)" in page
    assert "farmers (target)" in page
    assert cast.incident(small).actors == {"herders": "attacker"}
    again = {name: _value(page, name) for name in ("version", "seen", "actors")}
    ruth.post(path, **again, use_actors="theirs")
    assert cast.incident(small).actors == {"herders": "attacker"}
    ruth.post(path, actors="farmers: target", version=1, seen=seen, use_actors="yours")
    assert cast.incident(small).actors == {"farmers": "target"}


def test_two_corrections_of_different_facts_do_not_clash(ruth: Browser, peter: Browser, small: str) -> None:
    path = f"/incidents/{small}/correct"
    seen = _value(ruth.get(f"/incidents/{small}").text, "seen")
    peter.post(path, ticked="drivers", drivers=["cattle", "land"], version=1, seen=seen)
    assert "Corrected: urgency" in ruth.post(path, urgency="immediate", version=1, seen=seen).text
    assert cast.incident(small).drivers == ["cattle", "land"]


def test_a_reason_for_what_is_ended_meanwhile_can_be_kept_as_a_note(
    ruth: Browser, peter: Browser, small: str
) -> None:
    _decide(peter, small, verdict="refuted", reason="Nobody there knows of it.")
    page = _decide(ruth, small)
    assert "already refuted" in page
    assert "Keep these words as a note instead" in page
    assert REASON in ruth.post(f"/incidents/{small}/note", text=_value(page, "text")).text


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"severity": [1]}', '{"numbers": "x", "at": "never"}'])
def test_nonsense_for_what_was_seen_breaks_nothing(
    ruth: Browser, peter: Browser, small: str, seen: str
) -> None:
    peter.post(f"/incidents/{small}/correct", severity="moderate", version=1)
    page = _decide(ruth, small, version=1, seen=seen)
    assert "was changed since you opened it" in page
    assert REASON in page
    assert ruth.post(f"/incidents/{small}/correct", killed="3", version=1, seen=seen).status_code in {
        200,
        409,
    }


# --- notes ----------------------------------------------------------------------------------------


def test_who_is_named_in_a_note_sees_it_until_they_open_the_incident(
    ruth: Browser, peter: Browser, small: str
) -> None:
    said = ruth.post(f"/incidents/{small}/note", text="Please look, @Peter, and ring @nobody.").text
    assert "peter will see it." in said
    assert "Not told: @nobody" in said
    assert "ruth names you in a note" in peter.get("/account").text
    assert "names you in a note" not in ruth.get("/account").text
    peter.get(f"/incidents/{small}")
    assert "names you in a note" not in peter.get("/account").text


def test_a_name_does_not_carry_a_note_out_of_its_area(
    app: Flask, as_: Callable[[str], Browser], ruth: Browser, small: str
) -> None:
    with transaction() as session:
        session.scalars(select(User).where(User.name == "peter")).one().scope = "/ke/"
    assert "Not told: @peter" in ruth.post(f"/incidents/{small}/note", text="Look, @peter").text
    assert cast.count(NoteMention) == 0
    assert small not in as_("peter").get("/account").text


# --- what others would see -------------------------------------------------------------------------


def test_no_canary_is_in_what_others_would_see(ruth: Browser) -> None:
    canaries = ("Kanari", "+256772000101", "0.0341", "Zebedayo")
    ref = cast.incident_of(cast.tell(f"Kanari says {GRAVE} Zebedayo +256772000101")).ref
    cast.route("Uganda", [[cast.person("KAS-91", cast.DANIEL)]], area_path="/ug/")
    ruth.post(f"/incidents/{ref}/correct", actors="Kanari: attacker", version=cast.incident(ref).version)
    ruth.post(f"/incidents/{ref}/note", text="Kanari")
    with transaction() as session:
        row = session.scalars(select(Incident).where(Incident.ref == ref)).one()
        row.state, row.verified_at = "alerted", dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    page = ruth.get(f"/incidents/{ref}").text
    outside = page.split('id="outside"')[1].split("</section>")[0]
    partner, public = outside.split('data-tab="partner"')[1].split('data-tab="public"')
    code = cast.contact_of(cast.AMINA).code
    for tab in (outside, partner, public):
        assert not [word for word in (*canaries, code, _report(ref)) if word in tab]
    assert "Kasese" in partner
    assert "Bwera" not in partner
    assert "Kasese" not in public
    assert "Western" in public


def test_of_a_survivor_nothing_goes_to_partners_or_the_public(
    as_: Callable[[str], Browser], small: str
) -> None:
    miriam = as_("miriam")
    miriam.post(f"/incidents/{small}/correct", event_type="sexual_violence", version=1)
    assert miriam.get(f"/incidents/{small}").text.count("What concerns survivors") == 2
