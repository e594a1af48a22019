"""The one door for everything that people send: store it once, converse, make a report.

`receive` runs inside the caller's transaction. After its commit the message is safe, the answer is
decided, and what must follow has been rung for; a repeat of the same message changes nothing and
gets the same answer as the first time.
"""

import datetime as dt
import json
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mbiu import acting, answering, dialogue, feedback, leaving, restraint, texts, vault
from mbiu.analysis.language import reply_language
from mbiu.contacts import QUIET, Sender, sender_of
from mbiu.dialogue import CLEAR, Kind, Reply, Step
from mbiu.gateways import costs
from mbiu.jobs import Job, enqueue
from mbiu.messages import IncomingMessage
from mbiu.models import Contact, Message, Report, utcnow
from mbiu.outbox import Outgoing, composed, put
from mbiu.refs import new_id, new_ref
from mbiu.storing import Entry, Memory, store

#: How long a receipt waits for the reading of its report, so that a question can go with it in one text.
HOLD = dt.timedelta(seconds=2)


@dataclass(frozen=True)
class Received:
    """``reply`` is what to answer at once (only if that was asked for), ``ref`` the report's reference."""

    message_id: UUID | None
    reply: str | None = None
    ref: str | None = None
    repeated: bool = False


@dataclass(frozen=True)
class Case:
    """A message with its sender, its step, and the report it belongs to (``is_new``: begins).

    ``teller`` is who speaks: the sender, or who named themselves on a borrowed phone. ``of_drill`` says that
    the alert answered here is an exercise's.
    """

    id: UUID
    message: IncomingMessage
    sender: Sender
    step: Step
    language: str
    teller: UUID
    report_id: UUID | None
    ref: str | None
    is_new: bool
    folded: bool = False
    unconfirmed: bool = False
    of_drill: bool = False

    @property
    def drill(self) -> bool:
        """Whether what is told here is practice."""
        return self.sender.exercise or self.sender.drill or self.message.channel == "simulator"

    @property
    def borrowed(self) -> bool:
        return self.teller != self.sender.contact_id


def receive(session: Session, message: IncomingMessage, *, inline: bool = False) -> Received:
    """Take in one message; the reply is queued, or with ``inline`` returned for the provider to carry."""
    now = utcnow()
    feedback.refresh(session)
    sender = sender_of(session, message, now)
    if not message.is_group and leaving.is_panic(sender.panic_word, sender.contact_id, message.text):
        leaving.panic(session, sender.contact_id, now)
        sender = sender_of(session, message, now)
        leaving.as_stranger(session, sender.contact_id, now)
    case = _case(session, message, sender, now)
    held = _held(session, case, now, inline=inline)
    entry = _entry(case, now, replied=held is not None)
    cost = costs.of_call(message, held.text if inline and held else None, now)
    if not store(session, entry, held, cost, now):
        leaving.discard(session, sender.contact_id)
        return _again(session, message, inline=inline)
    _follow(session, case, now)
    if acting.is_needed(case.step):
        held = _after_acting(session, case, now, inline=inline)
        if inline and held:
            costs.count_reply(session, message, held.text, now)
    elif held and not inline and held.due_at is None:
        enqueue(session, Job.DELIVERY)
    return Received(case.id, held.text if inline and held else None, case.ref)


def _case(session: Session, message: IncomingMessage, sender: Sender, now: dt.datetime) -> Case:
    step = dialogue.decide(sender.draft, message, sender.known, now)
    teller, unconfirmed = acting.teller(session, step, sender.contact_id, now)
    report_id, ref, is_new = _report_for(session, step, sender)
    case = Case(
        new_id(), message, sender, step, _language(message, step, sender), teller, report_id, ref, is_new,
        unconfirmed=unconfirmed,
    )  # fmt: skip
    return _folded(case, now)


