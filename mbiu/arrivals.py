"""What providers hand over, in one shape for the hooks, the bot and the spool, and what is done with it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mbiu import intake, live, moving, vault
from mbiu.codes import AddressKind, DeliveryState
from mbiu.intake import Received
from mbiu.jobs import Job, enqueue
from mbiu.messages import DeliveryReport, IncomingMessage
from mbiu.models import Address, Delivery, Message, utcnow
from mbiu.settings import settings

if TYPE_CHECKING:
    # The library behind it takes half a second that only those who speak with Telegram should wait.
    from mbiu.channels.groups import Me, WhoAmI


@dataclass(frozen=True)
class Blocked:
    """The person behind an address ended the conversation: nothing may be sent there any more.

    With ``lifted`` it may again.
    """

    channel: str
    kind: AddressKind
    sender: str
    at: dt.datetime
    lifted: bool = False


@dataclass(frozen=True)
class Moved:
    """The people behind the address ``before`` have the address ``after`` from now on."""

    kind: AddressKind
    before: str
    after: str


Arrival = IncomingMessage | DeliveryReport | Blocked | Moved


def take(session: Session, arrival: Arrival, *, inline: bool = False) -> Received:
    """Do what ``arrival`` asks for, inside the caller's transaction. A repeat changes nothing.

    Only a message is answered; ``inline`` is as for `intake.receive`.
    """
    if isinstance(arrival, IncomingMessage):
        if not live.is_news_here(session, arrival):
            return Received(None)
        return intake.receive(session, arrival, inline=inline)
    if isinstance(arrival, DeliveryReport):
        from mbiu import delivery

        delivery.report(session, arrival)
    elif isinstance(arrival, Moved):
        moving.move(session, arrival.kind, arrival.before, arrival.after)
    else:
        _block(session, arrival)
    return Received(None)


def take_late(session: Session, arrival: Arrival, *, inline: bool) -> None:
    """Take in what waited in the spool; its provider got no words with our answer.

    With ``inline`` the reply was meant for that answer. Where the first try was committed after all
    (the link broke before we heard so), the reply counts as carried although nobody carried it.
    """
    received = take(session, arrival)
    if not (inline and received.repeated):
        return
    replies = select(Message.id).where(Message.reply_to == received.message_id)
    session.execute(
        update(Delivery)
        .where(
            Delivery.message_id.in_(replies),
            Delivery.state == DeliveryState.SENT,
            Delivery.provider_id.is_(None),
        )
        .values(state=DeliveryState.QUEUED, due_at=utcnow(), sent_at=None)
    )
    enqueue(session, Job.DELIVERY)


def _block(session: Session, blocked: Blocked) -> None:
    """Note it, unless the person wrote again since."""
    session.execute(
        update(Address)
        .where(
            Address.kind == blocked.kind,
            Address.blind_index == vault.blind_index(blocked.kind, blocked.sender),
            Address.last_in_at.is_(None) | (Address.last_in_at < blocked.at),
        )
        .values(blocked_at=None if blocked.lifted else blocked.at)
    )


def from_update(update: Mapping[str, Any], who: "WhoAmI | None" = None) -> Arrival | None:
    """A Telegram update as an arrival; None for one that is no message to us.

    Where our own name matters ``who`` tells it, or else Telegram. Raises BadPayload, and ChannelError where
    Telegram had to be asked and could not.
    """
    from mbiu.channels import telegram

    read = telegram.parse_update(update, who or _who)
    if isinstance(read, telegram.Blocked):
        return Blocked(telegram.NAME, AddressKind.TELEGRAM, read.sender, utcnow(), read.lifted)
    if isinstance(read, telegram.Moved):
        return Moved(AddressKind.TELEGRAM, read.before, read.after)
    return read


def _who() -> "Me":
    from mbiu.channels import telegram

    ours = settings()
    return telegram.identity(ours.telegram_token.get_secret_value(), ours.telegram_api_url)
