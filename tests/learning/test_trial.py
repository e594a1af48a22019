"""A classifier is kept only where it is better than the rules."""

import random
from dataclasses import replace

import pytest

from mbiu.analysis.events import Event
from mbiu.learning import trial
from mbiu.learning.fit import Example, fit
from tests.learning.centre import Centre
from tests.learning.test_combine import Said


def tried(examples: list[Example]) -> trial.Verdict:
    older, newest = trial.split(examples, list(range(len(examples))))
    learned = fit(older)
    assert learned is not None
    return trial.compare(learned, newest)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_words_of_a_centre_make_reading_better(seed: int) -> None:
    verdict = tried(Centre(seed=seed).examples(400))
    assert verdict.main
    figures = verdict.figures
    assert figures["learned"]["macro_f1"] > figures["rules"]["macro_f1"] + 0.2
    assert figures["tested"] == 80


@pytest.mark.parametrize("seed", [1, 2])
def test_decisions_without_sense_teach_nothing(seed: int) -> None:
    centre, chance = Centre(seed=seed, plain_share=0.8), random.Random(seed)
    examples = centre.examples(400)
    mixed = chance.sample([one.main for one in examples[:320]], 320)
    shuffled = [replace(one, main=main) for one, main in zip(examples, mixed, strict=False)]
    verdict = tried(shuffled + examples[320:])
    assert not verdict.main
    assert verdict.why


def test_the_newest_are_tried_and_events_of_the_older_left_out() -> None:
    examples = Centre(seed=5).examples(20)
    older, newest = trial.split(examples, [*range(16), 15, 16, 17, 18])
    assert older == examples[:16]
    assert newest == examples[17:]


def example(main: str, rules: str) -> Example:
    return Example("x", 1, main, None, Event(rules, 0.5, (), ()))


def test_a_gain_that_may_be_chance_is_none() -> None:
    newest = [example("peace", "peace")] * 4 + [example("threat", "dispute")]
    verdict = trial.compare(Said({"threat": 0.0}), newest)
    assert (verdict.main, verdict.why) == (False, "it is not better than the rules")
    chance = random.Random(1)
    unsure = [example(chance.choice(("peace", "dispute")), "peace") for _ in range(12)]
    assert trial.compare(Said({"dispute": 0.9}), [*unsure, example("dispute", "peace")]).main is False


def test_violence_must_not_be_overlooked_for_a_better_mean() -> None:
    newest = [example("attack", "attack")] * 2 + [example("attack", "unknown")] * 3
    newest += [example("peace", "unknown")] * 60
    verdict = trial.compare(Said({"peace": 0.95, "attack": 0.0}), newest)
    assert verdict.figures["learned"]["accuracy"] > verdict.figures["rules"]["accuracy"]
    assert (verdict.main, verdict.why) == (False, "it overlooks violence that the rules see")
    assert verdict.figures["violent"]["told"] == 5


def test_without_newer_decisions_there_is_no_verdict() -> None:
    assert trial.compare(Said({}), []).why == "no newer decision to try it on"


def test_other_types_are_learned_where_people_named_them() -> None:
    centre = Centre(seed=6)
    burning = centre.word()
    examples = []
    for one in centre.examples(400):
        burns = centre.chance.random() < 0.4
        text = f"{one.text} {burning}" if burns else one.text
        examples.append(replace(one, text=text, others=frozenset({"destruction"} if burns else ())))
    verdict = tried(examples)
    assert (verdict.main, verdict.others) == (True, True)
    others = verdict.figures["others"]
    assert others["learned"] > (others["rules"] or 0.0) + 0.4