def _report_for(session: Session, step: Step, sender: Sender) -> tuple[UUID | None, str | None, bool]:
    """The report this message belongs to: its id, its reference and whether it is new."""
    if step.has(Kind.BEGIN):
        return new_id(), new_ref("R"), True
    ref = step.effect.ref if step.effect else None
    if not step.has(Kind.ADD, Kind.CHOOSE) or not ref:
        return None, ref, False
    known = {
        sender.known.belongs_to: sender.belongs_to_id,
        sender.draft.ref: sender.question_report_id,
        sender.known.last_ref: sender.last_report_id,
    }
    found = known.get(ref) or acting.own_report(session, sender.contact_id, ref)
    # Somebody else's reference, or none: what was said becomes a report of its own.
    return (found, ref, False) if found else (new_id(), new_ref("R"), True)


def _folded(case: Case, now: dt.datetime) -> Case:
    """Beyond the sender's limit a new report is kept with the last one, unread and unanswered."""
    last = case.sender.last_report_id
    if not (case.is_new and last and restraint.is_over(case.sender, now)):
        return case
    return replace(case, report_id=last, ref=case.sender.known.last_ref, is_new=False, folded=True)


# --- keep it -----------------------------------------------------------------------------------


def _entry(case: Case, now: dt.datetime, *, replied: bool) -> Entry:
    message, sender = case.message, case.sender
    begins = next((effect for effect in case.step.effects if effect.kind is Kind.BEGIN), None)
    return Entry(
        id=case.id,
        channel=message.channel,
        provider_id=message.provider_id,
        address_id=sender.address_id,
        contact_id=case.teller,
        owner_id=sender.contact_id,
        report_id=case.report_id,
        ref=case.ref,
        words=vault.seal("message", "text", case.id, message.text),
        location=_location(case.id, message),
        forwarded=message.forwarded,
        edited=message.edited,
        exercise=case.drill,
        sent_at=message.sent_at,
        is_new=case.is_new,
        is_group=message.is_group,
        thread=message.thread,
        part=message.part,
        parts=message.parts,
        chat_message=message.chat_message,
        replaces=sender.replaces,
        author=_author(message, sender.address_id),
        folded=case.folded,
        read_at=now + (QUIET if restraint.is_part(message) else dt.timedelta(0)),
        lane=restraint.lane(sender, now, borrowed=case.borrowed),
        told=dict(begins.told) if begins else {},
        borrowed=case.borrowed,
        unconfirmed=case.unconfirmed,
        duress=leaving.is_duress(sender.duress_word, sender.contact_id, message.text),
        memory=_memory(case, now, replied=replied),
    )


def _memory(case: Case, now: dt.datetime, *, replied: bool) -> Memory:
    draft = case.step.draft
    if case.folded or (case.step.effects and case.ref and draft.ref == ""):
        draft = CLEAR if case.folded else replace(draft, ref=case.ref)
    asked = draft == case.sender.draft
    ids = {case.ref: case.report_id, case.sender.draft.ref: case.sender.question_report_id}
    ids |= {case.sender.known.last_ref: case.sender.last_report_id}
    return Memory(
        **restraint.counted(case.sender, case.message, now, replied=replied),
        question=draft.question,
        question_report_id=ids.get(draft.ref) if draft.ref else None,
        question_at=(case.sender.draft.at if asked else now) if draft.question else None,
        choices=list(draft.choices),
    )


def _author(message: IncomingMessage, address_id: UUID) -> str | None:
    """A pseudonym of a group's member: the same each time, also when the group's id changes, and of no use in
    another group or outside this installation."""
    if not message.author:
        return None
    return vault.blind_digest("member", f"{address_id}:{message.author}").hex()[:8]


def _location(row_id: UUID, message: IncomingMessage) -> bytes | None:
    if message.lat is None or message.lon is None:
        return None
    pin = {"lat": message.lat, "lon": message.lon, "accuracy_m": message.accuracy_m}
    return vault.seal("message", "location", row_id, json.dumps(pin))


