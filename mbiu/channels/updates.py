"""A Telegram update as a message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast

from telegram import (
    Audio,
    CallbackQuery,
    ChatMemberUpdated,
    Document,
    Location,
    Message,
    Update,
    User,
    Video,
    VideoNote,
    Voice,
)

from mbiu.channels.groups import Me, WhoAmI, addressed, leading_command, own_words
from mbiu.channels.payload import content_type, coordinate, integer
from mbiu.channels.text import clean
from mbiu.codes import AddressKind, Answer
from mbiu.messages import Attachment, BadPayload, ChannelError, IncomingMessage

NAME = "telegram"

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9-]{1,20})?")
_FILE_ID = re.compile(r"[\x21-\x7e]{1,300}")
_File: TypeAlias = Audio | Document | Video | VideoNote | Voice

_CALLBACK_DATA = 64
"""Bytes; Telegram's own bound."""


KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""The updates we ask Telegram for."""

_GROUPS = ("group", "supergroup")
_GONE = ("kicked", "left")


@dataclass(frozen=True)
class Blocked:
    """A person stopped the bot, or a group (``sender``, a chat id) put it out; ``lifted``: took it back."""

    provider_id: str
    sender: str
    lifted: bool = False


@dataclass(frozen=True)
class Moved:
    """A group became a supergroup: the chat id ``before`` is dead, ``after`` is the same people."""

    provider_id: str
    before: str
    after: str


Parsed: TypeAlias = IncomingMessage | Blocked | Moved | None


def parse_update(update: Mapping[str, Any], who: WhoAmI | None = None) -> Parsed:
    """What a chat said, pressed, shared, edited or ended; of a group only what is said to us.

    None for what is no message to us: talk in groups, channels, other bots, stickers, service messages.
    ``who`` is asked only where our name matters. Raises BadPayload for an update that is malformed, and
    the ChannelError of ``who``.
    """
    try:
        return _parse(Update.de_json(dict(update), None), who or _nobody)
    except (BadPayload, ChannelError):
        raise
    except Exception:  # noqa: BLE001 - the library checks no types: a wrong one can raise anything
        raise BadPayload("update") from None


def _nobody() -> Me:
    return Me(0, "")


def _parse(read: Update, who: WhoAmI) -> Parsed:
    provider_id = str(integer(read.update_id, "update_id"))
    if read.callback_query:
        return _from_button(provider_id, read.callback_query)
    if read.my_chat_member:
        return _from_membership(provider_id, read.my_chat_member)
    message = read.message or read.edited_message
    if message is None:
        return None
    return _moved(provider_id, message) or _from_message(
        provider_id, message, who, edited=read.message is None
    )


def _moved(provider_id: str, message: Message) -> Moved | None:
    """Both chats tell of it, each in a message of its own."""
    here = message.chat.id
    if message.migrate_to_chat_id:
        pair = here, message.migrate_to_chat_id
    elif message.migrate_from_chat_id:
        pair = message.migrate_from_chat_id, here
    else:
        return None
    return Moved(provider_id, *(str(integer(chat, "chat")) for chat in pair))


def _from_message(provider_id: str, message: Message, who: WhoAmI, *, edited: bool) -> IncomingMessage | None:
    words = None if _is_nobodys(message) else _words(message, who)
    if words is None:
        return None
    text, place, attachments = _text(message, words), _location(message), _attachments(message)
    if not (text or place or attachments):
        return None
    lat, lon, accuracy = place or (None, None, None)
    return IncomingMessage(
        channel=NAME,
        kind=AddressKind.TELEGRAM,
        provider_id=provider_id,
        sender=str(integer(message.chat.id, "chat")),
        text=text,
        sent_at=_moment(message.edit_date or message.date),
        language=_language(message.from_user),
        lat=lat,
        lon=lon,
        accuracy_m=accuracy,
        attachments=attachments,
        forwarded=message.forward_origin is not None,
        edited=edited,
        thread=_album(message),
        chat_message=str(integer(message.message_id, "message_id")),
        is_group=message.chat.type in _GROUPS,
        author=_author(message),
        topic=_topic(message),
        live=_is_live(message, edited=edited),
    )


def _is_nobodys(message: Message) -> bool:
    """Whether no person of this chat says it: another bot, or a channel whose posts come into its group.

    Somebody who speaks as the group or as a channel is shown as a bot, with ``sender_chat``.
    """
    if message.chat.type not in (*_GROUPS, "private") or message.is_automatic_forward:
        return True
    return bool(message.from_user and message.from_user.is_bot and not message.sender_chat)


def _words(message: Message, who: WhoAmI) -> str | None:
    if message.chat.type in _GROUPS:
        return addressed(message, who)
    if "@" in leading_command(message):
        return own_words(message, who)
    return message.text or message.caption or ""


def _author(message: Message) -> str | None:
    """The member of a group who speaks; whoever hides behind the group or a channel is that chat."""
    if message.chat.type not in _GROUPS:
        return None
    speaker = message.sender_chat or message.from_user
    return str(integer(speaker.id, "from")) if speaker else None


def _topic(message: Message) -> int | None:
    """The topic of a forum; outside a forum the same number only says what is a reply to what."""
    if not message.is_topic_message or message.message_thread_id is None:
        return None
    return integer(message.message_thread_id, "message_thread_id")


def _album(message: Message) -> str | None:
    return None if message.media_group_id is None else _file_id(message.media_group_id, "media_group_id")[:64]


def _is_live(message: Message, *, edited: bool) -> bool:
    """Only a live location is ever edited; its last edit has no period any more."""
    where = message.location if not message.venue else None
    return where is not None and (edited or where.live_period is not None)


def _from_button(provider_id: str, query: CallbackQuery) -> IncomingMessage | None:
    message, data = query.message, cast("object", query.data)
    if data is None or (message is not None and message.chat.type not in (*_GROUPS, "private")):
        return None
    if not isinstance(data, str) or len(data.encode("utf-8", "surrogatepass")) > _CALLBACK_DATA:
        raise BadPayload("data")
    in_group = message is not None and message.chat.type in _GROUPS
    chat = message.chat if message is not None and in_group else query.from_user
    return IncomingMessage(
        channel=NAME,
        kind=AddressKind.TELEGRAM,
        provider_id=provider_id,
        sender=str(integer(chat.id, "from")),
        language=_language(query.from_user),
        button=clean(data),
        callback_id=_callback(query, data),
        is_group=in_group,
        author=str(integer(query.from_user.id, "from")) if in_group else None,
        topic=_topic(message) if in_group and isinstance(message, Message) else None,
    )


def _callback(query: CallbackQuery, data: str) -> str:
    """What `Telegram.send` needs to answer the press: its id and, for a question that is answered once, the
    number of the message whose buttons are to go."""
    press = _file_id(query.id, "id")
    if query.message is None or data.partition(":")[0] in set(Answer):
        return press
    return f"{press}.{integer(query.message.message_id, 'message_id')}"


def _from_membership(provider_id: str, change: ChatMemberUpdated) -> Blocked | None:
    if change.chat.type not in (*_GROUPS, "private"):
        return None
    before, now = (member.status in _GONE for member in (change.old_chat_member, change.new_chat_member))
    if before == now:
        return None
    return Blocked(provider_id, str(integer(change.chat.id, "chat")), lifted=before)


def _text(message: Message, words: str) -> str:
    parts = [words]
    if message.venue:
        parts += [message.venue.title, message.venue.address]
    if not all(isinstance(part, str) for part in parts):
        raise BadPayload("text")
    return clean("\n".join(part for part in parts if part))


def _location(message: Message) -> tuple[float, float, float | None] | None:
    """Latitude, longitude (degrees) and accuracy (metres); a live location comes the same way, as edits."""
    where: Location | None = message.venue.location if message.venue else message.location
    if where is None:
        return None
    accuracy = where.horizontal_accuracy
    metres = None if accuracy is None else abs(coordinate(accuracy, 1e7, "horizontal_accuracy"))
    return coordinate(where.latitude, 90, "latitude"), coordinate(where.longitude, 180, "longitude"), metres


def _attachments(message: Message) -> tuple[Attachment, ...]:
    files: tuple[tuple[Literal["voice", "video", "document"], _File | None], ...] = (
        ("voice", message.voice),
        ("voice", message.audio),
        ("video", message.video),
        ("video", message.video_note),
        ("document", message.document),
    )
    found = [
        Attachment(_file_id(file.file_id), kind, content_type(getattr(file, "mime_type", None)))
        for kind, file in files
        if file
    ]
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        found.append(Attachment(_file_id(largest.file_id), "photo", "image/jpeg"))
    return tuple(found)


def _file_id(value: object, what: str = "file_id") -> str:
    if not isinstance(value, str) or not _FILE_ID.fullmatch(value):
        raise BadPayload(what)
    return value


def _language(user: User | None) -> str | None:
    code = user.language_code if user else None
    match = _LANGUAGE.fullmatch(code) if isinstance(code, str) else None
    return match[1].lower() if match else None


def _moment(when: datetime | None) -> datetime | None:
    """None outside 2000 to 2099, which only a broken clock or a forger writes."""
    return when if when and 2000 <= when.year < 2100 else None
