"""More reports from strangers at once than people can look at one by one: the surplus is folded together.

Nothing is dropped: each is read and kept, and stands on the page of one incident of its district, from
where a person can part it. People we know are never part of a flood.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.codes import IncidentState, Lane
from mbiu.joining import Match, Source
from mbiu.models import Incident, Report, utcnow
from mbiu.reports import Work

#: Strangers' reports that become incidents of their own: in all in a minute, in one district in ten.
TOTAL, AREA = 200, 40
_MINUTE, _TEN = dt.timedelta(minutes=1), dt.timedelta(minutes=10)
#: How long the surplus of a district goes to the same incident.
SAME_FOLD = dt.timedelta(hours=1)


def mark(session: Session, works: Sequence[Work]) -> None:
    """Say of each stranger's new report whether it exceeds a limit."""
    strange = [work for work in works if work.row.lane != Lane.KNOWN and work.row.read_at is None]
    if not strange:
        return
    now = utcnow()
    in_all = _count(session, now - _MINUTE) >= TOTAL
    many = len(strange) + _count(session, now - _TEN) > AREA
    by_area = _by_area(session, now - _TEN) if many else Counter()
    for work in strange:
        by_area[work.facts.block] += 1
        work.flooded = work.row.lane == Lane.FLOOD or in_all or by_area[work.facts.block] > AREA


def _count(session: Session, since: dt.datetime) -> int:
    """Strangers' reports since then, counted up to the larger limit."""
    some = select(Report.id).where(Report.created_at >= since, Report.lane != Lane.KNOWN).limit(TOTAL + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _by_area(session: Session, since: dt.datetime) -> "Counter[str]":
    """Strangers' reports that were read since then, by the block of their incident."""
    rows = session.execute(
        select(Incident.block, func.count())
        .join(Report, Report.incident_id == Incident.id)
        .where(Report.created_at >= since, Report.lane != Lane.KNOWN, Report.read_at.is_not(None))
        .group_by(Incident.block)
    )
    return Counter({row[0]: row[1] for row in rows})


def folds(session: Session, works: Sequence[Work]) -> dict[str, UUID]:
    """The incidents that take up the surplus now, by block."""
    blocks = {work.facts.block for work in works if work.flooded}
    if not blocks:
        return {}
    rows = session.execute(
        select(Incident.block, Incident.id)
        .join(Report, Report.incident_id == Incident.id)
        .where(
            Report.created_at >= utcnow() - SAME_FOLD,
            Report.lane == Lane.FLOOD,
            Incident.block.in_(blocks),
            Incident.state.in_([IncidentState.OPEN, IncidentState.CLAIMED]),
        )
        .order_by(Report.created_at)
    )
    return {row.block: row.id for row in rows}


def fold(work: Work, known: dict[str, UUID]) -> bool:
    """Put a report of the surplus to the incident that takes it up; False if there is none yet."""
    incident_id = known.get(work.facts.block) if work.flooded and work.row.incident_id is None else None
    if incident_id is None:
        return False
    work.source = Source("flood")
    work.match = Match(incident_id, 0.0, (work.source.why,), work.source)
    work.incident_id = incident_id
    return True
