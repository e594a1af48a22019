"""SMS through Africa's Talking.

It signs nothing: whoever knows the secret in the hook's path is believed, so the path is never logged.
"""

from typing import Any

import httpx

from mbiu.channels import web
from mbiu.channels.payload import Fields, body_text, field, identifier, moment
from mbiu.channels.phone import country_of, e164
from mbiu.channels.proof import require_equal
from mbiu.codes import AddressKind, DeliveryState
from mbiu.messages import BadPayload, ChannelError, DeliveryReport, IncomingMessage, OutgoingMessage, Sent

NAME = "africastalking"
API_URL = "https://api.africastalking.com"
SANDBOX_URL = "https://api.sandbox.africastalking.com"
SECRET_LENGTH = 22
"""Characters of base64 that hold 128 bits."""

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
    reason = field(form, "failureReason")
    return DeliveryReport(
        channel=NAME,
        provider_id=identifier(form, "id"),
        state=_STATES.get(word.lower()),
        code=reason if reason.isascii() and reason.isalnum() and len(reason) <= 40 else "",
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
