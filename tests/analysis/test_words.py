"""Tokens, verb prefixes, and the word lists themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.analysis import rules, tables
from mbiu.analysis.events import types
from mbiu.analysis.lexicon import KINDS, Entry, Lexicon, entries
from mbiu.analysis.swahili import verbs
from mbiu.analysis.words import MAX_TOKENS, tokenise
from mbiu.codes import Driver, EventType, Severity, Urgency
from mbiu.gazetteer.names import fold, fold_name

STEMS = frozenset(("uawa", "shambulia", "fariki", "ua", "uliwa"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ng'ombe 50", ["ngombe", "50"]),
        ("KASESE*ATTACK*3 DEAD", ["kasese", "attack", "3", "dead"]),
        ("50cows", ["50", "cows"]),
        ("Bukavu,Uvira", ["bukavu", "uvira"]),
        ("Malakāl", ["malakal"]),
        ("\x00\ud800", []),
    ],
)
def test_a_text_falls_into_words(text: str, words: list[str]) -> None:
    assert [token.folded for token in tokenise(text)] == words


def test_a_known_mixed_word_stays_whole() -> None:
    assert [token.folded for token in tokenise("2day", frozenset(("2day",)))] == ["2day"]


def test_a_full_stop_ends_a_sentence_and_a_comma_a_clause() -> None:
    tokens = tokenise("one, two. three but four")
    assert [token.sentence for token in tokens] == [0, 0, 1, 1, 1]
    assert [token.clause for token in tokens] == [0, 1, 2, 3, 3]


def test_a_decimal_point_ends_nothing() -> None:
    assert {token.sentence for token in tokenise("at 0.36 north")} == {0}


@given(st.text())
def test_every_token_is_where_it_says(text: str) -> None:
    for token in tokenise(text):
        assert fold(text[token.start : token.end]) == token.folded
        assert token.start < token.end


def test_a_flood_of_words_is_cut() -> None:
    assert len(tokenise("neno " * 10_000)) == MAX_TOKENS


def test_a_name_is_folded_word_by_word() -> None:
    assert fold_name("  Murang'a—Équateur ") == "muranga equateur"


@pytest.mark.parametrize(
    ("word", "stem", "tense", "negated"),
    [
        ("wameuawa", "uawa", "past", False),
        ("aliyeuawa", "uawa", "past", False),
        ("watashambulia", "shambulia", "future", False),
        ("wanashambulia", "shambulia", "present", False),
        ("hawakushambulia", "shambulia", "past", True),
        ("hawajafariki", "fariki", "past", True),
        ("wakishambulia", "shambulia", "while", False),
        ("wangeshambulia", "shambulia", "if", False),
        ("kushambulia", "shambulia", "infinitive", False),
        ("amemuua", "ua", "past", False),
        ("shambulia", "shambulia", "none", False),
    ],
)
def test_a_swahili_verb_tells_its_tense(word: str, stem: str, tense: str, negated: bool) -> None:
    verb = verbs(word, STEMS)[0]
    assert (verb.stem, verb.tense, verb.negated) == (stem, tense, negated)


@pytest.mark.parametrize(
    "word", ["mshambuliaji", "chaguliwa", "kuuaga", "chukua", "wanajua", "kuliwa", "ua", "mvua", "kuamua"]
)
def test_a_word_that_only_ends_alike_is_no_verb(word: str) -> None:
    assert verbs(word, STEMS) == ()


def entry(kind: str, code: str) -> Entry:
    return Entry(kind, code, 1.0, "en", "")


class TestALexicon:
    def found(self, text: str, *pairs: tuple[str, str]) -> list[str]:
        lexicon = Lexicon(
            (entry("events" if code != "skip" else "ignore", code), term) for code, term in pairs
        )
        return [hit.entry.code for hit in lexicon.find(tokenise(text))]

    def test_knows_any_ending_after_a_star(self) -> None:
        assert self.found("they ambushed us", ("a", "ambush*")) == ["a"]

    def test_lets_words_stand_in_a_gap(self) -> None:
        assert self.found("stole our three cows", ("a", "stole .. cows")) == ["a"]
        assert self.found("stole one two three four cows", ("a", "stole .. cows")) == []

    def test_keeps_phrases_inside_a_sentence(self) -> None:
        assert self.found("they stole. cows graze", ("a", "stole cows")) == []

    def test_prefers_the_longer_of_two(self) -> None:
        assert self.found("mob justice", ("a", "mob"), ("b", "mob justice")) == ["b"]

    def test_drops_what_an_ignored_phrase_covers(self) -> None:
        assert self.found("heart attack", ("a", "attack"), ("skip", "heart attack")) == ["skip"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_is_sound(kind: str) -> None:
    known = {
        "events": set(EventType) - {"unknown"},
        "drivers": set(Driver),
        "risk_factors": {str(number) for number in range(1, 15)},
    }
    seen = set()
    for item, term in entries(kind):
        assert item.code, term
        assert item.language in {"en", "sw", "sheng", "fr", "lg", "ar"}, term
        assert term == term.strip(), term
        assert item.code in known.get(kind, {item.code}), term
        key = (item.language, item.code, term)
        assert key not in seen, f"{term} stands twice for {item.code}"
        seen.add(key)
    assert seen


def test_every_type_knows_how_it_competes() -> None:
    assert set(types()) == set(EventType) - {"unknown"}


def test_every_rule_gives_a_known_value() -> None:
    values = {"severity": set(Severity), "urgency": set(Urgency)}
    for rule in rules.rules():
        assert rule.value in values[rule.sets]
        assert rule.flags or rule.counts


def test_every_rule_asks_for_things_that_can_be() -> None:
    known = {
        "type": set(EventType),
        "primary": set(EventType),
        "marker": {item.code for item, _ in entries("markers")},
        "told": {"now", "past", "ahead", "today", "old"},
        "moment": {"past"},
    }
    for rule in rules.rules():
        for flag in rule.flags | rule.unless:
            what, _, value = flag.partition(":")
            assert value in known[what], flag


def test_a_table_has_no_broken_row() -> None:
    for kind in set(KINDS) - {"actors"}:
        for row in tables.rows(kind):
            assert set(row) == {"code", "weight", "language", "terms", "note"}, row
