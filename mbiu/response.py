"""What comes back from responders: their answers to alerts."""

import datetime as dt
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import escalation, texts, vault
from mbiu.codes import Answer
from mbiu.dialogue import Effect
from mbiu.models import Alert, Incident, Response
from mbiu.refs import new_id
from mbiu.verification import find, wait_for_reading


def answer_by_message(
    session: Session,
    turn: Effect,
    contact_id: UUID,
    open_alerts: tuple[str, ...],
    message_id: UUID | None,
    now: dt.datetime,
) -> tuple[str, dict[str, object]]:
    """Take a responder's word; the key of the reply and what fills it.

    Only someone to whom the alert was sent can answer it; any other reference is as unknown as an
    invented one.
    """
    if turn.ref is None and len(open_alerts) > 1:
        return "reply.alert.which", {"refs": ", ".join(open_alerts), "first": open_alerts[0]}
    if turn.ref is None or turn.ref not in open_alerts or turn.answer is None:
        return "reply.alert.none", {"ref": turn.ref or ""}
    alert = _held(session, turn.ref)
    _record(session, alert, contact_id, turn, message_id, now)
    return f"reply.alert.{turn.answer.value}", {"ref": alert.ref}


def _held(session: Session, alert_ref: str) -> Alert:
    """The alert, locked after its incident: whoever ends the incident takes them in that order too."""
    of_alert = (
        select(Incident.ref).join(Alert, Alert.incident_id == Incident.id).where(Alert.ref == alert_ref)
    )
    ref = session.scalars(of_alert).one()
    wait_for_reading(session, ref)
    find(session, ref, lock=True)
    return session.scalars(select(Alert).where(Alert.ref == alert_ref).with_for_update()).one()


def _record(
    session: Session, alert: Alert, contact_id: UUID, turn: Effect, message_id: UUID | None, now: dt.datetime
) -> None:
    if turn.answer is None:
        raise ValueError("nothing was answered")
    row_id, due_at = new_id(), _promised(turn, now)
    session.add(
        Response(
            id=row_id,
            alert_id=alert.id,
            contact_id=contact_id,
            message_id=message_id,
            answer=turn.answer,
            text=vault.seal("response", "text", row_id, turn.words) if turn.words else None,
            due_at=due_at,
            created_at=now,
        )
    )
    escalation.answered(session, alert, contact_id, turn.answer, due_at, now)


def _promised(turn: Effect, now: dt.datetime) -> dt.datetime | None:
    if turn.answer not in {Answer.ACK, Answer.GO}:
        return None
    return now + (texts.span(turn.words) or escalation.PROMISE)
