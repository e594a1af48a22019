"""The one door for everything that people send: store it once, converse, make a report.

`receive` runs inside the caller's transaction. After its commit the message is safe, the answer is
decided, and what must follow has been rung for; a repeat of the same message changes nothing and
gets the same answer as the first time.
"""

import datetime as dt
import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from mbiu import dialogue, texts, vault
from mbiu.analysis.language import reply_language
from mbiu.codes import (
    IncidentState,
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
from mbiu.storing import Entry, store

#: Automatic replies to one address in an hour; what exceeds them is kept and read, but not answered.
REPLIES_AN_HOUR = 20

_LANGUAGES: Buttons = [[{"label": "English", "data": "lang:en"}, {"label": "Kiswahili", "data": "lang:sw"}]]
_BUTTONS = {Intent.CHOOSE_LANGUAGE: _LANGUAGES, Intent.WELCOME: _LANGUAGES}


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
    case = _case(message, sender, turn)
    said = None if turn.intent in _ACTING else _answer(session, case)
    replied = _may_reply(sender, turn, now)
    reply = _reply(case, said, inline=inline) if said and replied else None
    if not store(session, _entry(case, now, replied=replied), reply, now):
        return _again(session, message, inline=inline)
    _follow(session, case, now)
    if said is None:
        said = _act(session, case, now)
        if replied:
            reply = _reply(case, said, inline=inline)
            put(session, reply, now)
    elif reply and not inline:
        enqueue(session, Job.DELIVERY)
    return Received(case.id, said if inline and reply else None, case.ref)


#: What changes more than the conversation, so that the answer is known only afterwards.
_ACTING = frozenset({Intent.RESPOND, Intent.STOP, Intent.START})


@dataclass(frozen=True)
class Case:
    """A message with its sender, its turn, and the report it belongs to (``is_new``: begins)."""

    id: UUID
    message: IncomingMessage
    sender: Sender
    turn: Turn
    language: str
    report_id: UUID | None
    ref: str | None
    is_new: bool


def _case(message: IncomingMessage, sender: Sender, turn: Turn) -> Case:
    report_id, ref, is_new = _report_for(turn, sender)
    return Case(new_id(), message, sender, turn, _language(message, turn, sender), report_id, ref, is_new)


# --- keep it -----------------------------------------------------------------------------------


def _report_for(turn: Turn, sender: Sender) -> tuple[UUID | None, str | None, bool]:
    """The report this message belongs to: its id, its reference and whether it is new."""
    if turn.intent is Intent.REPORT:
        return new_id(), new_ref("R"), True
    if turn.intent is Intent.ADD:
        asked = turn.ref == sender.known.question_ref
        return (sender.question_report_id if asked else sender.last_report_id), turn.ref, False
    return None, turn.ref, False


def _entry(case: Case, now: dt.datetime, *, replied: bool) -> Entry:
    message, sender = case.message, case.sender
    in_hour = _in_hour(sender, now)
    return Entry(
        id=case.id,
        channel=message.channel,
        provider_id=message.provider_id,
        address_id=sender.address_id,
        contact_id=sender.contact_id,
        report_id=case.report_id,
        ref=case.ref,
        words=vault.seal("message", "text", case.id, message.text),
        location=_location(case.id, message),
        forwarded=message.forwarded,
        edited=message.edited,
        exercise=sender.exercise or message.channel == "simulator",
        sent_at=message.sent_at,
        is_new=case.is_new,
        answers=_answers(case),
        replies=(sender.replies if in_hour else 0) + replied,
        replies_from=sender.replies_from if in_hour else now,
    )


def _answers(case: Case) -> bool:
    """Whether an open question is settled: by words or a place, not by a mere photo."""
    told = bool(case.message.text.strip()) or case.message.lat is not None
    return told and case.turn.intent in {Intent.REPORT, Intent.ADD}


def _follow(session: Session, case: Case, now: dt.datetime) -> None:
    """What comes with a stored message: its files, the reading of its report, the language to write in."""
    if case.message.attachments:
        _keep_attachments(session, case.id, case.message, now)
    if case.is_new:
        enqueue(session, Job.TRIAGE)
    elif case.report_id:
        _reread(session, case.report_id, now)
    if case.turn.language or (case.sender.language is None and case.is_new):
        contact = update(Contact).where(Contact.id == case.sender.contact_id)
        session.execute(contact.values(language=case.language))


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


def _act(session: Session, case: Case, now: dt.datetime) -> str:
    """Do what the turn asks for; the text of the answer."""
    turn, sender = case.turn, case.sender
    key, values = _KEYS[turn.intent], _reference(case)
    if turn.intent is Intent.RESPOND and turn.answer:
        from mbiu import response

        key, values = response.answer_by_message(
            session, turn, sender.contact_id, sender.known.open_alerts, case.id, now
        )
    elif turn.intent in {Intent.STOP, Intent.START}:
        _stop(session, sender, now if turn.intent is Intent.STOP else None)
    return " ".join(texts.say(case.language, key, **values).split())


def _answer(session: Session, case: Case) -> str:
    """The text of an answer that changes nothing."""
    if case.turn.intent is Intent.STATUS:
        key, values = _status(session, case.sender, case.turn.ref)
        return texts.say(case.language, key, **values)
    key, values = _KEYS[case.turn.intent], _reference(case)
    if case.turn.intent is Intent.HELP and not values["ref"]:
        values = {"ref": texts.say(case.language, "reply.example_ref")}
    elif case.is_new and not case.sender.noticed:
        key = "reply.receipt_first"
    return texts.say(case.language, key, **values)


def _reference(case: Case) -> dict[str, object]:
    return {"ref": case.ref or case.sender.known.last_ref or ""}


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


def _reply(case: Case, text: str, *, inline: bool) -> Outgoing:
    return Outgoing(
        address_id=case.sender.address_id,
        contact_id=case.sender.contact_id,
        channel=case.message.channel,
        text=text,
        kind="reply",
        report_id=case.report_id,
        reply_to=case.id,
        buttons=_BUTTONS.get(case.turn.intent, []) if not inline else [],
        callback_id=case.message.callback_id,
        carried=inline,
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
