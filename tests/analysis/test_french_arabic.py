"""French and Arabic spelling: elisions, vowel signs, letters written for one another, verbs to come."""

import pytest

from mbiu.analysis import read
from mbiu.analysis.lexicon import Entry, Lexicon
from mbiu.analysis.words import elided, tokenise
from mbiu.gazetteer import Gazetteer
from mbiu.gazetteer.names import fold, fold_name


def words(text: str) -> list[str]:
    return [token.folded for token in tokenise(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'école d’Aru", ["l", "ecole", "d", "aru"]),
        ("jusqu'ici qu'il", ["jusqu", "ici", "qu", "il"]),
        ("personne n'a été tué", ["personne", "n", "a", "ete", "tue"]),
        ("aujourd'hui", ["aujourdhui"]),
        ("Ng'ombe N'Djamena n'ente", ["ngombe", "ndjamena", "nente"]),
        ("tue\u0301s", ["tues"]),
    ],
)
def test_french_small_words_stand_alone(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_an_elided_word_keeps_its_place() -> None:
    text = "a l'attaque"
    assert [text[token.start : token.end] for token in tokenise(text)] == ["a", "l", "attaque"]


def test_a_term_is_parted_like_a_text() -> None:
    found = Lexicon([(Entry("events", "attack", 3, "fr", ""), "coup d'arme")]).find(tokenise("coup d'arme"))
    assert [hit.size for hit in found] == [3]


def test_no_elision_leaves_the_word_whole() -> None:
    assert elided("don't") == ("don't",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("قُتِلَ", "قتل"),
        ("قـــتل", "قتل"),
        ("أحرق", "احرق"),
        ("إطلاق", "اطلاق"),
        ("آخر", "اخر"),
        ("قرية", "قريه"),
        ("قتلى", "قتلي"),
        ("کلی", "كلى"),
    ],
)
def test_arabic_spellings_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("text", "tense"),
    [("ils attaqueront", "future"), ("ils ont attaqué", "none"), ("سيهاجمون", "future"), ("هاجموا", "none")],
)
def test_the_tense_of_a_verb_is_read(text: str, tense: str) -> None:
    verbs = [
        (Entry("events", "attack", 3, "fr", ""), "attaqu*"),
        (Entry("events", "attack", 3, "ar", ""), "هاجم*"),
    ]
    assert [hit.tense for hit in Lexicon(verbs).find(tokenise(text))] == [tense]


def test_a_plain_phrase_hides_the_denial_inside_it() -> None:
    terms = [
        (Entry("markers", "negation", 1, "ar", ""), "لا"),
        (Entry("markers", "plain", 1, "ar", ""), "لا تزال"),
    ]
    lexicon = Lexicon(terms)
    assert [hit.entry.code for hit in lexicon.find(tokenise("لا تزال الاشتباكات"))] == ["plain"]
    assert [hit.entry.code for hit in lexicon.find(tokenise("لا قتلى"))] == ["negation"]


def test_a_french_word_is_not_read_as_a_luganda_denial() -> None:
    terms = [
        (Entry("events", "mob_violence", 3, "fr", ""), "tabass*"),
        (Entry("events", "attack", 3, "lg", ""), "-bass*"),
    ]
    negated = {hit.entry.language: hit.negated for hit in Lexicon(terms).find(tokenise("tabassé"))}
    assert negated == {"fr": False, "lg": True}


def test_an_arabic_word_is_found_under_all_its_stems() -> None:
    terms = [(Entry("events", "a", 3, "ar", ""), "يقتل*"), (Entry("events", "b", 3, "ar", ""), "قتل*")]
    assert {hit.entry.code for hit in Lexicon(terms).find(tokenise("يقتلون"))} == {"a", "b"}


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Ils ont brûlé trois maisons à Fataki", "past"),
        ("Ils brûleront trois maisons à Fataki", "future"),
        ("Au secours, ils brûlent nos maisons", "immediate"),
    ],
)
def test_the_tense_of_a_french_report_tells_its_urgency(text: str, urgency: str) -> None:
    assert read(text, Gazetteer.seed()).urgency == urgency
