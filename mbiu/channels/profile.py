"""What Telegram shows of the bot before anybody writes: menus and a few words, by language."""

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Bot, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats

_PRIVATE, _GROUP = BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats()

Commands = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Profile:
    """The bot in one language (``""`` for all that have none): pairs of command and description for private
    chats and for groups, ``about`` for an empty chat, ``short`` for its page."""

    language: str
    private: Commands
    group: Commands
    about: str
    short: str


async def register(bot: Bot, profiles: Sequence[Profile]) -> int:
    """Tell Telegram what it does not show yet; how many calls that took. Raises TelegramError."""
    changed = 0
    for profile in profiles:
        code = profile.language or None
        for scope, commands in ((_PRIVATE, profile.private), (_GROUP, profile.group)):
            shown = await bot.get_my_commands(scope, code)
            if [(one.command, one.description) for one in shown] != list(commands):
                await bot.set_my_commands(commands, scope, code)
                changed += 1
        if (await bot.get_my_description(code)).description != profile.about:
            await bot.set_my_description(profile.about, code)
            changed += 1
        if (await bot.get_my_short_description(code)).short_description != profile.short:
            await bot.set_my_short_description(profile.short, code)
            changed += 1
    return changed
