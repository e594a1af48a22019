"""A Telegram update as a message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

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

from mbiu.channels.payload import content_type, coordinate, integer
from mbiu.channels.text import clean
from mbiu.codes import AddressKind
from mbiu.messages import Attachment, BadPayload, IncomingMessage

NAME = "telegram"

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9-]{1,20})?")
_FILE_ID = re.compile(r"[\x21-\x7e]{1,300}")
_File: TypeAlias = Audio | Document | Video | VideoNote | Voice

_CALLBACK_DATA = 64
"""Bytes; Telegram's own bound."""


@dataclass(frozen=True)
class Blocked:
    """The person behind ``sender`` (a chat id) stopped the bot: nothing may be sent there any more."""

    provider_id: str
    sender: str


def parse_update(update: Mapping[str, Any]) -> IncomingMessage | Blocked | None:
    """What a private chat said, pressed, shared, edited or ended.

    None for what is no message to us: groups, channels, other bots, stickers, service messages.
    Raises BadPayload for an update that is malformed.
    """
    try:
        return _parse(Update.de_json(dict(update), None))
    except BadPayload:
        raise
    except Exception:  # noqa: BLE001 - the library checks no types: a wrong one can raise anything
        raise BadPayload("update") from None


def _parse(read: Update) -> IncomingMessage | Blocked | None:
    provider_id = str(integer(read.update_id, "update_id"))
    if read.callback_query:
        return _from_button(provider_id, read.callback_query)
    if read.my_chat_member:
        return _from_membership(provider_id, read.my_chat_member)
    message = read.message or read.edited_message
    return _from_message(provider_id, message, edited=read.message is None) if message else None


def _from_message(provider_id: str, message: Message, *, edited: bool) -> IncomingMessage | None:
    if message.chat.type != "private" or (message.from_user and message.from_user.is_bot):
        return None
    text, place, attachments = _text(message), _location(message), _attachments(message)
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
    )


def _from_button(provider_id: str, query: CallbackQuery) -> IncomingMessage | None:
    if query.message is not None and query.message.chat.type != "private":
        return None
    data: object = query.data
    if data is None:
        return None
    if not isinstance(data, str) or len(data.encode("utf-8", "surrogatepass")) > _CALLBACK_DATA:
        raise BadPayload("data")
    return IncomingMessage(
        channel=NAME,
        kind=AddressKind.TELEGRAM,
        provider_id=provider_id,
        sender=str(integer(query.from_user.id, "from")),
        language=_language(query.from_user),
        button=clean(data),
        callback_id=_file_id(query.id, "id"),
    )


def _from_membership(provider_id: str, change: ChatMemberUpdated) -> Blocked | None:
    if change.chat.type != "private" or change.new_chat_member.status != "kicked":
        return None
    return Blocked(provider_id, str(integer(change.chat.id, "chat")))


def _text(message: Message) -> str:
    parts = [message.text, message.caption]
    if message.venue:
        parts += [message.venue.title, message.venue.address]
    if not all(part is None or isinstance(part, str) for part in parts):
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
