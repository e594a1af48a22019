"""The gazetteer in the database: the installation's record of its places, and which edition they are."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from mbiu import models
from mbiu.gazetteer import best
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.place import Place
from mbiu.gazetteer.shelf import FORMAT, BadFile
from mbiu.settings import settings

log = logging.getLogger(__name__)

#: For so long a process works with the places it has read before it asks for changes.
FRESH_SECONDS = 300
_LOCK = 1835165046
_BATCH = 5_000
_COLUMNS = (
    "id", "name", "aliases", "kind", "level", "type_local", "country", "parent_id", "path", "pcode",
    "lat", "lon", "coord_precision", "radius_km", "population", "match_policy",
    "source", "source_id", "valid_to", "replaced_by",
)  # fmt: skip
_TABLE = models.Place.__table__
_REFERRING = (models.Contact.home_place_id, models.Incident.place_id, models.Report.place_id)


def load(session: Session, gazetteer: Gazetteer) -> int:
    """Make the database hold these places and no others; how many changed.

    New ones are copied in, changed ones written over. One that is gone is deleted, or kept as retired
    while a contact, a report or an incident refers to it. Nothing happens if they are loaded already.
    """
    session.execute(text("SET LOCAL statement_timeout = '10min'"))
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    edition = gazetteer.edition
    if loaded(session) == edition:
        return 0
    known = {row[0]: hash(row[1:]) for row in _stored(session)}
    rows = {row[0]: row for row in _rows(gazetteer)}
    gone = known.keys() - rows.keys()
    changed = [row for key, row in rows.items() if key in known and hash(tuple(row[1:])) != known[key]]
    _retire(session, gone)
    _overwrite(session, changed)
    _copy(session, (row for key, row in rows.items() if key not in known))
    session.add(models.PlaceEdition(edition=edition, places=len(rows), sources=gazetteer.sources))
    log.info("gazetteer.loaded", extra={"edition": edition, "places": len(rows)})
    return len(gone) + len(changed) + len(rows.keys() - known.keys())


def loaded(session: Session) -> str | None:
    """The edition that the database holds; None for one that was never loaded."""
    newest = select(models.PlaceEdition.edition).order_by(models.PlaceEdition.id.desc()).limit(1)
    return session.scalar(newest)


def sources(session: Session) -> dict[str, Any]:
    """Rows and licence by source of what the database holds."""
    newest = select(models.PlaceEdition.sources).order_by(models.PlaceEdition.id.desc()).limit(1)
    return session.scalar(newest) or {}


def read(session: Session) -> Iterator[Place]:
    """The database's places, without the retired ones."""
    return (_place(row) for row in _stored(session))


def _stored(session: Session) -> Iterator[tuple[Any, ...]]:
    columns = [_TABLE.c[name] for name in _COLUMNS]
    query = select(*columns).where(~models.Place.retired).execution_options(yield_per=_BATCH)
    for row in session.execute(query):
        yield tuple(tuple(value) if isinstance(value, list) else value for value in row)


