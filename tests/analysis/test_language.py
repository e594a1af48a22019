"""Which language a text is in, and which one to answer in."""

import subprocess
import sys

import pytest

from mbiu.analysis.language import detect, reply_language


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
