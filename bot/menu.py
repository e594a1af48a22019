"""What Telegram shows of the bot in each language. It says nothing of what is reported."""

from mbiu import texts
from mbiu.channels.profile import Commands, Profile

_PRIVATE = ("report", "status", "language", "help", "stop")
_GROUP = ("report", "status", "language", "help")


def profiles() -> list[Profile]:
    """One for each language we write in, and first one for all the others."""
    return [_profile("", texts.FALLBACK), *(_profile(code, code) for code in texts.languages())]


def _profile(shown_to: str, language: str) -> Profile:
    return Profile(
        shown_to,
        private=_menu(language, _PRIVATE),
        group=_menu(language, _GROUP),
        about=texts.say(language, "menu.about"),
        short=texts.say(language, "menu.short"),
    )


def _menu(language: str, commands: tuple[str, ...]) -> Commands:
    return tuple((command, texts.say(language, f"menu.{command}")) for command in commands)