def _rows(places: Iterable[Place]) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of ``_COLUMNS``, each with the ids from the country down to it."""
    rows = list(places)
    parents, paths = {one.place_id: one.parent_id for one in rows}, {"": "/"}
    for one in rows:
        yield _row(one, _path(one.place_id, parents, paths))


def _path(place_id: str, parents: dict[str, str], paths: dict[str, str]) -> str:
    steps = []
    while place_id not in paths and place_id not in steps:
        steps.append(place_id)
        place_id = parents.get(place_id, "")
    for step in reversed(steps):
        paths[step] = f"{paths.get(place_id, '/')}{step}/"
        place_id = step
    return paths[place_id]


def _row(one: Place, path: str) -> tuple[Any, ...]:
    return (
        one.place_id, one.name, one.aliases, one.kind, one.admin_level, one.type_local, one.country,
        one.parent_id or None, path, one.pcode or None, one.lat, one.lon, one.coord_precision, one.radius_km,
        one.population, one.match_policy, one.source, one.source_id, one.valid_to, one.replaced_by,
    )  # fmt: skip


def _place(row: tuple[Any, ...]) -> Place:
    (
        place_id, name, aliases, kind, level, type_local, country, parent_id, _, pcode,
        lat, lon, precision, radius, population, policy, source, source_id, valid_to, replaced_by,
    ) = row  # fmt: skip
    return Place(
        place_id, name, tuple(aliases), kind, level, type_local, country, parent_id or "", pcode or "",
        lat, lon, precision, radius or 0.0, population or 0, policy, valid_to, replaced_by, source, source_id,
    )  # fmt: skip


def _retire(session: Session, gone: Iterable[str]) -> None:
    """Delete the places to which nothing refers; the others stay, without being matched any more."""
    referred = {key for column in _REFERRING for key in session.scalars(select(column).distinct()) if key}
    dead = sorted(set(gone) - referred)
    for at in range(0, len(dead), _BATCH):
        session.execute(delete(models.Place).where(models.Place.id.in_(dead[at : at + _BATCH])))
    kept = sorted(set(gone) & referred)
    values = {"retired": True, "match_policy": "never", "pcode": None}
    session.execute(update(models.Place).where(models.Place.id.in_(kept)).values(values))


def _overwrite(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """Write changed rows over what is there; first all let go of their P-codes, which may change hands."""
    insert = upsert(models.Place)
    columns = {name: insert.excluded[name] for name in _COLUMNS if name != "id"}
    statement = insert.on_conflict_do_update(index_elements=["id"], set_=columns)
    for at in range(0, len(rows), _BATCH):
        ids = [row[0] for row in rows[at : at + _BATCH]]
        session.execute(update(models.Place).where(models.Place.id.in_(ids)).values(pcode=None))
    for at in range(0, len(rows), _BATCH):
        batch = [dict(zip(_COLUMNS, row, strict=True)) for row in rows[at : at + _BATCH]]
        session.execute(statement, [{**row, "aliases": list(row["aliases"])} for row in batch])


def _copy(session: Session, rows: Iterable[tuple[Any, ...]]) -> None:
    """Bring in new places; one that comes back after it was retired is written over."""
    retired = set(session.scalars(select(models.Place.id).where(models.Place.retired)))
    back = []
    cursor = session.connection().connection.driver_connection.cursor()  # type: ignore[union-attr]
    with cursor, cursor.copy(f"COPY place ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            if row[0] in retired:
                back.append(row)
            else:
                copy.write_row((*row[:2], list(row[2]), *row[3:]))
    _overwrite(session, back)
    ids = [row[0] for row in back]
    session.execute(update(models.Place).where(models.Place.id.in_(ids)).values(retired=False))


def export(session: Session) -> Path:
    """The database's places as a file of this installation, written unless it is there. Safe at any time."""
    from mbiu.gazetteer.shelve import write

    path = _file(loaded(session) or "empty")
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        licences = {name: str(facts["licence"]) for name, facts in sources(session).items()}
        write(path, read(session), licences)
        for other in path.parent.glob("*.sqlite"):
            if other != path:
                other.unlink(missing_ok=True)
    return path


def _file(edition: str) -> Path:
    return settings().home_dir.expanduser() / "gazetteer" / f"{edition}-{FORMAT}.sqlite"


class _Current:
    """The gazetteer that this process works with."""

    def __init__(self) -> None:
        self.edition: str | None = ""
        self.asked = float("-inf")
        self.gazetteer: Gazetteer | None = None


_current = _Current()


def current(session: Session) -> Gazetteer:
    """This process's gazetteer: the edition that the database holds, asked for every ``FRESH_SECONDS``."""
    now = time.monotonic()
    if _current.gazetteer is None or now - _current.asked >= FRESH_SECONDS:
        edition = loaded(session)
        if _current.gazetteer is None or edition != _current.edition:
            _current.gazetteer = _open(edition)
            _current.edition = edition
            log.info("gazetteer.read", extra={"edition": edition, "places": len(_current.gazetteer)})
        _current.asked = now
    return _current.gazetteer


def forget() -> None:
    """Ask the database afresh when the gazetteer is wanted next."""
    _current.gazetteer = None


def _open(edition: str | None) -> Gazetteer:
    """A gazetteer of that edition: this installation's copy, the built file, the seed, or a new copy."""
    if edition is None or edition == Gazetteer.seed().edition:
        return Gazetteer.seed()
    for path in (_file(edition), best.own_file(), best.built_file()):
        found = _fitting(path, edition)
        if found is not None:
            return found
    # In a process of its own: writing takes memory that a worker should not keep.
    subprocess.run(
        [sys.executable, "-m", "mbiu", "gazetteer", "export"], check=True, stdout=subprocess.DEVNULL
    )
    return Gazetteer.open(_file(edition))


def _fitting(path: Path, edition: str) -> Gazetteer | None:
    try:
        found = Gazetteer.open(path) if path.is_file() else None
    except BadFile:
        return None
    return found if found is not None and found.edition == edition else None
