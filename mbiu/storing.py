"""One statement that stores a message with all that belongs to it: report, reply, delivery, memory, cost.

Every message takes this way, so it is the one place where a round trip and a layer less are worth
plain SQL. If the message was here before, the first part yields no row and nothing else is written.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from mbiu.gateways import costs
from mbiu.outbox import Outgoing, delivery_row, message_row
from mbiu.refs import new_id

_STORE = """
WITH stored AS (
    INSERT INTO message (id, direction, channel, provider_id, address_id, contact_id, report_id, state,
                         text, location, forwarded, edited, sent_at, created_at, thread, part, parts,
                         chat_message, replaces, author, folded)
    VALUES (:id, 'in', :channel, :provider_id, :address_id, :contact_id, :report_id, 'handled',
            :text, :location, :forwarded, :edited, :sent_at, :now, :thread, :part, :parts,
            :chat_message, :replaces, :author, :folded)
    ON CONFLICT (channel, provider_id) WHERE direction = 'in' DO NOTHING
    RETURNING id
), reported AS (
    INSERT INTO report (id, ref, contact_id, address_id, state, due_at, created_at, exercise,
                        precision, event_type, severity, urgency, lane, told, borrowed, unconfirmed, duress)
    SELECT CAST(:report_id AS uuid), :ref, :contact_id, :address_id, 'received', :read_at, :now, :exercise,
           'none', 'unknown', 'unknown', 'unknown', :lane, CAST(:told AS jsonb), :borrowed, :unconfirmed,
           :duress
    FROM stored WHERE :is_new
), answered AS (
    INSERT INTO message (id, direction, channel, address_id, contact_id, report_id, reply_to, state,
                         text, created_at)
    SELECT CAST(:reply_id AS uuid), 'out', :channel, :address_id, :owner_id, CAST(:report_id AS uuid), :id,
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
    SET channel = :channel, last_in_at = :now, blocked_at = NULL, is_group = :is_group,
        replies = :replies, replies_from = CAST(:replies_from AS timestamptz),
        taken = :taken, taken_from = CAST(:taken_from AS timestamptz),
        last_text = CAST(:last_text AS bytea), repeats = :repeats,
        mute_until = CAST(:mute_until AS timestamptz), full_at = CAST(:full_at AS timestamptz),
        noticed_at = CASE WHEN :is_new THEN COALESCE(noticed_at, :now) ELSE noticed_at END,
        question = CAST(:question AS text), question_report_id = CAST(:question_report_id AS uuid),
        question_at = CAST(:question_at AS timestamptz), choices = :choices
    FROM stored WHERE address.id = :address_id
), counted AS ({count})
SELECT id FROM stored
"""

_STATEMENT = text(_STORE.replace("{count}", costs.COUNT.format(once="stored CROSS JOIN")))
_REPLY = "reply_id reply delivery_id delivery_state due_at extra carried_at expires_at segments"


@dataclass(frozen=True)
class Memory:
    """What an address remembers after a message: draft, counts of the hour, the last text's digest."""

    replies: int
    replies_from: dt.datetime | None
    taken: int
    taken_from: dt.datetime | None
    last_text: bytes | None
    repeats: int
    mute_until: dt.datetime | None
    full_at: dt.datetime | None
    question: str | None
    question_report_id: UUID | None
    question_at: dt.datetime | None
    choices: list[str]


@dataclass(frozen=True)
class Entry:
    """An incoming message as it is to be stored. ``words`` and ``location`` are sealed under ``id``.

    ``owner_id`` is the contact whose phone it is, ``contact_id`` who tells; they differ on a borrowed phone.
    A new report is read at ``read_at``.
    """

    id: UUID
    channel: str
    provider_id: str
    address_id: UUID
    contact_id: UUID
    owner_id: UUID
    report_id: UUID | None
    ref: str | None
    words: bytes
    location: bytes | None
    forwarded: bool
    edited: bool
    exercise: bool
    sent_at: dt.datetime | None
    is_new: bool
    is_group: bool
    thread: str | None
    part: int | None
    parts: int | None
    chat_message: str | None
    replaces: UUID | None
    author: str | None
    folded: bool
    read_at: dt.datetime
    lane: int
    told: dict[str, object]
    borrowed: bool
    unconfirmed: bool
    duress: bool
    memory: Memory


def store(
    session: Session, entry: Entry, reply: Outgoing | None, cost: Mapping[str, Any], now: dt.datetime
) -> bool:
    """Write it all down; False, and nothing written, when the message was here before.

    ``cost`` are the values of `costs.of_call`.
    """
    values = _entry(entry) | _reply(reply, now) | {"now": now, **cost}
    return session.connection().execute(_STATEMENT, values).first() is not None


def _entry(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = dict(entry.__dict__)
    memory = values.pop("memory")
    values |= {"text": values.pop("words"), "told": Jsonb(values["told"])}
    return values | dict(memory.__dict__)


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
