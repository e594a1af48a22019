"""Is a classifier better than the rules alone? Tried on the newest decisions, which it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mbiu.analysis.learned import Classifier, combine
from mbiu.analysis.tables import rows
from mbiu.evaluation import scores
from mbiu.learning.fit import Example

#: The newest part of the decisions is kept for the trial.
NEWEST = 0.2
RESAMPLES = 1000
#: The gain must hold in so many of the resamples (Efron 1979) to be no noise.
SURE = 0.9


@dataclass(frozen=True)
class Verdict:
    """What came of a trial: whether the main types and the others are better than by the rules, and why."""

    main: bool
    others: bool
    why: str
    figures: dict[str, Any]


def split(examples: Sequence[Example], groups: Sequence[object]) -> tuple[list[Example], list[Example]]:
    """The older and the newest examples of a list in the order of time.

    ``groups`` names each example's event; what tells of an event of the older part is left out of the newest,
    because its words would be known.
    """
    cut = len(examples) - round(len(examples) * NEWEST)
    known = set(groups[:cut])
    newest = [one for one, group in zip(examples[cut:], groups[cut:], strict=True) if group not in known]
    return list(examples[:cut]), newest


def compare(classifier: Classifier, newest: Sequence[Example]) -> Verdict:
    """Judge the classifier, combined with the rules, on examples that it was not fitted on."""
    told = [one for one in newest if one.main is not None]
    both = [combine(one.text, one.rules, classifier) for one in told]
    true = [str(one.main) for one in told]
    rules, learned = [one.rules.type for one in told], [event.type for event in both]
    better, worse = _shares(true, rules, learned)
    violent = _violent_recall(true, rules, learned)
    before, after = (scores.codes(list(zip(true, read, strict=True))) for read in (rules, learned))
    others, figures = _others(newest, classifier)
    reason = _against(before["macro_f1"], after["macro_f1"], better, violent)
    figures |= {
        "tested": len(told),
        "rules": _short(before),
        "learned": _short(after),
        "better_in_resamples": better,
        "worse_in_resamples": worse,
        "violent": violent,
    }
    return Verdict(not reason, others and not reason, reason or "better than the rules", figures)


def is_outlived(verdict: Verdict) -> bool:
    """Whether the rules alone have become better, or see violence that the classifier overlooks."""
    violent = verdict.figures["violent"]
    overlooks = violent["learned"]["seen"] < violent["rules"]["seen"]
    return bool(overlooks or verdict.figures["worse_in_resamples"] >= SURE)


def _short(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: figures[name] for name in ("macro_f1", "accuracy", "by_code")}


def _against(before: float | None, after: float | None, share: float, violent: dict[str, Any]) -> str:
    """Why the classifier is not to be used; empty if nothing speaks against it."""
    if before is None or after is None:
        return "no newer decision to try it on"
    if after <= before:
        return "it is not better than the rules"
    if share < SURE:
        return "its gain may be chance"
    if any(violent["learned"][how] < violent["rules"][how] for how in ("seen", "exact")):
        return "it overlooks violence that the rules see"
    return ""


def _violent_recall(true: list[str], rules: list[str], learned: list[str]) -> dict[str, Any]:
    """How many texts tell of violence; how many of them each read as some violence, and exactly."""
    violent = {row["code"] for row in rows("types") if row["violent"] == "1"}
    told = [number for number, code in enumerate(true) if code in violent]

    def recall(read: list[str]) -> dict[str, int]:
        seen = sum(read[number] in violent for number in told)
        return {"seen": seen, "exact": sum(read[number] == true[number] for number in told)}

    return {"told": len(told), "rules": recall(rules), "learned": recall(learned)}


def _shares(true: list[str], rules: list[str], learned: list[str]) -> tuple[float, float]:
    """In what share of resamples of the trial the classifier's macro-F1 is above and below the rules'."""
    codes = sorted({*true, *rules, *learned})
    numbers = [np.array([codes.index(code) for code in read], np.intp) for read in (true, rules, learned)]
    chance = np.random.default_rng(0)
    better = worse = 0
    for _ in range(RESAMPLES if true else 0):
        drawn = chance.integers(0, len(true), len(true))
        told, by_rules, by_learning = (read[drawn] for read in numbers)
        gain = _macro_f1(told, by_learning, len(codes)) - _macro_f1(told, by_rules, len(codes))
        better, worse = better + (gain > 0), worse + (gain < 0)
    return better / RESAMPLES, worse / RESAMPLES


def _macro_f1(true: Any, read: Any, codes: int) -> float:
    """The mean F1 over the codes that occur among the true ones."""
    right = np.bincount(true[true == read], minlength=codes)
    wanted, found = np.bincount(true, minlength=codes), np.bincount(read, minlength=codes)
    kept = wanted > 0
    return float((2 * right[kept] / (wanted[kept] + found[kept])).mean())


def _others(newest: Sequence[Example], classifier: Classifier) -> tuple[bool, dict[str, Any]]:
    """Whether the other types are read better than by the rules, with both scores."""
    told = [one for one in newest if one.others is not None]
    both = [combine(one.text, one.rules, classifier) for one in told]
    rules = scores.sets([(one.others or (), one.rules.others) for one in told])
    learned = scores.sets([(one.others or (), event.others) for one, event in zip(told, both, strict=True)])
    better = (learned["f1"] or 0.0) > (rules["f1"] or 0.0)
    return better, {"others": {"rules": rules["f1"], "learned": learned["f1"], "tested": len(told)}}
