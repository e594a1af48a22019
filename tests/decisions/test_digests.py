"""What a brief counts and says, in every language and on paper."""

import datetime as dt
import logging
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu import texts
from mbiu.channels.text import compose, segments
from mbiu.codes import EventType, IncidentState, Severity
from mbiu.digests import next_due, printing, saying
from mbiu.digests.news import Happening, news
from mbiu.digests.saying import Scene
from mbiu.models import Digest

NOW = dt.datetime(2026, 11, 5, 4, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
KASESE = "/ug/ug-western/ug-kasese/"
SCENE = Scene("Kasese", "04/11", "05/11", {KASESE: "Kasese"}, [("06/11", "07/11", "Harvest")])
MOMENTS = st.none() | st.integers(-72, 0).map(lambda hours: NOW + dt.timedelta(hours=hours))


def happening(kind: EventType = EventType.DISPUTE, **more: object) -> Happening:
    facts = {"state": IncidentState.ALERTED, "verified_at": NOW - DAY / 2} | more
    return Happening(
        uuid4(), "I7K3QX9", kind, Severity.SEVERE, area=KASESE, happened_at=NOW - DAY, **facts  # type: ignore[arg-type]
    )  # fmt: skip


ALL = [
    happening(),
    happening(EventType.CATTLE_RAID, answered_at=NOW - DAY / 3),
    happening(state=IncidentState.CLOSED, closed_at=NOW - DAY / 4, done=("dialogue", "visit")),
    happening(EventType.HAZARD, verified_at=NOW - 9 * DAY),
]
FOUND = news(ALL, NOW - DAY, NOW)


def test_new_open_answered_and_closed_are_counted_by_type() -> None:
    assert {name: FOUND.total(name) for name in FOUND.counts} == {
        "new": 3, "open": 3, "answered": 1, "ended": 1,
    }  # fmt: skip
    assert FOUND.counts["new"] == {EventType.DISPUTE: 2, EventType.CATTLE_RAID: 1}
    assert len(FOUND.items) == 3
    assert FOUND.types[0] is EventType.DISPUTE


def test_what_is_open_alone_is_no_news() -> None:
    found = news([happening(verified_at=NOW - 9 * DAY)], NOW - DAY, NOW)
    assert not found
    assert found.total("open") == 1


@given(st.lists(st.tuples(MOMENTS, MOMENTS, MOMENTS), max_size=6), st.integers(1, 71))
def test_two_briefs_after_each_other_tell_each_thing_once(
    times: list[tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None]], hours: int
) -> None:
    rows = [
        happening(verified_at=verified or NOW, answered_at=answered, closed_at=closed)
        for verified, answered, closed in times
    ]
    first, between = NOW - dt.timedelta(hours=73), NOW - dt.timedelta(hours=hours)
    whole, one, two = news(rows, first, NOW), news(rows, first, between), news(rows, between, NOW)
    for name in ("new", "answered", "ended"):
        assert whole.total(name) == one.total(name) + two.total(name)


@pytest.mark.parametrize("language", texts.languages())
@pytest.mark.parametrize(
    "area", ["Kasese", "Ngorongoro na wilaya nyingine zote za mkoa wa Arusha " * 3, "ولاية الوحدة"]
)
def test_by_sms_it_is_one_segment_that_shows_a_stranger_nothing(language: str, area: str) -> None:
    scene = Scene(area, "04/11", "05/11", exercise=True)
    text = compose(saying.sms(FOUND, scene, language))
    assert segments(text) == 1
    assert texts.betrays(language, text.replace(area, "")) is None
    assert "3" in text


@pytest.mark.parametrize("language", texts.languages())
def test_on_paper_every_letter_is_there(language: str, caplog: pytest.LogCaptureFixture) -> None:
    """The library warns of letters that its font has not."""
    with caplog.at_level(logging.WARNING):
        made = printing.pdf(saying.paper(FOUND, SCENE, language), NOW)
    assert made.startswith(b"%PDF-")
    assert f"/Lang ({language})".encode() in made
    assert [one.message for one in caplog.records if "missing" in one.message] == []


def test_a_long_brief_runs_over_pages_with_its_heads() -> None:
    long = news([happening() for _ in range(90)], NOW - DAY, NOW)
    made = printing.pdf(saying.paper(long, SCENE, "ar"), NOW)
    assert made.count(b"/Type /Page\n") >= 2
    assert len(saying.paper(long, SCENE, "ar").items) == saying.LISTED


def test_an_empty_brief_says_so() -> None:
    paper = saying.paper(news([], NOW - DAY, NOW), SCENE, "en")
    assert (paper.rows, paper.items) == ((), ())
    assert printing.pdf(paper, NOW).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("weekly", "after", "due"),
    [
        (False, "2026-11-05T06:59", "2026-11-05T07:00"),
        (False, "2026-11-05T07:00", "2026-11-06T07:00"),
        (True, "2026-11-05T07:00", "2026-11-09T07:00"),
        (True, "2026-11-09T07:00", "2026-11-16T07:00"),
    ],
)
def test_a_brief_is_due_at_its_hour_where_it_is_read(weekly: bool, after: str, due: str) -> None:
    row = Digest(weekly=weekly, weekday=0, hour=7, zone="Africa/Kampala")
    assert next_due(row, dt.datetime.fromisoformat(f"{after}+03:00")) == dt.datetime.fromisoformat(
        f"{due}+03:00"
    )
