"""One message of several alerts: a line each, and how to answer."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.orm import Session

from mbiu import alerting, links, texts, vault
from mbiu.channels.text import compose, segments
from mbiu.codes import AddressKind, DeliveryState
from mbiu.models import Address, Alert, Contact, Delivery
from mbiu.outbox import Buttons, Outgoing, put

BUNDLE = "bundle"
#: An SMS of more segments is not read to its end; elsewhere so many lines are enough.
SEGMENTS, LINES = 3, 20
#: A message of several holds so many at least.
_FEWEST = 2


@dataclass(frozen=True)
class Line:
    """An alert among others."""

    alert_id: UUID
    ref: str
    text: str


@dataclass(frozen=True)
class Reader:
    """Who reads it, where, and in which language."""

    contact_id: UUID
    kind: AddressKind
    language: str


def write(session: Session, surplus: Sequence[Delivery], now: dt.datetime) -> int:
    """Put as many of one address's alerts as fit, from the first on, into one message; how many."""
    address = session.get_one(Address, surplus[0].address_id)
    contact = session.get_one(Contact, address.contact_id)
    language = contact.language or texts.first_language(contact.country)
    reader = Reader(contact.id, address.kind, language)
    key = alerting.line_key(language, contact.responder_class)
    lines = _lines(session, [one.alert_id for one in surplus[:LINES] if one.alert_id], key)
    lines = lines[: _fitting(reader, lines)]
    out = Outgoing(
        address_id=address.id,
        contact_id=contact.id,
        channel=surplus[0].channel,
        text=_text(session, reader, lines),
        kind=BUNDLE,
        buttons=_buttons(reader, lines),
        expires_at=max(one.expires_at or now for one in surplus),
        subject=texts.say(language, "alert.more_subject", n=len(lines)),
    )
    _carry(session, put(session, out, now), surplus[: len(lines)])
    return len(lines)


def _lines(session: Session, ids: list[UUID], key: str) -> list[Line]:
    rows = session.execute(select(Alert.id, Alert.ref, Alert.texts).where(Alert.id.in_(ids)))
    found = {row.id: Line(row.id, row.ref, _said(row.id, row.texts).get(key, row.ref)) for row in rows}
    return [found[one] for one in ids]


def _said(alert_id: UUID, sealed: bytes) -> dict[str, str]:
    said: dict[str, str] = json.loads(vault.unseal("alert", "texts", alert_id, sealed))
    return said


def _fitting(reader: Reader, lines: Sequence[Line]) -> int:
    """How many lines go into one message."""
    count = len(lines)
    if reader.kind is AddressKind.SMS:
        while count > _FEWEST and segments(compose(_short(reader, lines[:count]))) > SEGMENTS:
            count -= 1
    return count


def _text(session: Session, reader: Reader, lines: Sequence[Line]) -> str:
    """A text for a phone in one piece; for a chat a line each, for a mail with a link under each."""
    if reader.kind is AddressKind.SMS:
        return _short(reader, lines)
    told = [one.text for one in lines]
    if reader.kind is AddressKind.EMAIL:
        made = (links.make(session, one.alert_id, reader.contact_id, reader.language) for one in lines)
        told = [f"{text}\n{link}\n" for text, link in zip(told, made, strict=True)]
    return _said_together(reader, lines, "\n" + "\n".join(told) + "\n")


def _short(reader: Reader, lines: Sequence[Line]) -> str:
    return _said_together(reader, lines, "; ".join(one.text for one in lines))


def _said_together(reader: Reader, lines: Sequence[Line], joined: str) -> str:
    return texts.say(reader.language, "alert.more", n=len(lines), lines=joined, first=lines[0].ref)


def _buttons(reader: Reader, lines: Sequence[Line]) -> Buttons:
    """In a chat one for each: that its reader takes it."""
    if reader.kind is not AddressKind.TELEGRAM:
        return []
    yes = texts.say(reader.language, "button.ack")
    return [[{"label": f"{one.ref}: {yes}", "data": f"ack:{one.ref}"}] for one in lines]


def _carry(session: Session, message_id: UUID, carried: Sequence[Delivery]) -> None:
    carrier = select(Delivery.id).where(Delivery.message_id == message_id).scalar_subquery()
    mine = Delivery.id.in_([one.id for one in carried])
    session.execute(update(Delivery).where(mine).values(carrier_id=carrier))


def dissolve(session: Session, carriers: Sequence[UUID], now: dt.datetime) -> frozenset[UUID]:
    """Give up those of ``carriers`` with an alert that was called off meanwhile, and tell which.

    What else they carry is due by itself again.
    """
    off = (Delivery.state == DeliveryState.EXPIRED) | (Delivery.expires_at <= now)
    broken = select(Delivery.carrier_id).where(Delivery.carrier_id.in_(carriers), off)
    ids = frozenset(one for one in session.scalars(broken) if one)
    if ids:
        given_up = {"state": DeliveryState.EXPIRED, "error": "called off"}
        session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(given_up))
        session.execute(update(Delivery).where(Delivery.carrier_id.in_(ids)).values(carrier_id=None))
    return ids


def share(session: Session, carrier_id: UUID) -> None:
    """Let what a bundle carries be as far as it is itself; what went further stays there."""
    carrier = session.execute(
        select(
            Delivery.state,
            Delivery.channel,
            Delivery.attempts,
            Delivery.error,
            Delivery.due_at,
            Delivery.sent_at,
            Delivery.delivered_at,
            (Delivery.extra.has_any(array(["lapsed", "unsure"]))).label("doubted"),
        ).where(Delivery.id == carrier_id)
    ).one()
    values = dict(carrier._mapping)  # noqa: SLF001 - the library's public name
    if values.pop("doubted"):
        values["extra"] = Delivery.extra.op("||")(literal({"lapsed": True}, JSONB))
    open_to = {DeliveryState.QUEUED, DeliveryState.SENDING} if carrier.state.rank < 2 else set()
    behind = open_to | {one for one in DeliveryState if one.rank < carrier.state.rank}
    session.execute(
        update(Delivery)
        .where(Delivery.carrier_id == carrier_id, Delivery.state.in_(sorted(behind)))
        .values(values)
    )
