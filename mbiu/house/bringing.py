"""Places from a file that somebody brings in the console: looked through first, loaded if they say so.

Both are a worker's: the file lies in the database until it is done with, and no path is ever taken from
a user. What it means to the gazetteer is decided by `mbiu.gazetteer.bring`.
"""

import datetime as dt
import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.db import transaction
from mbiu.gazetteer import best, shapes, store
from mbiu.gazetteer.bring.incoming import BadImport, Wish
from mbiu.gazetteer.bring.work import READERS, Order, carry_out
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.place import Place
from mbiu.gazetteer.shelf import BadFile
from mbiu.house.settings import RUNNERS
from mbiu.jobs import Job, enqueue
from mbiu.models import PlaceEdition, PlaceImport, User, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible

log = logging.getLogger(__name__)

#: Bytes of a file that is taken.
LARGEST = 16 * 1024 * 1024
#: Rows of each kind that a finding names.
SHOWN = 200
#: Who looked through a file and died is not waited for longer.
LEASE = dt.timedelta(minutes=15)
#: A file that nobody applied goes.
PATIENCE = dt.timedelta(days=2)
FORMATS = {"csv": ".csv", "geojson": ".geojson", "geonames": ".txt"}
_PACKED = (b"PK\x03\x04", b"\x1f\x8b")
_DUE = ("new", "wanted")


def bring(session: Session, actor: Actor, form: str, country: str, content: bytes) -> PlaceImport:
    """Take a file to be looked through. Raises NotAllowed, NotPossible."""
    _must_run(actor)
    country = country.strip().upper()
    if form not in FORMATS or form not in READERS:
        raise NotPossible("Choose what kind of file it is.")
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        raise NotPossible("Name the country by two letters, such as UG.")
    if not content.strip() or len(content) > LARGEST or content.startswith(_PACKED):
        raise NotPossible("Bring a plain file, not packed, of at most 16 MB.")
    row = PlaceImport(id=new_id(), format=form, country=country, content=content, made_by=actor.id)
    session.add(row)
    session.flush()
    audit.append(session, actor, "places.brought", f"import:{row.id}", format=form, country=country)
    enqueue(session, Job.PLACES)
    return row


