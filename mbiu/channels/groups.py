"""What is said to the bot in a group. It listens to nothing else, whatever Telegram lets it hear."""

from collections.abc import Callable
from dataclasses import dataclass

from telegram import Message, MessageEntity

REPORT = "/report"
"""The one command that is taken without the bot's name behind it."""


@dataclass(frozen=True)
class Me:
    """The bot itself, as getMe tells; ``name`` is the user name without the @."""

    id: int
    name: str


WhoAmI = Callable[[], Me]


def addressed(message: Message, who: WhoAmI) -> str | None:
    """The words as they are meant for us, without our name; None for what is said to others.

    Taken are `/report`, commands with our name behind them, replies to us, and mentions of us; a command
    for another bot never.
    """
    command = leading_command(message)
    if "@" in command:
        return own_words(message, who) if _is_mine(command.partition("@")[2], who) else None
    if command.lower() == REPORT or _is_reply(message, who) or _mentions(message, who):
        return own_words(message, who)
    return None


def own_words(message: Message, who: WhoAmI) -> str:
    """Text or caption without the bot's own name: «/help@mbiu_bot» is «/help», «@mbiu_bot fire» is «fire»."""
    text = message.text or message.caption or ""
    for entity in sorted(_entities(message), key=lambda entity: entity.offset, reverse=True):
        if entity.type == MessageEntity.BOT_COMMAND and _is_mine(_part(text, entity).partition("@")[2], who):
            text = _replaced(text, entity, _part(text, entity).partition("@")[0])
        elif _is_mention(text, entity, who):
            text = _replaced(text, entity, "")
    return text.strip()


def leading_command(message: Message) -> str:
    """The command that the message begins with, perhaps with a name behind it; or nothing."""
    text = message.text or message.caption or ""
    for entity in _entities(message):
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            return _part(text, entity)
    return ""


def _is_reply(message: Message, who: WhoAmI) -> bool:
    """In a forum every message «replies» to the one that opened its topic: that is nobody's answer."""
    to = message.reply_to_message
    if to is None or to.from_user is None or to.forum_topic_created or not to.from_user.is_bot:
        return False
    return to.from_user.id == who().id


def _mentions(message: Message, who: WhoAmI) -> bool:
    text = message.text or message.caption or ""
    return any(_is_mention(text, entity, who) for entity in _entities(message))


def _is_mention(text: str, entity: MessageEntity, who: WhoAmI) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.is_bot and entity.user.id == who().id
    return entity.type == MessageEntity.MENTION and _is_mine(_part(text, entity)[1:], who)


def _is_mine(name: str, who: WhoAmI) -> bool:
    return bool(name) and name.lower() == who().name.lower()


def _entities(message: Message) -> tuple[MessageEntity, ...]:
    return tuple(message.entities or message.caption_entities or ())


def _part(text: str, entity: MessageEntity) -> str:
    """Telegram counts offsets in UTF-16 units."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "replace")


def _replaced(text: str, entity: MessageEntity, by: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    before, after = units[: 2 * entity.offset], units[2 * (entity.offset + entity.length) :]
    kept = [before.decode("utf-16-le", "replace"), by, after.decode("utf-16-le", "replace")]
    return "".join(kept) if by else " ".join(part.strip() for part in kept if part.strip())
