"""The generic gateway: an Android phone or a modem on a local SIM that speaks signed JSON.

Both sides sign ``timestamp "." body`` with HMAC-SHA-256 under a shared key and send the time and
the signature in two headers.
"""

import hmac
import json
import re
import time
import uuid

import httpx

from mbiu.channels import web
from mbiu.channels.payload import (
    body_text,
    code_word,
    delivery_id,
    field,
    identifier,
    integer,
    json_object,
    known_word,
    moment,
)
from mbiu.channels.phone import country_of, e164
from mbiu.codes import AddressKind, DeliveryState
from mbiu.messages import (
    BadPayload,
    ChannelError,
    DeliveryReport,
    IncomingMessage,
    InvalidSignature,
    OutgoingMessage,
    Sent,
)

TIMESTAMP_HEADER = "X-Mbiu-Timestamp"
SIGNATURE_HEADER = "X-Mbiu-Signature"
TOLERANCE = 300
"""Seconds by which the clocks may differ; an older call is taken for a replay."""

_SECONDS = re.compile(r"[0-9]{1,12}")
_PART_REF = re.compile(r"[\x21-\x7e]{1,60}")
_MAX_PARTS = 255
_STATES = {
    "queued": DeliveryState.SENT,
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "failed": DeliveryState.FAILED,
    "expired": DeliveryState.EXPIRED,
}


def channel_name(name: str) -> str:
    """The channel of the gateway with this name."""
    return f"gateway:{name}"


def sign(key: bytes, timestamp: str, body: bytes) -> str:
    """The value of SIGNATURE_HEADER for a body; ``timestamp`` is unix seconds in decimal."""
    return "sha256=" + hmac.new(key, timestamp.encode() + b"." + body, "sha256").hexdigest()


def signed_headers(key: bytes, body: bytes) -> dict[str, str]:
    """Both headers for a body sent now."""
    timestamp = str(int(time.time()))
    return {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign(key, timestamp, body)}


def verify(key: bytes, body: bytes, timestamp: str | None, signature: str | None, now: float) -> None:
    """Raises InvalidSignature unless the raw body was signed with the key within TOLERANCE of ``now``."""
    if not key or not timestamp or not signature or not _SECONDS.fullmatch(timestamp):
        raise InvalidSignature
    expected = sign(key, timestamp, body).encode()
    if not hmac.compare_digest(expected, signature.encode("utf-8", "surrogatepass")):
        raise InvalidSignature
    if abs(now - int(timestamp)) > TOLERANCE:
        raise InvalidSignature


def parse_message(name: str, body: bytes, default_country: str) -> IncomingMessage:
    """``{"id", "from", "text", "sent_at"?, "part"?}`` as a message. Raises BadPayload.

    ``sent_at`` is ISO 8601; ``part`` is ``{"ref", "number", "total"}`` where a long SMS comes in pieces that
    the phone does not join itself.
    """
    data = json_object(body)
    thread, part, parts = _part(data.get("part"))
    sender = e164(field(data, "from"), default_country)
    return IncomingMessage(
        channel=channel_name(name),
        kind=AddressKind.SMS,
        provider_id=identifier(data, "id"),
        sender=sender,
        text=body_text(data, "text"),
        sent_at=moment(field(data, "sent_at")),
        country=country_of(sender, default_country),
        thread=thread,
        part=part,
        parts=parts,
    )


def _part(given: object) -> tuple[str | None, int | None, int | None]:
    """The reference that the pieces share, the place of this one from 1, and how many there are."""
    if given is None:
        return None, None, None
    if not isinstance(given, dict):
        raise BadPayload("part")
    ref, number, total = given.get("ref"), given.get("number"), given.get("total")
    ref = str(ref) if isinstance(ref, int) and not isinstance(ref, bool) else ref
    if not isinstance(ref, str) or not _PART_REF.fullmatch(ref):
        raise BadPayload("part")
    number, total = integer(number, "part"), integer(total, "part")
    if not 1 <= number <= total <= _MAX_PARTS:
        raise BadPayload("part")
    return ref, number, total


def parse_status(name: str, body: bytes) -> DeliveryReport:
    """``{"id", "status", "error"?, "reference"?}`` with queued, sent, delivered, failed or expired.

    ``error`` is a word for what went wrong, ``reference`` the id that we sent. Raises BadPayload.
    """
    data = json_object(body)
    word = field(data, "status")
    if not word:
        raise BadPayload("status")
    state = known_word(word, _STATES)
    return DeliveryReport(
        channel=channel_name(name),
        provider_id=identifier(data, "id"),
        state=state,
        code=code_word(word if state is DeliveryState.UNKNOWN else field(data, "error")),
        reference=delivery_id(data.get("reference")),
    )


class Gateway:
    """Posts ``{"id", "to", "text"}``, signed, to the gateway's own address, which answers ``{"id"}``."""

    kind = AddressKind.SMS

    def __init__(self, name: str, key: bytes, url: str, *, timeout: float = web.TIMEOUT) -> None:
        self.name = channel_name(name)
        self._key = key
        self._url = url
        self._client = httpx.Client(timeout=timeout)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, message: OutgoingMessage) -> Sent:
        """Hand one SMS to the gateway, which may use the id to drop a repeat. Raises ChannelError."""
        given = message.reference or str(uuid.uuid4())
        body = json.dumps({"id": given, "to": message.to, "text": message.text}).encode()
        headers = {"Content-Type": "application/json"} | signed_headers(self._key, body)
        answer = web.request(self._client, "POST", self._url, content=body, headers=headers)
        web.require_success(answer)
        provider_id = web.json_answer(answer).get("id")
        if not isinstance(provider_id, str) or not provider_id:
            raise ChannelError("bad_answer")
        return Sent(provider_id)
