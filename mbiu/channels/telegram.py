"""Telegram: updates in, the Bot API out, through python-telegram-bot."""

import logging
import os
import re
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

# Version 22 warns about every RetryAfter unless times are wanted as timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "1")

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
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
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from mbiu.channels import loop, profile, web
from mbiu.channels.chat import is_group, sent_id, split
from mbiu.channels.groups import Me
from mbiu.channels.profile import Profile
from mbiu.channels.proof import require_equal
from mbiu.channels.updates import KINDS, NAME, Blocked, Moved, parse_update
from mbiu.codes import AddressKind
from mbiu.messages import Button, ChannelError, OutgoingMessage, Sent

__all__ = ["KINDS", "NAME", "SECRET_HEADER", "Blocked", "Moved", "Telegram", "bot", "parse_update", "verify"]

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
SECRET_LENGTH = 16
API_URL = "https://api.telegram.org"
CALL = 30.0
"""Seconds for one call with all its steps; each step has its own, shorter time-out."""

RATE = 28.0
"""Calls a second to all chats together; Telegram's own limit is about 30."""

PIN = "\U0001f4cd"
"""On the key that sends the phone's place: a sign, because it is the same in every language."""

T = TypeVar("T")
_Markup: TypeAlias = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None

# At DEBUG the library writes every call with its chat and its text; its limiter tells of each 429 as a fault.
logging.getLogger("telegram").setLevel(logging.INFO)
logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)


def verify(header: str | None, secret: str) -> None:
    """Raises InvalidSignature unless the header is the secret; one under SECRET_LENGTH admits nobody."""
    require_equal(header, secret, SECRET_LENGTH)


def bot(token: str, api_url: str = "", timeout: float = web.TIMEOUT, *, share: int = 1) -> Bot:
    """The library's client, aimed at Telegram or at another server that speaks the Bot API.

    It keeps to one ``share``-th of the bot's rate, as so many processes send by the same bot.
    """
    base = api_url or API_URL
    request = HTTPXRequest(
        connection_pool_size=16,
        read_timeout=timeout,
        write_timeout=timeout,
        connect_timeout=5.0,
        pool_timeout=5.0,
    )
    # One call in so short a time, instead of many in a second: a burst on top of the rate would be refused.
    limiter = AIORateLimiter(overall_max_rate=1, overall_time_period=share / RATE)
    return ExtBot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request,
        rate_limiter=limiter,
    )


_identities: dict[tuple[str, str], Me] = {}


def identity(token: str, api_url: str = "") -> Me:
    """Who the bot is, asked once a process. Raises ChannelError while Telegram cannot be asked."""
    key = token, api_url
    if key not in _identities:
        asking = bot(token, api_url)
        try:
            _identities[key] = _run(who_is(asking), CALL)
        finally:
            _run(asking.request.shutdown(), CALL)
    return _identities[key]


async def who_is(asked: Bot) -> Me:
    """The same from a loop of one's own. Raises TelegramError."""
    user = await asked.get_me()
    return Me(user.id, user.username or "")


