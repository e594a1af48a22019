"""Twilio's REST API for messages and media, its status call-backs and its incoming calls."""

import asyncio
import base64
import itertools
import re
import secrets
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.doubles.base import Double, Failure, suffer

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "f" * 31 + "0"
REAL_URL = "https://api.twilio.com"

# The numbers that Twilio's test credentials answer with an error.
MAGIC = {
    "+15005550001": (21211, "The 'To' number +15005550001 is not a valid phone number."),
    "+15005550002": (21612, "The 'To' phone number is not currently reachable via SMS."),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region."),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
}
MAGIC_SENDERS = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}


@dataclass(frozen=True)
class TwilioSent:
    """A message that Twilio took."""

    sid: str
    to: str
    sender: str
    body: str
    status_callback: str = ""


class TwilioDouble(Double):
    """``progress`` are the states that each message goes through by itself, by signed call-back."""

    name = "twilio"
    commands = ("fail_next", "heal", "callback", "receive", "add_media", "fail_media", "set_progress")
    shown = ("sent", "deleted_media", "callbacks", "bad_logins")

    def __init__(self, account: str = ACCOUNT, token: str = TOKEN) -> None:
        super().__init__()
        self.account = account
        self.token = token
        self.sent: list[TwilioSent] = []
        self.media: dict[str, tuple[bytes, str]] = {}
        self.deleted_media: list[str] = []
        self.callbacks: list[tuple[str, str, int]] = []
        self.bad_logins = 0
        self.progress: tuple[str, ...] = ("sent", "delivered")
        self._media_failures: dict[str, deque[Failure]] = {"GET": deque(), "DELETE": deque()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    def routes(self) -> Iterable[web.RouteDef]:
        start = "/2010-04-01/Accounts/{account}/Messages"
        return [
            web.post(start + ".json", self._create),
            web.get(start + "/{message}/Media/{media}", self._media),
            web.delete(start + "/{message}/Media/{media}{suffix:(\\.json)?}", self._delete),
            web.get("/_media/{media}", self._stored),
        ]

    async def stopped(self) -> None:
        for task in self._tasks:
            task.cancel()

    def texts(self, to: str) -> list[str]:
        """What was sent to a number, in order."""
        with self.lock:
            return [message.body for message in self.sent if message.to == to]

    def set_progress(self, states: Sequence[str]) -> None:
        """The states of ``progress``, by HTTP."""
        self.progress = tuple(states)

    def add_media(self, content: bytes | str, content_type: str = "image/jpeg") -> str:
        """Keep a file (hexadecimal, if text) and return the address that an incoming form names."""
        name = "ME" + secrets.token_hex(16)
        self.media[name] = (bytes.fromhex(content) if isinstance(content, str) else content, content_type)
        return (
            f"{REAL_URL}/2010-04-01/Accounts/{self.account}/Messages/MM{secrets.token_hex(16)}/Media/{name}"
        )

    def fail_media(self, method: str, n: int = 1, **how: Any) -> None:
        """Make the next ``n`` calls of ``GET`` or ``DELETE`` for a file fail as Failure's fields say."""
        with self.lock:
            self._media_failures[method].extend([Failure(**how)] * n)

    async def _media_failure(self, request: web.Request) -> Failure | None:
        with self.lock:
            waiting = self._media_failures[request.method]
            failure = waiting.popleft() if waiting else None
        if failure:
            await suffer(request, failure)
        return failure

    def receive(
        self, hook: str, sender: str, text: str, *, public_url: str = "", token: str = "", **extra: Any
    ) -> tuple[int, str]:
        """Post an incoming SMS to a hook, signed over ``public_url`` (or the hook), and return its answer.

        ``extra`` fields replace or join Twilio's own; ``media`` is a list of addresses with types.
        """
        form = self._incoming(sender, text) | _media_fields(extra.pop("media", ())) | extra
        signature = _sign(token or self.token, public_url or hook, form)
        answer = httpx.post(hook, data=form, headers={"X-Twilio-Signature": signature}, timeout=30)
        return answer.status_code, answer.text

    def _incoming(self, sender: str, text: str) -> dict[str, str]:
        sid = f"SM{next(self._numbers):08x}{secrets.token_hex(12)}"
        return {
            "ToCountry": "KE",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": text,
            "To": "+254700000000",
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": self.account,
            "From": sender,
            "ApiVersion": "2010-04-01",
        }

    def callback(self, sid: str, status: str, error_code: str = "", times: int = 1) -> list[int]:
        """Tell the status of a message ``times`` times; returns the hook's status codes."""
        message = next(m for m in self.sent if m.sid == sid)
        form, headers = self._status(message, status, error_code)
        codes = []
        for _ in range(times):
            answer = httpx.post(message.status_callback, data=form, headers=headers, timeout=30)
            codes.append(answer.status_code)
            self._note(sid, status, answer.status_code)
        return codes

    def _status(
        self, message: TwilioSent, status: str, error_code: str
    ) -> tuple[dict[str, str], dict[str, str]]:
        form = {
            "SmsSid": message.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": message.to,
            "MessageSid": message.sid,
            "AccountSid": self.account,
            "From": message.sender,
            "ApiVersion": "2010-04-01",
        } | ({"ErrorCode": error_code} if error_code else {})
        signature = _sign(self.token, message.status_callback, form)
        return form, {"X-Twilio-Signature": signature}

    def _note(self, sid: str, status: str, code: int) -> None:
        with self.lock:
            self.callbacks.append((sid, status, code))

    async def _create(self, request: web.Request) -> web.Response:
        if not self._knows(request):
            self.bad_logins += 1
            return _error(401, 20003, "Authenticate")
        failure = await self.next_failure(request)
        if failure and not failure.after:
            return _failed(failure)
        form = {name: str(value) for name, value in (await request.post()).items()}
        refusal = _refusal(form)
        if refusal:
            return refusal
        message = self._take(form)
        if failure:
            await suffer(request, failure)
            return _failed(failure)
        return web.json_response(self._resource(message), status=201)

    def _knows(self, request: web.Request) -> bool:
        expected = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        given = request.headers.get("Authorization", "")
        return given == f"Basic {expected}" and request.match_info["account"] == self.account

    def _take(self, form: dict[str, str]) -> TwilioSent:
        message = TwilioSent(
            sid="SM" + secrets.token_hex(16),
            to=form["To"],
            sender=form.get("From") or form.get("MessagingServiceSid", ""),
            body=form["Body"],
            status_callback=form.get("StatusCallback", ""),
        )
        with self.lock:
            self.sent.append(message)
        if message.status_callback and self.progress:
            task = asyncio.get_running_loop().create_task(self._tell(message, self.progress))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return message

    async def _tell(self, message: TwilioSent, states: Sequence[str]) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session:
            for state in states:
                form, headers = self._status(message, state, "")
                code = await _post(session, message.status_callback, form, headers)
                self._note(message.sid, state, code)

    def _resource(self, message: TwilioSent) -> dict[str, Any]:
        return {
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "body": message.body,
            "date_created": "Thu, 24 Aug 2023 05:01:45 +0000",
            "date_sent": None,
            "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000",
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": message.sender,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "messaging_service_sid": None,
            "sid": message.sid,
            "status": "queued",
            "subresource_uris": {},
            "to": message.to,
            "uri": f"/2010-04-01/Accounts/{self.account}/Messages/{message.sid}.json",
        }

    async def _media(self, request: web.Request) -> web.Response:
        """Like Twilio, send the reader on to a store that wants no password."""
        if not self._knows(request):
            return _error(401, 20003, "Authenticate")
        if failure := await self._media_failure(request):
            return _failed(failure)
        name = request.match_info["media"]
        if name not in self.media:
            return _error(404, 20404, "The requested resource was not found")
        raise web.HTTPTemporaryRedirect(f"/_media/{name}")

    async def _stored(self, request: web.Request) -> web.Response:
        content, content_type = self.media[request.match_info["media"]]
        return web.Response(body=content, content_type=content_type)

    async def _delete(self, request: web.Request) -> web.Response:
        if not self._knows(request):
            return _error(401, 20003, "Authenticate")
        if failure := await self._media_failure(request):
            return _failed(failure)
        name = request.match_info["media"]
        if self.media.pop(name, None) is None:
            return _error(404, 20404, "The requested resource was not found")
        self.deleted_media.append(name)
        return web.Response(status=204)


async def _post(
    session: aiohttp.ClientSession, url: str, form: dict[str, str], headers: dict[str, str]
) -> int:
    try:
        async with session.post(url, data=form, headers=headers) as answer:
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0


def _sign(token: str, url: str, form: dict[str, str]) -> str:
    validator: Any = RequestValidator
    return str(validator(token).compute_signature(url, form))


def _media_fields(media: Iterable[Sequence[str]]) -> dict[str, str]:
    pairs = list(media)
    fields = {"NumMedia": str(len(pairs))} if pairs else {}
    for number, (url, content_type) in enumerate(pairs):
        fields |= {f"MediaUrl{number}": url, f"MediaContentType{number}": content_type}
    return fields


def _refusal(form: dict[str, str]) -> web.Response | None:
    to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    if to in MAGIC:
        return _error(400, *MAGIC[to])
    if sender in MAGIC_SENDERS:
        return _error(400, MAGIC_SENDERS[sender], "The 'From' number cannot be used.")
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", to):
        return _error(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if not sender and "MessagingServiceSid" not in form:
        return _error(400, 21603, "A 'From' phone number is required.")
    if not body:
        return _error(400, 21602, "Message body is required.")
    return (
        _error(400, 21617, "The concatenated message body exceeds 1600 characters.")
        if len(body) > 1600
        else None
    )


def _failed(failure: Failure) -> web.Response:
    response = _error(failure.status, failure.code, failure.text or "failed")
    if failure.retry_after is not None:
        response.headers["Retry-After"] = str(failure.retry_after)
    return response


def _error(status: int, code: int, message: str) -> web.Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return web.json_response(
        {"code": code, "message": message, "more_info": more, "status": status}, status=status
    )
