"""The pages of people: registered, brought, invited, vouched for, ended; and never by number."""

import html
import io
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import select

from mbiu.codes import ContactRole, ResponderClass
from mbiu.db import transaction
from mbiu.enrolment.sheet import FIELDS
from mbiu.models import AuditEntry, Contact, JoinWord, Notice, User, UserSession
from tests import cast
from tests.cast import AMINA, DANIEL, GRACE, JOSEPH, MALLORY, contact_of, count, person, say, tell
from tests.review.conftest import TOKEN, Browser

As = Callable[[str], Browser]
KASESE = "/ug/ug-western/ug-kasese/"
NEW = {"number": AMINA, "role": "focal_point", "area": "Kasese", "language": "sw", "grade": "F"}
GIVEN = re.compile(r'<span class="given">([^<]+)</span>')
PLACELESS = "Something happened here this morning, 2 people killed"


@pytest.fixture
def miriam(as_: As) -> Browser:
    return as_("miriam")


@pytest.fixture
def simon(as_: As) -> Browser:
    return as_("simon")


def new() -> dict[str, str]:
    """A fresh form, filled in."""
    return NEW | {"once": str(uuid4())}


def given(page: str) -> list[str]:
    return [html.unescape(one) for one in GIVEN.findall(page)]


def plain(page: str) -> str:
    """A page without what differs each time: code name, form token, times."""
    return re.sub(r"<time.*?</time>", "", re.sub(r"KAS-0\d", "KAS", TOKEN.sub("", page)))


def narrow(name: str, scope: str) -> None:
    with transaction() as session:
        session.scalars(select(User).where(User.name == name)).one().scope = scope


def contact(code: str) -> Contact:
    with transaction() as session:
        return session.scalars(select(Contact).where(Contact.code == code)).one()


# --- registering -------------------------------------------------------------------------------


def test_somebody_is_registered_and_given_what_they_need(miriam: Browser) -> None:
    page = miriam.post("/people/new", **new(), pin="1", words="1").text
    code, pin, panic, duress = given(page)
    assert code == "KAS-01"
    assert re.fullmatch(r"[0-9]{6}", pin)
    assert len(panic.split()) == 2
    assert AMINA[1:] not in page
    assert contact_of(AMINA).code == code
    row = contact(code)
    assert row.pin
    assert row.panic_word
    with transaction() as session:
        data = session.scalars(select(UserSession.data)).all()
        kept = f"{data}{session.scalars(select(AuditEntry.details)).all()}"
    assert not [secret for secret in (pin, panic, duress, AMINA[4:]) if secret in kept]


def test_a_form_sent_again_registers_nobody_a_second_time(miriam: Browser) -> None:
    form = new()
    assert given(miriam.post("/people/new", **form).text)[:1] == ["KAS-01"]
    assert "sent before" in miriam.post("/people/new", **form).text
    assert count(Contact) == 1


def test_a_form_with_faults_says_each_and_keeps_what_was_typed(miriam: Browser) -> None:
    page = miriam.post("/people/new", **new() | {"number": "call me", "area": "Atlantis"}).text
    assert "2 fields to put right" in page
    assert "This is no phone number." in page
    assert "No area is called so." in page
    assert 'value="Atlantis"' in page
    assert count(Contact) == 0


def test_a_known_number_gets_the_answer_of_an_unknown_one(miriam: Browser, ruth: Browser) -> None:
    person("KTD-01", DANIEL, role=ContactRole.FOCAL_POINT)
    tell(cast.QUARREL, JOSEPH)
    answers = []
    for number in (GRACE, JOSEPH, DANIEL):
        answer = miriam.client.post(
            "/people/new", data={"csrf_token": miriam.token(), **new(), "number": number}
        )
        answers.append((answer.status_code, plain(answer.text)))
    assert answers[0] == answers[1] == answers[2]
    pages = [ruth.get(f"/people/KAS-0{number}").text for number in (1, 2, 3)]
    assert plain(pages[0]) == plain(pages[1]) == plain(pages[2])
    rows = re.findall(r"<tr><td><a.*?</tr>", ruth.get("/people").text)
    lines = {plain(row) for row in rows if "KAS-0" in row}
    assert len(lines) == 1


def test_a_custodian_settles_who_was_registered_twice(miriam: Browser, simon: Browser) -> None:
    person("KTD-01", AMINA, role=ContactRole.FOCAL_POINT)
    miriam.post("/people/new", **new())
    page = simon.get("/people/twins").text
    assert "KAS-01" in page
    assert "KTD-01" in page
    assert AMINA[1:] not in page
    assert "Nobody is registered twice" in simon.post("/people/KAS-01/settle", phone="new").text
    assert contact_of(AMINA).code == "KAS-01"


