"""Two people at one incident: what changed since somebody opened it, beside what they were about to save."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.amending import fact
from mbiu.models import AuditEntry, Incident, utcnow
from review import places
from review.values import name_of, readable
from review.words import label

#: The facts of an incident that a decision or a correction rests on.
FIELDS = (
    "event_type",
    "other_types",
    "severity",
    "urgency",
    "place_id",
    "occurred",
    "numbers",
    "actors",
    "drivers",
    "risk_factors",
    "state",
    "reports",
)
#: Shown as they stand, but nobody's to choose.
_FOLLOWS = frozenset({"state", "reports"})
_LONGEST = 20_000


@dataclass(frozen=True)
class Difference:
    """One fact: as it was when the page was opened, as it is now, and as it would be saved, if it would."""

    field: str
    name: str
    seen: str
    theirs: str
    yours: str | None = None

    @property
    def clash(self) -> bool:
        """Whether both changed it, to different values."""
        return self.yours is not None and self.seen != self.theirs != self.yours


@dataclass(frozen=True)
class Conflict:
    """What happened to an incident since somebody opened it, and what they were about to save.

    ``done`` are the acts of others since, newest last, as (when, who, what).
    """

    ref: str
    version: int
    differences: list[Difference]
    done: list[tuple[dt.datetime, str, str]]
    seen: str

    @property
    def clashes(self) -> list[Difference]:
        return [one for one in self.differences if one.clash]


def seen(row: Incident) -> str:
    """What the page shows of an incident, to be sent along with its forms."""
    values = {name: _plain(row, name) for name in FIELDS}
    return json.dumps(values | {"at": utcnow().isoformat()}, default=str, ensure_ascii=False)


def as_seen(text: str) -> dict[str, Any]:
    """What a form says that its user saw; empty where that is no more what a page said."""
    try:
        found = _Seen.model_validate_json(text[:_LONGEST])
    except ValueError:
        return {}
    return found.model_dump()


def _moment(text: str) -> str:
    if dt.datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a moment has a zone")
    return text


_Moment = Annotated[str, AfterValidator(_moment)]


class _Span(BaseModel):
    low: int
    best: int
    high: int


class _Seen(BaseModel):
    """The shapes of `FIELDS`: what a browser sends back is not believed to be what we gave it."""

    event_type: str
    other_types: list[str]
    severity: str
    urgency: str
    place_id: str | None
    occurred: list[_Moment] | None
    numbers: dict[str, _Span]
    actors: dict[str, str]
    drivers: list[str]
    risk_factors: list[int]
    state: str
    reports: int
    at: _Moment


def since(db: Session, row: Incident, before: Mapping[str, Any], yours: Mapping[str, Any]) -> Conflict:
    """What changed since a page was opened that showed ``before``; ``yours`` are the values to be saved."""
    now = {name: _plain(row, name) for name in FIELDS}
    changed = [name for name in FIELDS if name in before and before[name] != now[name]]
    shown = [name for name in FIELDS if name in changed or name in yours]
    known = _places(db, before, now, yours)
    differences = [
        Difference(
            field=name,
            name=_name(name),
            seen=_words(name, before.get(name, now[name]), known),
            theirs=_words(name, now[name], known),
            yours=_words(name, yours[name], known) if name in yours else None,
        )
        for name in shown
    ]
    return Conflict(row.ref, row.version, differences, _done(db, row, before), seen(row))


def _plain(row: Incident, name: str) -> Any:
    return json.loads(json.dumps(fact(row, name), default=str))


def _name(name: str) -> str:
    return label(name) if name in _FOLLOWS else name_of(name)


def _words(name: str, value: Any, known: places.Names) -> str:
    return str(value) if name == "reports" else readable(name, value, known)


def _places(db: Session, *versions: Mapping[str, Any]) -> places.Names:
    ids = sorted({str(one["place_id"]) for one in versions if one.get("place_id")})
    return places.names(db, [f"/{'/'.join(ids)}/"])


def _done(db: Session, row: Incident, before: Mapping[str, Any]) -> list[tuple[dt.datetime, str, str]]:
    if "at" not in before:
        return []
    opened = dt.datetime.fromisoformat(before["at"])
    query = select(AuditEntry).where(
        AuditEntry.object == f"incident:{row.ref}",
        AuditEntry.action != "incident.viewed",
        AuditEntry.at > opened,
    )
    entries = db.scalars(query.order_by(AuditEntry.seq).limit(20))
    return [(one.at, one.actor, label(one.action.partition(".")[2])) for one in entries]
