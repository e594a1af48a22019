"""Which gazetteer this machine reads with."""

import sys
from pathlib import Path

from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.shelf import BadFile, OldFile, Shelf
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

    Raises BadFile, BadRow, KeyError, UnicodeDecodeError for a file that is none.
    """
    path = given or best_file()
    if path is None:
        return Gazetteer.seed()
    if not is_built(path):
        return Gazetteer.from_csv(path)
    try:
        return Gazetteer.open(path)
    except OldFile:
        return _renewed(path)


def _renewed(path: Path) -> Gazetteer:
    """A file of an older version, written anew with today's indexes. Raises BadFile if it cannot be."""
    from mbiu.gazetteer.shelve import write

    old = Shelf(path, of_any_version=True)
    licences = {name: str(facts["licence"]) for name, facts in old.meta["sources"].items()}
    try:
        write(path, list(old.all()), licences)
    except OSError as error:
        raise BadFile(f"{path}: of an older version of Mbiu, and cannot be written ({error})") from None
    return Gazetteer.open(path)


def is_built(path: Path) -> bool:
    """Whether a file is one that a build or an import wrote, not a table."""
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE
