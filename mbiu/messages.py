"""What crosses a channel's border: messages in and out, as plain frozen values.

Channels turn a provider's HTTP into these and back; nothing behind them knows a provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from mbiu.codes import AddressKind, DeliveryState


@dataclass(frozen=True)
class Attachment:
    """A file that a provider keeps for us: ``handle`` is its URL (Twilio) or file id (Telegram)."""

    handle: str
    kind: Literal["photo", "document", "voice", "video"] = "photo"
    content_type: str = ""


@dataclass(frozen=True)
class IncomingMessage:
    """One message as a provider handed it over.

    ``sender`` is a phone number in E.164, a short code, or a Telegram chat id in decimal; ``provider_id`` is
    unique within ``channel`` and is what makes a repeat recognisable. ``lat``/``lon`` are WGS84
    degrees of a shared location. ``button`` holds the data of a pressed button and ``callback_id``
    what the provider wants back for it.

    ``thread`` is what the provider calls messages that belong together: an album, or the parts of a long
    SMS, of which this is ``part`` (from 1) of ``parts``. ``chat_message`` is the message's id in its chat,
    which an edit keeps. In a group (``is_group``) ``sender`` is the chat, ``author`` the member's id, and
    ``topic`` the thread of a forum. ``live`` marks a position that goes on being sent.
    """

    channel: str
    kind: AddressKind
    provider_id: str
    sender: str
    text: str = ""
    sent_at: datetime | None = None
    country: str | None = None
    language: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    button: str | None = None
    callback_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    forwarded: bool = False
    edited: bool = False
    thread: str | None = None
    part: int | None = None
    parts: int | None = None
    chat_message: str | None = None
    is_group: bool = False
    author: str | None = None
    topic: int | None = None
    live: bool = False


@dataclass(frozen=True)
class Button:
    """A choice under a chat message; on SMS the label is written out by the text itself."""

    label: str
    data: str


@dataclass(frozen=True)
class File:
    """A file that goes out with a message, under the name that the reader sees."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class OutgoingMessage:
    """One text to one address; ``callback_id`` names the button press that it answers.

    ``topic`` is the thread of a group to write in; ``wants_pin`` offers a key that sends the phone's place.
    ``country`` (ISO 3166 alpha-2) is that of a phone number, where it is known. ``kind`` is that of the
    delivery. ``subject`` and ``attachments`` are for mail.
    """

    to: str
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    callback_id: str | None = None
    reference: str = ""
    topic: int | None = None
    wants_pin: bool = False
    country: str | None = None
    kind: str = ""
    subject: str = ""
    attachments: tuple[File, ...] = ()


@dataclass(frozen=True)
class Sent:
    """The provider took the message: its id there, and how far it is."""

    provider_id: str
    state: DeliveryState = DeliveryState.SENT
    cost: str | None = None


@dataclass(frozen=True)
class DeliveryReport:
    """A provider's word on an earlier message; ``code`` is its reason, or the word itself if it is unknown.

    ``reference`` is ours, where the provider tells it back: the id of the delivery.
    """

    channel: str
    provider_id: str
    state: DeliveryState
    code: str = ""
    reference: UUID | None = None


class ChannelError(Exception):
    """A provider did not take a message.

    ``reason`` is a short code for logs and screens (never the address or the text). ``permanent``
    says a retry is useless; ``blocked`` that the person does not want messages any more;
    ``retry_after`` is the provider's own wish in seconds. ``moved_to`` is the address that the same people
    have now; like the address itself it is never told.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        blocked: bool = False,
        retry_after: float | None = None,
        moved_to: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.blocked = blocked
        self.retry_after = retry_after
        self.moved_to = moved_to


class InvalidSignature(Exception):
    """The caller of a hook did not prove who it is."""


class BadPayload(Exception):
    """An authenticated caller sent something that is no message. ``what`` names the field."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Channel(Protocol):
    """A way out. ``send`` blocks for at most the channel's time-out and raises ChannelError."""

    name: str
    kind: AddressKind

    def send(self, message: OutgoingMessage) -> Sent: ...


Headers = Mapping[str, str]
Form = Mapping[str, str]
