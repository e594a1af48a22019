"""Who is silent, and where: people registered by home district, and when they were last heard."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from mbiu.codes import ContactRole
from mbiu.db import among
from mbiu.house import settings
from mbiu.models import Address, Contact, Place, Report, utcnow
from review import places

#: Depth of a district in a path: ``/ug/ug-western/ug-kasese/``.
DISTRICT = 3
# What of a path is its district, or what of it there is, for PostgreSQL.
_UNIT = f"'^(?:/[^/]+){{0,{DISTRICT}}}/'"
#: So many districts are shown, the most silent ones.
SHOWN = 150
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
    return ~or_(wrote, _told(since))


def _told(since: dt.datetime) -> ColumnElement[bool]:
    """Whether a contact told something from somebody else's phone; one's own remembers it by itself."""
    told = (Report.contact_id == Contact.id, Report.created_at >= since, Report.borrowed)
    return exists(select(Report.id).where(*told))


def areas(db: Session, scope: str) -> list[AreaPeople]:
    """The districts in which somebody is registered, the silent ones first."""
    unit = func.substring(_HOME, literal_column(_UNIT))
    query = _counted(db, scope).add_columns(unit.label("path")).group_by(unit)
    return _named(db, db.execute(query).all())


def total(db: Session, scope: str, inside: str) -> Any:
    """The people of one area together: tellers, silent, responders, heard. Of less than a district, its
    district's.
    """
    query = _counted(db, scope)
    return db.execute(
        query if inside == "/" else query.where(func.starts_with(_HOME, district(inside)))
    ).one()


# A few hundred places are somebody's home; a join with the whole gazetteer would read its 190,000.
_HOMES = (
    select(Place.id, Place.path)
    .where(Place.id.in_(select(Contact.home_place_id).distinct()))
    .cte("home")
    .prefix_with("MATERIALIZED")
)
_HOME = func.coalesce(_HOMES.c.path, func.nullif(Contact.area_path, ""), "/")


def _counted(db: Session, scope: str) -> Any:
    since = utcnow() - dt.timedelta(days=days(db))
    last = (
        select(Address.contact_id, func.max(Address.last_in_at).label("at"))
        .group_by(Address.contact_id)
        .subquery()
    )
    tells, wrote = Contact.role.in_(TELLERS), func.coalesce(last.c.at >= since, False)
    query = (
        select(
            func.count().filter(tells).label("tellers"),
            func.count().filter(tells, ~wrote, ~_told(since)).label("silent"),
            func.count().filter(Contact.role == ContactRole.RESPONDER).label("responders"),
            func.max(last.c.at).filter(tells).label("heard"),
        )
        .select_from(Contact)
        .outerjoin(_HOMES, _HOMES.c.id == Contact.home_place_id)
        .outerjoin(last, last.c.contact_id == Contact.id)
        .where(Contact.role != ContactRole.UNKNOWN, Contact.archived_at.is_(None))
    )
    return query if scope == "/" else query.where(func.mbiu_sees(_HOME))


def district(path: str) -> str:
    """The district of a path, or what of it there is."""
    return "/" + "".join(f"{part}/" for part in places.parts(path)[:DISTRICT])


def _named(db: Session, found: Sequence[Any]) -> list[AreaPeople]:
    known = places.names(db, [row.path for row in found])
    ids = [places.parts(row.path)[-1] for row in found if row.path != "/"]
    points = db.execute(select(Place.id, Place.lat, Place.lon).where(among(Place.id, ids)))
    at: dict[str, Any] = {row.id: (row.lat, row.lon) for row in points}
    lines = [_line(row, known, *at.get((places.parts(row.path) or [""])[-1], (None, None))) for row in found]
    return sorted(lines, key=lambda one: (-one.silent, -one.tellers, one.name))


def _line(row: Any, known: places.Names, lat: float | None, lon: float | None) -> AreaPeople:
    return AreaPeople(
        path=row.path,
        name=places.full_name(row.path, known),
        tellers=row.tellers,
        silent=row.silent,
        responders=row.responders,
        heard=row.heard,
        lat=lat,
        lon=lon,
    )