class Telegram:
    """Sends from synchronous code. Make one after the fork; it may be used by any thread."""

    name = NAME
    kind = AddressKind.TELEGRAM

    def __init__(
        self, token: str, *, api_url: str = "", timeout: float = web.TIMEOUT, share: int = 1
    ) -> None:
        self._bot = bot(token, api_url, timeout, share=share)
        self._key = token

    def close(self) -> None:
        """Close the connections."""
        _run(self._bot.request.shutdown(), CALL)

    def send(self, message: OutgoingMessage) -> Sent:
        """Send one text with its keys, and answer the pressed button if there was one.

        A text too long for one message becomes several. `chat.numbers` finds them by the provider id,
        which is unique for the bot. Raises ChannelError.
        """
        numbers = _run(self._send(message), CALL)
        return Sent(sent_id(message.to, numbers, self._key))

    async def _send(self, message: OutgoingMessage) -> list[int]:
        if message.callback_id:
            await self._release(message.to, message.callback_id)
        *first, last = split(message.text)
        sent = [await self._say(message, part, None) for part in first]
        return [*sent, await self._say(message, last, _keys(message))]

    async def _say(self, message: OutgoingMessage, text: str, keys: _Markup) -> int:
        """Say it in its topic; where that was closed or deleted meanwhile, to the whole group."""
        try:
            return await self._say_in(message.topic, message.to, text, keys)
        except BadRequest as error:
            if message.topic is None or not _TOPIC_GONE.search(error.message):
                raise
        return await self._say_in(None, message.to, text, keys)

    async def _say_in(self, topic: int | None, chat_id: str, text: str, keys: _Markup) -> int:
        sent = await self._bot.send_message(
            chat_id=chat_id,
            text=text,
            reply_markup=keys,
            message_thread_id=topic,
            # A preview would make Telegram's servers open the link, and show it on a locked screen.
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return sent.message_id

    async def _release(self, chat_id: str, callback_id: str) -> None:
        """End the button's waiting sign, and take the buttons of an answered question away.

        A press older than some minutes cannot be answered, buttons that are gone cannot be taken: no harm.
        """
        press, _, number = callback_id.partition(".")
        with suppress(TelegramError):
            await self._bot.answer_callback_query(press)
        if number.isdecimal():
            with suppress(TelegramError):
                await self._bot.edit_message_reply_markup(chat_id=chat_id, message_id=int(number))

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

    def introduce(self, profiles: Sequence[Profile]) -> int:
        """Show menus and words about the bot by language; how much was not so before. Raises ChannelError."""
        return _run(profile.register(self._bot, profiles), 4 * CALL)

    def set_hook(self, url: str, secret: str) -> None:
        """Have updates posted to ``url`` with the secret in SECRET_HEADER. Raises ChannelError."""
        work = self._bot.set_webhook(
            url,
            secret_token=secret,
            allowed_updates=list(KINDS),
        )
        _run(work, CALL)


_TOPIC_GONE = re.compile("thread not found|topic_?.?(closed|deleted|id_invalid)", re.IGNORECASE)


def _keys(message: OutgoingMessage) -> _Markup:
    """Buttons under the message, or the one key that sends the place; any other text takes that key away."""
    if message.buttons:
        return InlineKeyboardMarkup([[_button(button) for button in row] for row in message.buttons])
    if is_group(message.to):
        return None
    if message.wants_pin:
        pin = KeyboardButton(PIN, request_location=True)
        return ReplyKeyboardMarkup([[pin]], resize_keyboard=True, one_time_keyboard=True)
    return ReplyKeyboardRemove()


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(button.label, callback_data=button.data)


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
    if isinstance(error, ChatMigrated):
        return ChannelError("chat_migrated", moved_to=str(error.new_chat_id))
    if isinstance(error, BadRequest):
        return _bad(error.message.lower())
    # TimedOut is a NetworkError too, so the order counts; so is BadRequest, which went before.
    for kind, reason, permanent, blocked in _MEANING:
        if isinstance(error, kind):
            return ChannelError(reason, permanent=permanent, blocked=blocked)
    return ChannelError("telegram_error")


def _bad(text: str) -> ChannelError:
    """A chat that is not there is as closed to us as one that put us out, until somebody writes from it."""
    if "chat not found" in text:
        return ChannelError("chat_not_found", permanent=True, blocked=True)
    reason = "no_rights" if "rights" in text or "chat_write_forbidden" in text else "bad_request"
    return ChannelError(reason, permanent=True)


_MEANING: tuple[tuple[type[TelegramError], str, bool, bool], ...] = (
    (Forbidden, "blocked", True, True),
    (InvalidToken, "unauthorised", False, False),
    (TimedOut, "timeout", False, False),
    (NetworkError, "unreachable", False, False),
)


def _seconds(error: RetryAfter) -> float:
    wish = error.retry_after
    seconds = float(wish) if isinstance(wish, int | float) else wish.total_seconds()
    return min(max(seconds, 1.0), web.MAX_WAIT)
