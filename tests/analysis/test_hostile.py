"""Nothing that a phone can send makes reading fail, lie about its evidence, or take long."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbiu.analysis import read
from mbiu.analysis.lexicon import KINDS, entries
from mbiu.analysis.reading import Reading
from mbiu.gazetteer import Gazetteer
from tests.analysis.cases import ALL, SENT

TERMS = sorted({term for kind in KINDS for _, term in entries(kind)})
NAMES = sorted({place.name for place in Gazetteer.seed()})
WORDS = st.sampled_from(
    [*TERMS, *NAMES, "3", "12", "1,500", "0722123456", ".", ",", "?", "*", "na", "and", "\n"]
)
HOSTILE = {
    "brackets": "[" * 100_000,
    "nul": "\x00 attack \x00 in Kotido",
    "surrogates": "\ud800 Kotido \udfff",
    "emoji": "😀" * 3_000,
    "digits": "9" * 5_000,
    "one long word": "a" * 100_000,
    "one word often": "killed " * 5_000,
    "numbers": "3 killed " * 2_000,
    "places": "Kasese " * 2_000,
    "gaps": "stole a b c cows " * 1_000,
    "combining": "e" + "\u0301" * 5_000,
    "zero width": "Ko\u200btido\u202e attack",
}


def check(text: str, reading: Reading) -> None:
    """Spans are real, values are of the contract's kind, and JSON can carry them there and back."""
    for item in reading.evidence:
        assert 0 <= item.start <= item.end <= len(text)
        assert text[item.start : item.end] == item.text
    assert 0 <= reading.event_confidence <= 1
    assert 0 <= reading.language_confidence <= 1
    for name in ("killed", "injured", "displaced", "abducted", "livestock"):
        value = getattr(reading, name)
        assert value is None or 0 <= value.low <= value.best <= value.high
    for place in reading.candidates:
        assert 0 < place.confidence < 1
    assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    check(text, read(text, Gazetteer.seed(), sent_at=SENT))


@given(
    st.lists(WORDS, max_size=40).map(" ".join),
    st.sampled_from([None, "UG", "KE", "XX"]),
    st.sampled_from([None, "ug-kotido", "nowhere", ""]),
    st.datetimes(timezones=st.just(UTC)),
)
@settings(max_examples=300, deadline=None)
def test_any_heap_of_known_words_can_be_read(
    text: str, country: str | None, home: str | None, sent_at: datetime
) -> None:
    check(text, read(text, Gazetteer.seed(), country=country, home=home, sent_at=sent_at))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_read_in_time(name: str) -> None:
    text = HOSTILE[name]
    begun = time.process_time()
    reading = read(text, Gazetteer.seed(), sent_at=SENT)
    assert time.process_time() - begun < 2.0
    check(text, reading)


def test_the_middle_of_a_hostile_text_is_still_understood() -> None:
    reading = read(HOSTILE["nul"], Gazetteer.seed())
    assert reading.event_type == "attack"
    assert reading.place is not None


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.text[:40])
def test_every_case_goes_to_json_and_back(case: object) -> None:
    text = str(getattr(case, "text"))  # noqa: B009
    check(text, read(text, Gazetteer.seed(), sent_at=SENT))
