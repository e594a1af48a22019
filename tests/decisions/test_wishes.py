"""Quiet hours, in the time of the place where somebody lives."""

import datetime as dt

import pytest

from mbiu.codes import Wish
from mbiu.models import Contact
from mbiu.wishes import may_push, quiet_until, wants_push


def contact(start: int | None, end: int | None, country: str = "UG", wish: Wish = Wish.PUSH) -> Contact:
    return Contact(code="KAS-07", country=country, quiet_from=start, quiet_to=end, wish=wish)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("country", "hours", "now", "until"),
    [
        # Kampala is three hours before UTC: 21 o'clock there is 18 UTC.
        ("UG", (21, 6), "2026-03-01 17:59", None),
        ("UG", (21, 6), "2026-03-01 18:00", "2026-03-02 03:00"),
        ("UG", (21, 6), "2026-03-02 02:59", "2026-03-02 03:00"),
        ("UG", (21, 6), "2026-03-02 03:00", None),
        # Kigali and Juba are two hours before UTC.
        ("RW", (21, 6), "2026-03-01 18:30", None),
        ("SS", (21, 6), "2026-03-01 19:00", "2026-03-02 04:00"),
        ("CD", (21, 6), "2026-03-01 19:00", "2026-03-02 04:00"),
        ("KE", (9, 17), "2026-03-01 06:00", "2026-03-01 14:00"),
        ("KE", (9, 17), "2026-03-01 14:00", None),
        ("TZ", (22, 0), "2026-12-31 20:30", "2026-12-31 21:00"),
        ("UG", (None, None), "2026-03-01 23:00", None),
    ],
)
def test_quiet_hours_end_in_local_time(
    country: str, hours: tuple[int | None, int | None], now: str, until: str | None
) -> None:
    assert quiet_until(contact(*hours, country), utc(now)) == (utc(until) if until else None)


def test_pushing_is_for_those_who_wish_it_and_not_in_quiet_hours() -> None:
    night = utc("2026-03-01 20:00")
    assert may_push(contact(None, None), night)
    assert not may_push(contact(21, 6), night)
    assert wants_push(contact(21, 6))
    assert not wants_push(contact(None, None, wish=Wish.PULL))
    assert not wants_push(contact(None, None, wish=Wish.NEVER))


@pytest.mark.parametrize("column", ["stopped_at", "silent_at"])
def test_who_ended_contact_is_not_pushed_to(column: str) -> None:
    person = contact(None, None)
    setattr(person, column, utc("2026-03-01 20:00"))
    assert not wants_push(person)
