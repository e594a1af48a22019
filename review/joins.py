"""How the reports of an incident came to it, and which incidents may be the same event, each with reasons."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import linking
from mbiu.models import Incident
from review import places
from review.words import label


@dataclass(frozen=True)
class Proposed:
    """Another incident that a report says may be this one."""

    ref: str
    title: str
    priority: str
    report: str
    into: str
    percent: int
    independent: bool
    why: str


@dataclass(frozen=True)
class Way:
    """How a report came to this incident; ``by`` is empty for the machine."""

    percent: int | None
    independent: bool
    why: str
    by: str
    at: dt.datetime


def proposed(db: Session, ref: str) -> list[Proposed]:
    """The proposals that wait for a person, the likeliest first."""
    found = linking.proposals(db, ref)
    rows = {
        row.ref: row
        for row in db.scalars(select(Incident).where(Incident.ref.in_({one.other for one in found})))
    }
    known = places.names(db, [row.area_path for row in rows.values()])
    return [_proposed(one, rows[one.other], known) for one in found if one.other in rows]


def _proposed(one: linking.Proposal, row: Incident, known: places.Names) -> Proposed:
    title = f"{label(row.event_type)} · {places.place_name(row.area_path, known)}"
    percent, why = round(100 * one.same_event), ", ".join(one.why)
    return Proposed(
        row.ref, title, row.priority.value, one.report, one.incident, percent, one.independent, why
    )


def ways(db: Session, ref: str) -> dict[str, Way]:
    """For each report that was joined, and still is, how."""
    return {
        one.report: Way(_percent(one.same_event), one.independent, ", ".join(one.why), one.by, one.created_at)
        for one in reversed(linking.joined(db, ref))
        if one.undone_at is None
    }


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)
