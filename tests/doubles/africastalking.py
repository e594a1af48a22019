"""Africa's Talking: the bulk SMS API, delivery reports and incoming calls."""

import itertools
import re
import secrets
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from aiohttp import web

from tests.doubles.base import Double, Failure, suffer

USERNAME = "mbiu"
API_KEY = "atsk_" + "0a" * 32

STATUSES = {
    100: "Processed",
    101: "Success",
    102: "Queued",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}


@dataclass(frozen=True)
class AfricasTalkingSent:
    """A message that was taken."""

    id: str
    to: str
    text: str
    sender: str = ""


class AfricasTalkingDouble(Double):
    """``answer_next(406)`` scripts the code of the next recipient."""

    name = "africastalking"
    commands = ("fail_next", "heal", "answer_next", "receive", "report")
    shown = ("sent",)

    def __init__(self, username: str = USERNAME, api_key: str = API_KEY) -> None:
        super().__init__()
        self.username = username
        self.api_key = api_key
        self.sent: list[AfricasTalkingSent] = []
        self._codes: deque[int] = deque()
        self._numbers = itertools.count(1)

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.post("/version1/messaging", self._send)]

    def texts(self, to: str) -> list[str]:
        """What was sent to a number, in order."""
        with self.lock:
            return [message.text for message in self.sent if message.to == to]

    def answer_next(self, *codes: int) -> None:
        """The status codes of the next recipients; without any, 101 or 403."""
        with self.lock:
            self._codes.extend(codes)

    def receive(self, hook: str, sender: str, text: str, **extra: Any) -> tuple[int, str]:
        """Post an incoming SMS to a hook whose path holds the secret."""
        form = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "from": sender,
            "id": f"{next(self._numbers):08d}-{secrets.token_hex(8)}",
            "linkId": secrets.token_hex(12),
            "text": text,
            "to": "22395",
            "networkCode": "63902",
        } | extra
        answer = httpx.post(hook, data=form, timeout=30)
        return answer.status_code, answer.text

    def report(self, hook: str, id: str, status: str, failure_reason: str = "") -> int:  # noqa: A002
        """Post a delivery report."""
        form = {
            "id": id,
            "status": status,
            "phoneNumber": "+254700000000",
            "networkCode": "63902",
            "retryCount": "0",
        }
        form |= {"failureReason": failure_reason} if failure_reason else {}
        return httpx.post(hook, data=form, timeout=30).status_code

    async def _send(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if request.headers.get("apiKey") != self.api_key or form.get("username") != self.username:
            return web.Response(status=401, text="The supplied authentication is invalid")
        failure = await self.next_failure(request)
        if failure and not failure.after:
            return _failed(failure)
        recipients = [self._recipient(to, form) for to in form.get("to", "").split(",")]
        if failure:
            await suffer(request, failure)
            return _failed(failure)
        taken = sum(recipient["statusCode"] < 200 for recipient in recipients)
        message = f"Sent to {taken}/{len(recipients)} Total Cost: KES {0.8 * taken:.4f}"
        return web.json_response(
            {"SMSMessageData": {"Message": message, "Recipients": recipients}}, status=201
        )

    def _recipient(self, to: str, form: dict[str, str]) -> dict[str, Any]:
        with self.lock:
            valid = re.fullmatch(r"\+[1-9][0-9]{6,14}", to)
            code = self._codes.popleft() if self._codes else 101 if valid else 403
            taken = code < 200
            message_id = "ATXid_" + secrets.token_hex(16) if taken else "None"
            if taken:
                sent = AfricasTalkingSent(message_id, to, form.get("message", ""), form.get("from", ""))
                self.sent.append(sent)
        cost = "KES 0.8000" if taken else "0"
        status = STATUSES.get(code, "Failed")
        return {"statusCode": code, "number": to, "status": status, "cost": cost, "messageId": message_id}


def _failed(failure: Failure) -> web.Response:
    headers = {} if failure.retry_after is None else {"Retry-After": str(failure.retry_after)}
    return web.Response(status=failure.status, text=failure.text or "failed", headers=headers)
