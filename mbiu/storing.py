"""One statement that stores a message with all that belongs to it: report, reply, delivery, memory.

Every message takes this way, so it is the one place where a round trip and a layer less are worth
plain SQL. If the message was here before, the first part yields no row and nothing else is written.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from mbiu.outbox import Outgoing, delivery_row, message_row
from mbiu.refs import new_id

_STORE = text("""
WITH stored AS (
    INSERT INTO message (id, direction, channel, provider_id, address_id, contact_id, report_id, state,
                         text, location, forwarded, edited, sent_at, created_at)
    VALUES (:id, 'in', :channel, :provider_id, :address_id, :contact_id, :report_id, 'handled',
            :text, :location, :forwarded, :edited, :sent_at, :now)
    ON CONFLICT (channel, provider_id) WHERE direction = 'in' DO NOTHING
    RETURNING id
), reported AS (
    INSERT INTO report (id, ref, contact_id, address_id, state, due_at, created_at, exercise,
                        precision, event_type, severity, urgency)
    SELECT CAST(:report_id AS uuid), :ref, :contact_id, :address_id, 'received', :now, :now, :exercise,
           'none', 'unknown', 'unknown', 'unknown'
    FROM stored WHERE :is_new
), answered AS (
    INSERT INTO message (id, direction, channel, address_id, contact_id, report_id, reply_to, state,
                         text, created_at)
    SELECT CAST(:reply_id AS uuid), 'out', :channel, :address_id, :contact_id, CAST(:report_id AS uuid), :id,
           'handled', CAST(:reply AS bytea), :now
    FROM stored WHERE CAST(:reply_id AS uuid) IS NOT NULL
), queued AS (
    INSERT INTO delivery (id, message_id, address_id, kind, channel, state, due_at, extra,
                          created_at, sent_at, expires_at, segments)
    SELECT CAST(:delivery_id AS uuid), CAST(:reply_id AS uuid), :address_id, 'reply', :channel,
           :delivery_state, CAST(:due_at AS timestamptz), CAST(:extra AS jsonb), :now,
           CAST(:carried_at AS timestamptz), CAST(:expires_at AS timestamptz), :segments
    FROM stored WHERE CAST(:reply_id AS uuid) IS NOT NULL
), remembered AS (
    UPDATE address
    SET channel = :channel, last_in_at = :now, blocked_at = NULL,
        replies = :replies, replies_from = CAST(:replies_from AS timestamptz),
        noticed_at = CASE WHEN :is_new THEN COALESCE(noticed_at, :now) ELSE noticed_at END,
        question = CASE WHEN :answers THEN NULL ELSE question END,
        question_report_id = CASE WHEN :answers THEN NULL ELSE question_report_id END
    FROM stored WHERE address.id = :address_id
)
SELECT id FROM stored
""")

_REPLY = "reply_id reply delivery_id delivery_state due_at extra carried_at expires_at segments"


@dataclass(frozen=True)
class Entry:
    """An incoming message as it is to be stored. ``words`` and ``location`` are sealed under ``id``.

    ``answers`` says that an open question is settled by it; ``replies`` and ``replies_from`` are the
    address's count of automatic replies and when its hour began.
    """

    id: UUID
    channel: str
    provider_id: str
    address_id: UUID
    contact_id: UUID
    report_id: UUID | None
    ref: str | None
    words: bytes
    location: bytes | None
    forwarded: bool
    edited: bool
    exercise: bool
    sent_at: dt.datetime | None
    is_new: bool
    answers: bool
    replies: int
    replies_from: dt.datetime | None


def store(session: Session, entry: Entry, reply: Outgoing | None, now: dt.datetime) -> bool:
    """Write it all down; False, and nothing written, when the message was here before."""
    values = _entry(entry) | _reply(reply, now) | {"now": now}
    return session.connection().execute(_STORE, values).first() is not None


def _entry(entry: Entry) -> dict[str, Any]:
    values = dict(entry.__dict__)
    values["text"] = values.pop("words")
    return values


def _reply(reply: Outgoing | None, now: dt.datetime) -> dict[str, Any]:
    if reply is None:
        return dict.fromkeys(_REPLY.split())
    reply_id = new_id()
    message, delivery = message_row(reply_id, reply, now), delivery_row(reply_id, reply, now)
    return {
        "reply_id": reply_id,
        "reply": message["text"],
        "delivery_id": delivery["id"],
        "delivery_state": delivery["state"].value,
        "extra": Jsonb(delivery["extra"]),
        "carried_at": delivery["sent_at"],
        "expires_at": delivery["expires_at"],
        "due_at": delivery["due_at"],
        "segments": delivery["segments"],
    }