def test_nobody_registers_in_areas_of_others(miriam: Browser) -> None:
    narrow("miriam", "/ke/")
    assert "not one of yours" in miriam.post("/people/new", **new()).text
    person("KAS-07", AMINA, area_path=KASESE)
    for path in ("", "/vouch", "/pin", "/words", "/invite", "/end", "/return"):
        assert miriam.post(f"/people/KAS-07{path}", **NEW).status_code == 404, path
    assert miriam.get("/people/KAS-07").status_code == 404


# --- one person --------------------------------------------------------------------------------


def test_a_page_of_a_person_says_what_is_known_and_no_number(ruth: Browser) -> None:
    person("KAS-90", GRACE, role=ContactRole.SUPERVISOR, area_path=KASESE)
    above = contact("KAS-90").id
    person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT, home_place_id="ug-kasese", supervisor_id=above)
    ref = tell(cast.QUARREL)
    page = ruth.get("/people/kas-07").text
    for words in ("focal point", "Kasese", "KAS-90", ref, cast.incident_of(ref).ref, "SMS"):
        assert words in page, words
    assert AMINA[1:] not in page
    assert "End their part" not in page


def test_nobody_is_the_same_as_somebody_elsewhere(as_: As, ruth: Browser) -> None:
    person("KAS-07", AMINA, home_place_id="ug-kasese", area_path=KASESE)
    narrow("peter", "/ke/")
    peter = as_("peter")
    assert peter.get("/people/KAS-07").text == peter.get("/people/NONE-1").text
    assert ruth.get("/people/KAS-07").status_code == 200


def test_a_coordinator_changes_and_vouches(miriam: Browser) -> None:
    person("KAS-90", GRACE, role=ContactRole.SUPERVISOR, area_path=KASESE)
    person("KAS-07", AMINA, role=ContactRole.FOCAL_POINT, area_path=KASESE, grade="F")
    changed = {"role": "committee", "area": "Kasese", "organisation": "Bwera elders", "supervisor": "kas-90"}
    assert "is saved" in miriam.post("/people/KAS-07", **changed, grade="F").text
    row = contact("KAS-07")
    assert (row.role, row.organisation, row.supervisor_id) == (
        ContactRole.COMMITTEE,
        "Bwera elders",
        contact("KAS-90").id,
    )
    assert "the grade is C" in miriam.post("/people/KAS-07/vouch", supervisor="KAS-90").text
    assert "No supervisor" in miriam.post("/people/KAS-07/vouch", supervisor="KAS-07").text
    assert "area: No area" in miriam.post("/people/KAS-07", **changed | {"area": "Atlantis"}).text


def test_own_words_are_typed_or_made_and_shown_once(miriam: Browser) -> None:
    person("KAS-07", AMINA, language="sw")
    assert given(miriam.post("/people/KAS-07/words", panic="Mwavuli", duress="nanasi").text) == [
        "Mwavuli",
        "nanasi",
    ]
    assert len(given(miriam.post("/people/KAS-07/words").text)) == 2
    assert "must differ" in miriam.post("/people/KAS-07/words", panic="nanasi", duress="nanasi").text
    assert "own words" in miriam.get("/people/KAS-07").text


def test_a_pin_is_made_and_shown_once(miriam: Browser) -> None:
    person("KAS-07", AMINA)
    first, second = (given(miriam.post("/people/KAS-07/pin").text) for _ in range(2))
    assert first != second


def test_somebody_ends_and_comes_back(miriam: Browser) -> None:
    person("KAS-07", AMINA)
    assert "not one of ours" in miriam.post("/people/KAS-07/end", block="1").text
    assert "KAS-07" not in miriam.get("/people").text
    assert "KAS-07" in miriam.get("/people?lane=left").text
    assert "KAS-07" not in miriam.get("/people?lane=unknown").text
    assert "Choose a role" in miriam.post("/people/KAS-07/return", role="unknown").text
    assert "one of ours again" in miriam.post("/people/KAS-07/return", role="responder").text


# --- lists -------------------------------------------------------------------------------------


def test_people_are_narrowed_down(ruth: Browser) -> None:
    person("KAS-91", DANIEL, home_place_id="ug-kasese", area_path=KASESE)
    person("TRK-05", GRACE, home_place_id="ke-turkana", role=ContactRole.FOCAL_POINT)
    person("KAS-07", AMINA, home_place_id="ug-kasese", area_path=KASESE, role=ContactRole.FOCAL_POINT)
    say("STATUS")
    say(PLACELESS, MALLORY)
    stranger = contact_of(MALLORY).code

    def shown(query: str) -> set[str]:
        page = ruth.get(f"/people?{query}").text
        return {code for code in ("KAS-91", "TRK-05", "KAS-07", stranger) if f">{code}<" in page}

    assert shown("") == {"KAS-91", "TRK-05", "KAS-07"}
    assert shown("role=focal_point") == {"TRK-05", "KAS-07"}
    assert shown("area=/ug/") == {"KAS-91", "KAS-07"}
    assert shown("silent=7") == {"KAS-91", "TRK-05"}
    assert shown("lane=unknown") == {stranger}
    assert shown("lane=x&role=x&silent=x&area=%00") == {"KAS-91", "TRK-05", "KAS-07"}


