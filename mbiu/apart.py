"""Reports that a person took out of an incident, or will not have in it: the machine never joins them."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from mbiu.audit import Actor
from mbiu.codes import JoiningState
from mbiu.models import Incident, Joining, Report, utcnow
from mbiu.refs import new_id


def part(session: Session, actor: Actor, report: Report, incident: Incident) -> None:
    """Note that a person parted the two; the record of why they were joined stays."""
    undone = {"state": JoiningState.UNDONE, "undone_at": utcnow(), "undone_by": actor.id}
    session.execute(
        update(Joining)
        .where(Joining.report_id == report.id, Joining.undone_at.is_(None))
        .where(or_(Joining.incident_id == incident.id, Joining.state == JoiningState.JOINED))
        .values(undone)
    )
    pair = select(Joining.id).where(Joining.report_id == report.id, Joining.incident_id == incident.id)
    if session.scalar(pair.limit(1)) is None:
        session.add(
            Joining(
                id=new_id(),
                report_id=report.id,
                incident_id=incident.id,
                independent=report.independent,
                made_by=actor.id,
                **undone,
            )
        )
        session.flush()


def apart(session: Session, reports: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """For each report the incidents it was parted from, also where they were merged since."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    if reports:
        query = (
            select(Joining.report_id, Joining.incident_id, Incident.merged_into)
            .join(Incident, Incident.id == Joining.incident_id)
            .where(Joining.report_id.in_(reports), Joining.undone_at.is_not(None))
        )
        for row in session.execute(query):
            found[row.report_id] |= {row.incident_id, row.merged_into} - {None}
    return found
