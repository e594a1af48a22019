"""What responders send about an alert: answers, more words and pictures, the question what it is about.

Only somebody to whom the alert was sent is heard; to everybody else its reference is as unknown as an
invented one. What is taken in belongs to the alert (`Message.alert_id`), and so to its incident.
"""

import datetime as dt
import json
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mbiu import audit, links, response, texts, vault
from mbiu.audit import Actor
from mbiu.codes import AlertState, Answer
from mbiu.contacts import Sender
from mbiu.dialogue import Effect, Kind, Reply, restated
from mbiu.models import Address, Alert, Contact, Delivery, Incident, Message, Response, Sequel, utcnow

_LIVE = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED})


@dataclass(frozen=True)
class Answered:
    """What the page behind a link says next: a text, and the link for the next answer if there may be one."""

    key: str
    ref: str = ""
    again: str = ""


# --- answers -----------------------------------------------------------------------------------


def respond(session: Session, effect: Effect, sender: Sender, message_id: UUID, now: dt.datetime) -> Reply:
    """Take a responder's answer; a message before it that did not say which alert it meant counts too."""
    before = _unfinished(session, effect, sender, message_id)
    if before:
        effect = replace(effect, words=before[1])
    open_alerts = sender.known.open_alerts
    key, values = response.answer_by_message(session, effect, sender.contact_id, open_alerts, message_id, now)
    session.flush()
    answered = select(Response.alert_id).where(
        Response.contact_id == sender.contact_id, Response.message_id == message_id
    )
    alert_id = session.scalar(answered.limit(1))
    if alert_id is None:
        return Reply(key, values)
    _join(session, alert_id, message_id, *([before[0]] if before else []))
    if effect.answer is Answer.DONE and not effect.words:
        return Reply("reply.alert.done_tell", values)
    asks = effect.answer is Answer.GO and not texts.span(effect.words)
    return Reply(key, values, buttons=f"hours:{effect.ref}" if asks else "")


