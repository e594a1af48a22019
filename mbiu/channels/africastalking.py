"""SMS through Africa's Talking.

It signs nothing: whoever knows the secret in the hook's path, and calls from an allowed address where a
list of them is set, is believed. So the path is never logged.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, TypeAlias

import httpx

from mbiu.channels import web
from mbiu.channels.payload import Fields, body_text, code_word, field, identifier, known_word, moment
from mbiu.channels.phone import country_of, e164
from mbiu.channels.proof import require_equal
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

NAME = "africastalking"
API_URL = "https://api.africastalking.com"
SANDBOX_URL = "https://api.sandbox.africastalking.com"
SECRET_LENGTH = 22
"""Characters of base64 that hold 128 bits."""

_INSIDE = [
    ip_network(written)
    for written in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7"
    )
]  # fmt: skip

Networks: TypeAlias = Sequence[IPv4Network | IPv6Network]

_STATES = {
    "sent": DeliveryState.SENT,
    "submitted": DeliveryState.SENT,
    "buffered": DeliveryState.SENT,
    "queued": DeliveryState.SENT,
    "success": DeliveryState.DELIVERED,
    "rejected": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "absentsubscriber": DeliveryState.FAILED,
    "expired": DeliveryState.EXPIRED,
}

_TAKEN = frozenset({100, 101, 102})
_PERMANENT = {
    403: "not_a_number",
    404: "not_a_mobile",
    406: "opted_out",
    407: "no_route",
    409: "opted_out",
    502: "rejected",
}
_TEMPORARY = {
    401: "risk_hold",
    402: "invalid_sender",
    405: "no_credit",
    500: "provider_down",
    501: "provider_down",
}
_BLOCKED = frozenset({406, 409})


def verify_secret(given: str | None, expected: str) -> None:
    """Raises InvalidSignature unless the path held the secret; a secret under SECRET_LENGTH admits nobody."""
    require_equal(given, expected, SECRET_LENGTH)


def verify_address(peer: str | None, forwarded: str, allowed: Networks) -> None:
    """Raises InvalidSignature unless the call came from an allowed network; an empty list admits all.

    ``forwarded`` is the header X-Forwarded-For. Its last entry counts, and only where ``peer`` is on this
    machine or a private network: that is our own proxy, anybody else could write what they like.
    """
    if not allowed:
        return
    caller = _address(peer or "")
    if caller and forwarded and any(caller in network for network in _INSIDE):
        caller = _address(forwarded.rpartition(",")[2])
    if caller is None or not any(caller in network for network in allowed):
        raise InvalidSignature


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def parse_message(form: Fields, default_country: str) -> IncomingMessage:
    """An authenticated form as a message. Raises BadPayload."""
    sender = e164(field(form, "from"), default_country)
    return IncomingMessage(
        channel=NAME,
        kind=AddressKind.SMS,
        provider_id=identifier(form, "id"),
        sender=sender,
        text=body_text(form, "text"),
        sent_at=moment(field(form, "date")),
        country=country_of(sender, default_country),
    )


def parse_status(form: Fields) -> DeliveryReport:
    """An authenticated delivery report. Raises BadPayload."""
    word = field(form, "status")
    if not word:
        raise BadPayload("status")
    state, reason = known_word(word, _STATES), field(form, "failureReason")
    return DeliveryReport(
        channel=NAME,
        provider_id=identifier(form, "id"),
        state=state,
        code=code_word(word if state is DeliveryState.UNKNOWN else reason),
    )


class AfricasTalking:
    """Sends by the bulk SMS API. ``sender`` is a short code or a registered name; empty, the shared one."""

    name = NAME
    kind = AddressKind.SMS

    def __init__(
        self,
        username: str,
        api_key: str,
        sender: str = "",
        *,
        api_url: str = "",
        timeout: float = web.TIMEOUT,
    ) -> None:
        self._url = (api_url or (SANDBOX_URL if username == "sandbox" else API_URL)) + "/version1/messaging"
        self._form = {"username": username} | ({"from": sender} if sender else {})
        headers = {"apiKey": api_key, "Accept": "application/json"}
        self._client = httpx.Client(timeout=timeout, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, message: OutgoingMessage) -> Sent:
        """Hand one SMS to Africa's Talking. Raises ChannelError."""
        form = self._form | {"to": message.to, "message": message.text}
        answer = web.request(self._client, "POST", self._url, data=form)
        web.require_success(answer)
        return _sent(_recipient(web.json_answer(answer)))


def _recipient(answer: dict[str, Any]) -> dict[str, Any]:
    data = answer.get("SMSMessageData")
    recipients = data.get("Recipients") if isinstance(data, dict) else None
    if not isinstance(recipients, list) or not recipients or not isinstance(recipients[0], dict):
        # A refusal of the whole call, such as InvalidSenderId, comes as 201 with nobody in the list.
        raise ChannelError("refused")
    return recipients[0]


def _sent(recipient: dict[str, Any]) -> Sent:
    code, provider_id = recipient.get("statusCode"), recipient.get("messageId")
    if code not in _TAKEN:
        raise _refusal(code)
    if not isinstance(provider_id, str) or provider_id in ("", "None"):
        raise ChannelError("bad_answer")
    cost = recipient.get("cost")
    return Sent(provider_id, DeliveryState.SENT, cost if isinstance(cost, str) else None)


def _refusal(code: Any) -> ChannelError:
    if not isinstance(code, int):
        return ChannelError("bad_answer")
    if code in _PERMANENT:
        return ChannelError(_PERMANENT[code], permanent=True, blocked=code in _BLOCKED)
    return ChannelError(_TEMPORARY.get(code, f"africastalking_{code}"))
