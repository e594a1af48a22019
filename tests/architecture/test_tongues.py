"""Nothing on the console is in one language only, and every catalogue is whole."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from review import catalogues
from review.tongues import LANGUAGES
from tests.architecture.tongues import REVIEW, in_code, in_template

TEMPLATES = sorted((REVIEW / "templates").rglob("*.html"))
#: What speaks to programs, and tools that are run by hand.
FOR_PROGRAMS = {"api", "assets.py", "catalogues.py", "topojson.py", "zoning.py"}
CODE = sorted(
    path
    for path in REVIEW.rglob("*.py")
    if "frontend" not in path.parts and path.relative_to(REVIEW).parts[0] not in FOR_PROGRAMS
)
TRANSLATED = sorted(set(LANGUAGES) - {"en"})
#: Sentences that are no words of the console: what phones in training say, patterns, marks of types.
ALLOWED = {
    "views/phone.py": ("Vijana wenye", "Armed men attacked", "Raiders took", "Kuna watu", "DONE both"),
    "words.py": ("EEEE d MMMM",),
    "rotas.py": ("EEE d MMM",),
    "views/media.py": ("Took the original of file",),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(REVIEW / "templates")))
def test_a_template_holds_no_text_outside_the_catalogues(path: Path) -> None:
    assert in_template(path.read_text()) == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(REVIEW)))
def test_a_page_says_nothing_outside_the_catalogues(path: Path) -> None:
    allowed = ALLOWED.get(str(path.relative_to(REVIEW)), ())
    assert [text for text in in_code(path.read_text()) if not text.startswith(allowed or ("\0",))] == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello there</p>",
        '<input placeholder="Search here">',
        '<p>{{ "yes" if row else "no" }}</p>',
        '<p title="{{ \'late\' ~ row }}">{{ _("fine") }}</p>',
    ],
)
def test_a_text_outside_the_catalogues_is_found(source: str) -> None:
    assert in_template(source)


def test_what_is_no_text_is_passed_over() -> None:
    page = """<p class="{{ "wide" if row else "narrow" }}">{{ _("Hello") }} <kbd>Enter</kbd></p>
    {{ row or "–" }}{% trans %}Two words{% endtrans %}{% block width %}narrow{% endblock %}"""
    assert in_template(page) == []


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return catalogues.collect()


def test_the_catalogues_are_those_of_the_languages_offered() -> None:
    assert sorted(catalogues.LANGUAGES) == TRANSLATED


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_whole(language: str, wanted: Catalog) -> None:
    """Each text has a translation that somebody stands by, with the same values to be filled in."""
    with (REVIEW / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    assert [m.id for m in wanted if m.id and not _whole(catalogue.get(m.id, m.context))] == []
    assert [m.id for m in catalogue if m.id and not _fits(m)] == []


def _whole(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def _fits(message: Message) -> bool:
    """Whether it has the values of its text; with many forms, those of the singular or of the plural."""
    asked = message.id if isinstance(message.id, tuple) else (message.id,)
    given = message.string if isinstance(message.string, tuple) else (message.string,)
    names = {name for each in asked for name in _names(each)}
    if len(asked) == 1:
        return sorted(_names(given[0])) == sorted(_names(asked[0])) and _braces(given[0]) == _braces(asked[0])
    return all(set(_names(each)) <= names and _braces(each) == _braces(asked[1]) for each in given)


def _names(text: str) -> list[str]:
    return re.findall(r"%\(\w+\)[sd]|%%", text)


def _braces(text: str) -> list[str]:
    return sorted(part.partition("}")[0] for part in text.split("{")[1:])
