"""Near-identical texts are near, others far."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.analysis.similarity import fingerprint, similarity

REPORT = "Raiders attacked Rengen at dawn and took forty cows, two herders are dead"


@pytest.mark.parametrize(
    "other", [REPORT.upper(), REPORT + "!!!", "Fwd: " + REPORT, REPORT.replace("attacked", "atacked")]
)
def test_a_forwarded_text_is_near(other: str) -> None:
    assert similarity(REPORT, other) > 0.85


@pytest.mark.parametrize(
    "other",
    [
        "Youth burnt three shops in Molo town this evening",
        "Wezi wa mifugo wameiba ng'ombe arobaini Rengen",
        "",
    ],
)
def test_another_report_is_far(other: str) -> None:
    assert similarity(REPORT, other) < 0.6


@given(st.text(), st.text())
def test_likeness_is_a_share_and_the_same_both_ways(a: str, b: str) -> None:
    assert 0.0 <= similarity(a, b) <= 1.0
    assert similarity(a, b) == pytest.approx(similarity(b, a))


def test_a_fingerprint_forgets_case_and_marks() -> None:
    assert fingerprint("Help, KOTIDO!") == fingerprint("help kotido")
    assert fingerprint("help kotido") != fingerprint("help moroto")
    assert fingerprint("...") == ""
