"""Words of time, counted from when the message was sent."""

from datetime import UTC, datetime

import pytest

from mbiu.analysis.moment import moment
from mbiu.analysis.scan import scan
from tests.analysis.cases import SENT


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("today", "2026-03-18T00:00", "day"),
        ("yday", "2026-03-17T00:00", "day"),
        ("yesterday evening", "2026-03-17T16:00", "part"),
        ("last nite", "2026-03-17T18:00", "part"),
        ("day before yesterday", "2026-03-16T00:00", "day"),
        ("3 days ago", "2026-03-15T00:00", "day"),
        ("two hours ago", "2026-03-18T10:00", "hour"),
        ("on Monday", "2026-03-16T00:00", "day"),
        ("last Wednesday", "2026-03-11T00:00", "day"),
        ("yesterday at 8pm", "2026-03-17T20:00", "hour"),
        ("today 14:30", "2026-03-18T14:30", "minute"),
        ("last week", "2026-03-09T00:00", "week"),
        ("last month", "2026-02-01T00:00", "month"),
        ("on 12/3/2026", "2026-03-12T00:00", "day"),
        ("2026-03-12", "2026-03-12T00:00", "day"),
        ("5th March", "2026-03-05T00:00", "day"),
        ("tomorrow", "2026-03-19T00:00", "day"),
        ("leo asubuhi", "2026-03-18T06:00", "part"),
        ("jana", "2026-03-17T00:00", "day"),
        ("jana usiku", "2026-03-17T18:00", "part"),
        ("juzi", "2026-03-16T00:00", "day"),
        ("usiku wa kuamkia leo", "2026-03-17T18:00", "part"),
        ("usiku wa kuamkia jana", "2026-03-16T18:00", "part"),
        ("siku tatu zilizopita", "2026-03-15T00:00", "day"),
        ("Jumatatu", "2026-03-16T00:00", "day"),
        ("wiki iliyopita", "2026-03-09T00:00", "week"),
        ("tarehe 5", "2026-03-05T00:00", "day"),
        ("jana saa mbili usiku", "2026-03-17T20:00", "hour"),
        ("leo saa tatu asubuhi", "2026-03-18T09:00", "hour"),
        ("hier soir", "2026-03-17T18:00", "part"),
        ("jjo", "2026-03-17T00:00", "day"),
        ("امس", "2026-03-17T00:00", "day"),
    ],
)
def test_a_time_is_told_in_local_time(text: str, start: str, precision: str) -> None:
    found = moment(scan(text), SENT, "KE")
    assert found.when is not None
    assert found.when.start.isoformat()[:16] == start
    assert found.when.start < found.when.end
    assert found.when.precision == precision


@pytest.mark.parametrize(
    "text",
    ["", "may God help us", "0722123456", "32/13/2026", "they sat down", "we march", "31/12/9999", "3 may"],
)
def test_a_text_without_a_time_has_none(text: str) -> None:
    assert moment(scan(text), SENT, "KE").when is None


def test_a_day_needs_to_know_when_it_was_sent() -> None:
    assert moment(scan("yesterday"), None, "KE").when is None


def test_a_full_date_does_not() -> None:
    found = moment(scan("on 12/3/2026"), None, "KE")
    assert found.when is not None
    assert found.past is None


def test_the_country_has_its_own_midnight() -> None:
    late = datetime(2026, 3, 18, 21, 30, tzinfo=UTC)
    in_kenya, in_congo = moment(scan("today"), late, "KE").when, moment(scan("today"), late, "CD").when
    assert in_kenya is not None
    assert in_congo is not None
    assert in_kenya.start.day == 19
    assert in_congo.start.day == 18


def test_friday_is_ahead_when_the_text_looks_ahead() -> None:
    behind, ahead = moment(scan("Friday"), SENT, "KE"), moment(scan("Friday"), SENT, "KE", ahead=True)
    assert behind.when is not None
    assert ahead.when is not None
    assert (behind.when.start.day, ahead.when.start.day) == (13, 20)
    assert (behind.past, ahead.past) == (True, False)


@pytest.mark.parametrize("sent_at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_the_ends_of_time_break_nothing(sent_at: datetime) -> None:
    assert moment(scan("yesterday, tomorrow, last year"), sent_at, "KE").when is None
