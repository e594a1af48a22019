"""A stream of messages from many phones over all channels, posted by several threads as providers do."""

import json
import queue
import threading
import time
from dataclasses import dataclass
from html import unescape
from typing import Self
from urllib.parse import urlencode

import httpx

from mbiu.simulate import Stream as Texts
from tests.doubles import Doubles
from tests.flow.wiring import AFRICASTALKING_SECRET, GATEWAY, TELEGRAM_SECRET, eventually
from tests.webhooks.calls import gateway_headers, reply, sms, telegram_text, twilio_signature

CHANNELS = ("twilio", "africastalking", "gateway", "telegram")
THREADS = 4
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Post:
    """One message as its provider saw it go: the answer's status, its words if any, and how long it took."""

    channel: str
    sender: str
    text: str
    status: int
    reply: str
    seconds: float


class Stream:
    """Posts as many messages as it is let, at ``rate`` a second, each from a phone of its own."""

    def __init__(self, hooks: str, doubles: Doubles, rate: float, seed: int = 1) -> None:
        self._hooks, self._doubles, self._rate = hooks, doubles, rate
        self._texts = iter(Texts(seed))
        self._turns: queue.SimpleQueue[tuple[float, int, str] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(THREADS)]
        self._let = 0
        self.posts: list[Post] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for _ in self._threads:
            self._turns.put(None)

    def let(self, number: int) -> None:
        """Let so many more be posted, from now on."""
        for ahead in range(number):
            self._turns.put(
                (time.monotonic() + ahead / self._rate, self._let + ahead, next(self._texts).text)
            )
        self._let += number

    def wait(self, *, but: int = 0) -> None:
        """Until all that were let are answered, ``but`` so many."""
        wanted = self._let - but
        eventually(lambda: len(self.posts) >= wanted, 45, f"{wanted} answers to posts")

    def _run(self) -> None:
        with httpx.Client(timeout=40) as client:
            while turn := self._turns.get():
                at, number, text = turn
                time.sleep(max(0.0, at - time.monotonic()))
                self.posts.append(self._post(client, number, text))

    def _post(self, client: httpx.Client, number: int, text: str) -> Post:
        channel = CHANNELS[number % len(CHANNELS)]
        sender = f"55{number:06}" if channel == "telegram" else f"+25677{number:07}"
        path, body, headers = getattr(self, f"_{channel}")(number, sender, text)
        began = time.monotonic()
        try:
            answer = client.post(self._hooks + path, content=body, headers=headers)
            status, words = answer.status_code, unescape(reply(answer))
        except httpx.HTTPError:
            status, words = 0, ""
        return Post(channel, sender, text, status, words, time.monotonic() - began)

    def _twilio(self, _: int, sender: str, text: str) -> tuple[str, str, dict[str, str]]:
        path, form = "/hooks/twilio/messages", sms(text, sender)
        signature = twilio_signature(self._hooks + path, form, self._doubles.twilio.token)
        return path, urlencode(form), _FORM | {"X-Twilio-Signature": signature}

    def _africastalking(self, number: int, sender: str, text: str) -> tuple[str, str, dict[str, str]]:
        form = {"from": sender, "to": "22395", "text": text, "id": f"at-{number}"}
        return f"/hooks/africastalking/{AFRICASTALKING_SECRET}/messages", urlencode(form), _FORM

    def _gateway(self, number: int, sender: str, text: str) -> tuple[str, bytes, dict[str, str]]:
        body = json.dumps({"id": f"g-{number}", "from": sender, "text": text}).encode()
        headers = _JSON | gateway_headers(body, self._doubles.gateway.key)
        return f"/hooks/gateway/{GATEWAY}/messages", body, headers

    def _telegram(self, _: int, sender: str, text: str) -> tuple[str, str, dict[str, str]]:
        self._doubles.telegram.know(int(sender))
        body = json.dumps(telegram_text(text, int(sender)))
        return "/hooks/telegram", body, _JSON | {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
