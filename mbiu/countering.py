"""A neutral word against a rumour: written by one person, approved by another, sent where it is wanted."""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mbiu import audit, feedback, texts, vault
from mbiu.audit import Actor
from mbiu.channels.text import clean, compose, segments
from mbiu.codes import ContactRole, DeliveryState
from mbiu.feedback.harm import Case, why_not
from mbiu.models import BY_USE, Address, Contact, CounterMessage, Delivery, Incident, utcnow
from mbiu.outbox import Outgoing, put
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.rumours import judged
from mbiu.verification import held
from mbiu.wishes import quiet_until

#: Who may be told beside those who reported the rumour.
AUDIENCES = (ContactRole.FOCAL_POINT, ContactRole.COMMITTEE)
#: An SMS of more segments than this is not read to its end.
SEGMENTS = 3
_NOWHERE = frozenset({"", "/"})


@dataclass(frozen=True)
class Reach:
    """Whom a word would reach, and how many it would not because it could harm or is not wanted."""

    people: tuple[tuple[Contact, Address], ...]
    left_out: int


def write(
    session: Session,
    actor: Actor,
    ref: str,
    wordings: Mapping[str, str],
    audience: Collection[str] = (),
    *,
    version: int | None = None,
) -> CounterMessage:
    """Put down a neutral word about a judged rumour, for another person to approve.

    ``wordings`` maps codes of languages to texts; ``audience`` holds roles of `AUDIENCES`. Raises NotPossible
    for a text that speaks of conflict, is too long, or for a rumour nobody has judged.
    """
    row = held(session, actor, ref, version)
    judged(session, ref)
    checked = {language: _checked(language, text) for language, text in wordings.items() if text.strip()}
    if not checked:
        raise NotPossible("Write the message in at least one language.")
    roles = sorted(role.value for role in AUDIENCES if role.value in set(audience))
    if roles and row.block in _NOWHERE:
        raise NotPossible("Where it is told is not known, so only those who reported it can be told.")
    message_id = new_id()
    message = CounterMessage(
        id=message_id,
        incident_id=row.id,
        version=row.version,
        texts=vault.seal("counter_message", "texts", message_id, json.dumps(checked, ensure_ascii=False)),
        audience=roles,
        written_by=actor.id,
    )
    session.add(message)
    row.updated_at = utcnow()
    audit.append(
        session, actor, "counter.written", f"incident:{ref}", languages=sorted(checked), audience=roles
    )
    return message


def _checked(language: str, text: str) -> str:
    if language not in texts.languages():
        raise NotPossible(f"There is no language {language}.")
    words = " ".join(clean(text).split())
    if word := texts.betrays(language, words):
        raise NotPossible(f"«{word}» shows whoever sees the phone what this is about. Say it otherwise.")
    if segments(compose(words)) > SEGMENTS:
        raise NotPossible(f"A message has at most {SEGMENTS} SMS; this one is longer ({language}).")
    return words


def wordings(message: CounterMessage) -> dict[str, str]:
    """The texts by language."""
    found: dict[str, str] = json.loads(vault.unseal("counter_message", "texts", message.id, message.texts))
    return found


def reach(session: Session, row: Incident, audience: Collection[str]) -> Reach:
    """Whom a word about ``row`` would reach: its reporters, and people of ``audience`` in its district.

    Nobody who asked for silence, who may be forced, or whose phone may be in other hands.
    """
    told = feedback.reachable(session, row.id)
    found = {contact: way for contact, way in told.items() if way}
    people = _people(session, row, audience) if audience and row.block not in _NOWHERE else []
    unsafe = 0
    for contact, address in people:
        if contact.id in told:
            continue
        if _safe(contact, address):
            found[contact.id] = (contact, address)
        else:
            unsafe += 1
    left_out = unsafe + sum(1 for way in told.values() if way is None)
    return Reach(tuple(found.values()), left_out)