def _follow(session: Session, case: Case, now: dt.datetime) -> None:
    """What comes with a stored message: its files, the reading of its report, the language to write in."""
    if case.message.attachments:
        acting.keep_attachments(session, case.id, case.message, now)
    if case.is_new:
        enqueue(session, Job.TRIAGE)
    elif case.folded:
        session.execute(update(Report).where(Report.id == case.report_id).values(folded=Report.folded + 1))
    elif case.report_id:
        acting.reread(session, case.report_id, case.step, now)
    if case.ref and leaving.is_duress(case.sender.duress_word, case.sender.contact_id, case.message.text):
        leaving.mark_duress(session, case.ref)
    if case.sender.language is None and case.is_new:
        contact = update(Contact).where(Contact.id == case.sender.contact_id)
        session.execute(contact.values(language=case.language))


# --- answer it ---------------------------------------------------------------------------------


def _language(message: IncomingMessage, step: Step, sender: Sender) -> str:
    if step.effect and step.effect.language:
        return step.effect.language
    if sender.language:
        return sender.language
    if message.language in texts.languages():
        return str(message.language)
    first, *_ = message.text.split()[:1] or [""]
    # Whoever writes MSAADA reads Swahili, and gave us too little to see that by.
    return dialogue.tongue(first[:40]) or reply_language(message.text, texts.first_language(sender.country))


def _held(session: Session, case: Case, now: dt.datetime, *, inline: bool) -> Outgoing | None:
    """The reply as far as it is known before anything is done; None where there is none, or not yet."""
    if acting.is_needed(case.step) or not _may_reply(case, now):
        return None
    reply = acting.look_up(session, case.step, case.teller) or case.step.reply
    return _outgoing(case, reply, now, inline=inline)


def _after_acting(session: Session, case: Case, now: dt.datetime, *, inline: bool) -> Outgoing | None:
    reply = acting.act(session, case.step, case.sender, case.id, now) or case.step.reply
    language = session.scalar(select(Contact.language).where(Contact.id == case.sender.contact_id))
    of_drill = answering.of_exercise(session, reply)
    case = replace(case, language=language or case.language, of_drill=of_drill)
    out = _outgoing(case, reply, now, inline=inline) if _may_reply(case, now) else None
    if out:
        put(session, out, now)
        restraint.count_reply(session, case.sender.address_id)
    return out


def _may_reply(case: Case, now: dt.datetime) -> bool:
    if case.folded or (case.is_new and not feedback.answers(case.sender.role)):
        return False
    return restraint.may_reply(case.sender, case.message, case.step, now)


def _outgoing(case: Case, reply: Reply, now: dt.datetime, *, inline: bool) -> Outgoing | None:
    if not reply.key:
        return None
    is_receipt = case.is_new and reply.key == "reply.receipt"
    return Outgoing(
        address_id=case.sender.address_id,
        contact_id=case.sender.contact_id,
        channel=case.message.channel,
        text=composed(case.message.channel, _words(case, reply)),
        kind="reply",
        report_id=case.report_id,
        reply_to=case.id,
        buttons=acting.buttons(reply.buttons, case.language) if not inline else [],
        callback_id=case.message.callback_id,
        carried=inline,
        due_at=now + HOLD if is_receipt and not inline else None,
        topic=case.message.topic,
        wants_pin=reply.buttons == "pin",
        receipt=("plain" if case.sender.noticed else "first") if is_receipt else "",
    )


def _words(case: Case, reply: Reply) -> str:
    values = {"ref": case.ref or case.sender.known.last_ref or ""} | dict(reply.values)
    key = reply.key
    if key == "reply.help" and not values["ref"]:
        values["ref"] = texts.say(case.language, "reply.example_ref")
    elif key == "reply.receipt" and case.is_new and not case.sender.noticed:
        key = "reply.receipt_first"
    text = texts.say(case.language, f"{key}@{case.sender.role}", **values)
    mark = texts.say(case.language, "alert.exercise") if _is_marked(case, key) else ""
    return " ".join((mark + text).split())


def _is_marked(case: Case, key: str) -> bool:
    return case.of_drill or (case.is_new and case.drill and key.startswith("reply.receipt"))


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
