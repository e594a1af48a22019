"""The one door for everything that people send: store it once, converse, make a report.

`receive` runs inside the caller's transaction. After its commit the message is safe, the answer is
decided, and what must follow has been rung for; a repeat of the same message changes nothing and
gets the same answer as the first time.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from mbiu import dialogue, texts, vault
from mbiu.analysis.language import reply_language
from mbiu.codes import (
    IncidentState,
    MessageState,
    ReportState,
)
from mbiu.contacts import Sender, sender_of
from mbiu.dialogue import Intent, Turn
from mbiu.jobs import Job, enqueue
from mbiu.messages import IncomingMessage
from mbiu.models import (
    Address,
    Contact,
    Delivery,
    Incident,
    Media,
    Message,
    Report,
    utcnow,
)
from mbiu.outbox import Buttons, Outgoing, drop, put
from mbiu.refs import new_id, new_ref

#: Automatic replies to one address in an hour; what exceeds them is kept and read, but not answered.
REPLIES_AN_HOUR = 20

_BUTTONS: dict[Intent, Buttons] = {
    Intent.CHOOSE_LANGUAGE: [
        [{"label": "English", "data": "lang:en"}, {"label": "Kiswahili", "data": "lang:sw"}]
    ]
}


@dataclass(frozen=True)
class Received:
    """``reply`` is what to answer at once (only if that was asked for), ``ref`` the report's reference."""

    message_id: UUID | None
    reply: str | None = None
    ref: str | None = None
    repeated: bool = False


def receive(session: Session, message: IncomingMessage, *, inline: bool = False) -> Received:
    """Take in one message; the reply is queued, or with ``inline`` returned for the provider to carry."""
    now = utcnow()
    sender = sender_of(session, message, now)
    turn = dialogue.decide(message, sender.known, now)
    report_id, ref, is_new = _report_for(turn, sender)
    message_id = _store(session, message, sender, report_id, now)
    if message_id is None:
        return _again(session, message, inline=inline)
    if is_new and report_id and ref:
        _make_report(session, report_id, ref, sender, message, now)
        enqueue(session, Job.TRIAGE)
    elif report_id:
        _reread(session, report_id, now)
    language = _language(message, turn, sender)
    key, values = _act(session, turn, sender, message_id, ref, now)
    text = _say(language, key, values, first=is_new and not sender.noticed)
    replied = _may_reply(sender, turn, now)
    _remember(session, sender, message.channel, turn, now, replied=replied)
    if turn.language or (sender.language is None and is_new):
        session.execute(update(Contact).where(Contact.id == sender.contact_id).values(language=language))
    if not replied:
        return Received(message_id, None, ref)
    _reply(session, message, sender, (message_id, report_id, turn.intent, text), now, inline=inline)
    return Received(message_id, text if inline else None, ref)


# --- keep it -----------------------------------------------------------------------------------

_INSERT_IN = (
    upsert(Message)
    .on_conflict_do_nothing(index_elements=["channel", "provider_id"], index_where=text("direction = 'in'"))
    .returning(Message.id)
)


def _report_for(turn: Turn, sender: Sender) -> tuple[UUID | None, str | None, bool]:
    """The report this message belongs to: its id, its reference and whether it is new."""
    if turn.intent is Intent.REPORT:
        return new_id(), new_ref("R"), True
    if turn.intent is Intent.ADD:
        asked = turn.ref == sender.known.question_ref
        return (sender.question_report_id if asked else sender.last_report_id), turn.ref, False
    return None, turn.ref, False