def _people(session: Session, row: Incident, audience: Collection[str]) -> list[tuple[Contact, Address]]:
    """The people of these roles in the district, each with the address used last."""
    rows = session.execute(
        select(Contact, Address)
        .join(Address, Address.contact_id == Contact.id)
        .where(Contact.role.in_([ContactRole(role) for role in audience]), Contact.archived_at.is_(None))
        .where(func.starts_with(Contact.area_path, row.block), Contact.exercise == row.exercise)
        .where(Address.vault_id.is_not(None))
        .order_by(Contact.id, Address.blocked_at.is_(None).desc(), *BY_USE)
        .ext(distinct_on(Contact.id))
    )
    return [(one.Contact, one.Address) for one in rows]


def _safe(contact: Contact, address: Address) -> bool:
    case = Case(
        wish=contact.wish,
        stopped=bool(contact.stopped_at or address.stopped_at),
        silent=contact.silent_at is not None,
        blocked=address.blocked_at is not None,
        unconfirmed=contact.doubted_at is not None,
    )
    return not why_not(case)


def approve(session: Session, actor: Actor, ref: str, message_id: UUID) -> int:
    """Send a word that somebody else has written; to how many people it goes.

    Raises NotAllowed for its writer, NotPossible when it was sent or dropped, or the rumour changed since.
    """
    row = held(session, actor, ref, None)
    message = _waiting(session, row, message_id)
    if message.written_by == actor.id:
        raise NotAllowed("You wrote it; another person must look at it before it goes.")
    judged(session, ref)
    if message.version != row.version:
        raise NotPossible(f"{ref} changed since this was written. Write it anew.")
    now, said = utcnow(), wordings(message)
    message.approved_by, message.sent_at = actor.id, now
    session.flush()
    people = reach(session, row, message.audience).people
    for contact, address in people:
        _send(session, message, contact, address, said, now)
    message.told, row.updated_at = len(people), now
    details = {"message": str(message.id), "told": len(people)}
    audit.append(session, actor, "counter.sent", f"incident:{ref}", **details)
    return len(people)


def _send(
    session: Session,
    message: CounterMessage,
    contact: Contact,
    address: Address,
    said: Mapping[str, str],
    now: dt.datetime,
) -> None:
    wanted = (contact.language, texts.first_language(contact.country), texts.FALLBACK)
    language = next((one for one in wanted if one and one in said), next(iter(said)))
    mark = texts.say(language, "alert.exercise") if contact.exercise else ""
    out = Outgoing(
        address.id, contact.id, address.channel, mark + said[language], "counter",
        counter_id=message.id, due_at=quiet_until(contact, now),
    )  # fmt: skip
    put(session, out, now)


def drop(session: Session, actor: Actor, ref: str, message_id: UUID) -> None:
    """Put away a word that was not sent."""
    row = held(session, actor, ref, None)
    message = _waiting(session, row, message_id)
    message.dropped_at = utcnow()
    audit.append(session, actor, "counter.dropped", f"incident:{ref}", message=str(message.id))


def _waiting(session: Session, row: Incident, message_id: UUID) -> CounterMessage:
    message = session.get(CounterMessage, message_id, with_for_update=True)
    if message is None or message.incident_id != row.id:
        raise NotFound("There is no such message.")
    if message.sent_at or message.dropped_at:
        raise NotPossible("That message was sent or put away already.")
    return message


def of(session: Session, incident_id: UUID) -> list[CounterMessage]:
    """The words written about a rumour, the newest first."""
    query = select(CounterMessage).where(CounterMessage.incident_id == incident_id)
    return list(session.scalars(query.order_by(CounterMessage.created_at.desc())))


def delivered(session: Session, ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """How many of each message's deliveries are in which state."""
    query = (
        select(Delivery.counter_id, Delivery.state, func.count())
        .where(Delivery.counter_id.in_(ids))
        .group_by(Delivery.counter_id, Delivery.state)
    )
    found: dict[UUID, dict[str, int]] = {one: {} for one in ids}
    for counter_id, state, count in session.execute(query):
        if counter_id:
            found[counter_id][DeliveryState(state).value] = count
    return found
