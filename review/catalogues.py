"""The catalogues of the console's languages.

Translators change ``translations/<language>/LC_MESSAGES/messages.po``. ``python -m review.catalogues`` makes
what the program reads, ``messages.mo`` beside it, which is not kept in the repository; with ``collect`` it
first brings the catalogues up to the texts of the program, as ``make translations`` does.
"""

import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
FOLDER = HERE / "translations"
LANGUAGES = ("sw", "fr", "ar")
METHODS = [("frontend/**", "ignore"), ("static/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
PAGES: dict[str, Any] = dict.fromkeys(("_", "_l", "gettext", "lazy_gettext")) | dict.fromkeys(
    ("ngettext", "lazy_ngettext"), (1, 2)
)
#: Sentences of the domain that the console translates where it shows them.
REFUSALS: dict[str, Any] = dict.fromkeys(("NotPossible", "NotAllowed", "Stale"))


def collect() -> Catalog:
    """Every text that templates, pages and refusals ask for now, with the files where it stands."""
    found = Catalog(project="mbiu")
    for folder, keywords in ((HERE, PAGES), (HERE.parent / "mbiu", REFUSALS), (HERE, REFUSALS)):
        for name, _line, text, _comments, context in extract_from_dir(folder, METHODS, OPTIONS, keywords):
            if text != " ":  # a separator between refusals
                found.add(text, context=context, locations=[(f"{folder.name}/{name}", None)])  # type: ignore[list-item]
    return found


def update(wanted: Catalog) -> None:
    """Bring every catalogue up to ``wanted``: new texts are empty, what nobody asks for is dropped."""
    for language in LANGUAGES:
        path = FOLDER / language / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = _read(path) if path.exists() else Catalog(locale=language, project="mbiu")
        catalogue.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.header_comment, catalogue.fuzzy = "# The texts of the console.", False
        with path.open("wb") as target:
            write_po(target, catalogue, width=0, ignore_obsolete=True, sort_output=True)


def compile_all(folder: Path = FOLDER) -> None:
    """Write a ``.mo`` beside every ``.po``. A text without a translation stays English."""
    for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        with path.with_suffix(".mo").open("wb") as target:
            write_mo(target, _read(path))


def _read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.parent.parent.name)


def main() -> int:
    """Collect if asked to, and compile."""
    if "collect" in sys.argv[1:]:
        update(collect())
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
