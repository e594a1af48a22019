"""Of a live location the first position and the far ones are kept; the steps between are not."""

import datetime as dt

import pytest

from mbiu import arrivals
from mbiu.db import transaction
from mbiu.live import Fix, is_news
from mbiu.models import Message, Report, utcnow
from tests.cast import chat, count

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
#: Degrees of latitude in 100 m.
STEP = 0.0009


def fix(steps: float, minutes: float) -> Fix:
    return Fix(0.04 + steps * STEP, 29.77, NOON + dt.timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("steps", "minutes", "news"),
    [(0, 60, False), (1.9, 60, False), (2.1, 1.9, False), (2.1, 2, True), (-30, 5, True), (30, 0.5, False)],
)
def test_a_step_is_news_when_it_is_far_and_late_enough(steps: float, minutes: float, news: bool) -> None:
    assert is_news(fix(0, 0), fix(steps, minutes)) is news


def test_the_first_position_is_news() -> None:
    assert is_news(None, fix(0, 0))


def share(steps: float, minutes: float, number: str = "5", *, edited: bool = True) -> None:
    at = utcnow() + dt.timedelta(minutes=minutes - 60)
    message = chat(
        lat=0.04 + steps * STEP, lon=29.77, live=True, edited=edited, chat_message=number, sent_at=at
    )
    with transaction() as session:
        arrivals.take(session, message)


def test_a_walk_is_kept_in_a_few_messages_of_one_report() -> None:
    share(0, 0, edited=False)
    for minute in range(1, 41):
        share(minute / 2, minute)
    assert count(Message, Message.location.is_not(None)) == 11
    assert count(Report) == 1


def test_another_location_has_a_beginning_of_its_own() -> None:
    share(0, 0, edited=False)
    share(0, 1, "6", edited=False)
    share(0, 2, "7")
    assert count(Message, Message.location.is_not(None)) == 3


def test_a_pin_is_never_a_step() -> None:
    for _ in range(2):
        with transaction() as session:
            arrivals.take(session, chat(lat=0.04, lon=29.77, chat_message="5"))
    assert count(Message, Message.location.is_not(None)) == 2
