"""How well messages are read that no rule was tuned on. The table is printed at the end of the run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mbiu.evaluation import judging, labelled, measure, table
from mbiu.gazetteer import best

HERE = Path(__file__).parent

#: Figure of a field -> the least that is accepted.
FLOORS = {
    ("language", "accuracy_long"): 0.98,
    ("event_type", "macro_f1"): 0.80,
    ("event_type", "accuracy"): 0.81,
    ("place", "district"): 0.87,
    ("killed", "accuracy"): 0.96,
    ("injured", "accuracy"): 0.93,
    ("when", "exact"): 0.92,
}
#: Figure of a field -> the most that is accepted.
CEILINGS = {
    ("place", "invented"): 0,
}


@pytest.fixture(scope="module")
def held_out() -> dict[str, Any]:
    messages = labelled.read_files(sorted(HERE.glob("held_out_*.jsonl")))
    file = best.built_file()
    places = best.gazetteer(file if file.is_file() else None)
    return measure.measure(judging.cases(messages, places), places)


def test_messages_that_no_rule_was_tuned_on_are_read_as_well_as_before(
    held_out: dict[str, Any], record_property: Callable[[str, object], None]
) -> None:
    record_property("table", "Reading of the held-out messages\n\n" + "\n".join(table.lines(held_out)))
    scores = {(field, figure): held_out["fields"][field][figure] for field, figure in FLOORS | CEILINGS}
    low = {name: (scores[name], floor) for name, floor in FLOORS.items() if scores[name] < floor}
    high = {name: (scores[name], most) for name, most in CEILINGS.items() if scores[name] > most}
    assert low | high == {}


@pytest.mark.parametrize("part", ["dev", "held_out"])
def test_the_labelled_messages_are_many_and_of_many_kinds(part: str) -> None:
    messages = labelled.read_files(sorted(HERE.glob(f"{part}_*.jsonl")))
    assert len(messages) >= 150
    languages = {code for one in messages for code in one.expect.get("language", ())}
    types = {code for one in messages for code in one.expect.get("event_type", ())}
    assert {"en", "sw", "lg", "fr", "ar"} <= languages
    assert len(types) >= 15


def test_no_message_stands_in_both_halves() -> None:
    halves = [
        {one.text for one in labelled.read_files(sorted(HERE.glob(f"{part}_*.jsonl")))}
        for part in ("dev", "held_out")
    ]
    assert halves[0] & halves[1] == set()
