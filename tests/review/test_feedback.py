"""The page on which a coordinator sees and decides what reporters are told."""

import re
from collections.abc import Callable, Iterator

import pytest

from mbiu import feedback, texts
from mbiu.codes import ContactRole
from mbiu.db import transaction
from mbiu.feedback import Event, matrix
from tests import cast
from tests.review.conftest import Browser

TEXT = "/feedback/texts/outcome.told_verified"
TICK = re.compile(r'name="told" value="([^"]+)"( checked)?')


@pytest.fixture
def miriam(as_: Callable[[str], Browser]) -> Iterator[Browser]:
    """The coordinator; whatever she makes of the texts ends with the test."""
    yield as_("miriam")
    texts.use({})
    feedback.forget()


def save(browser: Browser, words: str, **fields: str) -> str:
    form = {"language": "en", "audience": "", "do": "save", "words": words} | fields
    return browser.post(TEXT, **form).text


def test_the_page_shows_figures_matrix_and_texts(miriam: Browser, small: str) -> None:
    page = miriam.get("/feedback").text
    assert "All together" in page
    assert "Kasese" in page
    assert len(TICK.findall(page)) == len(Event) * len(ContactRole)
    assert "outcome.told_verified" in page
    assert miriam.get("/feedback?month=2026-01").status_code == 200
    assert miriam.get("/feedback?month=x").status_code == 200


def test_an_incident_that_ended_is_in_the_share(miriam: Browser, peter: Browser, small: str) -> None:
    decision = {"verdict": "refuted", "reason": "Nobody there knows of it."}
    assert peter.post(f"/incidents/{small}/decide", **decision).status_code == 200
    assert "<b>100 %</b>" in miriam.get("/feedback").text


def test_a_tick_taken_out_holds(miriam: Browser) -> None:
    ticked = [value for value, on in TICK.findall(miriam.get("/feedback").text) if on]
    assert "verified.focal_point" in ticked
    ticked.remove("verified.focal_point")
    page = miriam.post("/feedback/matrix", told=ticked).text
    assert "It holds within a few seconds" in page
    with transaction() as session:
        rules = matrix.rules(session)
    assert [cell for cell, told in rules.items() if told != matrix.shipped(cell)] == [
        (Event.VERIFIED, ContactRole.FOCAL_POINT)
    ]


def test_a_preview_is_filled_in_and_saves_nothing(miriam: Browser) -> None:
    page = save(miriam, "We agree about {ref}.", do="preview")
    assert "We agree about R7K3QX9." in page
    assert "not saved" in page
    assert "We agree" not in miriam.get(TEXT).text


def test_a_text_is_saved_shown_and_taken_back(miriam: Browser) -> None:
    page = save(miriam, "We agree about {ref}.")
    assert "Saved" in page
    assert "own wording" in page
    assert ">en</span>" in miriam.get("/feedback").text
    assert "as shipped" in save(miriam, "", do="reset")
    assert "We agree" not in miriam.get(TEXT).text


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(miriam: Browser) -> None:
    page = save(miriam, "They attack, {name}")
    assert "{name} means nothing in this text." in page
    assert "{ref} is missing." in page
    assert "«attack» must not stand" in page
    assert "They attack, {name}</textarea>" in page


def test_a_text_for_an_audience_leaves_that_for_everybody(miriam: Browser) -> None:
    save(miriam, "Dear committee, {ref} is true.", audience="committee")
    assert "Dear committee" in miriam.get(f"{TEXT}?audience=committee").text
    assert "Dear committee" not in miriam.get(TEXT).text


def test_a_test_is_sent_to_a_code_name(miriam: Browser) -> None:
    cast.person("KAS-07", cast.AMINA, role=ContactRole.FOCAL_POINT)
    assert "On its way to KAS-07" in save(miriam, "", do="send", code="kas-07")
    assert cast.texts_to(cast.AMINA, "test")[0].startswith("EXERCISE ")
    assert "Nobody registered is called so" in save(miriam, "", do="send", code="NOBODY")


@pytest.mark.parametrize(
    "path",
    ["/feedback/texts/word.panic", f"{TEXT}?audience=mallory", "/feedback/texts/nothing"],
)
def test_other_texts_and_audiences_are_not_found(miriam: Browser, path: str) -> None:
    assert miriam.get(path).status_code == 404


def test_strange_fields_break_nothing(miriam: Browser) -> None:
    assert miriam.post(TEXT, language="xx", audience="", do="save", words="{ref}").status_code == 404
    assert "Choose what to do" in miriam.post(TEXT, language="en", audience="", do="burn", words="{ref}").text
    assert miriam.post("/feedback/matrix", told=["nothing.nobody", "\u0000"]).status_code == 200
