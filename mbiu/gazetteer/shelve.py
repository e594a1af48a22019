"""Write the gazetteer's file: the same places give the same edition, whatever order they come in."""

import hashlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mbiu.gazetteer.fuzzy import Spellings
from mbiu.gazetteer.keys import Words
from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import UPPER_LEVEL, Place
from mbiu.gazetteer.shelf import FORMAT

_TABLES = """
PRAGMA page_size = 8192;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE blob (name TEXT, part INTEGER, data BLOB NOT NULL, PRIMARY KEY (name, part));
CREATE TABLE place (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, aliases TEXT NOT NULL, kind TEXT NOT NULL,
    level INTEGER, type_local TEXT NOT NULL, country TEXT NOT NULL, parent TEXT NOT NULL, pcode TEXT NOT NULL,
    lat REAL, lon REAL, coord_precision TEXT NOT NULL, radius_km REAL NOT NULL, population INTEGER NOT NULL,
    match_policy TEXT NOT NULL, valid_to TEXT NOT NULL, replaced_by TEXT NOT NULL, source TEXT NOT NULL,
    source_id TEXT NOT NULL, own_lat REAL
);
CREATE TABLE upper_name (key TEXT, n INTEGER, PRIMARY KEY (key, n)) WITHOUT ROWID;
CREATE TABLE name (key TEXT, n INTEGER, up INTEGER, PRIMARY KEY (key, n)) WITHOUT ROWID;
"""
_DEEPEST = 10
_INDEXES = """
CREATE UNIQUE INDEX place_id ON place (id);
CREATE UNIQUE INDEX place_pcode ON place (pcode) WHERE pcode <> '';
CREATE INDEX place_point ON place (own_lat, lon) WHERE own_lat IS NOT NULL;
"""


def write(path: Path, places: Iterable[Place], licences: Mapping[str, str] | None = None) -> str:
    """Write ``places`` to ``path``, whole or not at all; the edition, a digest of the content.

    ``licences`` says by source under what terms its rows may be used. Raises OSError.
    """
    rows = sorted(places, key=lambda one: (not is_kept(one), one.country, one.place_id))
    made = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    made.unlink(missing_ok=True)
    try:
        edition = _fill(made, rows, dict(licences or {}))
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
    return edition


def is_kept(one: Place) -> bool:
    """Whether a place is held in memory: upper units, and whatever a misspelling is looked for among."""
    return one.is_upper or (one.admin_level is not None and one.admin_level <= UPPER_LEVEL)


def keys_of(one: Place) -> set[str]:
    """The folded names of a place, those of several words also written together."""
    keys = {fold_name(name) for name in one.names} - {""}
    return keys | {key.replace(" ", "") for key in keys}


def edition_of(places: Iterable[Place]) -> str:
    """A digest of what the places say: 16 hexadecimal digits, the same for any order."""
    digest = hashlib.sha256()
    for row in sorted(map(_row, places)):
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def _fill(path: Path, rows: list[Place], licences: dict[str, str]) -> str:
    link = sqlite3.connect(path, isolation_level=None)
    try:
        link.executescript(_TABLES)
        link.execute("BEGIN")
        marks = ", ".join("?" * 21)
        link.executemany(
            f"INSERT INTO place VALUES ({marks})",  # noqa: S608 - only question marks
            ((n, *_row(one), one.lat if one.has_own_point else None) for n, one in enumerate(rows, 1)),
        )
        edition = edition_of(rows)
        kept = sum(map(is_kept, rows))
        _names(link, rows, kept)
        link.executemany("INSERT INTO meta VALUES (?, ?)", _meta(rows, kept, edition, licences))
        link.execute("COMMIT")
        link.executescript(_INDEXES)
    finally:
        link.close()
    return edition


def _names(link: sqlite3.Connection, rows: list[Place], kept: int) -> None:
    lower: list[tuple[str, int, int]] = []
    holders = _holders(rows, kept)
    for n, one in enumerate(rows, 1):
        keys = sorted(keys_of(one))
        if n <= kept:
            link.executemany("INSERT INTO upper_name VALUES (?, ?)", ((key, n) for key in keys))
        else:
            lower += [(key, n, holders[n]) for key in keys]
    link.executemany("INSERT INTO name VALUES (?, ?, ?)", sorted(lower))
    _blobs(link, "words", Words.of(key for key, _, _ in lower).blobs())
    fuzzy = {key.replace(" ", "") for one in rows[:kept] if one.is_upper for key in keys_of(one)}
    _blobs(link, "spellings", Spellings.of(fuzzy).blobs())


def _holders(rows: list[Place], kept: int) -> dict[int, int]:
    """For each lower row the number of the upper place in memory that holds it; 0 if none does."""
    number = {one.place_id: n for n, one in enumerate(rows, 1)}
    found: dict[int, int] = {}
    for n in range(kept + 1, len(rows) + 1):
        up, steps = number.get(rows[n - 1].parent_id, 0), 0
        while up > kept and steps < _DEEPEST:
            up, steps = number.get(rows[up - 1].parent_id, 0), steps + 1
        found[n] = up if up <= kept else 0
    return found


def _blobs(link: sqlite3.Connection, name: str, parts: Iterable[bytes]) -> None:
    link.executemany("INSERT INTO blob VALUES (?, ?, ?)", ((name, at, part) for at, part in enumerate(parts)))


def _meta(rows: list[Place], kept: int, edition: str, licences: dict[str, str]) -> Iterator[tuple[str, str]]:
    counts = Counter(one.source for one in rows)
    values: dict[str, Any] = {
        "format": FORMAT,
        "edition": edition,
        "places": len(rows),
        "upper": kept,
        "sources": {
            name: {"rows": counts[name], "licence": licences.get(name, "")} for name in sorted(counts)
        },
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return ((key, json.dumps(value)) for key, value in values.items())


def _row(one: Place) -> tuple[Any, ...]:
    return (
        one.place_id,
        one.name,
        "|".join(one.aliases),
        one.kind,
        one.admin_level,
        one.type_local,
        one.country,
        one.parent_id,
        one.pcode,
        one.lat,
        one.lon,
        one.coord_precision,
        one.radius_km,
        one.population,
        one.match_policy,
        one.valid_to,
        one.replaced_by,
        one.source,
        one.source_id,
    )
