"""Partners' own servers: a signed JSON document each time, through the client that reaches nobody else.

The id of the delivery is the id of the call, the same at every repeat. The signature is HMAC-SHA-256 under
the hook's secret over ``id "." timestamp "." body``, so that neither can be used for another call.
"""

import hmac
import json
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mbiu.channels import outside, web
from mbiu.channels.outside import Network
from mbiu.codes import AddressKind, DeliveryState
from mbiu.messages import BadPayload, ChannelError, OutgoingMessage, Sent

NAME = "webhook"
ID_HEADER = "X-Mbiu-Id"
TIMESTAMP_HEADER = "X-Mbiu-Timestamp"
SIGNATURE_HEADER = "X-Mbiu-Signature"
#: Characters of a hook's secret: fewer could be guessed.
SHORTEST = 16


@dataclass(frozen=True)
class Hook:
    """A partner's server as the vault keeps it."""

    url: str
    secret: str

    def __str__(self) -> str:
        return json.dumps({"url": self.url, "secret": self.secret})

    @classmethod
    def read(cls, kept: str) -> "Hook":
        """What `str` made. Raises BadPayload."""
        try:
            data = json.loads(kept)
            return cls(str(data["url"]), str(data["secret"]))
        except (ValueError, KeyError, TypeError):
            raise BadPayload("hook") from None


def sign(secret: str, call: str, timestamp: str, body: bytes) -> str:
    """The value of SIGNATURE_HEADER; ``timestamp`` is unix seconds in decimal, ``call`` the id."""
    signed = f"{call}.{timestamp}.".encode() + body
    return "sha256=" + hmac.new(secret.encode(), signed, "sha256").hexdigest()


def payload(message: OutgoingMessage, timestamp: int) -> bytes:
    """``{"id", "kind", "sent_at"}``, with an alert's document as ``alert``, or else the plain ``text``."""
    told: dict[str, Any] = {"id": message.reference, "kind": message.kind, "sent_at": timestamp}
    document = _document(message.text)
    told |= {"text": message.text} if document is None else {"alert": document}
    return json.dumps(told, ensure_ascii=False).encode()


def _document(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


class Webhook:
    """Posts to hosts of a list alone; ``networks`` beside the public ones are the operator's own choice."""

    name = NAME
    kind = AddressKind.WEBHOOK

    def __init__(self, hosts: Collection[str], networks: Collection[Network] = ()) -> None:
        self._hosts, self._networks = hosts, networks

    def send(self, message: OutgoingMessage) -> Sent:
        """Hand one document over: any 2xx is its receipt. Raises ChannelError; 410 ends it for good."""
        try:
            hook = Hook.read(message.to)
        except BadPayload:
            raise ChannelError("forbidden_url", permanent=True) from None
        now = int(time.time())
        body = payload(message, now)
        headers = {
            "Content-Type": "application/json",
            ID_HEADER: message.reference,
            TIMESTAMP_HEADER: str(now),
            SIGNATURE_HEADER: sign(hook.secret, message.reference, str(now), body),
        }
        status = outside.post(hook.url, body, headers, allowed=self._hosts, networks=self._networks)
        _require_success(status)
        return Sent(message.reference, DeliveryState.DELIVERED)


def _require_success(status: int) -> None:
    if status == 410:
        raise ChannelError("gone", permanent=True, blocked=True)
    if 300 <= status < 400:
        raise ChannelError("redirected")
    web.require_status(status)
