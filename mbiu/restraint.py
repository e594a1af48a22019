"""How much is answered, and how much is read at once: limits that fold, and never drop, a message.

Nobody is answered more than so often in an hour; who says the same over and over, or has used up the
hour as a stranger, is a machine or might be one, and two machines must not talk to each other.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from mbiu.channels.phone import is_short_code
from mbiu.channels.text import fills
from mbiu.codes import AddressKind, ContactRole, Lane, Wish
from mbiu.contacts import Sender
from mbiu.dialogue import Kind, Step
from mbiu.messages import IncomingMessage
from mbiu.models import Address
from mbiu.vault import blind_digest

#: Automatic replies to one address in an hour; what exceeds them is kept and read, but not answered.
REPLIES_AN_HOUR = 20
#: The same text so often in a row is no person's any more.
SAME_TEXTS = 3
#: How long a stranger who used up the hour is not answered.
MUTE = dt.timedelta(hours=24)
#: Messages of one sender in an hour that make reports of their own; a stranger's are read after the others'
#: from the second figure on.
REPORTS_AN_HOUR = 60
STRANGERS_SOON = 10

_HOUR = dt.timedelta(hours=1)
#: What is answered although the person wants no messages: it was asked for.
_ASKED = {"reply.help", "reply.stopped", "reply.started", "reply.safe_how", "reply.language_ask"}
_ASKED_FOR = (Kind.STOP, Kind.START, Kind.STATUS, Kind.WISH, Kind.QUIET, Kind.MY_DATA, Kind.DELETE)


def is_part(message: IncomingMessage) -> bool:
    """Whether more of the same text may follow at once."""
    if message.kind is not AddressKind.SMS:
        return message.thread is not None
    return bool(message.parts and message.parts > 1) or fills(message.text)


def lane(sender: Sender, now: dt.datetime, *, borrowed: bool) -> Lane:
    """Where a report waits to be read: people we know never wait behind strangers."""
    if sender.role is not ContactRole.UNKNOWN or borrowed:
        return Lane.KNOWN
    return Lane.FLOOD if _taken(sender, now) >= STRANGERS_SOON else Lane.STRANGER


def is_over(sender: Sender, now: dt.datetime) -> bool:
    """Whether the sender has used up the reports of this hour."""
    return _taken(sender, now) >= REPORTS_AN_HOUR


def may_reply(sender: Sender, message: IncomingMessage, step: Step, now: dt.datetime) -> bool:
    """Whether this message is answered at all."""
    if sender.mute_until and now < sender.mute_until:
        return False
    if message.kind is AddressKind.SMS and is_short_code(message.sender):
        return False
    asked = step.has(*_ASKED_FOR) or step.reply.key in _ASKED
    if (sender.stopped or sender.wish is Wish.NEVER) and not asked:
        return False
    if _repeats(sender, message) >= SAME_TEXTS and not message.button:
        return False
    return _replies(sender, now) < REPLIES_AN_HOUR


def counted(sender: Sender, message: IncomingMessage, now: dt.datetime, *, replied: bool) -> dict[str, Any]:
    """The counts that the address keeps after this message, by column."""
    replies = _replies(sender, now) + replied
    used_up = replies >= REPLIES_AN_HOUR and sender.role is ContactRole.UNKNOWN
    same_hour = _in_hour(sender.replies_from, now)
    return {
        "replies": replies,
        "replies_from": sender.replies_from if same_hour else now,
        "taken": _taken(sender, now) + 1,
        "taken_from": sender.taken_from if _in_hour(sender.taken_from, now) else now,
        "last_text": _digest(message),
        "repeats": _repeats(sender, message),
        "mute_until": now + MUTE if used_up else sender.mute_until,
        "full_at": now if is_part(message) and message.kind is AddressKind.SMS else None,
    }


def count_reply(session: Session, address_id: UUID) -> None:
    """One reply more, where it was known only after the message was stored."""
    session.execute(update(Address).where(Address.id == address_id).values(replies=Address.replies + 1))


def _in_hour(start: dt.datetime | None, now: dt.datetime) -> bool:
    return start is not None and now - start < _HOUR


def _replies(sender: Sender, now: dt.datetime) -> int:
    return sender.replies if _in_hour(sender.replies_from, now) else 0


def _taken(sender: Sender, now: dt.datetime) -> int:
    return sender.taken if _in_hour(sender.taken_from, now) else 0


def _repeats(sender: Sender, message: IncomingMessage) -> int:
    """How often the same text came before this one, in a row."""
    digest = _digest(message)
    return sender.repeats + 1 if digest is not None and digest == sender.last_text else 0


def _digest(message: IncomingMessage) -> bytes | None:
    words = " ".join(message.text.lower().split())
    return blind_digest("said", words) if words else None
