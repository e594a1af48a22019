"""The desk: one list of incidents and messages, deeds on many rows, kept lists, search, live changes."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from mbiu import db
from mbiu.codes import EventType, Priority
from mbiu.db import transaction
from mbiu.models import AuditEntry, Incident, Report, SavedFilter, User, UserSession, utcnow
from mbiu.refs import new_ref
from review import queue, stream
from tests import cast
from tests.review.conftest import Browser

ROW = re.compile(r'data-ref="([IR][0-9A-Z]{6})" data-kind')
GREETING = "Good morning, this is only a test"


def _rows(page: str) -> list[str]:
    return ROW.findall(page)


@pytest.fixture
def greeting(app: Flask) -> str:
    """A message that is nothing."""
    return cast.tell(GREETING, cast.DANIEL)


def _many(incidents: int, messages: int) -> None:
    """That many rows, several at the same moment."""
    now, like = utcnow(), cast.report_of(cast.tell(GREETING, cast.GRACE))
    with transaction() as session:
        for at in range(incidents):
            due, level = now + dt.timedelta(minutes=at // 5), list(Priority)[at % 4]
            session.add(
                Incident(
                    ref=new_ref("I"), priority=level, due_at=due, area_path="/ug/",
                    created_at=now - dt.timedelta(minutes=at // 7), event_type=EventType.DISPUTE,
                    reports=at % 3,
                )
            )  # fmt: skip
        for at in range(messages):
            session.add(
                Report(
                    ref=new_ref("R"), contact_id=like.contact_id, address_id=like.address_id,
                    state=like.state, event_type=EventType.NONE,
                    created_at=now - dt.timedelta(minutes=at // 3),
                )
            )  # fmt: skip


# --- the list ----------------------------------------------------------------------------------


def test_messages_stand_with_the_incidents_by_priority(
    ruth: Browser, small: str, grave: str, greeting: str
) -> None:
    assert _rows(ruth.get("/").text) == [grave, small, greeting]
    assert _rows(ruth.get("/?state=messages").text) == [greeting]
    assert _rows(ruth.get("/?priority=P1").text) == [grave]
    assert _rows(ruth.get("/?type=none").text) == [greeting]
    assert _rows(ruth.get("/?only=grave").text) == [grave]
    assert _rows(ruth.get("/?area=/ke/").text) == []


@pytest.mark.parametrize("sort", ["due", "newest", "reports"])
def test_pages_of_both_kinds_follow_each_other_both_ways(ruth: Browser, sort: str) -> None:
    _many(queue.PAGE * 2, queue.PAGE + 7)
    pages, path = list[list[str]](), f"/?sort={sort}"
    while path:
        page = ruth.get(path).text
        pages.append(_rows(page))
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = further[1].replace("&amp;", "&") if further else ""
    seen = [ref for one in pages for ref in one]
    assert len(seen) == len(set(seen)) == queue.PAGE * 3 + 8
    for wanted in pages[-2::-1]:
        earlier = re.search(r'rel="prev" href="([^"]+)"', page)
        assert earlier
        page = ruth.get(earlier[1].replace("&amp;", "&")).text
        assert _rows(page) == wanted
    assert 'rel="prev"' not in page


@contextmanager
def _statements() -> Iterator[list[str]]:
    """What the console's engine is asked meanwhile."""
    asked: list[str] = []

    def note(_link: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    for scoped in (False, True):
        event.listen(db.engine(scoped=scoped), "before_cursor_execute", note)
    yield asked
    for scoped in (False, True):
        event.remove(db.engine(scoped=scoped), "before_cursor_execute", note)


def test_the_number_of_questions_does_not_grow_with_the_rows(
    ruth: Browser, small: str, greeting: str
) -> None:
    counts = []
    for _ in range(2):
        with _statements() as asked:
            assert ruth.get("/").status_code == 200
        counts.append(len(asked))
        _many(30, 30)
    assert counts[0] == counts[1]
    assert counts[0] < 30


def test_survivors_and_restricted_rows_are_flagged_and_filtered(
    as_: Callable[[str], Browser], small: str
) -> None:
    with transaction() as session:
        session.execute(update(Incident).values(event_type=EventType.SEXUAL_VIOLENCE, restricted=True))
    page = as_("miriam").get("/?only=restricted").text
    assert _rows(page) == [small]
    assert "survivor path" in page
    assert _rows(as_("ruth").get("/?only=restricted").text) == []


def test_one_text_from_five_phones_is_one_row_with_one_source(ruth: Browser) -> None:
    text = "Forwarded to all: armed strangers were seen at Bwera market in Kasese, tell all to stay indoors"
    refs = {cast.incident_of(cast.tell(text, f"+25677300000{at}")).ref for at in range(5)}
    assert _rows(ruth.get("/").text) == list(refs)
    page = ruth.get("/").text
    for words in ("5 reports", "1 independent", "one source only"):
        assert words in page


# --- a look inside -----------------------------------------------------------------------------


def test_a_look_shows_the_words_and_is_recorded(ruth: Browser, grave: str, greeting: str) -> None:
    page = ruth.get(f"/queue/peek/{grave}").text
    assert "Armed men" in re.sub(r"<[^>]+>", "", page)
    assert "<html" not in page
    assert GREETING in re.sub(r"<[^>]+>", "", ruth.get(f"/queue/peek/{greeting}").text)
    assert ruth.get("/queue/peek/INONE00").status_code == 404
    with transaction() as session:
        seen = list(session.scalars(select(AuditEntry.object).where(AuditEntry.action.like("%.viewed"))))
    assert seen == [f"incident:{grave}", f"report:{greeting}"]


def test_nobody_looks_into_another_area(as_: Callable[[str], Browser], grave: str, greeting: str) -> None:
    with transaction() as session:
        session.execute(update(User).values(scope="/ke/"))
    ruth = as_("ruth")
    for path in (f"/queue/peek/{grave}", f"/queue/peek/{greeting}", f"/leftovers/{greeting}"):
        assert ruth.get(path).status_code == 404


# --- deeds without scripts ---------------------------------------------------------------------


def test_selected_rows_are_put_aside_and_brought_back_by_forms(
    ruth: Browser, small: str, greeting: str
) -> None:
    page = ruth.post("/queue/act", action="archive", ref=[small, greeting]).text
    assert "2 rows are put aside" in page
    assert _rows(page) == []
    assert _rows(ruth.get("/?state=archived").text) == [greeting, small]
    page = ruth.post("/queue/undo").text
    assert "2 rows are as they were" in page
    assert _rows(page) == [small, greeting]


def test_a_message_is_joined_into_an_incident_by_its_reference(
    ruth: Browser, small: str, greeting: str
) -> None:
    page = ruth.post("/queue/act", action="join", ref=greeting, into=small.lower()).text
    assert f"1 row is now part of {small}" in page
    assert cast.incident_of(greeting).ref == small


def test_assigning_shows_to_whom_and_fills_their_list(ruth: Browser, peter: Browser, small: str) -> None:
    with transaction() as session:
        peters = session.scalars(select(User.id).where(User.name == "peter")).one()
    assert f"{small} is for peter" in ruth.post("/queue/act", action="assign", ref=small, to=peters).text
    assert _rows(peter.get("/?who=me").text) == [small]
    assert _rows(ruth.get("/?who=me").text) == []
    assert _rows(ruth.get("/?who=free").text) == []


def test_what_is_refused_says_why_and_changes_nothing(ruth: Browser, grave: str, small: str) -> None:
    page = ruth.post("/queue/act", action="none", ref=[small, grave]).text
    assert f"{grave} is extreme" in page
    assert _rows(page) == [grave, small]
    for fields in (
        {},
        {"action": "dance", "ref": small},
        {"action": "none"},
        {"action": "none", "ref": "I00"},
    ):
        assert ruth.post("/queue/act", **fields).status_code == 200
    assert "nothing to undo" in ruth.post("/queue/undo").text


def test_a_script_gets_its_answers_as_json(ruth: Browser, small: str, grave: str) -> None:
    fields = {"csrf_token": ruth.token(), "action": "none", "ref": small}
    answer = ruth.client.post("/queue/act", data=fields, headers={"Accept": "application/json"})
    assert answer.get_json()["refs"] == [small]
    answer = ruth.client.post("/queue/act", data=fields, headers={"Accept": "application/json"})
    assert (answer.status_code, list(answer.get_json())) == (409, ["error"])


# --- kept lists and search ---------------------------------------------------------------------


def test_a_list_is_kept_shared_and_taken_away(ruth: Browser, peter: Browser, small: str) -> None:
    ruth.post("/queue/lists", name="Disputes", type="dispute")
    assert "Disputes" in ruth.get("/").text
    assert "Disputes" not in peter.get("/").text
    ruth.post("/queue/lists", name="Disputes", type="dispute", area="/ug/", shared="1")
    page = peter.get("/").text
    assert "of ruth" in page
    assert 'href="/?type=dispute&amp;area=/ug/"' in page
    with transaction() as session:
        row = session.scalars(select(SavedFilter)).one()
    assert peter.post(f"/queue/lists/{row.id}/drop").status_code == 404
    ruth.post(f"/queue/lists/{row.id}/drop")
    assert "Disputes" not in peter.get("/").text


def test_only_so_many_lists_and_none_of_everything(ruth: Browser) -> None:
    assert "Narrow the queue first" in ruth.post("/queue/lists", name="All").text
    for at in range(14):
        page = ruth.post("/queue/lists", name=f"List {at}", type="dispute").text
    assert "take one away first" in page
    assert cast.count(SavedFilter) == 12


def test_a_search_finds_words_that_are_sealed(ruth: Browser, small: str, grave: str, greeting: str) -> None:
    for words, wanted in (
        ("clans", small),
        ("burning houses", grave),
        (greeting, greeting),
        ("morning", greeting),
    ):
        assert _rows(ruth.get(f"/?q={words}").text) == [wanted], words
    assert set(_rows(ruth.get("/?q=kasese").text)) == {small, grave}
    assert _rows(ruth.get("/?q=kasese&type=dispute").text) == [small]
    assert "Nothing fits" in ruth.get("/?q=volcano").text


def test_a_search_finds_what_has_ended(ruth: Browser, small: str, greeting: str) -> None:
    ruth.post("/queue/act", action="archive", ref=[small, greeting])
    assert _rows(ruth.get("/?q=clans").text) == [small]
    assert _rows(ruth.get("/?q=morning").text) == [greeting]


# --- changes as they happen --------------------------------------------------------------------


def _now() -> str:
    return utcnow().isoformat().replace("+", "%2B")


def test_the_stream_tells_what_is_new_and_ends_with_the_session(ruth: Browser, app: Flask) -> None:
    answer = ruth.client.get(f"/events/stream?after={_now()}")
    lines = (line.decode() if isinstance(line, bytes) else line for line in answer.response)
    assert answer.mimetype == "text/event-stream"
    assert next(lines).startswith("retry:")
    assert next(lines).startswith(":")
    ref = cast.incident_of(cast.tell(cast.RAID)).ref
    told = next(lines)
    assert told.startswith("id: ")
    (one,) = json.loads(told.partition("data: ")[2])["changed"]
    assert (one["ref"], one["new"]) == (ref, True)
    with transaction() as session:
        session.execute(update(UserSession).values(ended_at=utcnow()))
    assert json.loads(next(lines).partition("data: ")[2]) == {"ended": True}
    assert list(lines) == []
    answer.close()


def test_a_stream_tells_nobody_of_another_area(as_: Callable[[str], Browser]) -> None:
    with transaction() as session:
        session.execute(update(User).values(scope="/ke/"))
    answer = as_("ruth").client.get(f"/events/stream?after={_now()}")
    lines = iter(answer.response)
    next(lines), next(lines)
    cast.tell(cast.RAID)
    cast.tell("Armed men attacked Nakuru in Kenya now, 3 people killed", cast.JOSEPH)
    told = next(lines)
    words = told.decode() if isinstance(told, bytes) else told
    assert len(json.loads(words.partition("data: ")[2])["changed"]) == 1
    answer.close()


def test_there_is_room_for_so_many_streams_and_it_comes_free_again(ruth: Browser) -> None:
    open_ = [ruth.client.get(f"/events/stream?after={_now()}") for _ in range(stream.STREAMS)]
    assert {one.status_code for one in open_} == {200}
    assert ruth.client.get(f"/events/stream?after={_now()}").status_code == 204
    open_.pop().close()
    again = ruth.client.get(f"/events/stream?after={_now()}")
    assert again.status_code == 200
    for one in (*open_, again):
        one.close()


def test_new_is_what_fits_the_list(ruth: Browser, small: str, greeting: str) -> None:
    since = (utcnow() - dt.timedelta(minutes=1)).isoformat().replace("+", "%2B")
    for narrowed, wanted in (
        ("", {small, greeting}),
        ("&type=attack", set()),
        ("&state=messages", {greeting}),
    ):
        changed = ruth.get(f"/events?after={since}{narrowed}").get_json()["changed"]
        assert {one["ref"] for one in changed if one["new"]} == wanted
