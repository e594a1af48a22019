"""What waits for an analyst: incidents and messages that led to none, in one list, a page at a time."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from mbiu import searching
from mbiu.codes import Priority
from mbiu.db import among
from mbiu.house import ranking
from mbiu.models import Incident, Report, User, utcnow
from mbiu.refs import normal_ref
from mbiu.searching import Found
from mbiu.verification import MAY_DECIDE
from review import lines, places
from review.filters import STATES, WAITING, Filters
from review.lines import QueueRow
from review.paging import Order, decode, encode, merged

__all__ = ["CAPPED", "OVERLAP", "PAGE", "STATES", "WAITING", "Filters", "QueuePage", "page", "select_page"]

PAGE = 40
#: No more than so many rows are counted.
CAPPED = 500
#: The areas of so many of the most urgent incidents are offered to filter by.
_AREAS = 2000
# A change may become visible a little after the moment it bears; the page drops what it has seen.
OVERLAP = dt.timedelta(seconds=10)


@dataclass(frozen=True)
class QueuePage:
    """The queue as it stands: a page of rows, the counts, and what one may filter by and assign to.

    ``next`` and ``previous`` are the places to go on from. ``found`` is False where a search gave nothing,
    ``complete`` where more fits than was looked through.
    """

    rows: list[QueueRow]
    chosen: Filters
    counts: list[tuple[str, int]]
    messages: int
    again: int
    areas: list[tuple[str, str]]
    people: list[tuple[str, str]]
    next: str | None
    previous: str | None
    cursor: str
    complete: bool = True

    @property
    def total(self) -> int:
        """How many rows the list has, `CAPPED` + 1 for more than `CAPPED`."""
        counted = sum(count for level, count in self.counts if self.chosen.priority in {"", level})
        return min(CAPPED + 1, counted + (self.messages if self.chosen.has_messages else 0))

    @property
    def filtered(self) -> bool:
        return bool(self.chosen.as_query())


def page(db: Session, chosen: Filters, at: tuple[str, str], user_id: UUID) -> QueuePage:
    """The page of the queue after one place, or before another (``at``; the first that is given counts)."""
    found = searching.find(db, chosen.q) if chosen.q else None
    listing = _Listing(db, chosen, found, user_id)
    rows, further, earlier = listing.page(*at)
    return QueuePage(
        rows=lines.present(db, rows, user_id, listing.order.due),
        chosen=chosen,
        counts=_counts(db, listing),
        messages=_capped(db, listing.messages(select(literal(1)).select_from(Report))),
        again=_capped(db, Filters(state="again").narrow(select(literal(1)).select_from(Incident))),
        areas=_areas(db),
        people=_people(db),
        next=further,
        previous=earlier,
        cursor=utcnow().isoformat(),
        complete=found is None or found.complete,
    )


def select_page(db: Session, chosen: Filters, after: str, size: int) -> tuple[list[Incident], str | None]:
    """Up to ``size`` incidents that follow the place ``after``, and the place of the last if more follow."""
    order = Order(chosen.order, _message_due(db))
    query = order.beyond(chosen.narrow(select(Incident)), decode(after, order), back=False)
    found = list(db.scalars(query.limit(size + 1)))
    return found[:size], encode(order.place(found[size - 1])) if len(found) > size else None


def rows(db: Session, refs: Iterable[str], user_id: UUID) -> list[QueueRow]:
    """The lines of these incidents and messages as they stand now."""
    wanted = [normal_ref(ref) for ref in refs][:100]
    found: list[Any] = list(db.execute(lines.incident_rows().where(Incident.ref.in_(wanted))))
    loose = lines.message_rows().where(Report.ref.in_(wanted), Report.incident_id.is_(None))
    return lines.present(db, [*found, *db.execute(loose)], user_id, _message_due(db))


def _message_due(db: Session) -> dt.timedelta:
    return dt.timedelta(minutes=ranking.current(db).minutes[Priority.P4])


# --- a page ------------------------------------------------------------------------------------


class _Listing:
    """The list that somebody asked for."""

    def __init__(self, db: Session, chosen: Filters, found: Found | None, user_id: UUID) -> None:
        self.db, self.chosen, self.found, self.user_id = db, chosen, found, user_id
        self.order = Order(chosen.order, _message_due(db))

    def incidents(self, query: Any) -> Any:
        if self.found is not None:
            query = query.where(among(Incident.id, self.found.incidents))
        return self.chosen.narrow(query, self.user_id)

    def messages(self, query: Any) -> Any:
        if self.found is not None:
            query = query.where(among(Report.id, self.found.messages))
        return self.chosen.narrow_messages(query)

    def page(self, after: str, before: str) -> tuple[list[Any], str | None, str | None]:
        """The rows, the place to go on from, and the place to go back from."""
        ahead, behind = decode(after, self.order), decode(before, self.order)
        back = ahead is None and behind is not None
        rows = self._beyond(behind if back else ahead, back=back)
        if back and len(rows) <= PAGE:  # What lay before is the beginning by now.
            return self.page("", "")
        more, rows = len(rows) > PAGE, rows[:PAGE][:: -1 if back else 1]
        further = encode(self.order.place(_model(rows[-1]))) if rows and (more or back) else None
        earlier = encode(self.order.place(_model(rows[0]))) if rows and (ahead or (back and more)) else None
        return rows, further, earlier

    def _beyond(self, at: Any, *, back: bool) -> list[Any]:
        order, size = self.order, PAGE + 1
        query = order.beyond(self.incidents(lines.incident_rows()), at, back=back)
        incidents = self.db.execute(query.limit(size)).all() if self.chosen.shown else []
        loose = order.messages_beyond(self.messages(lines.message_rows()), at, back=back)
        told = loose is not None and self.chosen.has_messages
        messages = self.db.execute(loose.limit(size)).all() if told and loose is not None else []
        return merged(
            incidents,
            messages,
            lambda row: order.place(_model(row)),
            size,
            descends=order.descends is not back,
        )


def _model(row: Any) -> Incident | Report:
    found: Incident | Report = row.Incident if hasattr(row, "Incident") else row.Report
    return found


# --- counts and choices ------------------------------------------------------------------------


def _counts(db: Session, listing: _Listing) -> list[tuple[str, int]]:
    """How many incidents of each priority the list has, leaving aside which priority was chosen."""
    wide = Filters(**(vars(listing.chosen) | {"priority": ""}))
    some = _Listing(db, wide, listing.found, listing.user_id)
    capped = [
        select(literal(level.value).label("level"), func.count().label("n")).select_from(
            some.incidents(select(literal(1)).select_from(Incident))
            .where(Incident.priority == level)
            .limit(CAPPED + 1)
            .subquery()
        )
        for level in Priority
    ]
    found = {row.level: row.n for row in db.execute(union_all(*capped))}
    return [(level.value, found[level.value]) for level in Priority]


def _capped(db: Session, query: Any) -> int:
    return db.scalar(select(func.count()).select_from(query.limit(CAPPED + 1).subquery())) or 0


def _areas(db: Session) -> list[tuple[str, str]]:
    """The countries and first-level units of what is most urgent, as paths with names."""
    waiting = (
        select(Incident.area_path)
        .where(Incident.state.in_(WAITING))
        .order_by(Incident.priority, Incident.due_at, Incident.id)
        .limit(_AREAS)
        .subquery()
    )
    first, second = (func.split_part(waiting.c.area_path, "/", n) for n in (2, 3))
    found = db.execute(select(first, second).distinct()).all()
    paths = {f"/{a}/" for a, _ in found if a} | {f"/{a}/{b}/" for a, b in found if b}
    known = places.names(db, paths)
    return sorted(((path, places.full_name(path, known)) for path in paths), key=_by_country)


def _by_country(item: tuple[str, str]) -> list[str]:
    return list(reversed(item[1].split(", ")))


def _people(db: Session) -> list[tuple[str, str]]:
    """Those whom an incident can be assigned to: id and name."""
    deciders = select(User.id, User.name).where(User.role.in_(MAY_DECIDE), User.disabled_at.is_(None))
    return [(str(row.id), row.name) for row in db.execute(deciders.order_by(User.name).limit(200))]


# --- what changes ------------------------------------------------------------------------------


def events(db: Session, after: dt.datetime, chosen: Filters, user_id: UUID) -> list[tuple[str, str, bool]]:
    """What changed since a moment: reference, moment of the change, and whether it is new in this list."""
    since = after - OVERLAP
    fits = and_(*chosen.conditions(user_id)).label("fits")
    changed = select(Incident.ref, Incident.updated_at.label("at"), Incident.created_at, fits)
    found = list(
        db.execute(changed.where(Incident.updated_at > since).order_by(Incident.updated_at).limit(200))
    )
    if chosen.has_messages:
        loose = select(Report.ref, Report.read_at.label("at"), Report.created_at, literal(True).label("fits"))
        recent = Report.created_at > since - dt.timedelta(hours=1)
        query = chosen.narrow_messages(loose).where(recent, Report.read_at > since)
        found += db.execute(query.order_by(Report.created_at.desc()).limit(200))
    return [(row.ref, row.at.isoformat(), bool(row.fits) and row.created_at > since) for row in found]
