import datetime as dt
import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from mbiu.codes import Priority
from mbiu.db import transaction
from mbiu.models import Incident, User, utcnow
from mbiu.refs import new_ref
from review import queue
from tests.review.conftest import Browser

#: What the map asks for: everything from the Atlantic to the Indian Ocean.
MAP = "/map/incidents?box=10,-20,60,20"
ROW = re.compile(r'data-ref="(I[0-9A-Z]{6})"')


def _rows(page: str) -> list[str]:
    return ROW.findall(page)


def _many(count: int) -> list[str]:
    """That many incidents of all priorities, several due at the same moment; in the order of the queue."""
    now = utcnow()
    with transaction() as session:
        for number in range(count):
            level = list(Priority)[number % 4]
            due = now + dt.timedelta(minutes=number // 12)
            session.add(
                Incident(ref=new_ref("I"), priority=level, due_at=due, area_path="/ug/", event_type="attack")
            )
    with transaction() as session:
        order = (Incident.priority, Incident.due_at, Incident.id)
        return list(session.scalars(select(Incident.ref).order_by(*order)))


def test_the_urgent_comes_first(ruth: Browser, small: str, grave: str) -> None:
    assert _rows(ruth.get("/").text) == [grave, small]


def test_a_row_tells_what_an_analyst_needs(ruth: Browser, grave: str) -> None:
    page = ruth.get("/").text
    for words in (grave, "Bwera", "Kasese, Western, Uganda", "9 killed", "Extreme", "1 report", "Claim"):
        assert words in page, words


def test_pages_follow_each_other_without_gap_or_repeat(ruth: Browser) -> None:
    wanted, seen, path = _many(queue.PAGE * 2 + 5), list[str](), "/"
    while path:
        page = ruth.get(path).text
        seen += _rows(page)
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = further[1].replace("&amp;", "&") if further else ""
    assert seen == wanted


def test_a_made_up_place_in_the_queue_is_the_beginning(ruth: Browser, grave: str) -> None:
    for after in ("", "x", "W10=", "bnVsbA==", "WyJQMSIsMSwyXQ==", "%ff"):
        assert _rows(ruth.get(f"/?after={after}").text) == [grave]


def test_filters_narrow_the_queue(ruth: Browser, grave: str, small: str) -> None:
    assert _rows(ruth.get("/?area=/ug/").text) == [grave, small]
    assert _rows(ruth.get("/?area=/ke/").text) == []
    assert _rows(ruth.get("/?type=dispute").text) == [small]
    assert _rows(ruth.get("/?state=claimed").text) == []
    assert _rows(ruth.get("/?type=nonsense&priority=P9&state=x").text) == [grave, small]


def test_a_wildcard_in_a_filter_is_only_a_letter(ruth: Browser, grave: str) -> None:
    assert _rows(ruth.get("/?area=/_g/").text) == []


def test_a_claim_shows_to_the_others(ruth: Browser, peter: Browser, grave: str) -> None:
    ruth.post(f"/incidents/{grave}/claim")
    assert "Yours" in ruth.get("/").text
    assert '<span class="state claimed">ruth</span>' in peter.get("/").text


def test_a_claim_that_ran_out_shows_as_free(ruth: Browser, peter: Browser, grave: str) -> None:
    ruth.post(f"/incidents/{grave}/claim")
    with transaction() as session:
        session.scalars(select(Incident)).one().claim_until = utcnow() - dt.timedelta(seconds=1)
    page = peter.get("/").text
    assert "data-claim" in page
    assert "state claimed" not in page


def test_half_verified_shows(ruth: Browser, peter: Browser, grave: str) -> None:
    ruth.post(f"/incidents/{grave}/decide", verdict="verified", reason="The chief said so.")
    assert "1 of 2 verified" in peter.get("/").text


def test_events_name_what_is_new_and_what_changed(ruth: Browser, small: str) -> None:
    start = utcnow() + queue.OVERLAP
    path = f"/events?after={start.isoformat().replace('+', '%2B')}"
    assert ruth.get(path).get_json()["changed"] == []
    with transaction() as session:
        session.scalars(select(Incident)).one().updated_at = start + dt.timedelta(seconds=1)
    (event,) = ruth.get(path).get_json()["changed"]
    assert (event["ref"], event["new"]) == (small, False)


def test_events_refuse_what_is_no_moment(ruth: Browser) -> None:
    for after in ("", "yesterday", "9999-99-99", "0001-01-01T00:00:00%2B14:00"):
        assert ruth.get(f"/events?after={after}").status_code in {200, 400}, after
    assert ruth.get("/events?after=yesterday").status_code == 400


def test_rows_can_be_fetched_anew(ruth: Browser, grave: str, small: str) -> None:
    page = ruth.get(f"/queue/rows?ref={grave}&ref=INONE00").text
    assert _rows(page) == [grave]
    assert "<html" not in page


def test_another_area_is_not_in_the_queue(app: Flask, as_: Callable[[str], Browser], grave: str) -> None:
    with transaction() as session:
        session.scalars(select(User).where(User.name == "peter")).one().scope = "/ke/,/ug/ug-northern/"
    peter = as_("peter")
    assert _rows(peter.get("/").text) == []
    assert peter.get(MAP).get_json()["incidents"] == []


def test_a_message_without_an_event_can_be_made_an_incident(ruth: Browser, app: Flask) -> None:
    from tests import cast

    ref = cast.tell("Good morning, this is only a test")
    assert ref in ruth.get("/").text
    assert ref in ruth.get("/?state=messages").text
    assert "this is only" in ruth.get(f"/leftovers/{ref}").text
    page = ruth.post(f"/leftovers/{ref}/raise").text
    assert "It is an incident now" in page
    assert "only a test" in page
    assert ref not in ruth.get("/").text


def test_the_map_holds_what_has_a_place(ruth: Browser, grave: str) -> None:
    (one,) = ruth.get(MAP).get_json()["incidents"]
    assert one["ref"] == grave
    assert "Bwera" in one["title"]
    assert abs(one["lat"]) < 2


def test_place_names_are_offered_as_typed(ruth: Browser) -> None:
    assert "Kasese, Western, Uganda" in ruth.get("/map/places?q=kase").get_json()["places"]
    assert ruth.get("/map/places?q=%25").get_json()["places"] == []
