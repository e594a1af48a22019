"""The commands that Telegram shows beside the text field. They say nothing of what is reported."""

from mbiu import texts

_COMMANDS = ("report", "status", "language", "help", "stop")


def commands() -> dict[str, list[tuple[str, str]]]:
    """Pairs of command and description by language; ``""`` is what all other languages see."""
    menus = {code: _menu(code) for code in texts.languages()}
    return {"": menus[texts.FALLBACK], **menus}


def _menu(language: str) -> list[tuple[str, str]]:
    return [(command, texts.say(language, f"menu.{command}")) for command in _COMMANDS]