def test_strangers_are_graded_f6_and_stand_apart(ruth: Browser) -> None:
    say(PLACELESS, MALLORY)
    page = ruth.get("/people?lane=unknown").text
    assert "Unknown sender" in page
    assert ">F6<" in page


def test_a_stranger_is_seen_where_the_reports_are_about(as_: As) -> None:
    tell(cast.QUARREL, MALLORY)
    stranger = contact_of(MALLORY).code
    narrow("peter", KASESE)
    narrow("ruth", "/ke/")
    assert f">{stranger}<" in as_("peter").get("/people?lane=unknown").text
    assert f">{stranger}<" not in as_("ruth").get("/people?lane=unknown").text


# --- words and invitations ---------------------------------------------------------------------


def test_a_join_word_is_made_listed_and_revoked(miriam: Browser) -> None:
    made = miriam.post("/people/words", role="committee", area="Kasese", uses="3", days="7").text
    (word,) = given(made)
    page = miriam.get("/people/words").text
    assert word not in page
    assert "Committee" in page
    with transaction() as session:
        row = session.scalars(select(JoinWord)).one()
    assert (row.uses_left, row.area_path, row.role) == (3, KASESE, ContactRole.COMMITTEE)
    assert "Nobody joins by that word" in miriam.post(f"/people/words/{row.id}/revoke").text
    assert "Nobody can join by a word now" in miriam.get("/people/words").text


@pytest.mark.parametrize("wrong", [{"uses": "x"}, {"days": "9999"}, {"area": "Atlantis"}, {"role": "chief"}])
def test_a_join_word_with_a_fault_is_not_made(miriam: Browser, wrong: dict[str, str]) -> None:
    fields = {"role": "committee", "area": "Kasese", "uses": "3", "days": "7"} | wrong
    assert given(miriam.post("/people/words", **fields).text) == []
    assert count(JoinWord) == 0


def test_words_of_other_areas_are_not_there(miriam: Browser) -> None:
    miriam.post("/people/words", role="committee", area="Kasese", uses="1", days="7")
    with transaction() as session:
        word_id = session.scalars(select(JoinWord.id)).one()
    narrow("miriam", "/ke/")
    assert "Kasese" not in miriam.get("/people/words").text
    assert miriam.post(f"/people/words/{word_id}/revoke").status_code == 404


def test_a_stranger_is_invited(miriam: Browser) -> None:
    tell(cast.QUARREL, MALLORY)
    stranger = contact_of(MALLORY).code
    path = f"/people/{stranger}/invite"
    assert "is invited" in miriam.post(path, role="focal_point", area="Kasese").text
    assert "less than a month" in miriam.post(path, role="focal_point", area="Kasese").text
    assert len(cast.texts_to(MALLORY, "invite")) == 1
    assert ">invited<" in miriam.get("/people?lane=unknown").text


# --- files -------------------------------------------------------------------------------------

GOOD = f"number;role;area\n{AMINA};focal point;Kasese\n0772 000102;responder;Kasese\n"


def look(browser: Browser, data: str | bytes) -> str:
    sent = data if isinstance(data, bytes) else data.encode()
    fields = {"csrf_token": browser.token(), "file": (io.BytesIO(sent), "people.csv")}
    return browser.client.post("/people/file", data=fields, content_type="multipart/form-data").text


def sealed(page: str) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    return found[1] if found else ""


def test_a_file_is_looked_at_then_brought(miriam: Browser) -> None:
    page = look(miriam, GOOD.encode("utf-16"))
    assert "2 good rows, 0 faults" in page
    assert count(Contact) == 0
    assert AMINA not in page
    done = miriam.post("/people/file/register", sealed=sealed(page)).text
    assert "2 people registered" in done
    assert [contact_of(number).code for number in (AMINA, JOSEPH)] == ["KAS-01", "KAS-02"]
    assert "sent before" in miriam.post("/people/file/register", sealed=sealed(page)).text
    assert count(Contact) == 2


def test_every_bad_row_is_shown_and_good_ones_are_brought_by_choice(miriam: Browser) -> None:
    page = look(miriam, GOOD + "none;chief;Kasese\n")
    assert "2 good rows, 2 faults" in page
    assert "This is no phone number." in page
    assert "Write focal point, committee, supervisor or responder." in page
    assert "nobody was registered" in miriam.post("/people/file/register", sealed=sealed(page)).text
    assert count(Contact) == 0
    assert "2 people registered" in miriam.post("/people/file/register", sealed=sealed(page), good="1").text


