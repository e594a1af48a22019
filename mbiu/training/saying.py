"""What somebody does on a made-up phone, as the messages that a provider would hand over."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from mbiu import demo, intake
from mbiu.channels import conditions
from mbiu.channels.conditions import Conditions
from mbiu.channels.simulator import PHOTO, VOICE
from mbiu.channels.text import clean, is_gsm7, segments
from mbiu.codes import AddressKind
from mbiu.db import transaction
from mbiu.demo import Phone
from mbiu.messages import Attachment, IncomingMessage
from mbiu.models import Message, Place, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotPossible
from mbiu.training.phones import find

FILES = {
    "photo": Attachment(PHOTO, "photo", "image/jpeg"),
    "document": Attachment(PHOTO, "document", "image/jpeg"),
    "voice": Attachment(VOICE, "voice", "audio/wav"),
}
#: What a bot hears in a group: commands, its own name, and answers to itself.
NAME = "@mbiu"


@dataclass(frozen=True)
class Said:
    """Words, a pressed button, a place pin or a file. ``edits`` is the id of an earlier message.

    In a group ``member`` says who of it, and ``answers`` that it answers the bot.
    """

    text: str = ""
    button: str = ""
    pin: bool = False
    file: str = ""
    forwarded: bool = False
    edits: UUID | None = None
    member: int = 1
    answers: bool = False


@dataclass(frozen=True)
class Heard:
    """What came of it; ``messages`` are the ids of the rows, of which a repeat makes none."""

    messages: tuple[UUID, ...] = ()
    ref: str | None = None


def say(key: str, said: Said) -> Heard:
    """Do it on the phone ``key``, message by message, each in a transaction of its own.

    Raises NotFound, and NotPossible for a phone out of coverage or an address of a real person.
    """
    with transaction() as session:
        one = find(session, key)
        state = conditions.of(one.address)
        if state.away(utcnow()):
            raise NotPossible("This phone is out of coverage: nothing can be sent from it now.")
        messages = handed_over(one, said, state, _more(session, one, said))
    taken = [_take(message) for message in messages]
    new = tuple(one.message_id for one in taken if one.message_id and not one.repeated)
    return Heard(new, next((one.ref for one in taken if one.ref), None))


def _take(message: IncomingMessage) -> intake.Received:
    with transaction() as session:
        return intake.receive(session, message)


def _more(session: Session, one: Phone, said: Said) -> dict[str, Any]:
    """What the message carries besides words."""
    more: dict[str, Any] = {}
    place = session.get(Place, one.home) if said.pin else None
    if place:
        more |= {"lat": place.lat, "lon": place.lon, "accuracy_m": 500.0}
    if said.edits:
        earlier = session.get(Message, said.edits)
        if earlier is None or earlier.channel != "simulator" or earlier.direction != "in":
            raise NotPossible("There is no such message to change.")
        more |= {"chat_message": earlier.chat_message, "edited": True}
    return more


def handed_over(one: Phone, said: Said, state: Conditions, more: dict[str, Any]) -> list[IncomingMessage]:
    """The messages in the order in which the provider hands them over; none if the bot hears nothing."""
    text = clean(said.text)
    if one.kind is AddressKind.SMS:
        messages = _texts(one, text, state)
    elif one.is_group and not _is_heard(text, said):
        messages = []
    else:
        messages = [_chat(one, text.replace(NAME, "").strip(), said, more)]
    return [message for message in messages for _ in range(2 if state.twice else 1)]


def _texts(one: Phone, text: str, state: Conditions) -> list[IncomingMessage]:
    pieces = cut(text) if state.parts else [text]
    if len(pieces) == 1:
        return [demo.said_on(one, text)]
    thread = new_id().hex
    found = [
        demo.said_on(one, piece, thread=thread, part=number, parts=len(pieces))
        for number, piece in enumerate(pieces, start=1)
    ]
    if state.parts == "missing":
        del found[1]
    return found[::-1] if state.parts == "shuffled" else found


def _is_heard(text: str, said: Said) -> bool:
    return bool(said.answers or said.button or text.startswith("/") or NAME in text)


def _chat(one: Phone, text: str, said: Said, more: dict[str, Any]) -> IncomingMessage:
    values = {"chat_message": str(new_id().int >> 80), "forwarded": said.forwarded} | more
    if one.is_group:
        values["author"] = str(said.member)
    if said.button:
        values |= {"button": said.button[:64], "callback_id": new_id().hex}
    if said.file in FILES:
        values["attachments"] = (FILES[said.file],)
    return demo.said_on(one, text, **values)


def cut(text: str) -> list[str]:
    """The text as a phone sends it: whole if one SMS holds it, else in joined segments."""
    if segments(text) == 1:
        return [text]
    room, pieces = (153 if is_gsm7(text) else 67), [""]
    for character in text:
        if _width(pieces[-1] + character, gsm7=room == 153) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _width(text: str, *, gsm7: bool) -> int:
    if gsm7:
        return len(text) + sum(text.count(character) for character in "\f^{}\\[~]|€")
    return len(text.encode("utf-16-le")) // 2
