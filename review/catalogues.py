"""Make the catalogues of the console's languages: ``python -m review.catalogues``.

Translators change ``translations/<language>/LC_MESSAGES/messages.po``; the program reads ``messages.mo`` beside it,
which is not kept in the repository. ``make translations`` collects new texts.
"""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "translations"


def compile_all(folder: Path = FOLDER) -> list[Path]:
    """Write a ``.mo`` beside every ``.po``; a text without a translation stays English. Returns what was written."""
    return [_compile(path) for path in sorted(folder.glob("*/LC_MESSAGES/*.po"))]


def _compile(path: Path) -> Path:
    with path.open("rb") as source:
        catalogue = read_po(source, locale=path.parent.parent.name)
    target = path.with_suffix(".mo")
    with target.open("wb") as made:
        write_mo(made, catalogue)
    return target


def main() -> int:
    """Compile everything."""
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
