"""Whether a report speaks of a known incident."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from mbiu.codes import EventType, Precision
from mbiu.joining import COPY, WINDOW, Facts, compare, distance_km

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
INCIDENT = Facts(
    event_type=EventType.CATTLE_RAID,
    place_id="ug-kween-kapkwata",
    block="/ug/ug-eastern/ug-kween/",
    lat=1.40,
    lon=34.60,
    radius_km=2.0,
    precision=Precision.VILLAGE,
    at=NOW,
    id=UUID(int=1),
)


def score(likeness: float = 0.0, **changes: Any) -> float:
    """How well a report fits that differs from the incident in ``changes``; 0 for not at all."""
    found = compare(replace(INCIDENT, id=None, **changes), INCIDENT, likeness)
    return found.score if found else 0.0


def joins(likeness: float = 0.0, **changes: Any) -> bool:
    found = compare(replace(INCIDENT, id=None, **changes), INCIDENT, likeness)
    return bool(found and found.joins)


def test_the_same_type_at_the_same_village_within_hours_is_the_same_incident() -> None:
    assert joins(at=NOW + dt.timedelta(hours=3))


@pytest.mark.parametrize(
    "changes",
    [
        {"event_type": EventType.PEACE},
        {"place_id": None},
        {"at": NOW + WINDOW + dt.timedelta(minutes=1)},
        {"exercise": True},
        {"block": "/ug/ug-eastern/ug-bukwo/", "place_id": "ug-bukwo", "lat": 2.5, "lon": 34.7},
    ],
    ids=["another type", "no place", "too late", "an exercise", "another district"],
)
def test_what_differs_in_kind_place_time_or_purpose_is_not_the_same(changes: dict[str, Any]) -> None:
    assert score(**changes) == 0.0


@pytest.mark.parametrize(
    "changes",
    [
        {"at": NOW + dt.timedelta(hours=30)},
        {"place_id": "ug-kween", "precision": Precision.DISTRICT},
        {"event_type": EventType.UNKNOWN},
    ],
    ids=["a day later", "only the district", "type not told"],
)
def test_what_agrees_loosely_is_proposed_to_a_person(changes: dict[str, Any]) -> None:
    assert 0.40 <= score(**changes) < 0.75


def test_a_kindred_type_at_the_same_village_joins() -> None:
    assert joins(event_type=EventType.ATTACK)


def test_deaths_that_differ_too_much_are_two_incidents() -> None:
    told = replace(INCIDENT, numbers={"killed": {"low": 2, "best": 2, "high": 2}})
    many = replace(INCIDENT, id=None, numbers={"killed": {"low": 30, "best": 30, "high": 30}})
    few = replace(INCIDENT, id=None, numbers={"killed": {"low": 5, "best": 5, "high": 5}})
    assert compare(many, told, 0.0) is None
    assert compare(few, told, 0.0) is not None


def test_the_same_words_join_as_a_copy_even_without_a_place() -> None:
    found = compare(replace(INCIDENT, id=None, place_id=None, lat=None), INCIDENT, COPY)
    assert found is not None
    assert found.is_copy
    assert found.joins


def test_an_incident_without_an_id_is_nothing_to_join() -> None:
    assert compare(INCIDENT, replace(INCIDENT, id=None), 1.0) is None


def test_two_villages_close_together_are_proposed_or_joined_and_distant_ones_less() -> None:
    near = score(place_id="ug-kween-other", lat=1.41, lon=34.61)
    far = score(place_id="ug-kween-other", lat=1.60, lon=34.90)
    assert near > far > 0


def test_every_match_says_why() -> None:
    found = compare(replace(INCIDENT, id=None), INCIDENT, 0.0)
    assert found is not None
    assert found.why == ("the same place", "the same type", "0 h apart")


def test_the_distance_of_kampala_and_nairobi_is_500_km() -> None:
    kampala = replace(INCIDENT, lat=0.3136, lon=32.5811)
    nairobi = replace(INCIDENT, lat=-1.2864, lon=36.8172)
    assert distance_km(kampala, nairobi) == pytest.approx(504, abs=5)
    assert distance_km(kampala, replace(nairobi, lat=None)) is None
