"""How fast the house was in a drill: what is measured, against what was hoped for."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mbiu.models import Address, Alert, Decision, Delivery, Drill, Message, Report, Response
from mbiu.training import handset
from mbiu.training.playbook import Script

NAMES = {
    "receipt": "Slowest receipt",
    "question": "First question",
    "verdict": "First verdict",
    "alert": "Alert sent",
    "acknowledged": "First acknowledgement",
    "outcome": "Outcome told",
}

_Moment = InstrumentedAttribute[dt.datetime] | InstrumentedAttribute[dt.datetime | None]


@dataclass(frozen=True)
class Measure:
    """Seconds since the drill began (a receipt's: since its message), or None so far."""

    name: str
    seconds: int | None
    goal: int

    @property
    def good(self) -> bool:
        return self.seconds is not None and self.seconds <= self.goal


def of(session: Session, drill: Drill, script: Script) -> list[Measure]:
    """All that the script has a goal for, in the order of the work."""
    messages = _messages(session, drill)
    found = {"receipt": _receipt(session, messages), **_firsts(session, drill, messages)}
    return [Measure(NAMES[key], found[key], goal) for key, goal in script.goals.items()]


def kept(session: Session, drill: Drill, script: Script) -> dict[str, Any]:
    """The score as it is kept with a drill: ``measures`` with seconds and goals, and how many of those who
    were ``told`` of its alerts ``answered``."""
    measures = [
        {"name": one.name, "seconds": one.seconds, "goal": one.goal} for one in of(session, drill, script)
    ]
    told, answered = _answers(session, drill)
    return {"measures": measures, "told": told, "answered": answered}


def shown(drill: Drill) -> list[Measure]:
    """The score of a drill that has ended."""
    return [Measure(**one) for one in drill.results.get("measures", [])]


def _messages(session: Session, drill: Drill) -> list[UUID]:
    """What was said in a drill, as far as it is practice: by its phones, or by those who play it."""
    if not drill.live:
        return [UUID(one) for said in drill.said.values() for one in said]
    query = select(Message.id).join(Report, Report.id == Message.report_id)
    mine = Report.contact_id.in_([UUID(one) for one in drill.parts.values()])
    since = (Report.created_at >= drill.started_at) & (Message.direction == "in")
    return list(session.scalars(query.where(mine, since, Report.exercise)))


def _answers(session: Session, drill: Drill) -> tuple[int, int]:
    """How many people were told of its alerts, and how many of these answered."""
    reports = select(Message.report_id).where(Message.id.in_(_messages(session, drill)))
    incidents = select(Report.incident_id).where(Report.id.in_(reports))
    alerts = select(Alert.id).where(Alert.incident_id.in_(incidents), Alert.created_at >= drill.started_at)
    told = (
        select(func.count(func.distinct(Address.contact_id)))
        .select_from(Delivery)
        .join(Address, Address.id == Delivery.address_id)
        .where(Delivery.alert_id.in_(alerts))
    )
    said = select(func.count(func.distinct(Response.contact_id))).where(Response.alert_id.in_(alerts))
    return session.scalar(told) or 0, session.scalar(said) or 0


def _firsts(session: Session, drill: Drill, messages: list[UUID]) -> dict[str, int | None]:
    """The earliest of each kind. What is from before the drill does not count: a report may have joined an
    older incident."""
    told = select(Report.id, Report.incident_id).join(Message, Message.report_id == Report.id)
    rows = session.execute(told.where(Message.id.in_(messages))).all()
    reports, incidents = {row.id for row in rows}, {row.incident_id for row in rows} - {None}
    alerts = select(Alert.id).where(Alert.incident_id.in_(incidents))
    asked = select(Message.id).where(Message.report_id.in_(reports))
    columns: dict[str, tuple[_Moment, ColumnElement[bool]]] = {
        "question": (Delivery.created_at, handset.asks() & Delivery.message_id.in_(asked)),
        "verdict": (Decision.created_at, Decision.incident_id.in_(incidents)),
        "alert": (Alert.created_at, Alert.incident_id.in_(incidents)),
        "acknowledged": (Response.created_at, Response.alert_id.in_(alerts)),
        "outcome": (Report.outcome_told_at, Report.id.in_(reports)),
    }
    return {key: _since(session, drill, *column) for key, column in columns.items()}


def _since(session: Session, drill: Drill, moment: _Moment, which: ColumnElement[bool]) -> int | None:
    at = session.scalar(select(func.min(moment)).where(which, moment >= drill.started_at))
    return round((at - drill.started_at).total_seconds()) if at else None


def _receipt(session: Session, messages: list[UUID]) -> int | None:
    """The slowest of the answers; None while there is a message without one."""
    asked, answer = aliased(Message), aliased(Message)
    rows = session.execute(
        select(asked.created_at, func.min(Delivery.sent_at))
        .outerjoin(answer, answer.reply_to == asked.id)
        .outerjoin(Delivery, Delivery.message_id == answer.id)
        .where(asked.id.in_(messages))
        .group_by(asked.id)
    ).all()
    waits = [(sent - at).total_seconds() if sent else None for at, sent in rows]
    known = [wait for wait in waits if wait is not None]
    return round(max(known)) if known and len(known) == len(waits) else None
