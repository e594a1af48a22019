"""The loop that asks Telegram for updates and confirms each only when it is stored.

The library's own Application confirms updates before they are handled: what it was doing when it
was killed is lost. Here the offset moves behind an update after the commit, so a killed bot is
handed it again, and the provider's id makes the repeat harmless.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.menu import profiles
from mbiu import arrivals, spool
from mbiu.arrivals import Arrival
from mbiu.channels import profile
from mbiu.channels.groups import Me
from mbiu.channels.telegram import KINDS, who_is
from mbiu.db import is_away, transaction
from mbiu.messages import BadPayload

log = logging.getLogger(__name__)

#: Seconds that Telegram may hold a call open until there is news, and the least for its answer.
HOLD, ANSWER = 25, 15
#: Tries for an update that breaks the intake; after them it waits in the spool instead.
TRIES = 5
_LONGEST_PAUSE = 30.0
_OTHERS_TURN = 5.0


class Poller:
    """One bot's loop. Two at once do no harm: Telegram serves one and turns the other away for a while."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._offset: int | None = None
        self._me: Me | None = None
        self._introduction: asyncio.Task[None] | None = None
        self._tries: dict[int, int] = {}
        self._pause = 0.0

    async def run(self) -> None:
        """Poll until cancelled; no fault of the network, Telegram or the database ends it."""
        try:
            await self._poll()
        finally:
            if self._introduction:
                self._introduction.cancel()

    async def _poll(self) -> None:
        while True:
            try:
                updates = await self._fetch()
            except TelegramError as error:
                await self._rest(error)
                continue
            if await self._take_all(updates):
                self._pause = 0.0
            else:
                await self._back_off()

    async def _fetch(self) -> list[dict[str, Any]]:
        """What is new, as plain JSON: one update that the library cannot read must not spoil the others."""
        if self._me is None:
            self._me = await self._prepare()
        wanted = {"timeout": HOLD, "allowed_updates": list(KINDS)}
        if self._offset is not None:
            wanted["offset"] = self._offset
        # Telegram's method names know no case; spelt like this the library does not insist on parsing.
        found: Any = await self._bot.do_api_request(
            "GetUpdates", api_kwargs=wanted, read_timeout=HOLD + ANSWER
        )
        return [update for update in found if isinstance(update, dict)] if isinstance(found, list) else []

    async def _prepare(self) -> Me:
        """A web hook would keep the updates from us; what waits is kept."""
        me = await who_is(self._bot)
        await self._bot.delete_webhook(drop_pending_updates=False)
        # Some dozen calls, during which nobody should wait to be heard.
        self._introduction = self._introduction or asyncio.create_task(self._introduce())
        log.info("bot.polling")
        return me

    async def _introduce(self) -> None:
        """Menus are a help: without them everything works, and the next start tries again."""
        try:
            changed = await profile.register(self._bot, profiles())
        except TelegramError as error:
            log.warning("bot.not_introduced", extra={"why": type(error).__name__})
        else:
            log.info("bot.introduced", extra={"changed": changed})

    async def _rest(self, error: TelegramError) -> None:
        """Wait as the error asks. Its own words may hold the token, so only its type is told."""
        log.warning("telegram.away", extra={"why": type(error).__name__})
        if isinstance(error, RetryAfter):
            wish = error.retry_after
            await asyncio.sleep(min(float(wish if isinstance(wish, int) else wish.total_seconds()), 60.0))
        elif isinstance(error, Conflict):
            await asyncio.sleep(_OTHERS_TURN)
        elif isinstance(error, InvalidToken):
            log.error("MBIU_TELEGRAM_TOKEN is refused by Telegram")
            await asyncio.sleep(60.0)
        else:
            await self._back_off()

    async def _back_off(self) -> None:
        self._pause = min(max(1.0, 2 * self._pause), _LONGEST_PAUSE)
        await asyncio.sleep(self._pause)

    async def _take_all(self, updates: list[dict[str, Any]]) -> bool:
        """Take them in order; False as soon as one has to wait, and with it those behind it."""
        for update in updates:
            number = update.get("update_id")
            if not isinstance(number, int):
                continue
            if not await self._is_done(number, update):
                return False
            self._tries.pop(number, None)
            self._offset = number + 1
        return True

    def _who(self) -> Me:
        return self._me or Me(0, "")

    async def _is_done(self, number: int, update: Mapping[str, Any]) -> bool:
        try:
            arrival = arrivals.from_update(update, self._who)
        except BadPayload as error:
            log.warning("update.refused", extra={"update": f"u{number}", "field": error.what})
            return True
        if arrival is None:
            return True
        try:
            await asyncio.to_thread(_store, arrival)
        except Exception as error:  # noqa: BLE001 - told, and kept in the spool in the end
            if is_away(error):
                log.warning("database.away", extra={"why": type(error).__name__})
                return False
            return self._failed(number, arrival, error)
        return True

    def _failed(self, number: int, arrival: Arrival, error: Exception) -> bool:
        """Whether to go on behind an update that broke the intake: after some tries, and once it is kept."""
        self._tries[number] = self._tries.get(number, 0) + 1
        log.error("update.failed", exc_info=error, extra={"update": f"u{number}"})
        if self._tries[number] < TRIES:
            return False
        try:
            name = spool.put(arrival)
        except OSError as fault:
            log.critical("spool.failed", extra={"why": type(fault).__name__})
            return False
        log.error("update.set_aside", extra={"update": f"u{number}", "file": name})
        return True


def _store(arrival: Arrival) -> None:
    with transaction() as session:
        arrivals.take(session, arrival)
