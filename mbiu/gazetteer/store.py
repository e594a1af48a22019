"""The gazetteer in the database: filled from a table, read whole into memory by whoever matches names."""

import logging
import time
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from mbiu import models
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.place import Place

log = logging.getLogger(__name__)

#: For so long a process works with the places it has read before it asks for changes.
FRESH_SECONDS = 300


def load(session: Session, gazetteer: Gazetteer) -> int:
    """Write all places into the database, in place of what stood under their ids; how many."""
    rows = [_row(one, gazetteer) for one in gazetteer]
    insert = upsert(models.Place)
    columns = {name: insert.excluded[name] for name in rows[0] if name != "id"}
    session.execute(insert.on_conflict_do_update(index_elements=["id"], set_=columns), rows)
    return len(rows)


def _row(one: Place, gazetteer: Gazetteer) -> dict[str, Any]:
    return {
        "id": one.place_id,
        "name": one.name,
        "aliases": list(one.aliases),
        "kind": one.kind,
        "level": one.admin_level,
        "type_local": one.type_local,
        "country": one.country,
        "parent_id": one.parent_id or None,
        "path": "/" + "".join(f"{step.place_id}/" for step in gazetteer.path(one.place_id)),
        "pcode": one.pcode or None,
        "lat": one.lat,
        "lon": one.lon,
        "coord_precision": one.coord_precision,
        "radius_km": one.radius_km,
        "population": one.population,
        "match_policy": one.match_policy,
        "source": "seed",
    }


def read(session: Session) -> Gazetteer:
    """The database's places, indexed for matching. Without any it is the gazetteer that comes with Mbiu."""
    rows = session.scalars(select(models.Place)).all()
    return Gazetteer(_place(row) for row in rows) if rows else Gazetteer.seed()


def _place(row: models.Place) -> Place:
    return Place(
        place_id=row.id,
        name=row.name,
        aliases=tuple(row.aliases),
        kind=row.kind,
        admin_level=row.level,
        type_local=row.type_local,
        country=row.country,
        parent_id=row.parent_id or "",
        pcode=row.pcode or "",
        lat=row.lat,
        lon=row.lon,
        coord_precision=row.coord_precision,
        radius_km=row.radius_km or 0.0,
        population=row.population or 0,
        match_policy=row.match_policy,
        valid_to="",
        replaced_by="",
    )


def current(session: Session) -> Gazetteer:
    """This process's gazetteer, read again after ``FRESH_SECONDS`` when the number of places has changed."""
    count = _count(session, int(time.monotonic() // FRESH_SECONDS))
    if _kept.get("count") != count:
        _kept.update(count=count, gazetteer=read(session))
        log.info("gazetteer.read", extra={"places": count})
    return _kept["gazetteer"]  # type: ignore[no-any-return]  # set just above


_kept: dict[str, Any] = {}


@lru_cache(maxsize=1)
def _count_kept(_: int) -> list[int]:
    return []


def _count(session: Session, tick: int) -> int:
    """The number of places, asked for once per ``tick``."""
    kept = _count_kept(tick)
    if not kept:
        kept.append(session.scalar(select(func.count()).select_from(models.Place)) or 0)
    return kept[0]
