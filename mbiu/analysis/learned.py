"""What a centre's own decisions say of a text, weighed against the rules.

The classifier's weight is n / (n + 200) after n decisions, the rest is the rules'. It never silences them:
what the rules take for an event stays one, and keeps a type.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from mbiu.analysis.events import UNKNOWN_BELOW, Event
from mbiu.analysis.reading import Evidence

#: After so many decisions the classifier counts as much as the rules.
EQUAL_AT = 200
OTHER_FROM = 0.5
NONE_FROM = 0.8
MOST = 0.95
UNKNOWN, NONE = "unknown", "none"


@dataclass(frozen=True)
class Scores:
    """Probabilities (0 to 1) by code: that it is the main type, that it is one of the others."""

    main: Mapping[str, float]
    others: Mapping[str, float]


class Classifier(Protocol):
    """Something that has learned from decisions. Only codes of which it has seen enough are scored."""

    @property
    def decisions(self) -> int:
        """How many decisions it has learned from."""

    def scores(self, text: str, rules: Event) -> Scores:
        """What it makes of a text, given what the rules say of it."""

    def reason(self, text: str, code: str) -> tuple[int, int]:
        """Start and end (code points) of the word that speaks most for ``code`` as the main type."""


def weight(decisions: int) -> float:
    """How much the classifier counts, 0 to 1."""
    return decisions / (decisions + EQUAL_AT)


def combine(text: str, rules: Event, classifier: Classifier) -> Event:
    """The rules' event and the classifier's as one."""
    learned, share = classifier.scores(text, rules), weight(classifier.decisions)
    ranks = _ranks(rules, learned, share)
    main = max(ranks, key=lambda code: ranks[code], default=UNKNOWN)
    if ranks.get(main, 0.0) < UNKNOWN_BELOW:
        main = rules.type
    if main == UNKNOWN:
        return rules
    others = _others(rules, learned, share, main)
    evidence = _retold(rules, main, others)
    if main in learned.main:
        why = f"learned from {classifier.decisions} decisions (weight {share:.2f}): {learned.main[main]:.2f}"
        start, end = classifier.reason(text, main)
        evidence = (*evidence, Evidence("event_type", main, start, end, text[start:end], why))
    return Event(main, round(min(MOST, ranks[main]), 2), others, evidence)


def _ranks(rules: Event, learned: Scores, share: float) -> dict[str, float]:
    """The blended confidence of each code; one that the classifier does not know stays with the rules."""
    prior = {} if rules.type == UNKNOWN else {rules.type: rules.confidence}
    ranks = {code: share * score + (1 - share) * prior.get(code, 0.0) for code, score in learned.main.items()}
    ranks = prior | ranks
    if rules.type != NONE and (rules.type != UNKNOWN or ranks.get(NONE, 0.0) < NONE_FROM):
        ranks.pop(NONE, None)
    return ranks


def _others(rules: Event, learned: Scores, share: float, main: str) -> tuple[str, ...]:
    """Other types: what either knows, if both together find it more likely than not."""
    prior = dict.fromkeys(rules.others, 1.0)
    if rules.type not in (main, UNKNOWN, NONE):
        prior = {rules.type: 1.0} | prior
    blended = prior | {
        code: share * score + (1 - share) * prior.get(code, 0.0) for code, score in learned.others.items()
    }
    if main == NONE:
        return ()
    return tuple(code for code, score in blended.items() if score >= OTHER_FROM and code != main)


def _retold(rules: Event, main: str, others: tuple[str, ...]) -> tuple[Evidence, ...]:
    """The rules' evidence, for the field in which its type now stands; without that of dropped types."""
    told = []
    for item in rules.evidence:
        if item.field not in ("event_type", "other_types"):
            told.append(item)
        elif item.value == main:
            told.append(replace(item, field="event_type"))
        elif item.value in others:
            told.append(replace(item, field="other_types"))
    return tuple(told)
