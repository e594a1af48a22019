"""Swahili verbs: what their beginning and their end say."""

import pytest

from mbiu.analysis.counts import count
from mbiu.analysis.events import event
from mbiu.analysis.scan import scan
from mbiu.analysis.swahili import verbs

STEMS = frozenset(("uawa", "baka", "shambulia", "ua", "choma", "iba", "pigana", "la", "fe", "kimbia"))


@pytest.mark.parametrize(
    ("word", "stem", "tense", "negated"),
    [
        ("waliouawa", "uawa", "past", False),
        ("watakaouawa", "uawa", "future", False),
        ("wameshauawa", "uawa", "past", False),
        ("washauawa", "uawa", "past", False),
        ("kauawa", "uawa", "past", False),
        ("wakauawa", "uawa", "past", False),
        ("wakiuawa", "uawa", "while", False),
        ("nauawa", "uawa", "present", False),
        ("ntauawa", "uawa", "future", False),
        ("wmeuawa", "uawa", "past", False),
        ("mechoma", "choma", "past", False),
        ("huuawa", "uawa", "infinitive", False),
        ("kutokuuawa", "uawa", "infinitive", True),
        ("wauawe", "uawa", "future", False),
        ("wasiuawe", "uawa", "if", True),
        ("tuwachome", "choma", "future", False),
        ("shambulieni", "shambulia", "future", False),
        ("wafe", "fe", "future", False),
        ("tutawaua", "ua", "future", False),
    ],
)
def test_mood_and_tense_are_read(word: str, stem: str, tense: str, negated: bool) -> None:
    verb = verbs(word, STEMS)[0]
    assert (verb.stem, verb.tense, verb.negated) == (stem, tense, negated)


@pytest.mark.parametrize(
    ("word", "tense"),
    [
        ("baliuawa", "past"),
        ("banachoma", "present"),
        ("bataiba", "future"),
        ("bakaua", "past"),
        ("kubaua", "infinitive"),
    ],
)
def test_the_prefixes_of_congo_are_known(word: str, tense: str) -> None:
    assert [verb.tense for verb in verbs(word, STEMS)] == [tense]


@pytest.mark.parametrize(
    "word", ["wale", "hali", "sifa", "wamechome", "kuchome", "walikua", "mkate", "hakubaki"]
)
def test_what_is_no_form_of_a_stem_is_none(word: str) -> None:
    assert verbs(word, STEMS) == ()


def test_an_open_stem_takes_a_wish_too() -> None:
    assert verbs("washambulie", frozenset(), frozenset(("shambul",)))[0].tense == "future"
    assert verbs("wameshambuliwa", frozenset(), frozenset(("shambul",)))[0].tense == "past"


def test_a_call_to_do_it_has_not_been_done() -> None:
    text = scan("wachomeni nyumba zao")
    assert [text.ahead(hit) for hit in text.of("events") if hit.entry.code == "destruction"][:1] == [True]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("polisi wamekamata vijana waliopiga wazee", "arrests"),
        ("baada ya mapigano wamechoma vijiji vitatu", "destruction"),
        ("msipoondoka tutawachoma", "threat"),
        ("wananchi wako barabarani kudai maji", "protest"),
    ],
)
def test_the_verb_that_tells_the_news_decides(text: str, kind: str) -> None:
    known = scan(text)
    assert event(known, count(known)).type == kind
