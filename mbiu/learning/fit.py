"""Fit a classifier on examples. The only place where scikit-learn is loaded."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mbiu.analysis.events import Event
from mbiu.codes import EventType
from mbiu.learning import grams
from mbiu.learning.classifier import MAIN, OTHER, Learned, rules_features

#: A code is learned from so many examples of it on; with fewer it stays with the rules.
POSITIVES = 15
#: A gram is kept only if so many different people wrote it: no name that one person knows is in a model.
PEOPLE = 3
MOST_GRAMS = 20_000
STRENGTH = 8.0
CODES = tuple(code.value for code in EventType)


@dataclass(frozen=True)
class Example:
    """A text with what people decided: main type or None, others or None where nobody said.

    ``person`` is whoever wrote it; ``rules`` is what the rules alone make of it.
    """

    text: str
    person: Hashable
    main: str | None
    others: frozenset[str] | None
    rules: Event


def fit(examples: Sequence[Example]) -> Learned | None:
    """Fit one logistic regression for each code with enough examples; None if there is no such code."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    heads = _heads(examples)
    vocabulary = shared_grams(examples)
    if not heads or not vocabulary:
        return None
    texts = [one.text for one in examples]
    chosen = _telling(texts, vocabulary, [one.main or "" for one in examples])
    counter = TfidfVectorizer(analyzer=grams.grams, vocabulary=chosen, sublinear_tf=True)
    counted = counter.fit_transform(texts)
    features = hstack([counted, csr_matrix(_rules_table(examples))]).tocsr()
    fitted = [_regression(features, *_targets(examples, *head)) for head in heads]
    return Learned(
        decisions=len(examples),
        codes=CODES,
        heads=tuple(heads),
        vocabulary=tuple(chosen),
        idf=counter.idf_.astype(np.float32),
        weights=np.column_stack([one.coef_[0] for one in fitted]).astype(np.float32),
        bias=np.array([one.intercept_[0] for one in fitted], np.float32),
    )


def _heads(examples: Sequence[Example]) -> list[tuple[str, str]]:
    """The codes with enough examples for and against, as main type and as others."""
    found = []
    for kind in (MAIN, OTHER):
        for code in CODES:
            if code == EventType.UNKNOWN:
                continue
            _, targets = _targets(examples, kind, code)
            if POSITIVES <= sum(targets) <= len(targets) - POSITIVES:
                found.append((kind, code))
    return found


def _targets(examples: Sequence[Example], kind: str, code: str) -> tuple[list[int], list[bool]]:
    """Which examples say anything of a code, and whether they are of it."""
    if kind == MAIN:
        told = [(number, one.main == code) for number, one in enumerate(examples) if one.main is not None]
    else:
        told = [(number, code in one.others) for number, one in enumerate(examples) if one.others is not None]
    return [number for number, _ in told], [is_it for _, is_it in told]


def shared_grams(examples: Sequence[Example]) -> list[str]:
    """The grams that stand in texts of at least ``PEOPLE`` different persons, sorted."""
    texts: Counter[str] = Counter()
    for one in examples:
        texts.update(set(grams.grams(one.text)))
    people: dict[str, set[Hashable]] = {gram: set() for gram, number in texts.items() if number >= PEOPLE}
    texts.clear()
    for one in examples:
        for gram in people.keys() & set(grams.grams(one.text)):
            people[gram].add(one.person)
    return sorted(gram for gram, known in people.items() if len(known) >= PEOPLE)


def _telling(texts: list[str], vocabulary: list[str], mains: list[str]) -> list[str]:
    """At most ``MOST_GRAMS``, those that tell the codes apart best by chi-squared."""
    if len(vocabulary) <= MOST_GRAMS:
        return vocabulary
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.feature_selection import chi2

    counts = CountVectorizer(analyzer=grams.grams, vocabulary=vocabulary, binary=True).fit_transform(texts)
    best = np.argsort(-chi2(counts, mains)[0], kind="stable")[:MOST_GRAMS]
    return [vocabulary[number] for number in sorted(best)]


def _rules_table(examples: Sequence[Example]) -> Any:
    table = np.zeros((len(examples), 2 * len(CODES)), np.float32)
    for row, one in enumerate(examples):
        for column, value in rules_features(one.rules, CODES):
            table[row, column] = value
    return table


def _regression(features: Any, rows: list[int], targets: list[bool]) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=200, random_state=0)
    return model.fit(features[rows], targets)


def counts(examples: Sequence[Example]) -> dict[str, int]:
    """How many examples each main type has."""
    return dict(Counter(one.main for one in examples if one.main is not None).most_common())