def _store(
    session: Session, message: IncomingMessage, sender: Sender, report_id: UUID | None, now: dt.datetime
) -> UUID | None:
    """Insert the message; None when it was here before."""
    row_id = new_id()
    stored = session.execute(
        _INSERT_IN,
        {
            "id": row_id,
            "direction": "in",
            "channel": message.channel,
            "provider_id": message.provider_id,
            "address_id": sender.address_id,
            "contact_id": sender.contact_id,
            "report_id": report_id,
            "state": MessageState.HANDLED,
            "text": vault.seal("message", "text", row_id, message.text),
            "location": _location(row_id, message),
            "forwarded": message.forwarded,
            "edited": message.edited,
            "sent_at": message.sent_at,
            "created_at": now,
        },
    ).scalar()
    if stored and message.attachments:
        _keep_attachments(session, row_id, message, now)
    return stored


def _location(row_id: UUID, message: IncomingMessage) -> bytes | None:
    if message.lat is None or message.lon is None:
        return None
    pin = {"lat": message.lat, "lon": message.lon, "accuracy_m": message.accuracy_m}
    return vault.seal("message", "location", row_id, json.dumps(pin))


def _keep_attachments(session: Session, message_id: UUID, message: IncomingMessage, now: dt.datetime) -> None:
    for attachment in message.attachments:
        media_id = new_id()
        session.execute(
            insert(Media).values(
                id=media_id,
                message_id=message_id,
                kind=attachment.kind,
                due_at=now,
                created_at=now,
                handle=vault.seal("media", "handle", media_id, attachment.handle),
                content_type=attachment.content_type,
            )
        )
    enqueue(session, Job.MEDIA)


def _make_report(
    session: Session, report_id: UUID, ref: str, sender: Sender, message: IncomingMessage, now: dt.datetime
) -> None:
    session.execute(
        insert(Report),
        {
            "id": report_id,
            "ref": ref,
            "contact_id": sender.contact_id,
            "address_id": sender.address_id,
            "state": ReportState.RECEIVED,
            "due_at": now,
            "created_at": now,
            "exercise": sender.exercise or message.channel == "simulator",
        },
    )


def _reread(session: Session, report_id: UUID, now: dt.datetime) -> None:
    """A report got more words: it is read again, whole."""
    session.execute(
        update(Report)
        .where(Report.id == report_id)
        .values(state=ReportState.RECEIVED, due_at=now, attempts=0)
    )
    enqueue(session, Job.TRIAGE)


# --- answer it ---------------------------------------------------------------------------------


def _language(message: IncomingMessage, turn: Turn, sender: Sender) -> str:
    if turn.language:
        return turn.language
    if sender.language:
        return sender.language
    if message.language in texts.languages():
        return str(message.language)
    return reply_language(message.text, texts.first_language(sender.country))


def _act(
    session: Session, turn: Turn, sender: Sender, message_id: UUID, ref: str | None, now: dt.datetime
) -> tuple[str, dict[str, object]]:
    """Do what the turn asks for; the key of the answer and what fills it."""
    if turn.intent is Intent.RESPOND and turn.answer:
        from mbiu import response

        return response.answer_by_message(
            session, turn, sender.contact_id, sender.known.open_alerts, message_id, now
        )
    if turn.intent is Intent.STATUS:
        return _status(session, sender, turn.ref)
    if turn.intent in {Intent.STOP, Intent.START}:
        _stop(session, sender, now if turn.intent is Intent.STOP else None)
    return _KEYS[turn.intent], {"ref": ref or sender.known.last_ref or ""}


_KEYS = {
    Intent.REPORT: "reply.receipt",
    Intent.ADD: "reply.added",
    Intent.HELP: "reply.help",
    Intent.STOP: "reply.stopped",
    Intent.START: "reply.started",
    Intent.WELCOME: "reply.welcome",
    Intent.HOW_TO_REPORT: "reply.report_how",
    Intent.LANGUAGE: "reply.language_set",
    Intent.CHOOSE_LANGUAGE: "reply.language_ask",
    Intent.EMPTY: "reply.empty",
    Intent.RESPOND: "reply.alert.none",
}


def _say(language: str, key: str, values: dict[str, object], *, first: bool) -> str:
    if key == "reply.help" and not values.get("ref"):
        values = {"ref": texts.say(language, "reply.example_ref")}
    return texts.say(language, "reply.receipt_first" if first else key, **values)


