"""Telegram: updates in, the Bot API out, through python-telegram-bot."""

import logging
import os
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

# Version 22 warns about every RetryAfter unless times are wanted as timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "1")

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from mbiu.channels import loop, web
from mbiu.channels.proof import require_equal
from mbiu.channels.updates import NAME, Blocked, parse_update
from mbiu.codes import AddressKind
from mbiu.messages import Button, ChannelError, OutgoingMessage, Sent

__all__ = ["NAME", "SECRET_HEADER", "Blocked", "Telegram", "bot", "parse_update", "verify"]

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
SECRET_LENGTH = 16
API_URL = "https://api.telegram.org"
MAX_TEXT = 4_096
CALL = 30.0
"""Seconds for one call with all its steps; each step has its own, shorter time-out."""

T = TypeVar("T")

# At DEBUG the library writes every call with its chat and its text.
logging.getLogger("telegram").setLevel(logging.INFO)


def verify(header: str | None, secret: str) -> None:
    """Raises InvalidSignature unless the header is the secret; one under SECRET_LENGTH admits nobody."""
    require_equal(header, secret, SECRET_LENGTH)


def bot(token: str, api_url: str = "", timeout: float = web.TIMEOUT) -> Bot:
    """The library's client, aimed at Telegram or at another server that speaks the Bot API."""
    base = api_url or API_URL
    request = HTTPXRequest(
        connection_pool_size=16,
        read_timeout=timeout,
        write_timeout=timeout,
        connect_timeout=5.0,
        pool_timeout=5.0,
    )
    return Bot(token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=request)


class Telegram:
    """Sends from synchronous code. Make one after the fork; it may be used by any thread."""

    name = NAME
    kind = AddressKind.TELEGRAM

    def __init__(self, token: str, *, api_url: str = "", timeout: float = web.TIMEOUT) -> None:
        self._bot = bot(token, api_url, timeout)

    def close(self) -> None:
        """Close the connections."""
        _run(self._bot.request.shutdown(), CALL)

    def send(self, message: OutgoingMessage) -> Sent:
        """Send one text with its buttons, and answer the pressed button if there was one.

        The provider id is unique among the bot's private chats. Raises ChannelError.
        """
        return Sent(str(_run(self._send(message), CALL)))

    async def _send(self, message: OutgoingMessage) -> int:
        if message.callback_id:
            await self._release(message.callback_id)
        sent = await self._bot.send_message(
            chat_id=message.to,
            text=message.text[:MAX_TEXT],
            reply_markup=_keyboard(message.buttons),
            # A preview would make Telegram's servers open the link, and show it on a locked screen.
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return sent.message_id

    async def _release(self, callback_id: str) -> None:
        """End the button's waiting sign. A press older than some minutes cannot be answered: no harm."""
        try:
            await self._bot.answer_callback_query(callback_id)
        except TelegramError:
            return

    def fetch_file(self, file_id: str, limit: int) -> bytes:
        """The bytes of an attachment. Raises ChannelError, permanent if over ``limit`` bytes."""
        return _run(self._fetch(file_id, limit), 2 * CALL)

    async def _fetch(self, file_id: str, limit: int) -> bytes:
        file = await self._bot.get_file(file_id)
        if (file.file_size or 0) > limit:
            raise ChannelError("too_large", permanent=True)
        # Telegram itself ends at 20 MB, so a size it did not tell is bounded all the same.
        found = bytes(await file.download_as_bytearray())
        if len(found) > limit:
            raise ChannelError("too_large", permanent=True)
        return found

    def delete_messages(self, chat_id: str, message_ids: Sequence[int]) -> None:
        """Delete messages of either side; Telegram allows it for 48 hours. Raises ChannelError."""
        for start in range(0, len(message_ids), 100):
            _run(self._bot.delete_messages(chat_id, message_ids[start : start + 100]), CALL)

    def set_menu(self, commands: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Show ``(command, description)`` pairs as the bot's menu, by language; ``""`` is for all others."""
        for language, pairs in commands.items():
            _run(self._bot.set_my_commands(list(pairs), language_code=language or None), CALL)

    def set_hook(self, url: str, secret: str) -> None:
        """Have updates posted to ``url`` with the secret in SECRET_HEADER. Raises ChannelError."""
        work = self._bot.set_webhook(
            url,
            secret_token=secret,
            allowed_updates=["message", "edited_message", "callback_query", "my_chat_member"],
        )
        _run(work, CALL)


def _keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.label, callback_data=button.data) for button in row] for row in rows]
    )


def _run(work: Coroutine[Any, Any, T], timeout: float) -> T:
    try:
        return loop.run(work, timeout)
    except TelegramError as error:
        raise _refusal(error) from None
    except TimeoutError:
        raise ChannelError("timeout") from None


def _refusal(error: TelegramError) -> ChannelError:
    """What an error means for the message. Its own text may hold the token or the chat, so it stays here."""
    if isinstance(error, RetryAfter):
        return ChannelError("too_many_requests", retry_after=_seconds(error))
    # BadRequest and TimedOut are NetworkErrors too, so the order counts.
    for kind, reason, permanent, blocked in _MEANING:
        if isinstance(error, kind):
            return ChannelError(reason, permanent=permanent, blocked=blocked)
    return ChannelError("telegram_error")


_MEANING: tuple[tuple[type[TelegramError], str, bool, bool], ...] = (
    (Forbidden, "blocked", True, True),
    (ChatMigrated, "chat_migrated", True, False),
    (InvalidToken, "unauthorised", False, False),
    (BadRequest, "bad_request", True, False),
    (TimedOut, "timeout", False, False),
    (NetworkError, "unreachable", False, False),
)


def _seconds(error: RetryAfter) -> float:
    wish = error.retry_after
    seconds = float(wish) if isinstance(wish, int | float) else wish.total_seconds()
    return min(max(seconds, 1.0), web.MAX_WAIT)
