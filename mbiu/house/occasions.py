"""The calendar: days that may bring trouble or peace, and which of them are near."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.channels.text import clean
from mbiu.house.settings import RUNNERS
from mbiu.models import Occasion, Place
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible

#: Days that the calendar may hold; more belong in a calendar of another kind.
MOST = 2_000
LONGEST = dt.timedelta(days=366)
NOTE_MOST = 500


class OccasionKind(StrEnum):
    """What sort of days they are."""

    ELECTION = "election"
    VERDICT = "verdict"
    FEAST = "feast"
    MARKET = "market"
    RAID_SEASON = "raid_season"
    CEREMONY = "ceremony"
    DEADLINE = "deadline"
    OTHER = "other"


@dataclass(frozen=True)
class Day:
    """An occasion as a person writes it down; both days are included."""

    kind: str
    title: str
    starts_on: dt.date
    ends_on: dt.date
    area_path: str = "/"
    note: str = ""
    yearly: bool = False


def save(session: Session, actor: Actor, day: Day, occasion_id: UUID | None = None) -> Occasion:
    """Write an occasion down, or change one. Raises NotAllowed, NotFound, NotPossible."""
    _must_run(actor)
    day = _checked(session, day)
    row = _find(session, occasion_id) if occasion_id else Occasion(id=new_id(), made_by=actor.id)
    before = _facts(row) if occasion_id else None
    for name, value in vars(day).items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    audit.append(session, actor, "occasion.saved", f"occasion:{row.id}", before=before, after=_facts(row))
    return row


def remove(session: Session, actor: Actor, occasion_id: UUID) -> None:
    """Take an occasion out of the calendar. Raises NotAllowed, NotFound."""
    _must_run(actor)
    row = _find(session, occasion_id)
    audit.append(session, actor, "occasion.removed", f"occasion:{row.id}", before=_facts(row), after=None)
    session.delete(row)


def listed(session: Session, since: dt.date) -> Sequence[Occasion]:
    """What ends on that day or later, and what comes every year, in order."""
    query = select(Occasion).where(or_(Occasion.ends_on >= since, Occasion.yearly))
    return session.scalars(query.order_by(Occasion.starts_on, Occasion.title).limit(MOST)).all()


def near(session: Session, area_path: str, today: dt.date, days: int = 7) -> list[Occasion]:
    """What goes on in an area, or around or inside it, from ``today`` to so many days later."""
    until = today + dt.timedelta(days=days)
    return [
        row
        for row in listed(session, today)
        if (area_path.startswith(row.area_path) or row.area_path.startswith(area_path))
        and falls(row, today, until)
    ]


def falls(row: Occasion, first: dt.date, last: dt.date) -> bool:
    """Whether an occasion touches the days from ``first`` to ``last``, in any year if it is yearly."""
    if not row.yearly:
        return row.starts_on <= last and row.ends_on >= first
    lasts = row.ends_on - row.starts_on
    begins = (_in_year(row.starts_on, year) for year in (first.year - 1, first.year, last.year))
    return any(start <= last and start + lasts >= first for start in begins)


def _in_year(day: dt.date, year: int) -> dt.date:
    """The same day of another year; 29 February is the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _checked(session: Session, day: Day) -> Day:
    title, note = (" ".join(clean(text).split()) for text in (day.title, day.note))
    if not title or len(title) > 120 or len(note) > NOTE_MOST:
        raise NotPossible("An occasion needs a title of at most 120 characters.")
    if day.kind not in set(OccasionKind):
        raise NotPossible("Choose what kind of occasion it is.")
    if not dt.timedelta() <= day.ends_on - day.starts_on < LONGEST:
        raise NotPossible("It ends on the day it begins or later, and within a year.")
    if day.area_path != "/" and not session.scalar(select(Place.id).where(Place.path == day.area_path)):
        raise NotPossible("There is no such area.")
    return Day(day.kind, title, day.starts_on, day.ends_on, day.area_path, note, day.yearly)


def _facts(row: Occasion) -> dict[str, object]:
    facts = {name: getattr(row, name) for name in ("kind", "title", "starts_on", "ends_on", "area_path")}
    return facts | {"yearly": row.yearly}


def _find(session: Session, occasion_id: UUID) -> Occasion:
    row = session.get(Occasion, occasion_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such occasion.")
    return row


def _must_run(actor: Actor) -> None:
    if actor.role not in RUNNERS:
        raise NotAllowed("Only administrators and coordinators keep the calendar.")