def test_a_looked_at_file_is_of_use_to_nobody_else(miriam: Browser, as_: As) -> None:
    taken = sealed(look(miriam, GOOD))
    with transaction() as session:
        session.scalars(select(User).where(User.name == "peter")).one().role = "coordinator"  # type: ignore[assignment]
    for other in (taken, "AAAA", "x", ""):
        assert "once more" in as_("peter").post("/people/file/register", sealed=other).text
    assert count(Contact) == 0


@pytest.mark.parametrize("data", ["", "PK\x03\x04", "a,b\n1,2\n", "\0\0\0"])
def test_a_file_of_nobody_says_why(miriam: Browser, data: str) -> None:
    page = look(miriam, data)
    assert "0 good rows, 1 fault" in page
    assert sealed(page) == ""


def test_the_template_has_every_column(miriam: Browser) -> None:
    answer = miriam.get("/people/file/template.csv")
    assert answer.text.lstrip("﻿").splitlines()[0] == ",".join(FIELDS)
    assert "2 faults" not in look(miriam, answer.text)
    assert "1 good row" in look(miriam, answer.text)


def test_planted_text_is_text(miriam: Browser) -> None:
    page = look(miriam, "number,role,area,<script>alert(1)</script>\nx,<b>,<i>,y\n")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def kind_of(code: str) -> ResponderClass | None:
    with transaction() as session:
        return session.scalars(select(Contact.responder_class).where(Contact.code == code)).one()


def test_a_person_is_given_a_kind_of_responder_by_two(miriam: Browser, as_: As) -> None:
    cast.person("KAS-91", cast.DANIEL, area_path="/ug/ug-western/ug-kasese/", home_place_id="ug-kasese")
    usual = {"role": "responder", "area": "Kasese", "language": "en", "grade": "B"}
    page = miriam.post("/people/KAS-91", **usual, **{"class": "mediator"}).text
    assert "The change of «KAS-91» waits for a second person." in page
    assert kind_of("KAS-91") is None
    esther = as_("esther")
    page = esther.get("/admin/proposals").text
    assert "Kind of responder" in page
    assert "Mediator" in page
    (action,) = re.findall(r'action="(/admin/proposals/[^"]+/agree)"', page)
    assert "The change of «KAS-91» is in force." in esther.post(action).text
    assert kind_of("KAS-91") is ResponderClass.MEDIATOR
    assert "Kind of responder</dt><dd>Mediator" in miriam.get("/people/KAS-91").text
    page = miriam.post("/people/KAS-91", **usual, **{"class": "wizard"}).text
    assert "no such kind of responder" in page


def test_the_kinds_of_a_file_are_agreed_to_at_once(miriam: Browser, as_: As) -> None:
    head = "number,role,area,language,class,code\n"
    rows = [f"+25677200070{n},responder,Kasese,en,mediator,KAS-7{n}\n" for n in range(3)]
    page = look(miriam, head + "".join(rows))
    miriam.post("/people/file/register", sealed=sealed(page))
    assert [kind_of(f"KAS-7{n}") for n in range(3)] == [None] * 3
    assert "Agree to all" not in miriam.get("/admin/proposals").text
    esther = as_("esther")
    page = esther.get("/admin/proposals").text
    assert "Agree to all 3 people below" in page
    ids = re.findall(r'name="id" value="([^"]+)"', page)
    waits = (Notice.kind == "change_proposed", Notice.seen_at.is_(None))
    assert count(Notice, *waits) == 2  # one for each role, and not one for each person
    assert "Agreed: 3." in esther.post("/admin/proposals/people", id=ids).text
    assert count(Notice, *waits) == 0
    assert [kind_of(f"KAS-7{n}") for n in range(3)] == [ResponderClass.MEDIATOR] * 3


def test_another_area_of_a_responder_waits_too_and_of_others_does_not(miriam: Browser) -> None:
    kasese = {"area_path": "/ug/ug-western/ug-kasese/", "home_place_id": "ug-kasese"}
    cast.person("KAS-91", cast.DANIEL, responder_class=ResponderClass.MEDIATOR, **kasese)
    cast.person("KAS-92", cast.GRACE, **kasese)
    usual = {"role": "responder", "area": "Bundibugyo", "language": "en", "grade": "B"}
    assert "waits for a second person" in miriam.post("/people/KAS-91", **usual, **{"class": "mediator"}).text
    assert "is saved" in miriam.post("/people/KAS-92", **usual).text
    with transaction() as session:
        rows = session.execute(select(Contact.code, Contact.area_path).order_by(Contact.code)).all()
    assert [path.endswith("ug-kasese/") for _, path in rows] == [True, False]
    assert "Bundibugyo" in miriam.get("/admin/proposals").text
