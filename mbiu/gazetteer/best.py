"""Which gazetteer this machine reads with."""

import sys
from pathlib import Path

from mbiu.gazetteer.lookup import Gazetteer
from mbiu.settings import settings

NAME = "gazetteer.sqlite"
_SQLITE = b"SQLite format 3\x00"


def built_file() -> Path:
    """Where `make setup` leaves the gazetteer that it builds."""
    return Path(sys.prefix) / "share" / "mbiu" / NAME


def own_file() -> Path:
    """Where this installation keeps the one that it has refined."""
    return settings().home_dir.expanduser() / NAME


def best_file() -> Path | None:
    """The installation's file, else the built one; None where there is neither."""
    return next((path for path in (own_file(), built_file()) if path.is_file()), None)


def gazetteer(given: Path | None = None) -> Gazetteer:
    """The gazetteer of the file ``given`` (a CSV table or a built file), else the best there is.

    Raises BadFile, BadRow, KeyError for a file that is none.
    """
    path = given or best_file()
    if path is None:
        return Gazetteer.seed()
    return Gazetteer.open(path) if is_built(path) else Gazetteer.from_csv(path)


def is_built(path: Path) -> bool:
    """Whether a file is one that a build or an import wrote, not a table."""
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE
