"""What a call to the Telegram double says: text, buttons and keys, as strictly as Telegram."""

from typing import Any

from tests.doubles.updates import Refused


def text_of(given: dict[str, Any]) -> str:
    """The text, not empty and of at most 4,096 UTF-16 units."""
    text = str(given.get("text", ""))
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) > 2 * 4096:
        raise Refused(400, "Bad Request: message is too long")
    return text


def buttons_of(given: dict[str, Any]) -> list[list[tuple[str, str]]]:
    """Rows of (label, data)."""
    rows = (given.get("reply_markup") or {}).get("inline_keyboard", [])
    found = [[(button["text"], button.get("callback_data", "")) for button in row] for row in rows]
    if any(not 0 < len(data.encode()) <= 64 for row in found for _, data in row):
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return found


def keys_of(given: dict[str, Any], chat_id: int) -> str:
    """What a message does to the keys below the chat; the place is only asked for in a private chat."""
    markup = given.get("reply_markup") or {}
    asks = any(key.get("request_location") for row in markup.get("keyboard", []) for key in row)
    if asks and chat_id < 0:
        raise Refused(400, "Bad Request: phone number can be requested in private chats only")
    return "pin" if asks else "none" if markup.get("remove_keyboard") else ""


def menu_key(given: dict[str, Any]) -> str:
    """Whose menu it is: ``scope:language``."""
    scope = (given.get("scope") or {}).get("type", "default")
    return f"{scope}:{given.get('language_code') or ''}"
