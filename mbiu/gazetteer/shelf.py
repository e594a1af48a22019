"""The gazetteer's file: an SQLite database that is written once and only read from then on.

Units and other upper places have the lowest row numbers, so that they can be read first and held in
memory; villages stay on the disk until a text names them.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

from mbiu.gazetteer.fuzzy import Spellings
from mbiu.gazetteer.keys import Words
from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import Place

_SPELLINGS = "Ng'ombe Chang’ombe Malakāl Côte ÀÉÎ Ærø ß جُوبا مَلَكال الأبيض مدينة على"
#: Changes with the tables of the file, and with the way in which names are folded.
FORMAT = f"2-{crc32(fold_name(_SPELLINGS).encode()):08x}"
_COLUMNS = (
    "id, name, aliases, kind, level, type_local, country, parent, pcode, lat, lon, coord_precision,"
    " radius_km, population, match_policy, valid_to, replaced_by, source, source_id"
)


class BadFile(ValueError):
    """A file is no gazetteer that this version can read. The message says which and why."""


class OldFile(BadFile):
    """A file of another version of Mbiu: its places can be read, its indexes cannot be trusted."""


class Shelf:
    """The places of one file. Safe between threads and across a fork: each has a link of its own."""

    def __init__(self, path: Path, *, of_any_version: bool = False) -> None:
        self.path = path
        self._links = threading.local()
        self.meta = self._meta()
        if self.meta.get("format") != FORMAT and not of_any_version:
            raise OldFile(f"{path}: a gazetteer of another version of Mbiu; build or import it again")
        self.size = int(self.meta["places"])
        self.edition = str(self.meta["edition"])
        self.words = Words.from_blobs(*self._blobs("words"))
        self.spellings = Spellings.from_blobs(*self._blobs("spellings"))
        self.get = lru_cache(maxsize=4_000)(self._get)
        self.bearers = lru_cache(maxsize=1_000)(self._bearers)
        self.row = lru_cache(maxsize=4_000)(self._row)

    def upper(self) -> dict[int, Place]:
        """The places to hold in memory, by row number."""
        kept = int(self.meta["upper"])
        query = f"SELECT {_COLUMNS}, n FROM place WHERE n <= ? ORDER BY n"  # noqa: S608 - our own words
        return {row[-1]: _place(row) for row in self._ask(query, kept)}

    def upper_names(self) -> Iterator[tuple[str, int]]:
        """Their folded names, with the row numbers of those who bear them."""
        return iter(self._ask("SELECT key, n FROM upper_name ORDER BY key, n"))

    def all(self) -> Iterator[Place]:
        """Every place, in the order of the file."""
        query = f"SELECT {_COLUMNS} FROM place ORDER BY n"  # noqa: S608
        for row in self._link().execute(query):
            yield _place(row)

    def by_pcode(self, code: str) -> Place | None:
        return self._one("pcode = ? AND pcode <> ''", code)

    def inside(self, south: float, north: float, west: float, east: float, *, units: bool) -> list[Place]:
        """Places of a box of degrees that have a point of their own, only units if so asked."""
        query = (
            f"SELECT {_COLUMNS} FROM place WHERE own_lat BETWEEN ? AND ?"  # noqa: S608
            f" AND lon BETWEEN ? AND ? AND {'level > 0' if units else '(level IS NULL OR level > 0)'}"
        )
        return [_place(row) for row in self._ask(query, south, north, west, east)]

    def _get(self, place_id: str) -> Place | None:
        return self._one("id = ?", place_id)

    def _bearers(self, key: str) -> tuple[tuple[int, int], ...]:
        """Row numbers of the lower places of a folded name, each with that of the upper unit it lies in."""
        return tuple(self._ask("SELECT n, up FROM name WHERE key = ? ORDER BY n", key))

    def _row(self, number: int) -> Place:
        return _place(self._ask(f"SELECT {_COLUMNS} FROM place WHERE n = ?", number)[0])  # noqa: S608

    def _one(self, condition: str, value: str) -> Place | None:
        rows = self._ask(f"SELECT {_COLUMNS} FROM place WHERE {condition}", value)  # noqa: S608
        return _place(rows[0]) if rows else None

    def _ask(self, query: str, *values: object) -> list[Any]:
        return self._link().execute(query, values).fetchall()

    def _link(self) -> sqlite3.Connection:
        """This thread's link; a child process makes its own, as SQLite demands."""
        if getattr(self._links, "process", None) != os.getpid():
            self._links.process = os.getpid()
            self._links.link = _open(self.path)
        return self._links.link  # type: ignore[no-any-return]  # set just above

    def _meta(self) -> dict[str, Any]:
        try:
            return {key: json.loads(value) for key, value in self._ask("SELECT key, value FROM meta")}
        except (sqlite3.Error, ValueError, OSError) as error:
            raise BadFile(f"{self.path}: not a gazetteer ({error})") from None

    def _blobs(self, name: str) -> tuple[bytes, bytes, bytes]:
        found = dict(self._ask("SELECT part, data FROM blob WHERE name = ?", name))
        return found[0], found[1], found[2]


def _open(path: Path) -> sqlite3.Connection:
    link = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    link.execute("PRAGMA cache_size = -4000")
    return link


def _place(row: tuple[Any, ...]) -> Place:
    return Place(row[0], row[1], tuple(row[2].split("|")) if row[2] else (), *row[3:19])
