"""Calls as the providers make them, signed and unsigned. Amina and Joseph report; Mallory forges."""

import hashlib
import hmac
import itertools
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from twilio.request_validator import RequestValidator

TOKEN = "0123456789abcdef0123456789abcde1"
AFRICASTALKING_SECRET = "Kx83-vTqP0aLz7YwE2mNd5RbU1"
TELEGRAM_SECRET = "tg-Secret_0123456789abcdef"
GATEWAY = "moroto"
GATEWAY_KEY = "a-shared-key-of-the-gateway"
AMINA, JOSEPH = "+256772100200", "+254711300400"
CHAT = 590_112_233

_numbers = itertools.count(1)


def sid() -> str:
    """A Twilio message id that was not there before."""
    return f"SM{next(_numbers):032x}"


def sms(text: str, sender: str = AMINA, **more: str) -> dict[str, str]:
    """What Twilio posts for an SMS."""
    identity = sid()
    return {
        "MessageSid": identity,
        "SmsSid": identity,
        "AccountSid": "AC" + "0" * 32,
        "From": sender,
        "To": "+256200900900",
        "Body": text,
        "NumMedia": "0",
        "FromCountry": "UG",
    } | more


def twilio_signature(url: str, form: dict[str, Any], token: str = TOKEN) -> str:
    """By Twilio's own library."""
    return str(RequestValidator(token).compute_signature(url, form))


def gateway_headers(body: bytes, key: str = GATEWAY_KEY, at: float | None = None) -> dict[str, str]:
    """Time and signature of a body."""
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Mbiu-Timestamp": timestamp, "X-Mbiu-Signature": f"sha256={digest}"}


def telegram_text(text: Any, chat: int = CHAT, **more: Any) -> dict[str, Any]:
    """An update with a private message."""
    number = next(_numbers) + 500_000_000
    person = {"id": chat, "is_bot": False, "first_name": "Amina", "language_code": "en"}
    message = {
        "message_id": number,
        "from": person,
        "chat": {"id": chat, "type": "private", "first_name": "Amina"},
        "date": int(time.time()),
        "text": text,
    }
    return {"update_id": number, "message": message | more}


def reply(answer: httpx.Response) -> str:
    """The text inside a TwiML answer; empty when there is none."""
    found = re.search(r"<Message>(.*)</Message>", answer.text, re.DOTALL)
    return found[1] if found else ""


@dataclass
class Caller:
    """Posts to the hooks at ``url``, which providers know as ``public_url``."""

    url: str
    public_url: str

    def post(self, path: str, content: bytes | str, headers: dict[str, str] | None = None) -> httpx.Response:
        """A raw body."""
        raw = [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
        return httpx.post(self.url + path, content=content, headers=raw, timeout=30)

    def twilio(
        self, form: dict[str, Any], path: str = "/hooks/twilio/messages", token: str = TOKEN
    ) -> httpx.Response:
        """A signed form."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": twilio_signature(self.public_url + path, form, token),
        }
        return self.post(path, urlencode(form, doseq=True), headers)

    def africastalking(self, form: dict[str, Any], kind: str = "messages") -> httpx.Response:
        """A form on the secret path."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        path = f"/hooks/africastalking/{AFRICASTALKING_SECRET}/{kind}"
        return self.post(path, urlencode(form, doseq=True), headers)

    def telegram(self, update: object, secret: str = TELEGRAM_SECRET) -> httpx.Response:
        """An update with the secret header."""
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}
        return self.post("/hooks/telegram", json.dumps(update), headers)

    def gateway(self, data: object, kind: str = "messages") -> httpx.Response:
        """Signed JSON."""
        body = json.dumps(data).encode()
        headers = {"Content-Type": "application/json"} | gateway_headers(body)
        return self.post(f"/hooks/gateway/{GATEWAY}/{kind}", body, headers)


def wait(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Until it is true. Raises AssertionError when it does not become so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
