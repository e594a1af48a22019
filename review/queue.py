"""What waits for an analyst, most urgent first, a page at a time."""

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from mbiu.codes import EventType, IncidentState, Priority, Severity, Verdict
from mbiu.models import Decision, Incident, User, utcnow
from mbiu.refs import normal_ref
from review import marks, places
from review.marks import Mark
from review.words import amount, label

PAGE = 40
_PATH = re.compile(r"/[\w./-]{0,200}")
WAITING = (IncidentState.OPEN, IncidentState.CLAIMED)
STATES = {
    "": ("waiting", WAITING),
    "open": ("nobody has", (IncidentState.OPEN,)),
    "claimed": ("somebody has", (IncidentState.CLAIMED,)),
    "verified": ("verified", (IncidentState.VERIFIED,)),
    "alerted": ("alerted", (IncidentState.ALERTED,)),
    "closed": ("closed", (IncidentState.CLOSED,)),
    "doubted": ("refuted or unclear", (IncidentState.REFUTED, IncidentState.UNVERIFIABLE)),
    "withdrawn": ("withdrawn by the reporter", (IncidentState.WITHDRAWN,)),
    "all": ("in all", tuple(set(IncidentState) - {IncidentState.MERGED})),
}
# A change may become visible a little after the moment it bears; the page drops what it has seen.
OVERLAP = dt.timedelta(seconds=10)


@dataclass(frozen=True)
class Flag:
    text: str
    tone: str = ""


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    ref: str
    priority: str
    event_type: str
    place: str
    area: str
    state: str
    facts: list[str]
    flags: list[Flag]
    missing: list[str]
    reports: int
    sources: int
    due_at: dt.datetime | None
    late: bool
    created_at: dt.datetime
    claimed_by: str
    claim_until: dt.datetime | None
    mine: bool


