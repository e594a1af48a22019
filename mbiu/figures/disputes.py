"""The disputes that were taken up on a day: who took them up, and how they stand."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from mbiu.figures.answering import ROLE, Part

#: How a dispute stands: `mbiu.outcomes.RESOLUTIONS`.
STANDS = ("peaceful", "ongoing", "unresolved", "unclear")
#: Who is no committee goes by the class; empty behind it where nobody was named.
CLASS = "class."

# A dispute counts on the day of its first outcome, by what its outcomes say now.
_OUTCOMES = text("""
    SELECT incident.id AS incident, incident.area_path, incident.exercise, incident.restricted,
           incident.event_type, outcome.id, outcome.resolution, outcome.kinds
    FROM outcome JOIN incident ON incident.id = outcome.incident_id
    WHERE outcome.resolution <> '' AND incident.state <> 'merged'
        AND outcome.incident_id IN (
            SELECT incident_id FROM outcome WHERE created_at >= :since AND created_at < :until)
        AND NOT EXISTS (
            SELECT FROM outcome AS before
                WHERE before.incident_id = outcome.incident_id AND before.created_at < :since)
        AND NOT EXISTS (SELECT FROM outcome AS later WHERE later.corrects = outcome.id)
    ORDER BY outcome.created_at, outcome.id
""")
# Members of one committee stand for it together, by the first of their ids.
_ACTED = text(f"""
    SELECT outcome_by.outcome_id,
           CASE WHEN NOT is_committee THEN '{CLASS}' || role
                WHEN organisation = '' THEN contact_id::text
                ELSE (SELECT min(one.id::text) FROM contact AS one WHERE one.organisation = acted.organisation
                        AND (one.role = 'committee' OR one.responder_class = 'peace_committee')) END AS key
    FROM outcome_by JOIN LATERAL (
        SELECT contact.organisation, {ROLE} AS role,
               contact.role = 'committee' OR contact.responder_class IS NOT DISTINCT FROM 'peace_committee'
                   AS is_committee
            FROM contact WHERE contact.id = outcome_by.contact_id) AS acted ON true
    WHERE outcome_by.outcome_id = ANY (:outcomes)
""")  # noqa: S608 - the role is a constant


def taken_up(session: Session, limits: dict[str, dt.datetime]) -> Iterator[Part]:
    """The disputes first taken up between ``since`` and ``until``.

    The label is ``<who>:<type>``: who acted is a committee's contact or a class (``class.elder``), and
    nothing for each dispute once.
    """
    rows = session.execute(_OUTCOMES, limits).all()
    acted = _acted(session, [row.id for row in rows])
    stands: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for row in rows:
        for who in {"", *(acted[row.id] | {CLASS + kind for kind in row.kinds} or {CLASS})}:
            stands[row.incident][who] = row
    for each in stands.values():
        for who, row in each.items():
            label = f"{who}:{row.event_type}"
            yield Part(row.area_path, row.resolution, label, row.exercise, row.restricted, 1)


def _acted(session: Session, outcomes: Sequence[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    if outcomes:
        for row in session.execute(_ACTED, {"outcomes": list(outcomes)}):
            found[row.outcome_id].add(row.key)
    return found