def _status(session: Session, sender: Sender, ref: str | None) -> tuple[str, dict[str, object]]:
    """How far a report of this very sender is; someone else's reference is as unknown as an invented one."""
    query = (
        select(Report.ref, Report.state, Incident.state.label("incident"))
        .outerjoin(Incident, Incident.id == Report.incident_id)
        .where(Report.contact_id == sender.contact_id)
        .order_by(Report.created_at.desc())
        .limit(1)
    )
    row = session.execute(query.where(Report.ref == ref) if ref else query).one_or_none()
    if row is None:
        return ("reply.status_none" if ref else "reply.status_nothing"), {}
    return f"reply.status_{_progress(row.state, row.incident)}", {"ref": row.ref}


def _progress(state: ReportState, incident: IncidentState | None) -> str:
    if incident is None:
        return "received" if state is ReportState.RECEIVED else "open"
    shown = {IncidentState.CLAIMED: "open", IncidentState.MERGED: "open"}
    return shown.get(incident, incident).lower()


def _stop(session: Session, sender: Sender, at: dt.datetime | None) -> None:
    session.execute(update(Address).where(Address.id == sender.address_id).values(stopped_at=at))
    session.execute(update(Contact).where(Contact.id == sender.contact_id).values(stopped_at=at))
    if at:
        drop(session, Delivery.address_id == sender.address_id, "stopped")


def _may_reply(sender: Sender, turn: Turn, now: dt.datetime) -> bool:
    if sender.stopped and turn.intent not in {Intent.START, Intent.STOP, Intent.HELP, Intent.STATUS}:
        return False
    return not _in_hour(sender, now) or sender.replies < REPLIES_AN_HOUR


def _in_hour(sender: Sender, now: dt.datetime) -> bool:
    return sender.replies_from is not None and now - sender.replies_from < dt.timedelta(hours=1)


def _remember(
    session: Session, sender: Sender, channel: str, turn: Turn, now: dt.datetime, *, replied: bool
) -> None:
    values: dict[str, Any] = {"channel": channel, "last_in_at": now, "blocked_at": None}
    if replied and _in_hour(sender, now):
        values["replies"] = sender.replies + 1
    elif replied:
        values |= {"replies": 1, "replies_from": now}
    if turn.intent is Intent.REPORT and not sender.noticed:
        values["noticed_at"] = now
    if turn.intent in {Intent.REPORT, Intent.ADD}:
        values |= {"question": None, "question_report_id": None}
    session.execute(update(Address).where(Address.id == sender.address_id).values(**values))


def _reply(
    session: Session,
    message: IncomingMessage,
    sender: Sender,
    out: tuple[UUID, UUID | None, Intent, str],
    now: dt.datetime,
    *,
    inline: bool,
) -> None:
    message_id, report_id, intent, text = out
    put(
        session,
        Outgoing(
            address_id=sender.address_id,
            contact_id=sender.contact_id,
            channel=message.channel,
            text=text,
            kind="reply",
            report_id=report_id,
            reply_to=message_id,
            buttons=_BUTTONS.get(intent, []) if not inline else [],
            callback_id=message.callback_id,
            carried=inline,
        ),
        now,
    )


def _again(session: Session, message: IncomingMessage, *, inline: bool) -> Received:
    """A repeat: nothing is written; inline, the first answer is given once more."""
    first = session.execute(
        select(Message.id, Report.ref)
        .outerjoin(Report, Report.id == Message.report_id)
        .where(
            Message.channel == message.channel,
            Message.provider_id == message.provider_id,
            Message.direction == "in",
        )
    ).one()
    if not inline:
        return Received(first.id, None, first.ref, repeated=True)
    out = session.execute(select(Message.id, Message.text).where(Message.reply_to == first.id)).first()
    text = vault.unseal("message", "text", out.id, out.text) if out else None
    return Received(first.id, text, first.ref, repeated=True)
