"""Luganda verbs, and what the list makes of them."""

import pytest

from mbiu.analysis.counts import count
from mbiu.analysis.events import event
from mbiu.analysis.lexicon import lexicon
from mbiu.analysis.luganda import read
from mbiu.analysis.scan import scan
from mbiu.analysis.swahili import verbs
from mbiu.gazetteer.names import fold

STEMS = frozenset(("tta", "ttiddwa", "kubye", "lumba", "kalakaasa"))


@pytest.mark.parametrize(
    ("word", "stem", "tense", "negated"),
    [
        ("battiddwa", "ttiddwa", "past", False),
        ("yattiddwa", "ttiddwa", "past", False),
        ("abattiddwa", "ttiddwa", "past", False),
        ("tebattiddwa", "ttiddwa", "past", True),
        ("yalumba", "lumba", "past", False),
        ("balumba", "lumba", "none", False),
        ("banaalumba", "lumba", "future", False),
        ("bamukubye", "kubye", "past", False),
        ("okulumba", "lumba", "infinitive", False),
        ("olwokutta", "tta", "infinitive", False),
        ("kwekalakaasa", "kalakaasa", "infinitive", False),
    ],
)
def test_a_luganda_verb_tells_its_tense(word: str, stem: str, tense: str, negated: bool) -> None:
    verb = verbs(word, STEMS, read=read)[0]
    assert (verb.stem, verb.tense, verb.negated) == (stem, tense, negated)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Abayeekera balumbye ekyalo ne batta abantu", "attack"),
        ("Bajja kututta singa tetuvaawo", "threat"),
        ("Ente zaffe zonna zibbiddwa ekiro", "cattle_raid"),
        ("Poliisi ekutte abavubuka kkumi", "arrests"),
        ("Abantu b'omu kyalo basiimye", "unknown"),
        ("Kabaka agguddewo essomero", "unknown"),
        ("Tuko kati ya Kasese na Bwera", "unknown"),
    ],
)
def test_a_luganda_text_has_the_type_it_tells_of(text: str, kind: str) -> None:
    known = scan(text)
    assert event(known, count(known)).type == kind


@pytest.mark.parametrize(
    "word", ["omulambo", "mulambo", "n'omulambo", "gw'omulambo", "omullambo", "omulaambo"]
)
def test_a_noun_is_known_in_all_its_forms(word: str) -> None:
    assert "omulambo" in lexicon().word(fold(word)).keys


@pytest.mark.parametrize("word", ["lamb", "mulamb", "kilombo", "omurambo"])
def test_other_words_are_no_forms_of_a_noun(word: str) -> None:
    assert "omulambo" not in lexicon().word(word).keys


def test_an_infinitive_keeps_its_doubled_letters() -> None:
    assert "okubba" not in lexicon().word("okuba").keys
