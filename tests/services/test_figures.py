"""The figures of a small history, counted by hand."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update
from time_machine import TimeMachineFixture

from mbiu import figures
from mbiu.audit import Actor
from mbiu.db import transaction
from mbiu.figures import By, Figures, Span, begin, due, months, parent, quantile, running, within
from mbiu.models import (
    Contact,
    DayFigure,
    Decision,
    Incident,
    MonthCounted,
    MonthFigure,
    MonthTimes,
    Report,
    utcnow,
)
from tests import cast
from tests.history import DAY, NOW, TODAY, count_all, history

KASESE, WESTERN, UGANDA = "/ug/ug-western/ug-kasese/", "/ug/ug-western/", "/ug/"


@pytest.fixture
def story() -> tuple[Actor, str]:
    return history()


def read(*areas: str, drills: bool = False) -> Figures:
    with transaction() as session:
        counted = figures.live(session, NOW)
        return figures.read(
            session, Span(areas or ("/",), DAY - dt.timedelta(days=1), TODAY, drills), counted
        )


def test_a_small_history_is_counted_as_by_hand(story: tuple[Actor, str]) -> None:
    ruth, _ = story
    assert count_all() == 6
    found = read()
    assert found.days[DAY, "reports", ""] == 2
    assert found.days[DAY, "reports", "dispute"] == 2
    assert found.days[DAY, "incidents", "dispute"] == 1
    assert found.days[DAY - dt.timedelta(days=1), "incidents", "cattle_raid"] == 1
    assert (found.total("reports"), found.total("incidents"), found.total("ended")) == (3, 2, 3)
    assert found.total("decisions", str(ruth.id)) == 2
    assert found.areas[DAY, "reports", UGANDA] == 2
    assert found.uncounted == []


def test_times_run_from_the_first_report(story: tuple[Actor, str]) -> None:
    count_all()
    found = read().times
    assert found["receipt"] == Counter({7: 3})
    assert found["verdict"] == Counter({600: 1, 1800: 1})
    assert found["alert"] == Counter({720: 1})
    assert found["acknowledged"] == Counter({1200: 1})
    assert found["outcome"] == Counter({6000: 1})


def test_who_was_told_how_it_ended_is_counted_on_the_day_it_ended(story: tuple[Actor, str]) -> None:
    with transaction() as session:
        told = session.scalar(
            select(func.count()).select_from(Report).where(Report.outcome_told_at <= utcnow())
        )
    count_all()
    found = read(KASESE)
    assert (found.days[DAY, "ended", ""], found.days[DAY, "told", ""]) == (2, told)
    assert told == 2


def test_an_area_is_counted_with_all_that_lies_in_it(story: tuple[Actor, str]) -> None:
    count_all()
    assert read(KASESE).total("reports") == 2
    assert read(WESTERN).areas[DAY, "incidents", KASESE] == 1
    assert read("/ug/ug-eastern/").total("reports") == 1
    two = read(KASESE, "/ug/ug-eastern/")
    assert two.total("reports") == 3
    assert {area for _, _, area in two.areas} == {KASESE, "/ug/ug-eastern/"}


def test_counting_twice_changes_nothing(story: tuple[Actor, str]) -> None:
    count_all()
    with transaction() as session:
        before = session.scalars(select(DayFigure.count)).all()
    assert count_all() == 0
    with transaction() as session:
        figures.keeping._keep(session, DAY, figures.count(session, DAY), NOW)
    with transaction() as session:
        assert sorted(session.scalars(select(DayFigure.count))) == sorted(before)


def test_days_that_are_kept_read_as_the_days_that_are_counted(story: tuple[Actor, str]) -> None:
    span = Span(("/",), DAY, DAY)
    with transaction() as session:
        live = figures.read(session, span, {DAY: figures.count(session, DAY)})
    count_all()
    with transaction() as session:
        kept = figures.read(session, span, {})
    assert (live.days, live.areas, live.times) == (kept.days, kept.areas, kept.times)


def test_today_is_counted_at_once(story: tuple[Actor, str]) -> None:
    count_all()
    cast.tell("There is a land dispute in Hoima", cast.MALLORY)
    assert read().days[TODAY, "reports", "dispute"] == 1


def test_an_exercise_stands_in_no_figure(story: tuple[Actor, str]) -> None:
    with transaction() as session:
        for table in (Report, Incident, Contact):
            session.execute(update(table).values(exercise=True))
    count_all()
    assert read().total("reports") == read().total("incidents") == read().total("ended") == 0
    assert read(drills=True).total("reports") == 3
    assert read().times["verdict"] == Counter()


def test_what_few_may_see_is_counted_for_countries_only(story: tuple[Actor, str]) -> None:
    with transaction() as session:
        session.execute(update(Incident).values(restricted=True))
        session.execute(update(Report).values(restricted=True))
    count_all()
    assert read(UGANDA).total("incidents") == 2
    assert read(KASESE).total("incidents") == read(KASESE).total("reports") == 0


def test_an_area_reads_its_own_days_alone(story: tuple[Actor, str]) -> None:
    count_all()
    with transaction(scope=KASESE) as session:
        assert set(session.scalars(select(DayFigure.area))) == {KASESE}


def test_merged_incidents_and_old_decisions_do_not_count(story: tuple[Actor, str]) -> None:
    with transaction() as session:
        session.execute(update(Incident).where(Incident.ref == story[1]).values(state="merged"))
        assert session.scalar(select(func.count()).select_from(Decision)) == 2
    count_all()
    assert read().total("incidents") == 1


# --- pure --------------------------------------------------------------------------------------


def test_a_day_is_counted_when_it_is_over_and_twice_again() -> None:
    first = dt.date(2026, 11, 1)
    over = begin(dt.date(2026, 11, 2))

    def is_due(counted: dt.timedelta | None, now: dt.timedelta) -> bool:
        known = {first: over + counted} if counted is not None else {}
        return first in due(known, first, over + now)

    hour, day = dt.timedelta(hours=1), dt.timedelta(days=1)
    assert due({}, first, over - hour) == []
    assert is_due(None, hour)
    assert not is_due(hour, 2 * hour)
    assert is_due(hour, day)
    assert not is_due(day, 2 * day)
    assert is_due(day, 3 * day)
    assert not is_due(3 * day, 300 * day)


def test_the_newest_days_are_counted_first_and_the_oldest_never() -> None:
    now = begin(dt.date(2026, 11, 20))
    days = due({}, dt.date(2020, 1, 1), now)
    assert days[:2] == [dt.date(2026, 11, 19), dt.date(2026, 11, 18)]
    assert len(days) == 401


def test_areas_are_those_a_path_lies_in() -> None:
    assert within("/") == ["/"]
    assert within("/ug/ug-western/ug-kasese/ug-bwera/") == ["/", UGANDA, WESTERN, KASESE]
    assert [parent(area) for area in ("/", UGANDA, KASESE)] == ["", "/", WESTERN]


def test_quantiles_go_by_the_nearest_rank() -> None:
    ten = Counter(range(1, 11))
    assert (quantile(ten, 0.5), quantile(ten, 0.9), quantile(Counter(), 0.5)) == (5, 9, None)
    assert quantile(Counter({3: 99, 500: 1}), 0.9) == 3


def test_the_running_day_is_counted_again_after_some_seconds() -> None:
    now = begin(TODAY) + dt.timedelta(hours=23)

    def told(after: dt.timedelta) -> int:
        with transaction() as session:
            lived = figures.lately(session, now + after)
        return lived[TODAY].figures["/", "reports", "", False]

    cast.tell(cast.QUARREL)
    assert told(dt.timedelta(0)) == 1
    cast.tell(cast.RAID)
    assert told(running.FRESH - dt.timedelta(seconds=1)) == 1
    assert told(running.FRESH) == 2


@pytest.fixture
def last_month(time_machine: TimeMachineFixture, story: tuple[Actor, str]) -> dt.date:
    """The month of the story, which is over and counted."""
    time_machine.move_to(begin(months.after(DAY) + dt.timedelta(days=10)))
    while True:
        with transaction() as session:
            if not figures.refresh(session):
                return months.of(DAY)


def test_a_month_reads_as_its_days(last_month: dt.date) -> None:
    span = Span(("/",), months.of(DAY - dt.timedelta(days=1)), months.after(DAY) + dt.timedelta(days=2))
    by = (frozenset({By.MONTH}), frozenset({By.AREA, By.MONTH, By.ROLE}), frozenset({By.AREA}))

    def told() -> list[object]:
        with transaction() as session:
            found = figures.read(session, span, {})
            inside = figures.inner(session, span, {})
            areas = replace(span, areas=inside)
            times = [figures.times(session, one, {}, each) for one in (span, areas) for each in by]
            answers = [figures.answers(session, span, {}, each) for each in by]
            return [found.times, times, answers, figures.disputes(session, span, {}), inside]

    with transaction() as session:
        assert last_month in session.scalars(select(MonthCounted.month)).all()
        assert session.scalar(select(func.sum(MonthFigure.count)))
    by_month = told()
    with transaction() as session:
        months.forget(session, DAY)
        months.forget(session, DAY - dt.timedelta(days=1))
        assert session.scalars(select(MonthTimes.cases)).all() == []
    assert by_month == told()


def test_a_day_that_is_counted_anew_takes_its_month_with_it(last_month: dt.date) -> None:
    with transaction() as session:
        session.execute(update(Report).where(Report.created_at < NOW).values(event_type="displacement"))
        figures.again(session, DAY)
        assert figures.refresh(session) == 1
        assert last_month not in session.scalars(select(MonthCounted.month)).all()
        assert figures.refresh(session) == 1
        types = select(MonthFigure.label).where(MonthFigure.what == "reports", MonthFigure.label != "")
        assert "displacement" in session.scalars(types).all()


def test_a_month_with_days_that_nobody_counted_is_not_summed_up(story: tuple[Actor, str]) -> None:
    first = dt.date(2026, 2, 1)
    days = [first + dt.timedelta(days=n) for n in range(28)]
    with transaction() as session:
        assert months.sum_up(session, days[1:], first, dt.date(2026, 3, 1)) == 0
        assert months.sum_up(session, days, first, dt.date(2026, 2, 28)) == 0
        assert months.sum_up(session, days[9:], days[9], dt.date(2026, 3, 1)) == 1
        assert months.parts(session, first, dt.date(2026, 3, 1), ()) == months.Parts(
            [first], [dt.date(2026, 3, 1)]
        )
        assert months.parts(session, first, dt.date(2026, 3, 1), days[:1]).months == []
