"""How the rules and what was learned become one event."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu import analysis
from mbiu.analysis.events import Event
from mbiu.analysis.learned import Scores, combine, weight
from mbiu.analysis.reading import Evidence
from mbiu.codes import EventType
from mbiu.gazetteer import Gazetteer

TEXT = "Kolofia huko Bwera, watu wamekimbia"
SEEN = Evidence("event_type", "displacement", 20, 35, "watu wamekimbia", "a word of displacement")
RULES = Event("displacement", 0.6, ("rumour",), (SEEN,))
UNKNOWN = Event("unknown", 0.0, (), ())


@dataclass(frozen=True)
class Said:
    """A classifier that always says the same."""

    main: Mapping[str, float]
    others: Mapping[str, float] = field(default_factory=dict)
    decisions: int = 600

    def scores(self, _text: str, _rules: Event) -> Scores:
        return Scores(self.main, self.others)

    def reason(self, _text: str, _code: str) -> tuple[int, int]:
        return (0, 7)


def test_the_weight_grows_with_the_decisions() -> None:
    assert [weight(count) for count in (0, 200, 600)] == [0.0, 0.5, 0.75]


def test_a_text_that_the_rules_do_not_know_gets_the_learned_type_and_says_why() -> None:
    found = combine(TEXT, UNKNOWN, Said({"attack": 0.8, "threat": 0.1}))
    assert (found.type, found.confidence) == ("attack", 0.6)
    (seen,) = found.evidence
    assert (seen.field, seen.value, seen.text) == ("event_type", "attack", "Kolofia")
    assert "learned from 600 decisions (weight 0.75)" in seen.why


def test_both_are_blended_by_weight() -> None:
    found = combine(TEXT, RULES, Said({"displacement": 0.8}))
    assert (found.type, found.confidence) == ("displacement", 0.75)
    assert found.evidence[0] == SEEN


def test_a_type_the_rules_gave_up_stays_among_the_others_with_its_evidence() -> None:
    found = combine(TEXT, RULES, Said({"attack": 0.9, "displacement": 0.05}))
    assert (found.type, found.others) == ("attack", ("displacement", "rumour"))
    assert [(seen.field, seen.value) for seen in found.evidence] == [
        ("other_types", "displacement"), ("event_type", "attack"),
    ]  # fmt: skip


def test_other_types_are_learned_too() -> None:
    found = combine(TEXT, RULES, Said({"displacement": 0.9}, {"rumour": 0.1, "attack": 0.9, "threat": 0.4}))
    assert found.others == ("attack",)


def test_a_type_that_was_not_learned_is_left_to_the_rules() -> None:
    rare = Event("sexual_violence", 0.7, (), ())
    assert combine(TEXT, rare, Said({"attack": 0.8})).type == "sexual_violence"


@pytest.mark.parametrize("sure", [0.05, 0.3])
def test_learning_never_makes_the_rules_silent(sure: float) -> None:
    weak = Event("attack", 0.4, (), ())
    assert combine(TEXT, weak, Said({"attack": sure, "threat": sure / 2})).type == "attack"


def test_what_the_rules_take_for_an_event_is_never_learned_away() -> None:
    found = combine(TEXT, RULES, Said({"none": 0.99, "displacement": 0.01}, decisions=100_000))
    assert found.type == "displacement"


CHANCES = st.dictionaries(st.sampled_from(list(EventType)), st.floats(0, 1))


@given(
    main=CHANCES,
    others=CHANCES,
    decisions=st.integers(0, 100_000),
    code=st.sampled_from([code for code in EventType if code not in ("none", "unknown")]),
    sure=st.floats(0.35, 0.95),
)
def test_whatever_was_learned_an_event_of_the_rules_stays_an_event(
    main: dict[str, float], others: dict[str, float], decisions: int, code: str, sure: float
) -> None:
    rules = Event(code, sure, (), (replace(SEEN, value=code),))
    main.pop(EventType.UNKNOWN, None)
    found = combine(TEXT, rules, Said(main, others, decisions))
    assert found.type not in ("none", "unknown")
    assert 0 <= found.confidence <= 1
    assert found.type not in found.others
    assert {seen.value for seen in found.evidence if seen.field == "event_type"} <= {found.type}


def test_nothing_is_reported_only_if_that_is_nearly_certain() -> None:
    assert combine(TEXT, UNKNOWN, Said({"none": 0.9}, decisions=600)).type == "unknown"
    assert combine(TEXT, UNKNOWN, Said({"none": 0.95}, decisions=5000)).type == "none"


def test_a_greeting_in_which_trouble_was_learned_is_an_event() -> None:
    greeting = Event("none", 0.6, (), ())
    assert combine(TEXT, greeting, Said({"attack": 0.9, "none": 0.05})).type == "attack"


def test_a_reading_follows_the_learned_type() -> None:
    places = Gazetteer.seed()
    text = "Kolofia nabudo huko Bwera"
    alone = analysis.read(text, places, country="UG")
    found = analysis.read(text, places, country="UG", classifier=Said({"attack": 0.95}, decisions=2000))
    assert (alone.event_type, found.event_type) == ("unknown", "attack")
    assert "event_type" in set(alone.missing) - set(found.missing)
    assert found.place == alone.place