def _unfinished(
    session: Session, effect: Effect, sender: Sender, message_id: UUID
) -> tuple[UUID, str] | None:
    """The message that gave this answer without saying to which alert, and its words."""
    if not (sender.draft.question or "").startswith("alert:?:") or effect.words:
        return None
    row = session.execute(
        select(Message.id, Message.text)
        .where(Message.address_id == sender.address_id, Message.direction == "in", Message.id != message_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(1)
    ).one_or_none()
    return (row.id, restated(vault.unseal("message", "text", row.id, row.text))) if row else None


def of_exercise(session: Session, reply: Reply) -> bool:
    """Whether a reply speaks of the alert of an exercise."""
    ref = reply.values.get("ref") if reply.key.startswith("reply.alert.") else None
    return bool(ref and session.scalar(select(Alert.exercise).where(Alert.ref == ref)))


def _join(session: Session, alert_id: UUID, *messages: UUID) -> None:
    session.execute(update(Message).where(Message.id.in_(messages)).values(alert_id=alert_id))


# --- notes and pictures ------------------------------------------------------------------------


def note(session: Session, effect: Effect, sender: Sender, message_id: UUID, now: dt.datetime) -> Reply:
    """Keep a responder's words, picture or place with the alert they are about."""
    alert = _told_of(session, effect.ref, sender.contact_id)
    if alert is None:
        return Reply("reply.alert.none", {"ref": effect.ref or ""})
    _join(session, alert.id, message_id)
    _complete(session, alert.id, sender.contact_id, effect.words)
    session.execute(update(Incident).where(Incident.id == alert.incident_id).values(updated_at=now))
    code = session.scalar(select(Contact.code).where(Contact.id == sender.contact_id))
    audit.append(session, Actor(f"contact {code}"), "alert.noted", f"alert:{alert.ref}")
    return Reply("reply.alert.note", {"ref": alert.ref})


def _complete(session: Session, alert_id: UUID, contact_id: UUID, words: str) -> None:
    """What was done, told after a bare DONE, is part of that answer."""
    query = select(Response).where(Response.alert_id == alert_id, Response.contact_id == contact_id)
    last = session.scalar(query.order_by(Response.created_at.desc(), Response.id.desc()).limit(1))
    if last and last.answer is Answer.DONE and last.text is None and words:
        last.text = vault.seal("response", "text", last.id, words)


def _told_of(session: Session, ref: str | None, contact_id: UUID) -> Alert | None:
    told = (
        select(Delivery.alert_id)
        .join(Address, Address.id == Delivery.address_id)
        .where(Address.contact_id == contact_id, Delivery.alert_id.is_not(None))
    )
    return session.scalar(select(Alert).where(Alert.ref == ref, Alert.id.in_(told)))


# --- what is it about --------------------------------------------------------------------------


def info(session: Session, effect: Effect, sender: Sender, message_id: UUID, now: dt.datetime) -> Reply:  # noqa: ARG001
    """An alert told anew in its newest words, and how many have taken it."""
    refs = sender.known.open_alerts
    if effect.ref is None and refs:
        return Reply("reply.alert.which", {"refs": ", ".join(refs), "first": refs[0]})
    alert = _told_of(session, effect.ref, sender.contact_id)
    if alert is None:
        return Reply("reply.alert.none", {"ref": effect.ref or ""})
    if alert.state not in _LIVE:
        key = "alert.recall" if alert.state is AlertState.CANCELLED else "alert.is_done"
        return Reply(key, {"ref": alert.ref})
    language = sender.language or texts.first_language(sender.country)
    taken = _taken(session, alert.id)
    said = texts.say(language, "alert.taken", n=taken) if taken else texts.say(language, "alert.taken_none")
    return Reply("alert.info", {"words": _words(session, alert, language), "taken": said})


def _words(session: Session, alert: Alert, language: str) -> str:
    """The newest wording of an alert for a phone, in this language if it went out in it."""
    newest = select(Sequel).where(Sequel.alert_id == alert.id, Sequel.kind == "update")
    row = session.scalar(newest.order_by(Sequel.created_at.desc()).limit(1))
    sealed = ("sequel", row.id, row.texts) if row else ("alert", alert.id, alert.texts)
    found: dict[str, str] = json.loads(vault.unseal(sealed[0], "texts", sealed[1], sealed[2]))
    plain = {key: text for key, text in found.items() if key in texts.languages()}
    return plain.get(language) or plain.get(texts.FALLBACK) or next(iter(plain.values()), alert.ref)


def _taken(session: Session, alert_id: UUID) -> int:
    """How many people's last word on the alert is a promise that stands."""
    last = (
        select(Response.answer, Response.lapsed_at)
        .where(Response.alert_id == alert_id)
        .order_by(Response.contact_id, Response.created_at.desc(), Response.id.desc())
        .ext(distinct_on(Response.contact_id))
        .subquery()
    )
    standing = last.c.answer.in_([Answer.ACK, Answer.GO]) & last.c.lapsed_at.is_(None)
    return session.scalar(select(func.count()).select_from(last).where(standing)) or 0


# --- links -------------------------------------------------------------------------------------


def by_link(session: Session, token: str, answer: Answer, words: str, language: str) -> Answered | None:
    """Take the answer that a link's page sends; None for a link that is not ours or over.

    A link answers once: a repeat changes nothing and is told so.
    """
    link = links.find(session, token, lock=True)
    if link is None:
        return None
    if link.used:
        return Answered("page.used", link.ref)
    links.use(session, link)
    now = utcnow()
    effect = Effect(Kind.RESPOND, link.ref, words=words, answer=answer)
    open_alerts = (link.ref,) if link.state in _LIVE else ()
    key, _values = response.answer_by_message(session, effect, link.contact_id, open_alerts, None, now)
    session.flush()
    state = session.scalar(select(Alert.state).where(Alert.id == link.alert_id))
    again = links.make(session, link.alert_id, link.contact_id, language) if state in _LIVE else ""
    return Answered("alert.is_done" if key == "reply.alert.none" else key, link.ref, again)
