"""Whole messages, read from end to end with the seed gazetteer."""

import pytest

from mbiu.analysis import read
from mbiu.analysis.reading import Reading
from mbiu.gazetteer import Gazetteer
from tests.analysis.cases import ALL, SENT, Case

COUNTED = ("killed", "injured", "displaced", "abducted", "livestock")


def reading_of(case: Case) -> Reading:
    return read(case.text, Gazetteer.seed(), sent_at=SENT, country=case.country)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.text[:50])
class TestAMessage:
    def test_has_the_type_that_it_tells_of(self, case: Case) -> None:
        reading = reading_of(case)
        assert case.type in (None, reading.event_type)
        assert case.others <= set(reading.other_types)

    def test_has_the_place_that_it_names(self, case: Case) -> None:
        reading = reading_of(case)
        if case.place != "":
            assert (reading.place.place_id if reading.place else None) == case.place
        if case.precision and reading.place:
            assert reading.place.precision == case.precision

    def test_has_the_numbers_that_it_gives(self, case: Case) -> None:
        reading = reading_of(case)
        got = {name: getattr(reading, name) for name in case.numbers}
        assert {n: (r.low, r.best, r.high) if r else None for n, r in got.items()} == case.numbers

    def test_has_the_day_that_it_means(self, case: Case) -> None:
        reading = reading_of(case)
        if case.day != "":
            assert (reading.when.start.date().isoformat() if reading.when else None) == case.day

    def test_is_as_grave_and_urgent_as_it_says(self, case: Case) -> None:
        reading = reading_of(case)
        assert case.severity in (None, reading.severity)
        assert case.urgency in (None, reading.urgency)

    def test_shows_its_evidence_in_the_text(self, case: Case) -> None:
        reading = reading_of(case)
        for item in reading.evidence:
            assert case.text[item.start : item.end] == item.text
            assert item.why
