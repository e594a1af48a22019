"""An Android phone or modem that speaks the signed JSON of the generic gateway."""

import hashlib
import hmac
import itertools
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx
from aiohttp import web

from tests.doubles.base import Double, suffer

KEY = "a-key-only-for-the-double"


@dataclass(frozen=True)
class GatewaySent:
    """A message that the phone took to send."""

    id: str
    to: str
    text: str


class GatewayDouble(Double):
    """Takes outgoing messages at ``/<name>``; a repeat of an id is sent once."""

    commands = ("fail_next", "heal", "receive", "report")
    shown = ("sent", "refused", "calls")

    def __init__(self, name: str = "gateway", key: str = KEY) -> None:
        super().__init__()
        self.name = name
        self.key = key
        self.sent: list[GatewaySent] = []
        self.refused = 0
        self.calls = 0
        self._numbers = itertools.count(1)

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.post(f"/{self.name}", self._send)]

    def receive(self, hook: str, sender: str, text: str, **extra: Any) -> tuple[int, str]:
        """Post an incoming SMS to a hook."""
        identity = f"phone-{next(self._numbers)}-{secrets.token_hex(6)}"
        return self._post(hook, {"id": identity, "from": sender, "text": text} | extra)

    def report(self, hook: str, id: str, status: str, **extra: Any) -> int:  # noqa: A002
        """Post a delivery report."""
        return self._post(hook, {"id": id, "status": status} | extra)[0]

    def _post(self, hook: str, data: dict[str, Any]) -> tuple[int, str]:
        body, timestamp = json.dumps(data).encode(), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Mbiu-Timestamp": timestamp,
            "X-Mbiu-Signature": self._signature(timestamp, body),
        }
        answer = httpx.post(hook, content=body, headers=headers, timeout=30)
        return answer.status_code, answer.text

    def _signature(self, timestamp: str, body: bytes) -> str:
        return (
            "sha256="
            + hmac.new(self.key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        )

    async def _send(self, request: web.Request) -> web.Response:
        body = await request.read()
        expected = self._signature(request.headers.get("X-Mbiu-Timestamp", ""), body)
        if request.headers.get("X-Mbiu-Signature") != expected:
            self.refused += 1
            return web.json_response({"error": "signature"}, status=401)
        failure = await self.next_failure(request)
        data = json.loads(body)
        if failure is None or failure.after:
            self._take(data)
        if failure:
            if failure.after:
                await suffer(request, failure)
            headers = {} if failure.retry_after is None else {"Retry-After": str(failure.retry_after)}
            return web.Response(status=failure.status, text=failure.text, headers=headers)
        return web.json_response({"id": data["id"]})

    def _take(self, data: dict[str, str]) -> None:
        with self.lock:
            self.calls += 1
            if all(message.id != data["id"] for message in self.sent):
                self.sent.append(GatewaySent(data["id"], data["to"], data["text"]))
