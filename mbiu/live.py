"""A live location comes as dozens of edits of one message. What is kept of them says where somebody went,
not every step: it is enough for those who look for the place, and a full trail would betray the person.
"""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.gazetteer.lookup import distance_km
from mbiu.messages import IncomingMessage
from mbiu.models import Address, Message, utcnow

#: A step is kept when it is so far from the last one kept, and so much later.
FAR_KM = 0.2
LATER = dt.timedelta(minutes=2)


@dataclass(frozen=True)
class Fix:
    """Where the phone was (WGS84 degrees), and when."""

    lat: float
    lon: float
    at: dt.datetime


def is_news(last: Fix | None, fix: Fix) -> bool:
    """Whether ``fix`` is worth a message of its own after ``last``, the one kept before it."""
    if last is None:
        return True
    return fix.at - last.at >= LATER and distance_km(last.lat, last.lon, fix.lat, fix.lon) >= FAR_KM


def is_news_here(session: Session, message: IncomingMessage) -> bool:
    """Whether a message has to be kept: all but the small steps of a live location."""
    if not (message.live and message.edited) or message.lat is None or message.lon is None:
        return True
    return is_news(_last(session, message), Fix(message.lat, message.lon, message.sent_at or utcnow()))


def _last(session: Session, message: IncomingMessage) -> Fix | None:
    row = session.execute(
        select(Message.id, Message.location, Message.sent_at, Message.created_at)
        .join(Address, Address.id == Message.address_id)
        .where(
            Address.kind == message.kind,
            Address.blind_index == vault.blind_index(message.kind, message.sender),
            Message.chat_message == message.chat_message,
            Message.direction == "in",
            Message.location.is_not(None),
        )
        .order_by(Message.created_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    where = json.loads(vault.unseal("message", "location", row.id, row.location))
    return Fix(where["lat"], where["lon"], row.sent_at or row.created_at)
