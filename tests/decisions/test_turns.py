"""Who is on duty: turns by a rule in a time zone, holidays, stand-ins."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.refusals import NotPossible
from mbiu.rotas.holidays import public
from mbiu.rotas.rules import checked
from mbiu.rotas.turns import OTHERS, WAIT, Clock, Roster, Stand, Turn, on_duty, turns

KAMPALA = ZoneInfo("Africa/Kampala")
MONDAYS = "FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0"
DAILY = "FREQ=DAILY;BYHOUR=8;BYMINUTE=0"


def local(text: str, zone: str = "Africa/Kampala") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


#: A Wednesday.
START = local("2026-11-04 08:00")


def roster(
    rule: str = MONDAYS, members: str = "DGR", zone: str = "Africa/Kampala", **more: object
) -> Roster[str]:
    clock = {name: more.pop(name) for name in ("on_holidays", "holidays") if name in more}
    return Roster(Clock(START, rule, "Africa/Kampala", **clock), tuple(members), **more)  # type: ignore[arg-type]


def who(found: tuple[str, ...]) -> str:
    return "".join(found)


def turn(found: Roster[str], at: dt.datetime) -> Turn[str]:
    """The turn that runs at a moment."""
    return turns(found, at, at + dt.timedelta(seconds=1))[0]


@pytest.mark.parametrize(
    ("at", "people"),
    [
        ("2026-11-04 07:59", ""),
        ("2026-11-04 08:00", "D"),
        ("2026-11-09 07:59", "D"),
        ("2026-11-09 08:00", "G"),
        ("2026-11-16 08:00", "R"),
        ("2026-11-23 08:00", "D"),
        ("2027-11-01 09:00", "G"),
    ],
)
def test_duty_passes_to_the_next_at_each_time_of_the_rule(at: str, people: str) -> None:
    assert who(on_duty(roster(), local(at))) == people


def test_hours_are_those_of_the_zone_when_clocks_change() -> None:
    """London goes back an hour on 25 October 2026; Kampala never does."""
    clock = Clock(local("2026-10-01 08:00", "Europe/London"), DAILY, "Europe/London")
    found = turns(Roster(clock, ("D", "G")), local("2026-10-24 09:00"), local("2026-10-27 09:00"))
    assert [one.starts_at.astimezone(ZoneInfo("Europe/London")).hour for one in found] == [8] * len(found)
    assert {one.starts_at.hour for one in found} == {7, 8}


def test_several_are_on_duty_at_once() -> None:
    pairs = roster(members="DGRP", seats=2)
    assert [who(on_duty(pairs, local(f"2026-11-{day} 09:00"))) for day in ("04", "09", "16")] == [
        "DG",
        "RP",
        "DG",
    ]
    assert who(on_duty(roster(members="DG", seats=3), START)) == "DG"


def test_a_stand_in_is_on_duty_for_everybody_or_for_one() -> None:
    week = (local("2026-11-10 00:00"), local("2026-11-12 00:00"))
    all_ = roster(members="DGRP", seats=2, stands=(Stand("X", *week),))
    assert who(on_duty(all_, local("2026-11-10 09:00"))) == "X"
    assert who(on_duty(all_, local("2026-11-12 00:00"))) == "RP"
    for_one = roster(members="DGRP", seats=2, stands=(Stand("X", *week, instead_of="P"),))
    assert who(on_duty(for_one, local("2026-11-10 09:00"))) == "RX"
    nobody = roster(members="DGRP", seats=2, stands=(Stand("X", *week, instead_of="D"),))
    assert turn(nobody, local("2026-11-10 09:00")) == Turn(
        local("2026-11-09 08:00"), local("2026-11-16 08:00"), ("R", "P")
    )


def test_of_two_stand_ins_the_later_made_holds_and_one_may_stand_in_before_the_first_turn() -> None:
    span = (local("2026-11-01 00:00"), local("2026-11-06 00:00"))
    found = roster(stands=(Stand("X", *span), Stand("Y", *span)))
    assert who(on_duty(found, local("2026-11-02 00:00"))) == "Y"


def test_nobody_hands_over_on_a_holiday_where_it_waits() -> None:
    """Nobody's turn is lost: the one on duty before the feast stays until after it."""
    feast = frozenset({dt.date(2026, 11, 9), dt.date(2026, 11, 10)})
    found = roster(on_holidays=WAIT, holidays=feast)
    assert who(on_duty(found, local("2026-11-10 09:00"))) == "D"
    assert who(on_duty(found, local("2026-11-11 08:00"))) == "G"
    assert who(on_duty(found, local("2026-11-16 08:00"))) == "R"
    daily = roster(DAILY, on_holidays=WAIT, holidays=feast)
    days = [who(on_duty(daily, local(f"2026-11-{day:02} 09:00"))) for day in range(7, 13)]
    assert days == ["D", "G", "G", "G", "R", "D"]


