"""The people on the other side of the Telegram double: what they write, share, press and end."""

import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.base import Double

BOT_ID = 7000000001
BOT_NAME = "mbiu_test_bot"


@dataclass
class Person:
    """Somebody with Telegram; the chat id of a private chat is the person's id."""

    id: int
    name: str = "A"
    language: str = "en"
    blocked: bool = False


@dataclass
class ChatMessage:
    """A message in a chat, of either side. Buttons are rows of (label, data); ``keys`` is what it does to
    the keys below the chat: ``pin`` offers to send the place, ``none`` takes them away."""

    chat_id: int
    message_id: int
    text: str
    buttons: list[list[tuple[str, str]]] = field(default_factory=list)
    from_bot: bool = True
    at: float = 0.0
    edits: int = 0
    topic: int | None = None
    keys: str = ""


class People(Double):
    """Each method is one act; those that reach the bot return the update's id."""

    name = "telegram"
    commands = (
        "fail_next",
        "heal",
        "know",
        "inject",
        "inject_text",
        "inject_location",
        "inject_photo",
        "inject_file",
        "inject_edit",
        "inject_album",
        "inject_live",
        "inject_step",
        "found",
        "inject_said",
        "inject_said_edit",
        "kick",
        "bring_back",
        "migrate",
        "press",
        "block",
        "unblock",
        "redeliver",
    )

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[int, Person] = {}
        self.messages: dict[tuple[int, int], ChatMessage] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.updates: dict[int, dict[str, Any]] = {}
        self.open_presses: set[str] = set()
        self.message_numbers = itertools.count(1)
        self._update_numbers = itertools.count(100_000_001)

    def queue(self, update: dict[str, Any]) -> None:
        """Hand an update over to the bot."""
        raise NotImplementedError

    def know(self, chat_id: int, language: str = "en", name: str = "A") -> Person:
        """A person who has started the bot: nobody else can be written to."""
        with self.lock:
            person = self.people.setdefault(chat_id, Person(chat_id))
            person.language, person.name = language, name
            return person

    def inject(self, update: dict[str, Any]) -> int:
        """Any update; it gets an id if it has none."""
        with self.lock:
            update.setdefault("update_id", next(self._update_numbers))
            self.updates[update["update_id"]] = update
        self.queue(update)
        return int(update["update_id"])

    def redeliver(self, update_id: int, times: int = 1) -> None:
        """The same update again, as Telegram does when an answer was lost."""
        for _ in range(times):
            self.queue(self.updates[update_id])

    def inject_text(self, chat_id: int, text: str, language: str = "", **more: Any) -> int:
        """A private message; a leading ``/`` makes a command of it."""
        command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
        entities = [{"type": "bot_command", "offset": 0, "length": len(command)}] if command else []
        return self._say(
            chat_id, language, {"text": text} | ({"entities": entities} if command else {}) | more
        )

    def inject_location(
        self, chat_id: int, lat: float, lon: float, accuracy: float | None = None, **more: Any
    ) -> int:
        """A shared location."""
        where: dict[str, float] = {"latitude": lat, "longitude": lon}
        where |= {} if accuracy is None else {"horizontal_accuracy": accuracy}
        return self._say(chat_id, "", {"location": where} | more)

    def inject_photo(self, chat_id: int, content: bytes | str, caption: str = "") -> int:
        """A photo (hexadecimal, if text), as a small and a large size."""
        small, large = self.add_file(b"small", "photos/small.jpg"), self.add_file(content, "photos/large.jpg")
        sizes = [_size(small, 90, 60), _size(large, 1280, 853)]
        return self._say(chat_id, "", {"photo": sizes} | ({"caption": caption} if caption else {}))

    def inject_file(
        self, chat_id: int, content: bytes | str, kind: str = "document", mime: str = "text/plain"
    ) -> int:
        """A ``document``, ``voice`` or ``video``."""
        name = self.add_file(content, f"{kind}s/file")
        file: dict[str, Any] = {"file_id": name, "file_unique_id": name[-12:], "mime_type": mime}
        file |= {"duration": 3} if kind != "document" else {}
        file |= {"width": 320, "height": 240} if kind == "video" else {}
        return self._say(chat_id, "", {kind: file})

    def inject_edit(self, chat_id: int, message_id: int, text: str) -> int:
        """A change of an earlier message."""
        body = self._message(chat_id, {"text": text, "edit_date": int(time.time())}) | {
            "message_id": message_id
        }
        return self.inject({"edited_message": body})

    def inject_album(self, chat_id: int, contents: list[bytes | str], caption: str = "") -> list[int]:
        """Photos sent together: each is a message of its own, the first has the caption."""
        album = str(secrets.randbits(48))
        sent = []
        for number, content in enumerate(contents):
            sizes = [_size(self.add_file(content, "photos/large.jpg"), 1280, 853)]
            words = {"caption": caption} if caption and not number else {}
            sent.append(self._say(chat_id, "", {"photo": sizes, "media_group_id": album} | words))
        return sent

    def inject_live(self, chat_id: int, lat: float, lon: float, period: int = 900) -> int:
        """A location that goes on being sent; the message's number in the chat."""
        where = {"latitude": lat, "longitude": lon, "live_period": period}
        update = self._say(chat_id, "", {"location": where})
        return int(self.updates[update]["message"]["message_id"])

    def inject_step(
        self, chat_id: int, message_id: int, lat: float, lon: float, *, later: int = 0, last: bool = False
    ) -> int:
        """A step of a live location, ``later`` seconds from now; the last has no period."""
        where = {"latitude": lat, "longitude": lon} | ({} if last else {"live_period": 900})
        content = {"location": where, "edit_date": int(time.time()) + later}
        return self.inject({"edited_message": self._message(chat_id, content) | {"message_id": message_id}})

    def press(self, chat_id: int, data: str, message_id: int | None = None, member: int | None = None) -> int:
        """Press a button under the bot's latest message that has it, in a group as ``member``.

        Raises LookupError if none has.
        """
        with self.lock:
            shown = [
                message
                for message in self.messages.values()
                if message.chat_id == chat_id
                and message_id in (None, message.message_id)
                and any(data == value for row in message.buttons for _, value in row)
            ]
            if not shown:
                raise LookupError("no such button")
            press_id = secrets.token_hex(9)
            self.open_presses.add(press_id)
        query = {
            "id": press_id,
            "from": self._user(member or chat_id),
            "chat_instance": "1",
            "data": data,
            "message": self.message_json(shown[-1]),
        }
        return self.inject({"callback_query": query})

    def block(self, chat_id: int) -> int:
        """Stop the bot: sends are answered 403 from now on."""
        self.know(chat_id).blocked = True
        return self._membership(chat_id, "member", "kicked")

    def unblock(self, chat_id: int) -> int:
        """Start the bot again."""
        self.know(chat_id).blocked = False
        return self._membership(chat_id, "kicked", "member")

    def add_file(self, content: bytes | str, path: str) -> str:
        """Keep a file for getFile and return its id."""
        content = bytes.fromhex(content) if isinstance(content, str) else content
        name = "AgAC" + secrets.token_urlsafe(40)
        self.files[name] = (f"{secrets.token_hex(3)}/{path}", content)
        return name

    def message_json(self, message: ChatMessage) -> dict[str, Any]:
        """A message as the Bot API shows it."""
        sender = self.bot_json() if message.from_bot else self._user(message.chat_id)
        shown: dict[str, Any] = {
            "message_id": message.message_id,
            "from": sender,
            "chat": self._chat(message.chat_id),
            "date": int(message.at),
            "text": message.text,
        }
        if message.buttons:
            rows = [
                [{"text": label, "callback_data": data} for label, data in row] for row in message.buttons
            ]
            shown["reply_markup"] = {"inline_keyboard": rows}
        if message.topic:
            shown |= {"message_thread_id": message.topic, "is_topic_message": True}
        return shown

    def number(self, _: int) -> int:
        """The next message's number in a chat."""
        return next(self.message_numbers)

    def bot_json(self) -> dict[str, Any]:
        """The bot as a user."""
        return {"id": BOT_ID, "is_bot": True, "first_name": "Mbiu", "username": BOT_NAME}

    def _say(self, chat_id: int, language: str, content: dict[str, Any]) -> int:
        if chat_id not in self.people or language:
            self.know(chat_id, language or "en")
        self.people[chat_id].blocked = False
        return self.inject({"message": self._message(chat_id, content)})

    def _message(self, chat_id: int, content: dict[str, Any]) -> dict[str, Any]:
        number, now = self.number(chat_id), time.time()
        with self.lock:
            said = ChatMessage(chat_id, number, str(content.get("text", "")), from_bot=False, at=now)
            self.messages[chat_id, number] = said
        start = {
            "message_id": number,
            "from": self._user(chat_id),
            "chat": self._chat(chat_id),
            "date": int(now),
        }
        return start | content

    def _user(self, chat_id: int) -> dict[str, Any]:
        person = self.people.get(chat_id) or Person(chat_id)
        return {"id": chat_id, "is_bot": False, "first_name": person.name, "language_code": person.language}

    def _chat(self, chat_id: int) -> dict[str, Any]:
        person = self.people.get(chat_id) or Person(chat_id)
        return {"id": chat_id, "type": "private", "first_name": person.name}

    def _membership(self, chat_id: int, before: str, after: str) -> int:
        change = {
            "chat": self._chat(chat_id),
            "from": self._user(chat_id),
            "date": int(time.time()),
            "old_chat_member": self._member(before),
            "new_chat_member": self._member(after),
        }
        return self.inject({"my_chat_member": change})

    def _member(self, status: str) -> dict[str, Any]:
        member: dict[str, Any] = {"user": self.bot_json(), "status": status}
        return member | ({"until_date": 0} if status == "kicked" else {})


def _size(file_id: str, width: int, height: int) -> dict[str, Any]:
    return {
        "file_id": file_id,
        "file_unique_id": file_id[-12:],
        "width": width,
        "height": height,
        "file_size": width,
    }
