"""Which language a text is in, and which one to answer in."""

import subprocess
import sys
from pathlib import Path

import pytest

from mbiu.analysis import tables
from mbiu.analysis.language import detect, reply_language
from mbiu.analysis.scan import scan
from mbiu.analysis.spans import written_in


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("There was shooting in the market this morning and people ran away", "en"),
        ("Kuna mapigano makali kijijini kwetu na watu wanakimbia makazi yao", "sw"),
        ("Abantu bangi baddukidde mu kibira olw'okulwanagana okw'amaanyi", "lg"),
        ("Des hommes armés ont attaqué le village cette nuit", "fr"),
        ("هناك قتال في السوق", "ar"),
        ("watu wameuawa jana", "sw"),
        ("the police came", "en"),
    ],
)
def test_a_language_is_known(text: str, code: str) -> None:
    found, confidence = detect(text)
    assert found == code
    assert 0 < confidence <= 1


@pytest.mark.parametrize("text", ["", "   ", "12345", "😀😀", "\x00\ud800"])
def test_without_words_the_default_stands(text: str) -> None:
    assert detect(text, "sw") == ("sw", 0.0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("please help us they are here", "en"),
        ("tafadhali tusaidieni watu wanakuja hapa", "sw"),
        ("xyz", "sw"),
        ("", "sw"),
    ],
)
def test_a_reply_is_in_the_senders_language(text: str, code: str) -> None:
    assert reply_language(text, "sw") == code


def test_the_reply_rule_needs_no_model() -> None:
    code = (
        "import sys; from mbiu.analysis.language import reply_language; "
        "assert reply_language('watu wako hapa', 'en') == 'sw'; "
        "assert 'numpy' not in sys.modules and 'py3langid' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("haramiya sariku bagar fi janb Terekeka umbari, ma fi zol mat", "ar"),
        ("nas katir gi jere min Malakal, umon kulu khayfin", "ar"),
        ("joma ne nigi bunde nobiro gotieno kendo gikawo dhok duto nyoro", "luo"),
        ("wan watye ki lworo, dano weng gutye ka ringo gang laworo", "ach"),
        ("bjr, ya des tirs pres du marche depuis hier soir", "fr"),
        ("sema mkuu, wasee wamechapana mtaani jana, karao wako hapa sai", "sw"),
    ],
)
def test_what_the_model_does_not_know_is_told_by_small_words(text: str, code: str) -> None:
    assert detect(text)[0] == code


@pytest.mark.parametrize(("text", "sender", "code"), [("Bwera", "lg", "lg"), ("Kotido Abim", "fr", "fr")])
def test_a_text_too_short_to_tell_is_in_the_senders_language(text: str, sender: str, code: str) -> None:
    assert detect(text, sender) == (code, 0.3)


def test_known_words_tell_the_language_of_a_code() -> None:
    assert written_in(scan("KASESE*ATTACK*3 DEAD"), "lg", "UG")[:2] == ("en", 0.6)


@pytest.mark.parametrize(("country", "code"), [("TZ", "sw"), ("CD", "fr"), ("KE", "en"), (None, "en")])
def test_a_country_has_its_first_language(country: str | None, code: str) -> None:
    assert written_in(scan("Bwera"), None, country)[0] == code


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Mapigano yameanza karibu na soko, people are running to the church",
            [("sw", "Mapigano yameanza karibu na soko"), ("en", "people are running to the church")],
        ),
        (
            "they took 20 cows from my neighbour, tafadhali tusaidieni haraka sana",
            [
                ("en", "they took 20 cows from my neighbour"),
                ("sw", "tafadhali tusaidieni haraka sana"),
            ],
        ),
        (
            "هناك قتال في السوق people are running away now",
            [("ar", "هناك قتال في السوق"), ("en", "people are running away now")],
        ),
        (
            "Abantu battiddwa ekiro mu kyalo, we need the police here now please",
            [("lg", "Abantu battiddwa ekiro mu kyalo"), ("en", "we need the police here now please")],
        ),
    ],
)
def test_a_mixed_text_is_told_stretch_by_stretch(text: str, parts: list[tuple[str, str]]) -> None:
    code, _, evidence = written_in(scan(text), None, None)
    assert [(item.value, item.text) for item in evidence] == parts
    assert code in {language for language, _ in parts}


@pytest.mark.parametrize(
    "text",
    [
        "Police came to Soko Mjinga market and arrested two people",
        "Watu wawili wamekufa kwa ajali ya boda boda karibu na town",
        "Nasikia watu wanasema vita vitaanza kesho",
        "Les hommes de Bukavu ont attaqué le marché de Kadutu hier soir",
    ],
)
def test_a_word_or_two_of_another_language_mix_nothing(text: str) -> None:
    assert written_in(scan(text), None, None)[2] == ()


def test_the_centre_chooses_the_languages(tmp_path: Path) -> None:
    text = "Abantu bangi baddukidde mu kibira olw'okulwanagana okw'amaanyi"
    heading = "code,name,models,script,first_in,note\n"
    (tmp_path / "languages.csv").write_text(heading + "en,English,en,,,\nsw,Swahili,sw,,TZ KE,\n")
    tables.use(tmp_path)
    try:
        assert detect(text)[0] in {"en", "sw"}
        assert written_in(scan("Bwera"), None, "KE")[0] == "sw"
        (tmp_path / "languages.csv").write_text(heading + "English,English,en,,,\n")
        tables.refresh()
        assert detect(text)[0] == "lg"
        assert [problem.row for problem in tables.problems()] == [2]
    finally:
        tables.use(None)
