"""How updates reach a bot: by polling, or posted to its web hook until they are taken."""

import asyncio
import contextlib
import time
from collections import deque
from typing import Any

import aiohttp

from tests.doubles.groups import Groups


class Refused(Exception):
    """An answer with ``ok: false`` in Telegram's words."""

    def __init__(
        self, status: int, text: str, retry_after: int | None = None, moved_to: int | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.parameters = {"retry_after": retry_after, "migrate_to_chat_id": moved_to}


class Updates(Groups):
    """What is ``pending`` and who gets it; ``hook_answers`` notes each post with the hook's status."""

    def __init__(self) -> None:
        super().__init__()
        self.hook: dict[str, Any] = {}
        self.hook_answers: list[tuple[int, int]] = []
        self.pending: deque[dict[str, Any]] = deque()
        self._allowed: set[str] = set()
        self._polls = 0
        self._news = asyncio.Event()
        self._arrived = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pump_task: asyncio.Task[None] | None = None

    async def started(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pump_task = self._loop.create_task(self._pump())

    async def stopped(self) -> None:
        if self._pump_task:
            self._pump_task.cancel()
        self._polls += 1
        self._ring()

    def queue(self, update: dict[str, Any]) -> None:
        kind = next(key for key in update if key != "update_id")
        if self._allowed and kind not in self._allowed:
            return
        with self.lock:
            self.pending.append(update)
        self._ring()

    def _ring(self) -> None:
        for event in (self._news, self._arrived):
            if self._loop:
                self._loop.call_soon_threadsafe(event.set)

    async def _pump(self) -> None:
        """Post what is pending to the web hook, one at a time, again and again until it is taken."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session:
            while True:
                await self._news.wait()
                self._news.clear()
                await self._post_pending(session)

    async def _post_pending(self, session: aiohttp.ClientSession) -> None:
        pause = 0.05
        while self.hook and self.pending:
            update = self.pending[0]
            status = await self._post(session, update)
            with self.lock:
                self.hook_answers.append((update["update_id"], status))
            if 200 <= status < 300:
                self.pending.popleft()
                pause = 0.05
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, 2.0)

    async def _post(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> int:
        secret = self.hook.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            async with session.post(self.hook["url"], json=update, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def api_getupdates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.hook:
            raise Refused(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        self._allow(given)
        self._confirm(int(given.get("offset", 0)))
        self._polls += 1
        self._arrived.set()
        mine, end = self._polls, time.monotonic() + int(given.get("timeout", 0))
        while not self.pending and (left := end - time.monotonic()) > 0:
            self._arrived.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), left)
            if mine != self._polls:
                raise Refused(409, "Conflict: terminated by other getUpdates request")
        return list(self.pending)[: int(given.get("limit", 100))]

    def _confirm(self, offset: int) -> None:
        with self.lock:
            while self.pending and self.pending[0]["update_id"] < offset:
                self.pending.popleft()

    def _allow(self, given: dict[str, Any]) -> None:
        if "allowed_updates" in given:
            self._allowed = set(given["allowed_updates"])

    def api_setwebhook(self, given: dict[str, Any]) -> bool:
        self._allow(given)
        self.hook = (
            {"url": given["url"], "secret_token": given.get("secret_token", "")} if given.get("url") else {}
        )
        return self._dropped(given)

    def api_deletewebhook(self, given: dict[str, Any]) -> bool:
        self.hook = {}
        return self._dropped(given)

    def _dropped(self, given: dict[str, Any]) -> bool:
        if given.get("drop_pending_updates") in (True, "true", "True"):
            self.pending.clear()
        self._ring()
        return True

    def api_getwebhookinfo(self, _: dict[str, Any]) -> dict[str, Any]:
        waiting = len(self.pending)
        return {
            "url": self.hook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": waiting,
        }
