"""Joining reports from the desk: what is proposed and why, one key to join, one button to undo."""

import re

from tests import cast
from tests.review.conftest import Browser

FIRST = "Raiders attacked Panyangara in Kotido last night, 3 people killed and 40 cows taken"
SAME = "Last night gunmen came to Panyangara, Kotido. Three dead, about 40 head of cattle driven away"
PERHAPS = "Shooting was heard around Kotido at night, people say animals were taken"


def _pair() -> tuple[str, str, str]:
    """Two incidents of which the machine thinks they may be one, and the later report."""
    first = cast.incident_of(cast.tell(FIRST)).ref
    report = cast.tell(PERHAPS, cast.JOSEPH)
    return first, cast.incident_of(report).ref, report


def test_a_join_by_the_machine_is_told_with_its_reasons_and_undone(ruth: Browser) -> None:
    first = cast.tell(FIRST)
    ref, second = cast.incident_of(first).ref, cast.tell(SAME, cast.JOSEPH)
    assert cast.incident_of(second).ref == ref
    page = ruth.get(f"/incidents/{ref}").text
    assert re.search(r"joined by the machine, \d+ % the same event: [^<]+", page)
    page = ruth.post(f"/incidents/{ref}/undo", report=second).text
    assert f"{second} is out again" in page
    assert cast.incident_of(second).ref != ref
    assert cast.incident(ref).reports == 1


def test_a_proposal_is_shown_with_its_reasons_and_joined(ruth: Browser) -> None:
    first, second, report = _pair()
    assert first != second
    page = ruth.get(f"/incidents/{first}").text
    assert "Is it the same event?" in page
    assert second in page
    page = ruth.post(f"/incidents/{first}/join", report=report, into=first).text
    assert f"{report} is now part of {first}" in page
    assert cast.incident(first).reports == 2
    assert cast.incident(second).state == "merged"
    assert "joined by ruth" in page


def test_what_a_person_kept_apart_is_not_proposed_again(ruth: Browser) -> None:
    first, _, report = _pair()
    assert "stay apart" in ruth.post(f"/incidents/{first}/apart", report=report, into=first).text
    assert "Is it the same event?" not in ruth.get(f"/incidents/{first}").text


def test_nonsense_joins_nothing(ruth: Browser) -> None:
    first, _, report = _pair()
    ruth.post(f"/incidents/{first}/join", report="R00000", into="")
    ruth.post(f"/incidents/{first}/undo", report=report)
    assert cast.incident(first).reports == 1
