"""What people and the machine did with an incident, loaded at once: the timeline is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mbiu import linking
from mbiu.codes import JoiningState
from mbiu.models import (
    AuditEntry,
    Correction,
    Decision,
    Incident,
    Joining,
    Note,
    Outcome,
    Report,
)
from review import places
from review.material import Material
from review.values import parsed

#: So many rows of each kind are read.
MOST = 300


@dataclass(frozen=True)
class Past:
    """Rows of every kind; ``places`` are the names that corrections of a place need, by id."""

    joinings: Sequence[Any]
    corrections: Sequence[Any]
    decisions: Sequence[Any]
    notes: Sequence[Note]
    outcomes: Sequence[Outcome]
    entries: Sequence[AuditEntry]
    places: places.Names


def load(db: Session, material: Material, alerts: Sequence[str]) -> Past:
    """Everything but the reports and the alerts themselves; ``alerts`` are the alerts' references."""
    row = material.row
    corrections = _corrections(db, row)
    return Past(
        joinings=_joinings(db, row),
        corrections=corrections,
        decisions=_decisions(db, row),
        notes=db.scalars(select(Note).where(Note.incident_id == row.id).limit(MOST)).all(),
        outcomes=db.scalars(select(Outcome).where(Outcome.incident_id == row.id)).all(),
        entries=_entries(db, row, alerts),
        places=_places(db, corrections),
    )


def _joinings(db: Session, row: Incident) -> Sequence[Any]:
    query = (
        select(Joining, Report.ref)
        .join(Report, Report.id == Joining.report_id)
        .where(linking.of_incident(row.id))
        .where(or_(Joining.state != JoiningState.PROPOSED, Joining.undone_at.is_not(None)))
        .order_by(Joining.created_at.desc())
        .limit(MOST)
    )
    return db.execute(query).all()


def _corrections(db: Session, row: Incident) -> Sequence[Any]:
    """A correction of the incident is kept with each of its reports."""
    query = (
        select(Correction, Report.ref)
        .join(Report, Report.id == Correction.report_id)
        .where(Report.incident_id == row.id)
        .order_by(Correction.created_at.desc())
        .limit(MOST)
    )
    return db.execute(query).all()


def _decisions(db: Session, row: Incident) -> Sequence[Any]:
    query = (
        select(Decision, Incident.ref)
        .join(Incident, Incident.id == Decision.incident_id)
        .where(or_(Incident.id == row.id, Incident.merged_into == row.id))
        .order_by(Decision.created_at.desc())
        .limit(MOST)
    )
    return db.execute(query).all()


def _entries(db: Session, row: Incident, alerts: Sequence[str]) -> Sequence[AuditEntry]:
    subjects = [f"incident:{row.ref}", *(f"alert:{ref}" for ref in alerts)]
    query = select(AuditEntry).where(AuditEntry.object.in_(subjects), AuditEntry.action != "incident.viewed")
    return db.scalars(query.order_by(AuditEntry.seq.desc()).limit(MOST)).all()


def _places(db: Session, corrections: Sequence[Any]) -> places.Names:
    from mbiu import vault

    moved = [one.Correction for one in corrections if one.Correction.field == "place_id"]
    kept = {
        str(parsed(vault.unseal("correction", side, one.id, getattr(one, side))))
        for one in moved
        for side in ("before", "after")
    }
    return places.names(db, [f"/{'/'.join(sorted(kept))}/"])
