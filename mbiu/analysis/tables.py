"""The word lists and rules: those in ``data/``, and over them what the centre has changed.

The centre's own files lie in one folder (``use``) under the names of the shipped ones. ``sw/events.csv``
there stands in place of the shipped list, ``sw/events.more.csv`` adds to it. A file with a bad row is
left out as a whole, the shipped one stays in force, and ``problems`` says file, row and reason.
Over the files lie the words that are handed in (``lay_over``).
"""

import csv
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar, cast

from mbiu.analysis.checks import fault
from mbiu.analysis.overlay import Overlay
from mbiu.gazetteer.names import fold

log = logging.getLogger(__name__)

LANGUAGES = ("en", "sw", "sheng", "fr", "lg", "ar")
OPEN = (
    *("actors", "severity", "types", "events", "ignore", "markers", "drivers", "risk_factors", "counts"),
    *("numbers", "moments", "cues", "languages", "function_words"),
)
FIRST_WINS = ("severity",)
TOO_LARGE = 2_000_000
Row = dict[str, str]
P = ParamSpec("P")
T = TypeVar("T")


class Problem(NamedTuple):
    """A file of the centre that is not in force. ``row`` counts lines from 1, the heading being the first."""

    file: str
    row: int
    reason: str


class _BadTable(Exception):
    def __init__(self, row: int, reason: str) -> None:
        super().__init__(reason)
        self.row, self.reason = row, reason


_folder: list[Path] = []
_stamp: list[tuple[tuple[str, int, int], ...]] = []
_problems: dict[str, Problem] = {}
_overlay: list[Overlay] = [Overlay()]
_trying = threading.Lock()
_forget: list[Callable[[], None]] = []


def cached(function: Callable[P, T]) -> Callable[P, T]:
    """Like ``functools.cache``, for what is made from tables: forgotten when the centre's files change."""
    kept = cache(function)
    _forget.append(kept.cache_clear)
    return cast(Callable[P, T], kept)


def use(folder: Path | None) -> None:
    """Take the centre's own tables from this folder, which need not exist; None: the shipped ones alone.

    What was read stays where no file differs.
    """
    _folder[:] = [folder] if folder else []
    refresh()


def lay_over(overlay: Overlay) -> bool:
    """Lay these words over the tables from now on, in this process; whether they are others than before."""
    if overlay.version == _overlay[0].version:
        return False
    _overlay[0] = overlay
    _reset()
    return True


@contextmanager
def tried(overlay: Overlay) -> Iterator[None]:
    """Read by these words for a while, and by those from before afterwards; one trial at a time."""
    with _trying:
        before = _overlay[0]
        lay_over(overlay)
        try:
            yield
        finally:
            lay_over(before)


def laid_over() -> Overlay:
    """The words that lie over the tables now."""
    return _overlay[0]


def refresh() -> bool:
    """Take up files that changed since they were read; whether any did. Costs a look at the folder."""
    if _stamp and _stamp[0] == _seen():
        return False
    _reset()
    return True


def problems() -> tuple[Problem, ...]:
    """What is wrong with the centre's files, one problem a file; they are all looked at."""
    for name in OPEN:
        list(rows(name))
    known = {f"{table}{more}.csv" for table in _places() for more in ("", ".more")}
    strange = (Problem(name, 1, "no table has this name") for name in own() if name not in known)
    return (*_problems.values(), *strange)


def own() -> tuple[str, ...]:
    """The centre's files, as paths inside its folder."""
    return tuple(Path(path).relative_to(_folder[0]).as_posix() for path, _, _ in _seen())


def _places() -> Iterator[str]:
    data = resources.files("mbiu.analysis") / "data"
    for name in OPEN:
        if (data / f"{name}.csv").is_file():
            yield name
        else:
            yield from (f"{language}/{name}" for language in LANGUAGES)


def _reset() -> None:
    _stamp[:] = [_seen()]
    _problems.clear()
    for forget in _forget:
        forget()


def _seen() -> tuple[tuple[str, int, int], ...]:
    if not _folder or not _folder[0].is_dir():
        return ()
    files = sorted((*_folder[0].glob("*.csv"), *_folder[0].glob("*/*.csv")))
    return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)


def rows(name: str) -> Iterator[Row]:
    """The rows in force of a table by column; empty cells are empty strings.

    A word list lies in one file for each language, ``<language>/<name>.csv``, and its rows get the
    column ``language``; any other table is ``<name>.csv``.
    """
    data = resources.files("mbiu.analysis") / "data"
    if (whole := data / f"{name}.csv").is_file():
        yield from _overlay[0].over(name, "", _in_force(name, name, whole))
        return
    for language in LANGUAGES:
        part = data / language / f"{name}.csv"
        found = _overlay[0].over(name, language, _in_force(f"{language}/{name}", name, part))
        yield from ({**row, "language": language} for row in found)


def _in_force(path: str, name: str, shipped: Traversable) -> list[Row]:
    given = _read(shipped.read_text(encoding="utf-8")) if shipped.is_file() else []
    if name not in OPEN or not _folder:
        return given
    models = given or _english(name)
    own = _own(f"{path}.csv", name, models)
    more = _own(f"{path}.more.csv", name, models) or []
    base = given if own is None else own
    return more + base if name in FIRST_WINS else base + more


def _english(name: str) -> list[Row]:
    file = resources.files("mbiu.analysis") / "data" / "en" / f"{name}.csv"
    return _read(file.read_text(encoding="utf-8"))


def _own(path: str, name: str, models: list[Row]) -> list[Row] | None:
    """The rows of a file of the centre, or None where there is none that can be used."""
    file = _folder[0] / path
    if not file.is_file():
        return None
    try:
        found = _checked(file, name, models)
    except _BadTable as bad:
        _refuse(path, bad.row, bad.reason)
        return None
    return found


def _checked(file: Path, name: str, models: list[Row]) -> list[Row]:
    """The rows of a sound table. Raises _BadTable."""
    try:
        if file.stat().st_size > TOO_LARGE:
            raise _BadTable(1, "larger than 2 MB")
        found = _read(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, csv.Error) as error:
        raise _BadTable(1, f"cannot be read ({error})") from None
    if bad := fault(name, found, models, whole=not file.stem.endswith(".more")):
        raise _BadTable(*bad)
    return found


def _refuse(path: str, row: int, reason: str) -> None:
    if path not in _problems:
        _problems[path] = Problem(path, row, reason)
        log.warning("tables.refused", extra={"file": path, "row": row, "why": reason})


def _read(text: str) -> list[Row]:
    found = csv.DictReader(text.splitlines(), restval="", strict=True)
    return [
        {key: value or "" for key, value in row.items() if key} | ({"": "more"} if None in row else {})
        for row in found
    ]


@cache
def grammar(code: str) -> frozenset[str]:
    """The small words of one use, of all languages, from ``data/grammar.csv``."""
    return frozenset(
        fold(term) for row in rows("grammar") if row["code"] == code for term in row["terms"].split("|")
    )
