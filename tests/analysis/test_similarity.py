"""Copies are near and known as copies; other tellings are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.analysis.similarity import Text, compare_texts, fingerprint

REPORT = "Raiders attacked Rengen at dawn and took forty cows, two herders are dead"


def alike(a: str, b: str) -> tuple[float, bool, bool]:
    found = compare_texts(Text.of(a), Text.of(b))
    return found.likeness, found.same_phrases, found.copy


@pytest.mark.parametrize(
    "other", [REPORT.upper(), REPORT + "!!!", "Fwd: " + REPORT, REPORT.replace("attacked", "atacked")]
)
def test_a_forwarded_text_is_a_copy(other: str) -> None:
    share, same_phrases, copy = alike(REPORT, other)
    assert share > 0.85
    assert (same_phrases, copy) == (True, True)


@pytest.mark.parametrize(
    "other",
    [
        "Youth burnt three shops in Molo town this evening",
        "Wezi wa mifugo wameiba ng'ombe arobaini Rengen",
        "",
    ],
)
def test_another_report_is_far(other: str) -> None:
    share, same_phrases, copy = alike(REPORT, other)
    assert share < 0.3
    assert (same_phrases, copy) == (False, False)


def test_another_telling_of_the_event_is_no_copy() -> None:
    other = "At dawn there was a raid on Rengen: forty cows are gone and two herders were killed"
    share, same_phrases, _ = alike(REPORT, other)
    assert 0.3 < share < 0.85
    assert not same_phrases


def test_the_same_phrases_with_other_figures_are_no_copy() -> None:
    told = "Raiders attacked Rengen at dawn and took {} cows, two herders are dead"
    assert alike(told.format(40), told.format(60))[1:] == (True, False)
    assert alike(told.format(40), told.format(40) + " call 0772000101")[1:] == (True, True)


def test_short_texts_are_copies_only_word_for_word() -> None:
    assert alike("fighting here send help", "Fighting here, send HELP!")[2]
    assert not alike("fighting here send help", "fighting there send help")[2]


def test_the_same_words_in_another_order_are_alike_and_no_copy() -> None:
    share, same_phrases, _ = alike(
        "three men shot near the market of Abyei by night", "by night near the market of Abyei three men shot"
    )
    assert share > 0.7
    assert not same_phrases


@given(st.text(), st.text())
def test_likeness_is_a_share_and_the_same_both_ways(a: str, b: str) -> None:
    one, other = Text.of(a), Text.of(b)
    assert 0.0 <= compare_texts(one, other).likeness <= 1.0
    assert compare_texts(one, other) == compare_texts(other, one)


def test_a_fingerprint_forgets_case_and_marks() -> None:
    assert fingerprint("Help, KOTIDO!") == fingerprint("help kotido")
    assert fingerprint("help kotido") != fingerprint("help moroto")
    assert fingerprint("...") == ""
