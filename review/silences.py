"""Who is silent, and where: people registered by home district, and when they were last heard."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from mbiu.codes import ContactRole
from mbiu.house import settings
from mbiu.models import Address, Contact, Place, Report, utcnow
from review import places

#: Depth of a district in a path: ``/ug/ug-western/ug-kasese/``.
DISTRICT = 3
#: Who is expected to write without being asked.
TELLERS = (ContactRole.FOCAL_POINT, ContactRole.COMMITTEE)


@dataclass(frozen=True)
class AreaPeople:
    """The people of one area. ``heard`` is when the last of those who report wrote."""

    path: str
    name: str
    tellers: int
    silent: int
    responders: int
    heard: dt.datetime | None
    lat: float | None
    lon: float | None

    @property
    def state(self) -> str:
        """How well we hear: none (nobody there), mute (all silent), thin (some), good."""
        if not self.tellers:
            return "none"
        if self.silent == self.tellers:
            return "mute"
        return "thin" if self.silent else "good"


def days(db: Session) -> int:
    """After how many days without a message somebody counts as silent."""
    return int(settings.value(db, "silence_days"))


def is_silent(since: dt.datetime) -> ColumnElement[bool]:
    """Whether a contact wrote nothing since then, from the own phone or another."""
    wrote = exists(select(Address.id).where(Address.contact_id == Contact.id, Address.last_in_at >= since))
    told = exists(select(Report.id).where(Report.contact_id == Contact.id, Report.created_at >= since))
    return ~or_(wrote, told)


def areas(db: Session, scope: str) -> list[AreaPeople]:
    """The districts in which somebody is registered, the silent ones first."""
    since = utcnow() - dt.timedelta(days=days(db))
    last = (
        select(Address.contact_id, func.max(Address.last_in_at).label("at"))
        .group_by(Address.contact_id)
        .subquery()
    )
    path = func.coalesce(Place.path, func.nullif(Contact.area_path, ""), "/")
    query = (
        select(path.label("path"), Contact.role, is_silent(since).label("silent"), last.c.at)
        .outerjoin(Place, Place.id == Contact.home_place_id)
        .outerjoin(last, last.c.contact_id == Contact.id)
        .where(Contact.role != ContactRole.UNKNOWN, Contact.archived_at.is_(None))
    )
    if scope != "/":
        query = query.where(func.mbiu_sees(path))
    found: dict[str, list[tuple[ContactRole, bool, dt.datetime | None]]] = defaultdict(list)
    for row in db.execute(query):
        found[district(row.path)].append((row.role, row.silent, row.at))
    return _named(db, found)


def district(path: str) -> str:
    """The district of a path, or what of it there is."""
    return "/" + "".join(f"{part}/" for part in places.parts(path)[:DISTRICT])


def _named(
    db: Session, found: dict[str, list[tuple[ContactRole, bool, dt.datetime | None]]]
) -> list[AreaPeople]:
    known = places.names(db, found)
    ids = [places.parts(path)[-1] for path in found if path != "/"]
    points = {
        row.id: row for row in db.execute(select(Place.id, Place.lat, Place.lon).where(Place.id.in_(ids)))
    }
    lines = [_line(path, people, known, points) for path, people in found.items()]
    return sorted(lines, key=lambda one: (-one.silent, -one.tellers, one.name))


def _line(
    path: str,
    people: list[tuple[ContactRole, bool, dt.datetime | None]],
    known: places.Names,
    points: dict[str, Any],
) -> AreaPeople:
    tellers = [one for one in people if one[0] in TELLERS]
    point = points.get((places.parts(path) or [""])[-1])
    return AreaPeople(
        path=path,
        name=places.full_name(path, known),
        tellers=len(tellers),
        silent=sum(silent for _, silent, _ in tellers),
        responders=sum(role is ContactRole.RESPONDER for role, _, _ in people),
        heard=max((at for _, _, at in tellers if at), default=None),
        lat=getattr(point, "lat", None),
        lon=getattr(point, "lon", None),
    )
