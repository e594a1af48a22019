"""The land of areas as files of the centre tell it: kept beside the gazetteer, then in the database."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu.gazetteer.zones import thinned
from mbiu.models import AreaShape, Place, utcnow


def beside(path: Path) -> Path:
    """Where the shapes of a gazetteer's file are kept."""
    return path.with_name(f"{path.stem}.shapes.json")


def keep(path: Path, shapes: Mapping[str, BaseGeometry], source: str) -> int:
    """Add the shapes of an import, by place id, to those beside a gazetteer's file; how many."""
    if not shapes:
        return 0
    file = beside(path)
    known = json.loads(file.read_text()) if file.is_file() else {}
    for place_id, shape in thinned(shapes).items():
        known[place_id] = {"source": source, "geometry": mapping(shape)}
    file.write_text(json.dumps(known, separators=(",", ":")))
    return len(shapes)


def load(session: Session, path: Path) -> int:
    """Put the shapes beside a gazetteer's file into the database; how many have a place there."""
    file = beside(path)
    if not file.is_file():
        return 0
    told: dict[str, Any] = json.loads(file.read_text())
    there = session.scalars(select(Place.id).where(Place.id.in_(told), ~Place.retired)).all()
    rows = [{"place_id": key, **told[key], "loaded_at": utcnow()} for key in there]
    if rows:
        statement = insert(AreaShape)
        fresh = {name: statement.excluded[name] for name in ("geometry", "source", "loaded_at")}
        session.execute(statement.on_conflict_do_update(index_elements=["place_id"], set_=fresh), rows)
    return len(rows)
