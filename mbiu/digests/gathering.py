"""What a brief tells of, from the rows: never what is not confirmed, restricted, or of survivors."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from mbiu import parties
from mbiu.codes import IncidentState
from mbiu.digests.news import Happening
from mbiu.facts import block_of_path
from mbiu.models import Affiliation, Alert, Incident, Outcome

#: A brief of more is none: the oldest are left out.
MOST = 2_000


def gather(session: Session, area_path: str, since: dt.datetime, *, exercise: bool) -> list[Happening]:
    """The confirmed incidents of an area that are open, or that something happened to since a moment.

    Drills are told of with ``exercise`` alone, and then nothing else. Needs a transaction that sees
    everything.
    """
    rows = session.execute(_incidents(area_path, since, exercise=exercise)).all()
    done = _done(session, [row.id for row in rows if row.closed_at is not None])
    return [_happening(row, done.get(row.id, ())) for row in rows]


def kept_from(
    session: Session, happenings: Collection[Happening], contacts: Collection[UUID]
) -> dict[UUID, set[UUID]]:
    """Which incidents each contact must not hear of, because they belong to a suspected party."""
    tied = select(Affiliation.contact_id).where(
        Affiliation.contact_id.in_(contacts), Affiliation.ended_at.is_(None)
    )
    people = set(session.scalars(tied))
    found: dict[UUID, set[UUID]] = {contact: set() for contact in contacts}
    if not people:
        return found
    query = select(Incident).where(Incident.id.in_([one.id for one in happenings]))
    incidents = session.scalars(query).all()
    concerned = parties.concerned(session, incidents)
    for incident in (one for one in incidents if one.id in concerned):
        for contact in parties.barred(session, incident, people):
            found[contact].add(incident.id)
    return found


def _incidents(area_path: str, since: dt.datetime, *, exercise: bool) -> Select[*tuple[Any, ...]]:
    answered = (
        select(func.min(Alert.acknowledged_at)).where(Alert.incident_id == Incident.id).scalar_subquery()
    )
    columns = (Incident.id, Incident.ref, Incident.event_type, Incident.severity, Incident.state)
    open_ = Incident.state.in_((IncidentState.VERIFIED, IncidentState.ALERTED))
    # What ended was changed then, and changes are indexed; the day it ended is not.
    ended = and_(
        Incident.state == IncidentState.CLOSED, Incident.updated_at > since, Incident.closed_at > since
    )
    return (
        select(
            *columns, Incident.area_path, Incident.occurred_from, Incident.created_at, Incident.verified_at,
            Incident.closed_at, answered.label("answered_at"),
        )
        .where(or_(open_, ended), Incident.verified_at.is_not(None))
        .where(func.starts_with(Incident.area_path, area_path), Incident.exercise == exercise)
        .where(~Incident.restricted, ~Incident.survivor)
        .order_by(Incident.verified_at.desc(), Incident.id)
        .limit(MOST)
    )  # fmt: skip


def _done(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """What was done, by the outcome that holds: no later one corrects it."""
    corrected = select(Outcome.corrects).where(Outcome.corrects.is_not(None), Outcome.incident_id.in_(ids))
    query = select(Outcome.incident_id, Outcome.done).where(
        Outcome.incident_id.in_(ids), Outcome.id.not_in(corrected)
    )
    return {row.incident_id: tuple(row.done) for row in session.execute(query.order_by(Outcome.created_at))}


def _happening(row: Row[*tuple[Any, ...]], done: tuple[str, ...]) -> Happening:
    return Happening(
        row.id, row.ref, row.event_type, row.severity, row.state, _district(row.area_path),
        row.occurred_from or row.created_at, row.verified_at, row.answered_at, row.closed_at, done,
    )  # fmt: skip


def _district(path: str) -> str:
    """Nothing nearer is told in a brief: it is passed on more lightly than an alert."""
    return block_of_path(tuple(part for part in path.split("/") if part))
