"""What Telegram's limits make of a text and of message ids; needs nothing of the library."""

import hmac
from collections.abc import Sequence

from mbiu.channels.text import clusters

MAX_UNITS = 4_096
"""UTF-16 units of one message."""

#: A supergroup's id lies below; it numbers its messages by itself, while all other chats share one count.
_SUPERGROUP = -1_000_000_000_000


def is_group(chat_id: str) -> bool:
    """Whether a chat has several members; a private chat has its person's id."""
    return chat_id.startswith("-")


def split(text: str) -> list[str]:
    """The text as messages of at most ``MAX_UNITS``, parted at the end of a line or word where one is."""
    parts = []
    while _units(text) > MAX_UNITS:
        longest = _longest(text)
        head = _whole_words(longest, text[len(longest) :])
        parts.append(head.rstrip())
        text = text[len(head) :].lstrip()
    return [*parts, text] if text or not parts else parts


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _longest(text: str) -> str:
    """The longest beginning that fits, of whole characters as a reader sees them; unless one is too long."""
    return _fitting(text, list(clusters(text[: MAX_UNITS + 1]))) or _fitting(text, list(text[:MAX_UNITS]))


def _fitting(text: str, pieces: list[str]) -> str:
    end = used = 0
    for piece in pieces:
        used += _units(piece)
        if used > MAX_UNITS:
            break
        end += len(piece)
    return text[:end]


def _whole_words(head: str, rest: str) -> str:
    if rest[:1].isspace():
        return head
    end = max(head.rfind(mark) for mark in "\n \t")
    return head[:end] if head[: max(end, 0)].strip() else head


def sent_id(chat_id: str, numbers: Sequence[int], key: str) -> str:
    """An id for one text sent as messages ``numbers``: unique for the bot, and telling nothing of the chat.

    A supergroup's numbers stand behind a digest of its id, keyed by ``key``.
    """
    joined = ",".join(map(str, numbers))
    if not is_group(chat_id) or int(chat_id) > _SUPERGROUP:
        return joined
    return f"{hmac.digest(key.encode(), chat_id.encode(), 'sha256')[:6].hex()}:{joined}"


def numbers(provider_id: str) -> list[int]:
    """The message numbers in an id made by `sent_id`; none in any other provider's id."""
    found = provider_id.rpartition(":")[2].split(",")
    return [int(number) for number in found if number.isascii() and number.isdecimal()]
