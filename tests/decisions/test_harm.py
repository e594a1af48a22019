"""When word about a report could hurt its sender."""

import datetime as dt
from dataclasses import replace

import pytest

from mbiu.codes import Wish
from mbiu.feedback.harm import Case, why_not

SAFE = Case()


def test_a_known_sender_at_the_own_phone_may_be_told() -> None:
    assert why_not(SAFE) == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"silent": True}, "silent"),
        ({"duress": True}, "duress"),
        ({"unconfirmed": True}, "unconfirmed"),
        ({"withdrawn": True}, "withdrawn"),
        ({"types": frozenset({"attack", "sexual_violence"})}, "survivor"),
        ({"own": False}, "borrowed"),
        ({"stopped": True}, "stopped"),
        ({"blocked": True}, "blocked"),
        ({"wish": Wish.PULL}, "wish"),
        ({"wish": Wish.NEVER}, "wish"),
        ({"age": dt.timedelta(days=91)}, "old"),
    ],
)
def test_one_doubt_is_enough_for_silence(change: dict[str, object], reason: str) -> None:
    assert why_not(replace(SAFE, **change)) == reason  # type: ignore[arg-type]


def test_other_events_and_young_reports_are_no_doubt() -> None:
    assert why_not(replace(SAFE, types=frozenset({"attack", "crime"}), age=dt.timedelta(days=89))) == ""
