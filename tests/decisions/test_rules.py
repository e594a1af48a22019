"""Whom a route is meant for, what a chain may say, and how several chains become one."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu import chains
from mbiu.chains import Selector, Step
from mbiu.codes import Certainty, ResponderClass, Severity
from mbiu.refusals import NotPossible
from mbiu.routing.merging import Key, Merged, Rung, ladder, merge
from mbiu.routing.people import unit
from mbiu.routing.plans import Quorum
from mbiu.routing.rules import Case, misses

ROUTE = {
    "active": True, "area_path": "/ug/", "event_types": [], "drivers": [], "min_severity": Severity.UNKNOWN,
    "min_certainty": Certainty.UNKNOWN, "hour_from": None, "hour_to": None, "exercise": None,
}  # fmt: skip
CASE = Case(
    "/ug/ug-western/ug-kasese/", frozenset({"cattle_raid", "destruction"}), frozenset({"cattle"}),
    Severity.SEVERE, Certainty.LIKELY, exercise=False, hour=2,
)  # fmt: skip
MEDIATOR, POLICE = ResponderClass.MEDIATOR, ResponderClass.POLICE_LIAISON
ANN, BOB, CAT = ((UUID(int=number), None) for number in (1, 2, 3))
ROTA = UUID(int=9)


@pytest.mark.parametrize(
    ("rule", "missed"),
    [
        ({}, ()),
        ({"area_path": "/ug/ug-eastern/"}, ("area",)),
        ({"event_types": ["destruction"]}, ()),
        ({"event_types": ["protest", "riot"]}, ("type",)),
        ({"drivers": ["land", "cattle"]}, ()),
        ({"drivers": ["land"]}, ("driver",)),
        ({"min_severity": Severity.SEVERE}, ()),
        ({"min_severity": Severity.EXTREME}, ("severity",)),
        ({"min_certainty": Certainty.OBSERVED}, ("certainty",)),
        ({"hour_from": 21, "hour_to": 6}, ()),
        ({"hour_from": 6, "hour_to": 21}, ("hours",)),
        ({"hour_from": 2, "hour_to": 3}, ()),
        ({"hour_from": 0, "hour_to": 2}, ("hours",)),
        ({"exercise": False}, ()),
        ({"exercise": True}, ("exercise",)),
        ({"active": False, "drivers": ["land"]}, ("active", "driver")),
    ],
)
def test_a_route_says_which_of_its_conditions_are_not_met(
    rule: dict[str, Any], missed: tuple[str, ...]
) -> None:
    assert misses(SimpleNamespace(**ROUTE | rule), CASE) == missed


@pytest.mark.parametrize(
    ("area", "path", "found"),
    [
        ("district", "/ug/ug-western/ug-kasese/ug-kasese-bwera/", "/ug/ug-western/ug-kasese/"),
        ("district", "/ke/ke-turkana/ke-turkana-south/", "/ke/ke-turkana/"),
        ("region", "/ug/ug-western/ug-kasese/", "/ug/ug-western/"),
        ("country", "/ug/ug-western/ug-kasese/", "/ug/"),
        ("district", "/ug/ug-western/", "/ug/ug-western/"),
        ("district", "/ug/", None),
        ("region", "/", None),
        ("country", "/", None),
        ("/ke/", "/ug/", "/ke/"),
    ],
)
def test_a_unit_around_a_place_is_never_wider_than_asked_for_but_for_the_region(
    area: str, path: str, found: str | None
) -> None:
    assert unit(area, path) == found


# --- what a chain may say ----------------------------------------------------------------------


def person(number: int) -> Selector:
    return Selector("person", UUID(int=number))


def a_step(*people: int, **more: Any) -> Step:
    return Step(tuple(person(one) for one in people), **more)


def test_steps_are_read_as_they_were_written() -> None:
    steps = (
        Step(
            (
                person(1),
                Selector("class", responder_class=MEDIATOR, area="region"),
                Selector("rota", UUID(int=5)),
                Selector("group", UUID(int=6)),
            ),
            20, ((MEDIATOR, 1), (POLICE, 2)), 2, 5, (21, 6),
        ),
        Step((Selector("all"),), 60),
    )  # fmt: skip
    assert chains.read(chains.written(steps)) == steps


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [a_step(1)] * 9,
        [Step((Selector("all"),))],
        [a_step()],
        [a_step(1, wait_minutes=0)],
        [a_step(1, wait_minutes=1441)],
        [a_step(1, wait_minutes=30, repeats=3, repeat_minutes=10)],
        [a_step(1, repeats=6, repeat_minutes=1)],
        [a_step(1, hours=(6, 6))],
        [a_step(1, hours=(0, 24))],
        [a_step(1, hours=(-1, 5))],
        [a_step(1, quorum=((MEDIATOR, 0),))],
        [a_step(1, quorum=((MEDIATOR, 1), (MEDIATOR, 2)))],
    ],
)
def test_a_chain_that_makes_no_sense_is_refused(steps: list[Step]) -> None:
    with pytest.raises(NotPossible):
        chains.check(steps)


def test_whoever_left_is_in_no_step_and_empty_steps_go() -> None:
    steps = [a_step(1, 2), a_step(2), Step((person(2), Selector("all")))]
    assert chains.without(steps, UUID(int=2)) == (a_step(1), Step((Selector("all"),)))


def test_hours_in_which_no_step_tells_anybody_are_known() -> None:
    assert chains.shut_hours([a_step(1, hours=(6, 21)), a_step(2, hours=(8, 22))]) == [*range(6), 22, 23]
    assert chains.shut_hours([a_step(1, hours=(6, 21)), a_step(2)]) == []


# --- several chains made into one --------------------------------------------------------------


def rung(*people: Key, route: str = "A", rotas: tuple[UUID, ...] = (), **step: Any) -> Rung:
    return Rung(route, Step((Selector("rota"),), **step), people, rotas)


def joined(*found: list[Rung], start: int = 12) -> Merged:
    return merge([ladder(rungs, lambda after: (start + after // 60) % 24) for rungs in found])


def told(merged: Merged) -> dict[int, set[Key]]:
    return {
        step.number: {key for key, (number, _) in merged.at.items() if number == step.number}
        for step in merged.steps
    }


def test_everybody_is_told_once_at_the_first_step_that_names_them() -> None:
    merged = joined(
        [rung(ANN), rung(BOB), rung(CAT)],
        [rung(BOB, route="B", wait_minutes=10), rung(ANN, route="B")],
    )
    assert told(merged) == {1: {ANN, BOB}, 2: {CAT}}
    assert merged.at[ANN] == (1, ("A", "B"))
    assert [(one.after, one.wait_minutes) for one in merged.steps] == [(0, 60), (60, 30)]


def test_a_chain_that_leads_to_nobody_hurries_none() -> None:
    merged = joined([rung(ANN, wait_minutes=90)], [rung(route="B", wait_minutes=1), rung(route="B")])
    assert [(one.after, one.wait_minutes) for one in merged.steps] == [(0, 90)]


def test_a_step_that_tells_nobody_takes_no_time() -> None:
    merged = joined([rung(wait_minutes=45), rung(ANN), rung(BOB)])
    assert [one.after for one in merged.steps] == [0, 30]
    assert told(merged) == {1: {ANN}, 2: {BOB}}


def test_a_step_outside_its_hours_stays_to_be_passed_over_and_takes_no_time() -> None:
    merged = joined([rung(ANN, hours=(6, 21)), rung(BOB)], start=2)
    assert [(one.after, one.wait_minutes, one.shut) for one in merged.steps] == [
        (0, 30, True),
        (0, 30, False),
    ]


def test_who_is_named_by_an_open_step_too_is_told_there_and_not_at_a_shut_one() -> None:
    merged = joined([rung(ANN, hours=(6, 21))], [rung(BOB, route="B"), rung(ANN, CAT, route="B")], start=2)
    assert {key: number for key, (number, _) in merged.at.items()} == {BOB: 1, ANN: 2, CAT: 2}


def test_a_quorum_of_one_chain_holds_for_all_who_are_told_at_that_time() -> None:
    merged = joined(
        [rung(ANN, quorum=((MEDIATOR, 1), (POLICE, 1)))],
        [rung(BOB, route="B", quorum=((MEDIATOR, 2),))],
    )
    assert merged.steps[0].quorum == (Quorum(MEDIATOR, 2), Quorum(POLICE, 1))


def test_a_rota_is_asked_once_and_everybody_is_told_again_only_after_somebody_was() -> None:
    again = Step((Selector("all"),))
    merged = joined(
        [Rung("A", again, (), ()), rung(rotas=(ROTA,)), Rung("A", again, (), ())],
        [rung(ANN, route="B"), rung(route="B", rotas=(ROTA,))],
    )
    assert [(one.rotas, one.again) for one in merged.steps] == [((ROTA,), False), ((), True)]


def test_of_two_chains_the_more_impatient_says_when_the_centre_is_told() -> None:
    merged = joined([rung(ANN, wait_minutes=90)], [rung(BOB, route="B", wait_minutes=20)])
    assert [one.wait_minutes for one in merged.steps] == [20]


def test_a_shut_step_neither_lends_its_quorum_nor_is_told_again() -> None:
    again = Rung("A", Step((Selector("all"),)), (), ())
    merged = joined([rung(ANN, hours=(6, 21), quorum=((POLICE, 1),)), again], [rung(BOB, route="B")], start=2)
    assert [(one.shut, one.again, one.quorum) for one in merged.steps] == [
        (True, False, (Quorum(POLICE, 1),)),
        (False, False, ()),
    ]


RUNGS = st.lists(
    st.builds(
        lambda people, wait, hours: rung(*people, wait_minutes=wait, hours=hours),
        st.lists(st.sampled_from([ANN, BOB, CAT]), unique=True),
        st.integers(1, 90),
        st.sampled_from([None, (6, 21), (21, 6)]),
    ),
    max_size=4,
)


@given(st.lists(RUNGS, max_size=3), st.integers(0, 23))
def test_nobody_is_lost_nobody_told_twice_and_steps_have_no_gaps(found: list[list[Rung]], start: int) -> None:
    named = {
        who: [
            replace(one, route=str(number))
            for number, rungs in enumerate(found)
            for one in rungs
            if who in one.people
        ]
        for who in (ANN, BOB, CAT)
    }
    merged = joined(
        *([replace(one, route=str(n)) for one in rungs] for n, rungs in enumerate(found)), start=start
    )
    assert set(merged.at) == {who for who, rungs in named.items() if rungs}
    assert [one.number for one in merged.steps] == list(range(1, len(merged.steps) + 1))
    assert all(told(merged).values())
    open_ones = [one for one in merged.steps if not one.shut]
    assert [one.after for one in open_ones] == sorted(one.after for one in open_ones)
    for before, after in pairwise(open_ones):
        assert before.after + before.wait_minutes == after.after
    assert all(one.wait_minutes >= 1 for one in open_ones[-1:])
