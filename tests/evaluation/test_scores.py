"""The figures agree with scikit-learn's and with sums done by hand."""

import random

import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from mbiu.evaluation import scores


def pairs(seed: int, codes: str = "abcde") -> list[tuple[str, str]]:
    chance = random.Random(seed)
    return [
        (true := chance.choice(codes), true if chance.random() < 0.6 else chance.choice(codes))
        for _ in range(200)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_scores_of_codes_are_those_of_scikit_learn(seed: int) -> None:
    told = pairs(seed)
    true, found = [one for one, _ in told], [one for _, one in told]
    mine = scores.codes(told)
    assert mine["accuracy"] == pytest.approx(accuracy_score(true, found), abs=1e-4)
    assert mine["macro_f1"] == pytest.approx(f1_score(true, found, average="macro"), abs=1e-3)
    theirs = precision_recall_fscore_support(true, found, labels=sorted("abcde"))
    for index, code in enumerate(sorted("abcde")):
        row = mine["by_code"][code]
        assert (row["precision"], row["recall"], row["f1"], row["n"]) == pytest.approx(
            [float(figures[index]) for figures in theirs], abs=1e-4
        )


def test_a_code_that_was_only_read_does_not_enter_the_mean() -> None:
    mine = scores.codes([("a", "a"), ("a", "b")])
    assert mine["macro_f1"] == mine["by_code"]["a"]["f1"] == 0.6667
    assert mine["by_code"]["b"] == {"precision": 0.0, "recall": None, "f1": 0.0, "n": 0}


def test_abstaining_lowers_recall_and_no_codes_precision() -> None:
    mine = scores.codes([("a", "a"), ("a", "unknown"), ("b", "b"), ("unknown", "unknown")])
    assert mine["by_code"]["a"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "n": 2}
    assert (mine["answered"], mine["accuracy_answered"]) == (0.5, 1.0)


def test_sets_are_counted_value_by_value() -> None:
    mine = scores.sets([({"a", "b"}, {"a"}), ({"c"}, {"c", "d"}), (set(), set())])
    assert (mine["precision"], mine["recall"], mine["values"]) == (0.6667, 0.6667, 3)
    assert (mine["n"], mine["accuracy"]) == (3, 0.3333)


def test_coverage_is_of_all_and_accuracy_of_the_answers() -> None:
    rows = scores.coverage([(0.9, True), (0.6, False), (0.6, True)], (0.0, 0.7, 0.95), whole=4)
    assert rows == [
        {"from": 0.0, "coverage": 0.75, "accuracy": 0.6667},
        {"from": 0.7, "coverage": 0.25, "accuracy": 1.0},
        {"from": 0.95, "coverage": 0.0, "accuracy": None},
    ]


def test_the_confusion_counts_what_was_read_for_what() -> None:
    told = [("a", "b"), ("a", "b"), ("a", "a"), ("b", "b")]
    assert scores.confusion(told) == {"a": {"b": 2, "a": 1}, "b": {"b": 1}}
