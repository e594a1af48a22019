"""What counts as right, field by field."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mbiu.analysis.reading import Actor, NumberRange, PlaceGuess, Reading, When
from mbiu.evaluation import judging
from mbiu.gazetteer import Gazetteer

EAT = dt.timezone(dt.timedelta(hours=3))
BWERA = PlaceGuess(
    "ug-kasese-bwera", "Bwera", "ug-kasese", "UG", 0.04, 29.77, "village", 5.0, 0.9,
    ("ug", "ug-western", "ug-kasese", "ug-kasese-bwera"),
)  # fmt: skip
KWEEN = PlaceGuess(
    "ug-kween", "Kween", "ug-kween", "UG", 1.4, 34.6, "district", 30.0, 0.9, ("ug", "ug-eastern", "ug-kween")
)
Read = Callable[..., Reading]


def reading(place: PlaceGuess | None = None, **values: Any) -> Reading:
    return Reading("a", "en", 1.0, "attack", 0.8, place=place, **values)


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.seed()


def mark(label: dict[str, str] | None, read: Reading, places: Gazetteer) -> judging.PlaceMark:
    return judging.judge_place(label, read, places)


@pytest.mark.parametrize("district", ["Kasese", "KASESE district", "Wilaya ya Kasese", "kasese"])
def test_a_district_is_known_by_its_bare_name(district: str, places: Gazetteer) -> None:
    label = {"name": "Bwera town", "district": district.replace(" ya ", " "), "country": "UG"}
    found = mark(label, reading(BWERA), places)
    assert (found.name, found.district, found.given, found.invented) == (True, True, True, False)


def test_an_alias_of_the_place_is_its_name(places: Gazetteer) -> None:
    alias = next(one for one in places if one.is_unit and one.aliases and one.country == "TZ")
    guess = PlaceGuess(alias.place_id, "x", "", "TZ", None, None, "district", 1.0, 0.9, (alias.place_id,))
    assert mark({"name": alias.aliases[0], "country": "TZ"}, reading(guess), places).name


def test_another_district_or_another_country_is_wrong(places: Gazetteer) -> None:
    wrong = mark({"name": "Bwera", "district": "Kasese", "country": "UG"}, reading(KWEEN), places)
    abroad = mark({"name": "Bwera", "district": "Kasese", "country": "CD"}, reading(BWERA), places)
    assert (wrong.name, wrong.district) == (False, False)
    assert (abroad.name, abroad.district) == (False, False)


def test_a_place_that_the_text_does_not_tell_is_invented(places: Gazetteer) -> None:
    assert mark(None, reading(BWERA), places).invented
    assert not mark(None, reading(), places).invented


def test_a_place_that_is_not_given_is_missed_even_if_it_is_a_candidate(places: Gazetteer) -> None:
    label = {"name": "Bwera", "district": "Kasese", "country": "UG"}
    found = mark(label, reading(candidates=(KWEEN, BWERA)), places)
    assert (found.given, found.district, found.district_in_first, found.name_in_first) == (
        False, False, True, True,
    )  # fmt: skip
    late = mark(label, reading(candidates=(*[KWEEN] * 5, BWERA)), places)
    assert late.district_in_first is False


@pytest.mark.parametrize(
    ("label", "found", "exact", "overlap"),
    [
        (None, None, True, True),
        (None, NumberRange(1, 1, 1), False, False),
        (((3, 3, 3),), None, False, False),
        (((3, 3, 3),), NumberRange(3, 3, 3), True, True),
        (((3, 3, 3),), NumberRange(2, 4, 5), False, True),
        (((3, 5, 8),), NumberRange(8, 9, 10), False, True),
        (((3, 3, 3), (5, 5, 5)), NumberRange(5, 5, 5), True, True),
        (((3, 3, 3),), NumberRange(4, 4, 4), False, False),
    ],
)
def test_a_number_is_right_if_its_best_guess_is(
    label: Any, found: NumberRange | None, *, exact: bool, overlap: bool
) -> None:
    assert (judging.same_number(label, found), judging.overlaps(label, found)) == (exact, overlap)


def day(number: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, number, hour, tzinfo=EAT)


@pytest.mark.parametrize(
    ("when", "first", "last", "exact", "overlap"),
    [
        (When(day(17), day(18), "day"), 17, 17, True, True),
        (When(day(17, 18), day(18, 6), "part"), 17, 17, True, True),
        (When(day(17, 18), day(18, 6), "part"), 17, 18, True, True),
        (When(day(17, 18), day(18, 6), "part"), 18, 18, False, True),
        (When(day(16), day(23), "week"), 17, 17, False, True),
        (When(day(16), day(23), "week"), 16, 22, True, True),
        (When(day(17), day(18), "day"), 18, 18, False, False),
        (When(day(17, 8), day(17, 8), "minute"), 17, 17, True, True),
        (None, 17, 17, False, False),
    ],
)
def test_a_time_is_right_if_its_days_are(
    when: When | None, first: int, last: int, *, exact: bool, overlap: bool
) -> None:
    label = (dt.date(2026, 3, first), dt.date(2026, 3, last))
    assert (judging.same_days(label, when), judging.days_overlap(label, when)) == (exact, overlap)


def test_a_time_where_the_text_tells_none_is_wrong() -> None:
    assert judging.same_days(None, None)
    assert not judging.same_days(None, When(day(17), day(18), "day"))


def test_groups_are_compared_under_the_names_of_the_centres_table() -> None:
    read = reading(actors=(Actor("police", "attacker"), Actor("protesters", "target")))
    label = (("polisi", "attacker"), ("protesters", "unknown"), ("Some Unheard-of Group", None))
    wanted, found = judging.actor_names(label, read)
    assert (len(wanted), found, wanted - found) == (
        3, {"police", "protesters"}, {"some unheard of group"},
    )  # fmt: skip
    assert judging.sides(label, read) == [True, False]
