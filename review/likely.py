"""Incidents that may be the same event: what the machine proposes, and what became alike since."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import linking, verification
from mbiu.apart import apart
from mbiu.facts import incident_facts
from mbiu.joining import WINDOW, compare
from mbiu.models import Incident, Joining, Report
from review import places
from review.material import Material
from review.words import label

#: So many of each kind are shown, and so many are compared.
SHOWN, COMPARED = 4, 100
_OVER = verification.ENDED


@dataclass(frozen=True)
class Likely:
    """Another incident, how probably it is the same event in per cent, and why.

    ``report`` is the one that would go ``into`` the incident named; without a report the whole of the other
    is merged into this one.
    """

    ref: str
    title: str
    priority: str
    percent: int
    why: str
    report: str = ""
    into: str = ""
    independent: bool = True


def likely(db: Session, material: Material) -> list[Likely]:
    """The likeliest first; those that a report itself proposes before those that were found alike."""
    row = material.row
    if row.state in _OVER:
        return []
    told = proposed(db, row.ref)
    named = {one.ref for one in told}
    alike = [match for match in _alike(db, material) if match[2].ref not in named][:SHOWN]
    known = places.names(db, [one.area_path for _, _, one in alike])
    return told + [_similar(one, share, why, known) for share, why, one in alike]


def proposed(db: Session, ref: str) -> list[Likely]:
    """What the reports themselves propose and a person has still to decide. Raises NotFound."""
    found = linking.proposals(db, ref)
    if not found:
        return []
    named = db.scalars(select(Incident).where(Incident.ref.in_({one.other for one in found})))
    rows = {one.ref: one for one in named}
    known = places.names(db, [one.area_path for one in rows.values()])
    return [_proposed(one, rows[one.other], known) for one in found if one.other in rows]


def _alike(db: Session, material: Material) -> list[tuple[float, tuple[str, ...], Incident]]:
    """Incidents nearby whose facts fit; what a person parted from this one is left out."""
    row = material.row
    known = _parted(db, material)
    near = Incident.created_at.between(row.created_at - WINDOW, row.created_at + WINDOW)
    query = select(Incident).where(near, Incident.id != row.id, Incident.block == row.block)
    mine, found = incident_facts(row), []
    for one in db.scalars(query.where(Incident.state.not_in(_OVER)).limit(COMPARED)):
        match = compare(mine, incident_facts(one)) if one.id not in known else None
        if match:
            found.append((match.same_event, match.why, one))
    return sorted(found, key=lambda match: -match[0])


def _parted(db: Session, material: Material) -> set[UUID]:
    """Incidents that a person keeps apart from this one, from either side."""
    mine = apart(db, [account.report.id for account in material.accounts])
    from_here = (
        select(Report.incident_id)
        .join(Joining, Joining.report_id == Report.id)
        .where(Joining.incident_id == material.row.id, Joining.undone_at.is_not(None))
        .where(Report.incident_id.is_not(None))
    )
    return {one for ids in mine.values() for one in ids} | set(db.scalars(from_here))


def _title(row: Incident, known: places.Names) -> str:
    return f"{label(row.event_type)} · {places.place_name(row.area_path, known)}"


def _proposed(one: linking.Proposal, row: Incident, known: places.Names) -> Likely:
    return Likely(
        ref=row.ref,
        title=_title(row, known),
        priority=row.priority.value,
        percent=round(100 * one.same_event),
        why=", ".join(one.why),
        report=one.report,
        into=one.incident,
        independent=one.independent,
    )


def _similar(row: Incident, share: float, why: tuple[str, ...], known: places.Names) -> Likely:
    return Likely(row.ref, _title(row, known), row.priority.value, round(100 * share), ", ".join(why))