def test_others_are_on_duty_on_holidays_in_turn() -> None:
    feast = frozenset({dt.date(2026, 11, 10), dt.date(2026, 12, 25)})
    found = roster(on_holidays=OTHERS, holidays=feast, others=("A", "B"))
    assert turn(found, local("2026-11-10 09:00")) == Turn(
        local("2026-11-10 00:00"), local("2026-11-11 00:00"), ("A",), "holiday"
    )
    assert who(on_duty(found, local("2026-12-25 23:59"))) == "B"
    assert who(on_duty(found, local("2026-11-11 00:00"))) == "G"


def test_the_holidays_of_uganda_are_known() -> None:
    assert public("UG", 2026)[dt.date(2026, 10, 9)] == "Independence Day"
    assert public("XX", 2026) == {}


@given(
    st.integers(1, 5), st.integers(1, 3), st.sampled_from([MONDAYS, DAILY, "FREQ=MONTHLY;BYMONTHDAY=1"]),
    st.integers(0, 500), st.integers(1, 400), st.lists(st.integers(0, 700), max_size=3),
)  # fmt: skip
def test_turns_leave_no_gap_and_say_what_on_duty_says(
    members: int, seats: int, rule: str, skip: int, hours: int, covers: list[int]
) -> None:
    stands = tuple(
        Stand("X", START + dt.timedelta(hours=one), START + dt.timedelta(hours=one + 30)) for one in covers
    )
    found = roster(rule, "DGRPA"[:members], seats=seats, stands=stands)
    since = START + dt.timedelta(hours=skip)
    until = since + dt.timedelta(hours=hours)
    plan = turns(found, since, until)
    assert plan[0].starts_at <= since
    assert plan[-1].ends_at >= until
    assert all(one.ends_at == after.starts_at for one, after in pairwise(plan))
    for one in plan:
        assert on_duty(found, max(one.starts_at, since)) == one.people
        assert len(one.people) == (1 if one.why == "override" else min(seats, members))


# --- rules -------------------------------------------------------------------------------------

FIRST = START.astimezone(KAMPALA).replace(tzinfo=None)


def test_a_rule_is_kept_in_one_form() -> None:
    assert checked(" rrule:freq=weekly;byday=mo ", FIRST) == "FREQ=WEEKLY;BYDAY=MO"


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "MO",
        "FREQ=SECONDLY",
        "FREQ=HOURLY",
        "FREQ=YEARLY",
        "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;UNTIL=20270101",
        "FREQ=DAILY;BYHOUR=8;BYMINUTE=0,30",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;BYHOUR=25",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=²",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=MONTHLY;INTERVAL=52",
        "FREQ=DAILY\nRRULE:FREQ=DAILY",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYDAY=9MO",
    ],
)
def test_a_rule_that_ends_or_that_nobody_could_live_by_is_refused(rule: str) -> None:
    with pytest.raises(NotPossible):
        checked(rule, FIRST)
