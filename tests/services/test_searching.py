"""Searching by words that are sealed: what is found, what is not, and what the index gives away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from mbiu import leaving, searching
from mbiu.db import transaction
from mbiu.models import ReportTerms, utcnow
from mbiu.settings import Settings
from tests import cast

QUARREL = "Land dispute between two clans in Bwera, Kasese, elders are talking to them"
GREETING = "Good morning, only a test of the telephone"


def _find(asked: str, scope: str | None = None) -> searching.Found:
    with transaction(scope=scope) as session:
        return searching.find(session, asked)


@pytest.fixture
def told(settings: Settings) -> tuple[str, str]:
    """A raid in Kween and a quarrel in Bwera; the references of their reports."""
    return cast.tell(cast.RAID), cast.tell(QUARREL, cast.JOSEPH)


@pytest.mark.parametrize(
    "asked", ["cows", "COW", "raids", "raiders Kween", "kwéén cattle", "kill", "killing", "cattle 40"]
)
def test_words_find_a_report_in_any_form(told: tuple[str, str], asked: str) -> None:
    assert _find(asked).incidents == (cast.incident_of(told[0]).id,)


@pytest.mark.parametrize("asked", ["cows dispute", "cowboys", "xyzzy", "the and", "", "%", "🙂" * 300])
def test_what_nobody_said_finds_nothing(told: tuple[str, str], asked: str) -> None:
    assert not _find(asked)


def test_swahili_is_found_by_its_stems(settings: Settings) -> None:
    ref = cast.tell("Watu watatu wameuawa huko Kween na ng'ombe kuibiwa")
    for asked in ("waliuawa", "ngombe", "NG’OMBE", "kween uawa"):
        assert _find(asked).incidents == (cast.incident_of(ref).id,), asked


def test_references_code_names_and_areas_find_too(told: tuple[str, str]) -> None:
    raid, quarrel = (cast.incident_of(ref) for ref in told)
    for asked in (raid.ref, raid.ref.lower(), told[0], cast.contact_of(cast.AMINA).code.lower()):
        assert _find(asked).incidents == (raid.id,), asked
    assert _find("kasese").incidents == (quarrel.id,)
    assert _find("Western dispute").incidents == (quarrel.id,)
    assert set(_find("Uganda").incidents) == {raid.id, quarrel.id}


def test_an_area_spelt_nearly_so_is_found(told: tuple[str, str]) -> None:
    assert _find("Kassese").incidents == (cast.incident_of(told[1]).id,)


def test_messages_of_no_incident_are_found(settings: Settings) -> None:
    report = cast.report_of(cast.tell(GREETING))
    assert _find("telephone test").messages == (report.id,)


def test_another_area_finds_nothing(told: tuple[str, str]) -> None:
    for asked in ("cattle", told[0], "Kween", cast.contact_of(cast.AMINA).code):
        assert not _find(asked, scope="/ke/"), asked
    assert _find("cattle", scope="/ug/")


def test_two_words_of_one_digest_never_show_as_one(told: tuple[str, str]) -> None:
    """Every report carries the digests of a word that none of them holds."""
    with transaction() as session:
        for row in session.scalars(select(ReportTerms)):
            row.terms = sorted({*row.terms, *searching.terms("volcano")})
    assert not _find("volcano")


def test_numbers_to_call_are_not_noted() -> None:
    assert searching.terms("0772000101 256772000101") == []


def test_erased_words_are_forgotten(told: tuple[str, str]) -> None:
    gone = cast.contact_of(cast.AMINA)
    with transaction() as session:
        leaving.delete(session, gone.id, utcnow())
    assert not _find("cattle")
    assert cast.count(ReportTerms) == 1


@given(st.text(max_size=300))
def test_any_text_has_few_small_digests_without_order(text: str) -> None:
    found = searching.terms(text)
    assert found == sorted(set(found))
    assert all(0 <= one < 2**20 for one in found)
    assert len(found) <= 600
