"""What several tellings are worth together, and why."""

import itertools
from uuid import UUID

import pytest

from mbiu.codes import RumourVerdict, Verdict
from mbiu.corroboration import Voice, explain
from mbiu.rumours import REDUCED

_numbers = itertools.count(1)


def voice(note: str = "", **more: str) -> Voice:
    number = next(_numbers)
    return Voice(f"R{number}", f"UG-{number}", note, UUID(int=number), **more)


def test_five_phones_with_one_text_are_one_source() -> None:
    found = explain([voice(), *(voice("copy") for _ in range(4))])
    assert (found.sources, len(found.others)) == (1, 4)
    assert (found.information, found.reason) == (6, "one_unknown")
    assert "second_source" in found.stronger


@pytest.mark.parametrize(
    ("bond", "why"),
    [({"organisation": "red cross"}, "organisation"), ({"circle": "bwera/catholic"}, "community")],
)
def test_people_of_one_house_are_one_source(bond: dict[str, str], why: str) -> None:
    found = explain([voice(**bond), voice(**bond), voice()])
    assert [bunch.why for bunch in found.bunches] == [why, ""]
    assert (found.sources, found.information) == (2, 2)


def test_three_sources_confirm_unless_their_numbers_are_far_apart() -> None:
    three = [voice(), voice(), voice()]
    assert explain(three).information == 1
    apart = {"killed": {"low": 2, "best": 2, "high": 30}}
    found = explain(three, numbers=apart)
    assert (found.information, found.reason) == (2, "numbers_apart")
    near = {"killed": {"low": 8, "best": 9, "high": 10}}
    assert explain(three, numbers=near).information == 1


def test_one_voice_counts_by_its_record() -> None:
    assert explain([voice(grade="B")]).information == 3
    assert explain([voice(grade="D")]).information == 6


@pytest.mark.parametrize(
    ("notes", "reason"),
    [
        (("hearsay", "forwarded"), "second_hand"),
        (("duress",), "in_doubt"),
        (("unconfirmed",), "in_doubt"),
        (("withdrawn",), "nobody"),
        ((), "nobody"),
    ],
)
def test_where_nobody_speaks_for_themselves_nothing_is_judged(notes: tuple[str, ...], reason: str) -> None:
    found = explain([voice(note) for note in notes])
    assert (found.sources, found.information, found.reason) == (0, 6, reason)
    assert "eyewitness" in found.stronger


def test_what_is_missing_would_make_it_stronger() -> None:
    found = explain([voice("unconfirmed"), voice()], missing=["place", "when"], pictured=True)
    assert found.stronger == ("second_source", "call_back", "place", "when")


def test_each_of_the_nine_verdicts_means_one_of_three() -> None:
    assert set(REDUCED) == set(RumourVerdict)
    assert {one.verdict for one in REDUCED.values()} == {
        Verdict.VERIFIED,
        Verdict.REFUTED,
        Verdict.UNVERIFIABLE,
    }
    credible = {code for code, one in REDUCED.items() if one.information <= 2}
    assert credible == {code for code, one in REDUCED.items() if one.verdict is Verdict.VERIFIED}
    assert REDUCED[RumourVerdict.UNPROVEN].information == 6
