"""Groups of the Telegram double: members who talk, topics, a bot that is put out, a move to a supergroup."""

import itertools
import re
import time
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.people import BOT_ID, BOT_NAME, ChatMessage, People

SUPERGROUP = -1_000_000_000_000
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
_COMMAND = re.compile(r"/[A-Za-z0-9_]+(@\w+)?")
_MENTION = re.compile(r"(?<!\w)@\w{3,}")


@dataclass
class Group:
    """A chat of several people; ``topics`` are the threads of a forum, those in ``closed`` take no message.

    A supergroup numbers its messages by itself. ``moved_to`` is the supergroup that a group became.
    """

    id: int
    title: str = "G"
    topics: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    kicked: bool = False
    moved_to: int = 0
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def kind(self) -> str:
        return "supergroup" if self.id < SUPERGROUP else "group"


class Groups(People):
    """What groups add to people. A bot in privacy mode hears only what is meant for it."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: dict[int, Group] = {}
        self.privacy = True

    def found(self, chat_id: int, topics: tuple[int, ...] = (), title: str = "G") -> Group:
        """A group with the bot in it; with ``topics`` a forum."""
        with self.lock:
            return self.groups.setdefault(chat_id, Group(chat_id, title, set(topics)))

    def inject_said(self, chat_id: int, member: int, text: str = "", **more: Any) -> int:
        """What a member says in a group: the update's id, or 0 for what privacy mode keeps from the bot.

        ``topic`` is a thread, ``to`` the number of the message that is answered; ``anonymous`` speaks as
        the group, ``channel`` as that channel. Everything else is part of the message.
        """
        message = self._said(self.found(chat_id), member, text, more)
        if self.privacy and not self._heard(message):
            return 0
        return self.inject({"message": message})

    def inject_said_edit(self, update_id: int, text: str) -> int:
        """A change of what was said in a group."""
        before = self.updates[update_id]["message"]
        changed = {"text": text, "entities": entities(text), "edit_date": int(time.time())}
        return self.inject({"edited_message": before | changed})

    def kick(self, chat_id: int) -> int:
        """Put the bot out: sends are answered 403 from now on."""
        self.found(chat_id).kicked = True
        return self._membership(chat_id, "member", "kicked")

    def bring_back(self, chat_id: int) -> int:
        """Take the bot into the group again."""
        self.found(chat_id).kicked = False
        return self._membership(chat_id, "left", "member")

    def migrate(self, chat_id: int, after: int, *, tell: tuple[str, ...] = ("to", "from")) -> None:
        """A group becomes a supergroup; each chat tells of it, in the order of ``tell``."""
        old, new = self.found(chat_id), self.found(after)
        old.moved_to = after
        words = {
            "to": self._said(old, 1, "", {"migrate_to_chat_id": after}),
            "from": self._said(new, 1, "", {"migrate_from_chat_id": chat_id}),
        }
        for which in tell:
            self.inject({"message": words[which]})

    def number(self, chat_id: int) -> int:
        group = self.groups.get(chat_id)
        return next(group.numbers) if group and group.kind == "supergroup" else super().number(chat_id)

    def _said(self, group: Group, member: int, text: str, more: dict[str, Any]) -> dict[str, Any]:
        topic, to = more.pop("topic", None), more.pop("to", None)
        anonymous, channel = more.pop("anonymous", False), more.pop("channel", None)
        with self.lock:
            number, now = self.number(group.id), time.time()
            said = ChatMessage(group.id, number, text, from_bot=False, at=now, topic=topic)
            self.messages[group.id, number] = said
        start = {"message_id": number, "chat": self._chat(group.id), "date": int(now)}
        start |= self._speaker(group, member, anonymous=anonymous, channel=channel)
        start |= {"text": text, "entities": entities(text)} if text else {}
        if topic:
            start |= {"message_thread_id": topic, "is_topic_message": True}
            start["reply_to_message"] = self._opening(group, topic)
        if to:
            start["reply_to_message"] = self.message_json(self.messages[group.id, to])
        if "caption" in more:
            start["caption_entities"] = entities(str(more["caption"]))
        return start | more

    def _speaker(self, group: Group, member: int, *, anonymous: bool, channel: int | None) -> dict[str, Any]:
        if anonymous:
            return {"from": ANONYMOUS, "sender_chat": self._chat(group.id)}
        if channel:
            return {"from": CHANNEL_BOT, "sender_chat": {"id": channel, "type": "channel", "title": "C"}}
        return {"from": self._user(member)}

    def _opening(self, group: Group, topic: int) -> dict[str, Any]:
        """What every message in a topic «replies» to."""
        return {
            "message_id": topic,
            "chat": self._chat(group.id),
            "date": int(time.time()),
            "from": self.bot_json(),
            "forum_topic_created": {"name": "T", "icon_color": 7322096},
        }

    def _heard(self, message: dict[str, Any]) -> bool:
        text = str(message.get("text") or message.get("caption") or "")
        to = message.get("reply_to_message", {})
        reply = to.get("from", {}).get("id") == BOT_ID and "forum_topic_created" not in to
        return reply or text.startswith("/") or f"@{BOT_NAME}" in text.lower()

    def _chat(self, chat_id: int) -> dict[str, Any]:
        if chat_id >= 0:
            return super()._chat(chat_id)
        group = self.found(chat_id)
        forum = {"is_forum": True} if group.topics else {}
        return {"id": chat_id, "type": group.kind, "title": group.title} | forum


def entities(text: str) -> list[dict[str, Any]]:
    """Commands and mentions as Telegram marks them, in UTF-16 units."""
    command = _COMMAND.match(text)
    found = [("bot_command", command)] if command else []
    start = command.end() if command else 0
    found += [("mention", mention) for mention in _MENTION.finditer(text, start)]
    return [
        {"type": kind, "offset": _units(text[: match.start()]), "length": _units(match[0])}
        for kind, match in found
    ]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