def decide(session: Session, actor: Actor, import_id: UUID, *, apply: bool) -> None:
    """Load what was looked through, or drop it. Raises NotAllowed, NotFound, NotPossible."""
    _must_run(actor)
    row = session.get(PlaceImport, import_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such file.")
    if row.state != "looked" and (apply or row.state not in {"new", "refused"}):
        raise NotPossible("This file is not waiting for a decision.")
    row.state, row.due_at = ("wanted" if apply else "dropped"), utcnow()
    if not apply:
        row.content, row.ended_at = b"", utcnow()
    audit.append(session, actor, "places.wanted" if apply else "places.dropped", f"import:{row.id}")
    if apply:
        enqueue(session, Job.PLACES)


def listed(session: Session, most: int = 20) -> list[dict[str, Any]]:
    """The newest files with what was found in them, without their content."""
    columns = (
        PlaceImport.id, PlaceImport.state, PlaceImport.format, PlaceImport.country, PlaceImport.findings,
        PlaceImport.created_at, PlaceImport.ended_at, User.name.label("by"),
    )  # fmt: skip
    query = select(*columns).outerjoin(User, User.id == PlaceImport.made_by)
    rows = session.execute(query.order_by(PlaceImport.created_at.desc()).limit(most)).mappings()
    return [dict(row) for row in rows]


def edition(session: Session) -> PlaceEdition | None:
    """The gazetteer that the database holds."""
    return session.scalars(select(PlaceEdition).order_by(PlaceEdition.id.desc()).limit(1)).first()


def _must_run(actor: Actor) -> None:
    if actor.role not in RUNNERS:
        raise NotAllowed("Only administrators and coordinators bring in places.")


# --- the worker's part -------------------------------------------------------------------------


def work() -> int:
    """Look through one file, or load one; how many were due. No transaction is open meanwhile."""
    with transaction() as session:
        _drop_old(session)
        row = _claim(session)
    if row is None:
        return 0
    loads = row.state == "wanted"
    with tempfile.TemporaryDirectory(prefix="mbiu-places-") as folder:
        path = Path(folder) / f"places{FORMATS[row.format]}"
        path.write_bytes(row.content)
        order = Order(path, row.format, Wish(row.country), False, best.own_file())
        found = _carried_out(order, loads=loads)
    with transaction() as session:
        _settle(session, row.id, found, loads=loads)
    return 1


def _claim(session: Session) -> PlaceImport | None:
    now = utcnow()
    due = select(PlaceImport).where(PlaceImport.state.in_(_DUE), PlaceImport.due_at <= now)
    row = session.scalar(due.order_by(PlaceImport.due_at).limit(1).with_for_update(skip_locked=True))
    if row is not None:
        row.due_at = now + LEASE
    return row


def _carried_out(order: Order, *, loads: bool) -> dict[str, Any]:
    """What happened or would happen, for the page."""
    before = _before(order)
    try:
        outcome, edition = carry_out(order, dry=not loads)
    except (BadImport, BadFile) as error:
        return {"refused": str(error).replace(str(order.path), "").splitlines()[:SHOWN]}
    added, changed, removed = differences(before, outcome.places)
    return {
        "counts": {"added": outcome.added, "refined": outcome.refined, "removed": outcome.removed},
        "added": added,
        "changed": changed,
        "removed": removed,
        "edition": edition,
    }


def _before(order: Order) -> Iterable[Place]:
    start = order.target if order.target.is_file() else best.best_file()
    return list(best.gazetteer(start) if start else Gazetteer.seed())


_COMPARED = ("name", "aliases", "parent_id", "lat", "lon", "population", "pcode", "kind", "match_policy")


def differences(
    before: Iterable[Place], after: Iterable[Place]
) -> tuple[list[list[str]], list[list[str]], list[list[str]]]:
    """Places that are new, other than before, and gone: id, name and, where one changed, what of it."""
    old, new = ({one.place_id: one for one in places} for places in (before, after))
    added = [[key, new[key].name, new[key].parent_id] for key in sorted(new.keys() - old.keys())]
    removed = [[key, old[key].name, ""] for key in sorted(old.keys() - new.keys())]
    changed = [
        [key, new[key].name, what]
        for key in sorted(old.keys() & new.keys())
        if old[key] != new[key] and (what := _other(old[key], new[key]))
    ]
    return added[:SHOWN], changed[:SHOWN], removed[:SHOWN]


def _other(was: Place, now: Place) -> str:
    return ", ".join(name for name in _COMPARED if getattr(was, name) != getattr(now, name))


def _settle(session: Session, import_id: UUID, found: dict[str, Any], *, loads: bool) -> None:
    row = session.get_one(PlaceImport, import_id, with_for_update=True)
    if row.state not in _DUE:
        return
    row.findings = found
    if "refused" in found:
        row.state, row.content, row.ended_at = "refused", b"", utcnow()
    elif loads:
        store.load(session, best.gazetteer(best.own_file()))
        shapes.load(session, best.own_file())
        row.state, row.content, row.ended_at = "done", b"", utcnow()
        facts = found["counts"] | {"edition": found["edition"]}
        audit.append(session, audit.SYSTEM, "places.loaded", f"import:{row.id}", **facts)
    else:
        row.state = "looked"
    log.info("places.worked", extra={"import": str(row.id), "state": row.state})


def _drop_old(session: Session) -> None:
    old = (PlaceImport.state == "looked", PlaceImport.created_at < utcnow() - PATIENCE)
    session.execute(update(PlaceImport).where(*old).values(state="dropped", content=b"", ended_at=utcnow()))
