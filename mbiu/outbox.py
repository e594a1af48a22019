"""The way out: one text to one address is written down here, and sent by `delivery` afterwards."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, update
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.channels.text import compose, segments
from mbiu.codes import DeliveryState, MessageState
from mbiu.db import insert_all
from mbiu.jobs import Job, enqueue
from mbiu.messages import File
from mbiu.models import Attachment, Delivery, Message, utcnow
from mbiu.refs import new_id

#: A text that could not be delivered for so long is of no use any more; alerts say so themselves.
USEFUL = dt.timedelta(days=2)

#: The channels that know no segments and no 7-bit alphabet.
NOT_SMS = frozenset({"telegram", "email", "webhook"})
#: What asks somebody to act goes first, the first telling before its repeats; last what nobody waits for.
_FIRST = frozenset({"alert", "final", "sequel", "bundle", "warning"})
_LAST = frozenset({"digest", "counter", "outcome"})
_EXTRA = ("callback_id", "topic", "wants_pin", "receipt")

Buttons = list[list[dict[str, str]]]


@dataclass(frozen=True)
class Outgoing:
    """A text for an address. ``kind`` is reply, question, alert, counter, warning, sequel or outcome.

    ``carried`` says that the provider takes the text with our answer to its call, so that nothing is
    left to send. ``buttons`` are rows of ``{"label", "data"}``. It is sent at ``due_at``, or else now.
    ``receipt`` marks one that waits for its report to be read: plain, or the first that a person gets.
    ``subject`` and ``attachments`` go with a mail.
    """

    address_id: UUID
    contact_id: UUID
    channel: str
    text: str
    kind: str
    report_id: UUID | None = None
    reply_to: UUID | None = None
    alert_id: UUID | None = None
    counter_id: UUID | None = None
    warning_id: UUID | None = None
    sequel_id: UUID | None = None
    buttons: Buttons = field(default_factory=list)
    callback_id: str | None = None
    carried: bool = False
    step: int = 0
    round: int = 0
    expires_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    topic: int | None = None
    wants_pin: bool = False
    receipt: str = ""
    subject: str = ""
    attachments: tuple[File, ...] = ()


def put(session: Session, out: Outgoing, now: dt.datetime) -> UUID:
    """Write down the message and its delivery, and ring; the id of the message."""
    message_id = new_id()
    session.execute(insert(Message), message_row(message_id, out, now))
    session.execute(insert(Delivery), delivery_row(message_id, out, now))
    for file in out.attachments:
        attach(session, message_id, file, now)
    if not out.carried:
        enqueue(session, Job.DELIVERY)
    return message_id


def put_all(session: Session, outs: Sequence[Outgoing], now: dt.datetime) -> None:
    """Write down many without attachments at once, and ring."""
    named = [(new_id(), out) for out in outs]
    if named:
        insert_all(session, Message, [message_row(row_id, out, now) for row_id, out in named])
        insert_all(session, Delivery, [delivery_row(row_id, out, now) for row_id, out in named])
        enqueue(session, Job.DELIVERY)


def attach(session: Session, message_id: UUID, file: File, now: dt.datetime) -> None:
    """Let a file go out with a message that is not sent yet."""
    row_id = new_id()
    session.execute(
        insert(Attachment).values(
            id=row_id,
            message_id=message_id,
            name=file.name,
            content_type=file.content_type,
            content=vault.seal_bytes("attachment", "content", row_id, file.content),
            created_at=now,
        )
    )


def drop(session: Session, which: ColumnElement[bool], why: str, now: dt.datetime | None = None) -> None:
    """Take back the deliveries ``which`` that are not sent; one on its way is not tried a second time."""
    unsent = update(Delivery).where(which, Delivery.state == DeliveryState.QUEUED)
    session.execute(unsent.values(state=DeliveryState.EXPIRED, error=why))
    underway = update(Delivery).where(which, Delivery.state == DeliveryState.SENDING)
    session.execute(underway.values(expires_at=now or utcnow()))


def composed(channel: str, text: str) -> str:
    """The text as it leaves: for phones in their 7-bit alphabet where that can be."""
    return text if channel in NOT_SMS else compose(text)


def message_row(message_id: UUID, out: Outgoing, now: dt.datetime) -> dict[str, Any]:
    """The columns of the outgoing message, its words sealed."""
    subject = vault.seal("message", "subject", message_id, out.subject) if out.subject else None
    return {
        "id": message_id,
        "direction": "out",
        "channel": out.channel,
        "address_id": out.address_id,
        "contact_id": out.contact_id,
        "report_id": out.report_id,
        "reply_to": out.reply_to,
        "state": MessageState.HANDLED,
        "text": vault.seal("message", "text", message_id, composed(out.channel, out.text)),
        "subject": subject,
        "created_at": now,
    }


def delivery_row(message_id: UUID, out: Outgoing, now: dt.datetime) -> dict[str, Any]:
    """The columns of its delivery: due now, or sent already when the provider carries it."""
    extra: dict[str, Any] = {"buttons": out.buttons} if out.buttons else {}
    extra |= {name: value for name in _EXTRA if (value := getattr(out, name))}
    return {
        "id": new_id(),
        "message_id": message_id,
        "address_id": out.address_id,
        "alert_id": out.alert_id,
        "counter_id": out.counter_id,
        "warning_id": out.warning_id,
        "sequel_id": out.sequel_id,
        "kind": out.kind,
        "urgency": urgency(out.kind, out.round),
        "channel": out.channel,
        "state": DeliveryState.SENT if out.carried else DeliveryState.QUEUED,
        "due_at": out.due_at or now,
        "expires_at": out.expires_at or (out.due_at or now) + USEFUL,
        "segments": 0 if out.channel in NOT_SMS else segments(composed(out.channel, out.text)),
        "extra": extra,
        "step": out.step,
        "round": out.round,
        "created_at": now,
        "sent_at": now if out.carried else None,
    }


def urgency(kind: str, round_: int) -> int:
    """Which of the due goes first: 0 the first telling of an alert, 1 its repeats, 2 answers, 3 the rest."""
    if kind in _FIRST:
        return 0 if round_ == 0 else 1
    return 3 if kind in _LAST else 2
