"""A small history whose figures can be counted by hand."""

import datetime as dt
from uuid import UUID

import psycopg
from sqlalchemy import func, select, update

from mbiu import figures, routing, verification
from mbiu.audit import Actor
from mbiu.codes import Verdict
from mbiu.db import transaction
from mbiu.figures import begin
from mbiu.models import Alert, DayCounted, Delivery, Incident, Message, Report, utcnow
from mbiu.settings import settings
from tests import cast

NOW = utcnow()
TODAY = figures.today(NOW)
DAY = TODAY - dt.timedelta(days=5)
NOON = begin(DAY) + dt.timedelta(hours=12)


def history(decider: str = "ruth") -> tuple[Actor, str]:
    """Two events; who decided, and the reference of the first.

    Five days ago at noon a dispute in Kasese by two reporters, verified after 10 minutes, alerted after 12,
    acknowledged after 20, ended after 100; the day before a raid in Kween that nobody could verify after 30.
    """
    ruth = cast.user(decider)
    first = cast.tell(cast.QUARREL)
    second = cast.tell(cast.QUARREL + " and throwing stones", cast.GRACE)
    raid = cast.tell(cast.RAID, cast.JOSEPH)
    cast.route("elders", [[cast.person("UG-1", cast.DANIEL)]])
    dispute, far = cast.incident_of(first).ref, cast.incident_of(raid).ref
    assert cast.incident_of(second).ref == dispute
    cast.approve(dispute, ruth)
    with transaction() as session:
        routing.send(session, ruth, dispute)
        verification.reject(session, ruth, far, Verdict.UNVERIFIABLE, "Nobody knows of it.")
    cast.say("ACK", cast.DANIEL)
    cast.close(ruth, dispute)
    _put(dispute, NOON, {"verdict": 10, "alert": 12, "ack": 20, "end": 100})
    _put(far, NOON - dt.timedelta(days=1), {"verdict": 30, "end": 30})
    return ruth, dispute


def _put(ref: str, at: dt.datetime, minutes: dict[str, int]) -> None:
    """Move an incident with all that belongs to it to that moment."""
    after = {name: at + dt.timedelta(minutes=count) for name, count in minutes.items()}
    with transaction() as session:
        row = session.scalars(select(Incident).where(Incident.ref == ref)).one()
        reports = select(Report.id).where(Report.incident_id == row.id)
        session.execute(update(Report).where(Report.incident_id == row.id).values(created_at=at))
        sent = select(Message.id).where(Message.report_id.in_(reports))
        session.execute(
            update(Delivery)
            .where(Delivery.message_id.in_(sent), Delivery.kind == "reply")
            .values(created_at=at, sent_at=at + dt.timedelta(seconds=7))
        )
        row.created_at, row.closed_at, row.updated_at = at, after["end"], after["end"]
        if "alert" in after:
            moments = {"created_at": after["alert"], "acknowledged_at": after["ack"]}
            session.execute(update(Alert).where(Alert.incident_id == row.id).values(**moments))
    _move_decisions(row.id, after["verdict"])


def _move_decisions(incident_id: UUID, at: dt.datetime) -> None:
    """Decisions are never changed, so they are written again for another time."""

    with psycopg.connect(settings().database_owner_url.get_secret_value(), autocommit=True) as link:
        link.execute("SET mbiu.scope = '*'")
        link.execute("ALTER TABLE decision DISABLE TRIGGER frozen_decision")
        link.execute("UPDATE decision SET created_at = %s WHERE incident_id = %s", (at, incident_id))
        link.execute("ALTER TABLE decision ENABLE TRIGGER frozen_decision")


def count_all() -> int:
    """Count every day that is due and sum up the months; how many days were added."""
    with transaction() as session:
        before = session.scalar(_DAYS) or 0
    one = 1
    while one:
        with transaction() as session:
            one = figures.refresh(session, NOW)
    with transaction() as session:
        return (session.scalar(_DAYS) or 0) - before


_DAYS = select(func.count()).select_from(DayCounted)
