"""What leaves about an incident: less at each step, and never a name, a word or an exact point."""

import datetime as dt
import json
from typing import Any

import pytest

from mbiu import disclosure
from mbiu.codes import Certainty, EventType, IncidentState, Severity, Urgency
from mbiu.disclosure import Partner, Public, Why, Withheld
from mbiu.models import Incident

CANARY = "Kanari Xq7"
NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)


def incident(**values: Any) -> Incident:
    """A verified attack in a village of Kasese; whatever is free text in it is a canary."""
    base: dict[str, Any] = {
        "ref": "IKANARI",
        "state": IncidentState.ALERTED,
        "event_type": EventType.ATTACK,
        "other_types": ["destruction"],
        "severity": Severity.SEVERE,
        "urgency": Urgency.IMMEDIATE,
        "certainty": Certainty.LIKELY,
        "area_path": "/ug/ug-western/ug-kasese/ug-kasese-bwera/kanari-village",
        "place_id": "kanari-village",
        "country": "UG",
        "lat": 0.03412,
        "lon": 29.76543,
        "radius_km": 1.0,
        "numbers": {
            "killed": {"low": 5, "best": 9, "high": 12},
            "livestock": {"low": 3, "best": 3, "high": 3},
        },
        "actors": {CANARY: "attacker"},
        "drivers": ["land"],
        "risk_factors": [],
        "occurred_from": dt.datetime(2026, 3, 17, 20, 37, tzinfo=dt.UTC),
        "occurred_to": dt.datetime(2026, 3, 17, 20, 59, tzinfo=dt.UTC),
        "sources": 2,
        "exercise": False,
        "verified_at": NOW - dt.timedelta(days=2),
    }
    return Incident(**(base | values))


def both(row: Incident, **more: bool) -> tuple[Partner | Withheld, Public | Withheld]:
    known = {"restricted": False, "coerced": False} | more
    return disclosure.partner(row, **known), disclosure.public(row, now=NOW, **known)


def test_a_partner_gets_the_district_six_hours_and_a_cell() -> None:
    found, _ = both(incident())
    assert isinstance(found, Partner)
    assert found.areas == ("ug", "ug-western", "ug-kasese")
    assert (found.lat, found.lon) == (0.05, 29.75)
    assert found.since is not None
    assert found.until is not None
    assert (found.since.hour, found.since.minute, found.until - found.since) == (18, 0, dt.timedelta(hours=6))
    assert found.numbers == {"killed": (5, 12)}
    assert found.several_sources


def test_the_public_gets_the_region_the_day_and_bands() -> None:
    _, found = both(incident())
    assert found == Public(
        "attack", "severe", ("ug", "ug-western"), dt.date(2026, 3, 17), {"killed": (1, 10)}
    )


def test_no_canary_and_no_exact_point_is_in_what_leaves() -> None:
    for found in both(incident()):
        told = json.dumps(vars(found), default=str)
        for word in (CANARY, "kanari", "IKANARI", "bwera", "0.034", "29.765", "20:37"):
            assert word.lower() not in told.lower(), word


@pytest.mark.parametrize(
    ("values", "more", "why"),
    [
        ({"event_type": EventType.SEXUAL_VIOLENCE}, {}, Why.SURVIVOR),
        ({"other_types": ["sexual_violence"]}, {}, Why.SURVIVOR),
        ({}, {"restricted": True}, Why.RESTRICTED),
        ({"exercise": True}, {}, Why.EXERCISE),
        ({"state": IncidentState.OPEN}, {}, Why.UNCONFIRMED),
        ({"state": IncidentState.CLOSED, "verified_at": None}, {}, Why.UNCONFIRMED),
        ({"state": IncidentState.REFUTED}, {}, Why.UNCONFIRMED),
        ({}, {"coerced": True}, Why.DURESS),
        ({"event_type": EventType.RUMOUR}, {}, Why.NOT_AN_EVENT),
        ({"area_path": "/"}, {}, Why.PLACE),
    ],
)
def test_nothing_leaves_of_what_may_harm_or_is_not_known(
    values: dict[str, Any], more: dict[str, bool], why: Why
) -> None:
    assert both(incident(**values), **more) == (Withheld(why), Withheld(why))


def test_the_public_reads_of_it_a_day_after_it_was_verified() -> None:
    fresh = incident(verified_at=NOW - dt.timedelta(hours=23))
    partner, public = both(fresh)
    assert isinstance(partner, Partner)
    assert public == Withheld(Why.TOO_SOON)


def test_points_of_one_cell_are_told_alike() -> None:
    first, _ = both(incident(lat=0.01, lon=29.71))
    second, _ = both(incident(lat=0.09, lon=29.79))
    assert isinstance(first, Partner)
    assert isinstance(second, Partner)
    assert (first.lat, first.lon) == (second.lat, second.lon)


@pytest.mark.parametrize(
    ("count", "band"), [(1, (1, 10)), (9, (1, 10)), (10, (10, 50)), (499, (100, 500)), (5000, (1000, None))]
)
def test_counts_fall_into_bands(count: int, band: tuple[int, int | None]) -> None:
    assert disclosure.band(count) == band
