"""The training pages: as committed, one sheet of paper each, in the direction of their script."""

import datetime as dt
import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page

from mbiu import cards, texts
from mbiu.cli import main
from mbiu.codes import AddressKind, Answer
from mbiu.dialogue import CLEAR, Kind, Known, decide
from mbiu.messages import IncomingMessage

FOLDER = Path(__file__).parents[2] / "docs" / "cards"
LANGUAGES = texts.languages()
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
OPEN = Known(open_alerts=("A7K3QX9",))
#: The share of the sheet that stays empty, for letters wider than here.
ROOM = 0.04


def message(text: str) -> IncomingMessage:
    return IncomingMessage(
        channel="twilio", kind=AddressKind.SMS, provider_id="1", sender="+256772000101", text=text
    )


def test_the_pages_in_the_documents_are_those_that_are_written(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["cards", str(tmp_path / "pages")])
    assert result.exit_code == 0, result.output
    written = {path.name: path.read_text() for path in (tmp_path / "pages").iterdir()}
    assert written == cards.files() == {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert len(written) == 2 * len(LANGUAGES) + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_teaches_the_words_that_work_and_shows_the_answers_that_come(language: str) -> None:
    page = cards.card(language)
    for command in (*cards.TAUGHT, "ack", "go", "done", "cannot", "pin"):
        word = texts.spoken(language, command)[0]
        assert word.replace("'", "&#x27;") in page or word in page
        assert texts.grammar()[texts.fold(word)] == command
    assert texts.say(language, "reply.receipt", ref="R7K3QX9") in page
    assert texts.say(language, "reply.safe_how") in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_responders_page_teaches_every_answer_in_words_that_work(language: str) -> None:
    page = html.unescape(cards.responder(language))
    for number, answer in enumerate(("ack", "go", "done", "cannot"), 1):
        word = texts.spoken(language, answer)[0]
        assert f"<bdi>{number} / {word}" in page
        found = decide(CLEAR, message(f"{word} 2h"), OPEN, NOW).effect
        assert found is not None
        assert (found.answer, found.ref) == (Answer(answer), "A7K3QX9")
    assert texts.spoken(language, "info")[0] in page
    for key in ("reply.alert.go", "reply.alert.done", "alert.recall", "alert.all_clear"):
        assert texts.shipped(language, key, ref="A7K3QX9") in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_responders_page_shows_as_typed_is_understood(language: str) -> None:
    page = html.unescape(cards.responder(language))
    typed = re.findall(r'<p><b>(?:<bdi dir="ltr">)?(.*?)(?:</bdi>)?</b></p>', page)
    found = [decide(CLEAR, message(line), OPEN, NOW).effect for line in typed]
    assert [effect and (effect.kind, effect.answer) for effect in found] == [
        (Kind.RESPOND, Answer.GO),
        (Kind.RESPOND, Answer.GO),
        (Kind.RESPOND, Answer.CANNOT),
        (Kind.RESPOND, Answer.DONE),
        (Kind.NOTE, None),
    ]


@pytest.mark.parametrize("make", [cards.card, cards.responder])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_is_found_on_somebody_says_nothing_of_conflict(
    language: str, make: Callable[[str], str]
) -> None:
    plain = re.sub(r"<[^>]+>", " ", make(language).partition("</head>")[2])
    assert texts.betrays(language, plain) is None
    for word in texts.spoken(language, "panic"):
        assert word not in plain


@pytest.mark.browser
@pytest.mark.parametrize("which", ["", "responder-"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_one_sheet_with_nothing_outside(page: Page, language: str, which: str) -> None:
    page.goto((FOLDER / f"{which}{language}.html").as_uri())
    sheets = re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True))
    assert len(sheets) == 1
    page.emulate_media(media="print")
    width, height = round((210 - 24) / 25.4 * 96), round((297 - 20) / 25.4 * 96)
    page.set_viewport_size({"width": width, "height": 400})
    size = page.evaluate("[document.documentElement.scrollWidth, document.body.scrollHeight]")
    assert size[0] <= width
    assert size[1] <= height * (1 - ROOM)
    direction = page.evaluate("getComputedStyle(document.body).direction")
    assert direction == texts.wordings(language)["direction"]