@dataclass(frozen=True)
class Filters:
    """What the queue is narrowed to; empty strings narrow nothing."""

    state: str = ""
    type: str = ""
    area: str = ""
    priority: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Filters":
        """Read from a query string; unknown values are as good as none."""
        return cls(
            state=query.get("state", "") if query.get("state", "") in STATES else "",
            type=query.get("type", "") if query.get("type") in set(EventType) else "",
            area=query.get("area", "") if _PATH.fullmatch(query.get("area", "")) else "",
            priority=query.get("priority", "") if query.get("priority") in set(Priority) else "",
        )

    def narrow(self, query: Any) -> Any:
        query = query.where(Incident.state.in_(STATES[self.state][1]))
        if self.type:
            query = query.where(Incident.event_type == self.type)
        if self.area:
            query = query.where(Incident.area_path.startswith(self.area, autoescape=True))
        return query.where(Incident.priority == self.priority) if self.priority else query

    def as_query(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class QueuePage:
    """The queue as it stands: a page of rows, the count by priority, and what one may filter by."""

    rows: list[QueueRow]
    chosen: Filters
    counts: list[tuple[str, int]]
    areas: list[tuple[str, str]]
    next: str | None
    cursor: str

    @property
    def total(self) -> int:
        return sum(count for level, count in self.counts if self.chosen.priority in {"", level})

    @property
    def what(self) -> str:
        return STATES[self.chosen.state][0]

    @property
    def filtered(self) -> bool:
        return bool(self.chosen.as_query())

    states = [(key, words[0].capitalize()) for key, words in STATES.items()]
    types = [(kind.value, label(kind)) for kind in EventType]


def page(db: Session, chosen: Filters, after: str, user_id: UUID) -> QueuePage:
    """The page of the queue that follows the place ``after`` (from an earlier page, or empty)."""
    found, further = _page(db, _rows(), chosen, (after, PAGE))
    return QueuePage(
        rows=present(db, found, user_id),
        chosen=chosen,
        counts=_counts(db, chosen),
        areas=_areas(db),
        next=further,
        cursor=utcnow().isoformat(),
    )


def select_page(db: Session, chosen: Filters, after: str, size: int) -> tuple[list[Incident], str | None]:
    """Up to ``size`` incidents that follow the place ``after``, and the place of the last if more follow."""
    found, further = _page(db, select(Incident), chosen, (after, size))
    return [row.Incident for row in found], further


def _page(db: Session, query: Any, chosen: Filters, where: tuple[str, int]) -> tuple[list[Any], str | None]:
    (after, size), query = where, chosen.narrow(query)
    if at := _decoded(after):
        query = query.where(tuple_(Incident.priority, Incident.due_at, Incident.id) > tuple_(*at))
    found = db.execute(query.order_by(Incident.priority, Incident.due_at, Incident.id).limit(size + 1)).all()
    return list(found[:size]), _encoded(found[size - 1].Incident) if len(found) > size else None


def _rows() -> Select[Incident, str]:
    return select(Incident, User.name.label("claimer")).outerjoin(User, User.id == Incident.claimed_by)


def rows(db: Session, refs: Iterable[str], user_id: UUID) -> list[QueueRow]:
    """The lines of these incidents as they stand now."""
    found = db.execute(_rows().where(Incident.ref.in_([normal_ref(ref) for ref in refs][:100]))).all()
    return present(db, found, user_id)


def events(db: Session, after: dt.datetime) -> list[tuple[str, str, bool]]:
    """What changed since a moment: reference, the moment of the change, and whether it is new and waits."""
    changed = db.execute(
        select(Incident.ref, Incident.updated_at, Incident.created_at, Incident.state)
        .where(Incident.updated_at > after - OVERLAP)
        .order_by(Incident.updated_at)
        .limit(200)
    )
    return [
        (row.ref, row.updated_at.isoformat(), row.created_at > after - OVERLAP and row.state in WAITING)
        for row in changed
    ]


def present(db: Session, found: Iterable[Any], user_id: UUID) -> list[QueueRow]:
    """Rows of the database as lines of the screen."""
    rows_ = list(found)
    known = places.names(db, [row.Incident.area_path for row in rows_])
    ids = [row.Incident.id for row in rows_]
    halves, marked = _half_verified(db, ids), marks.of_incidents(db, ids)
    return [
        _line(
            row.Incident,
            row.claimer or "",
            known,
            flags(row.Incident, half=row.Incident.id in halves, marked=marked[row.Incident.id]),
            user_id,
        )
        for row in rows_
    ]


def _line(
    incident: Incident, claimer: str, known: places.Names, shown: list[Flag], user_id: UUID
) -> QueueRow:
    now = utcnow()
    waiting = incident.state in WAITING
    held = incident.state is IncidentState.CLAIMED and bool(
        incident.claim_until and incident.claim_until > now
    )
    state = incident.state if held or not waiting else IncidentState.OPEN
    return QueueRow(
        ref=incident.ref,
        priority=incident.priority.value,
        event_type=incident.event_type.value,
        place=places.place_name(incident.area_path, known),
        area=places.area_name(incident.area_path, known),
        state=state.value,
        facts=numbers(incident.numbers),
        flags=shown,
        missing=[word for word in incident.missing if word != "event_type"],
        reports=incident.reports,
        sources=incident.sources,
        due_at=incident.due_at if waiting else None,
        late=waiting and incident.due_at < now,
        created_at=incident.created_at,
        claimed_by=claimer,
        claim_until=incident.claim_until if held else None,
        mine=held and incident.claimed_by == user_id,
    )


_NOUNS = {
    "killed": "killed",
    "injured": "hurt",
    "displaced": "displaced",
    "abducted": "taken",
    "livestock": "animals",
}


def numbers(values: dict[str, Any]) -> list[str]:
    """``3 killed``, ``12 (10–15) hurt``: what is known of numbers, gravest first."""
    return [f"{amount(values[key])} {noun}" for key, noun in _NOUNS.items() if values.get(key)]


def flags(incident: Incident, *, half: bool, marked: Iterable[Mark] = ()) -> list[Flag]:
    """What an eye should catch."""
    found = [Flag(mark.text, mark.tone) for mark in marked]
    if incident.severity.rank >= Severity.SEVERE.rank:
        found.append(Flag(label(incident.severity), "bad"))
    if half:
        found.append(Flag("1 of 2 verified", "info"))
    if incident.reports > 1 and incident.sources == 1:
        found.append(Flag("one source only", "warn"))
    if incident.exercise:
        found.append(Flag("exercise"))
    return found


def _half_verified(db: Session, ids: list[UUID]) -> set[UUID]:
    """Which waiting incidents one person has verified, so that a second is awaited."""
    said = db.scalars(
        select(Decision.incident_id)
        .join(Incident, Incident.id == Decision.incident_id)
        .where(Decision.incident_id.in_(ids), Incident.state.in_(WAITING), _stands())
    )
    return set(said)


def _stands() -> ColumnElement[bool]:
    return and_(Decision.verdict == Verdict.VERIFIED, Decision.version == Incident.version)


def _counts(db: Session, chosen: Filters) -> list[tuple[str, int]]:
    wide = Filters(state=chosen.state, type=chosen.type, area=chosen.area)
    query = wide.narrow(select(Incident.priority, func.count()).group_by(Incident.priority))
    found = {Priority(level): count for level, count in db.execute(query)}
    return [(level.value, found.get(level, 0)) for level in Priority]


def _areas(db: Session) -> list[tuple[str, str]]:
    """The countries and first-level units that have incidents waiting, as paths with names."""
    first, second = (func.split_part(Incident.area_path, "/", n) for n in (2, 3))
    found = db.execute(select(first, second).where(Incident.state.in_(WAITING)).distinct()).all()
    paths = {f"/{a}/" for a, _ in found if a} | {f"/{a}/{b}/" for a, b in found if b}
    known = places.names(db, paths)
    return sorted(((path, places.full_name(path, known)) for path in paths), key=_by_country)


def _by_country(item: tuple[str, str]) -> list[str]:
    return list(reversed(item[1].split(", ")))


def _encoded(incident: Incident) -> str:
    where = [incident.priority.value, incident.due_at.isoformat(), str(incident.id)]
    return base64.urlsafe_b64encode(json.dumps(where).encode()).decode()


def _decoded(text: str) -> tuple[Priority, dt.datetime, UUID] | None:
    """The place in the queue that an earlier page ended with; None for anything else."""
    try:
        level, due, row_id = json.loads(base64.urlsafe_b64decode(text))
        return Priority(level), dt.datetime.fromisoformat(due), UUID(row_id)
    except (ValueError, TypeError, binascii.Error, AttributeError, RecursionError):
        return None
