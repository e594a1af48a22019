"""What stands on the screen of a made-up phone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.channels import conditions
from mbiu.channels.conditions import Conditions
from mbiu.codes import AddressKind
from mbiu.demo import Phone
from mbiu.models import Address, Contact, Delivery, Media, Message, utcnow
from mbiu.training.handset import has_arrived
from mbiu.training.saying import cut
from review.words import short_time

MANY = 30

FILES = {"photo": _l("photo"), "document": _l("file"), "voice": _l("voice note"), "video": _l("video")}


@dataclass(frozen=True)
class Handset:
    """A phone as the page shows it."""

    key: str
    title: str
    who: str
    kind: str
    is_group: bool
    removable: bool
    state: Conditions
    away: int

    @property
    def troubled(self) -> bool:
        return self.state != conditions.FINE and (self.away > 0 or self.state.away_until == 0)


def handset(one: Phone) -> Handset:
    """``away`` is for how many minutes more the phone is out of coverage."""
    name, _comma, what = one.owner.partition(", ")
    state = conditions.of(one.address)
    left = state.away_until - utcnow().timestamp()
    return Handset(
        key=one.key,
        title=name,
        who=f"{what}, {one.code}" if one.code else what,
        kind=one.kind.value,
        is_group=one.is_group,
        removable=one.key.startswith("phone-"),
        state=state,
        away=max(0, -(-int(left) // 60)),
    )


def addresses(db: Session, shown: Iterable[Phone]) -> dict[str, UUID]:
    """The ids of the addresses by the phones' keys. One that was never used has none, nor a real person's."""
    by_index = {vault.blind_index(one.kind, one.address): one.key for one in shown}
    rows = db.execute(
        select(Address.id, Address.blind_index)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Address.blind_index.in_(by_index), Contact.exercise)
    )
    return {by_index[row.blind_index]: row.id for row in rows}


def messages(db: Session, one: Phone, address_id: UUID | None) -> list[dict[str, Any]]:
    """What was written and what arrived, oldest first."""
    rows = db.execute(
        select(Message, Delivery)
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(Message.address_id == address_id, Delivery.carrier_id.is_(None))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(2 * MANY)
    ).all()
    state, now = conditions.of(one.address), utcnow()
    replaced = {row.Message.replaces for row in rows}
    here = [
        row
        for row in rows
        if row.Message.id not in replaced and (row.Delivery is None or has_arrived(row.Delivery, state, now))
    ][:MANY]
    files = _files(db, [row.Message.id for row in here])
    return [_bubble(row.Message, row.Delivery, one.kind, files[row.Message.id]) for row in reversed(here)]


def _files(db: Session, ids: list[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in db.execute(select(Media.message_id, Media.kind).where(Media.message_id.in_(ids))):
        found[row.message_id].append(str(FILES.get(row.kind, row.kind)))
    return found


def _bubble(
    message: Message, delivery: Delivery | None, kind: AddressKind, files: list[str]
) -> dict[str, Any]:
    text = vault.unseal("message", "text", message.id, message.text)
    is_chat, mine = kind is AddressKind.TELEGRAM, message.direction == "in"
    rows = delivery.extra.get("buttons", []) if delivery and is_chat else []
    pins = [_("place pin")] if message.location else []
    return {
        "id": str(message.id),
        "mine": mine,
        "text": text or ("" if files or pins else "✓"),
        "parts": [text] if is_chat or mine else cut(text),
        "files": pins + files,
        "time": short_time(message.created_at),
        "marks": _marks(message),
        "editable": is_chat and mine and bool(text) and message.chat_message is not None,
        "buttons": [button for row in rows for button in row],
        "wants_pin": bool(delivery and delivery.extra.get("wants_pin")),
    }


def _marks(message: Message) -> list[str]:
    part = _("part %(n)s of %(all)s", n=message.part, all=message.parts) if message.parts else ""
    marks = (_("forwarded") if message.forwarded else "", _("edited") if message.edited else "", part)
    return [mark for mark in marks if mark]
