"""SMS through Twilio: signed hooks in, the REST API out.

The twilio library is imported when the first message is sent: the hooks never need it.
"""

import base64
import hmac
import logging
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import ParseResult, urlparse
from xml.sax.saxutils import escape

import httpx

from mbiu.channels import web
from mbiu.channels.payload import (
    Fields,
    body_text,
    code_word,
    content_type,
    delivery_id,
    field,
    identifier,
    known_word,
)
from mbiu.channels.phone import country_of, e164
from mbiu.channels.twilio_faults import never_connected, refusal
from mbiu.codes import AddressKind, DeliveryState
from mbiu.messages import (
    Attachment,
    BadPayload,
    ChannelError,
    DeliveryReport,
    IncomingMessage,
    InvalidSignature,
    OutgoingMessage,
    Sent,
)

NAME = "twilio"
API_URL = "https://api.twilio.com"
MAX_ATTACHMENTS = 10

_MEDIA_URL = re.compile(r"https?://[\x21-\x7e]{1,500}")

_STATES = {
    "accepted": DeliveryState.SENT,
    "scheduled": DeliveryState.SENT,
    "queued": DeliveryState.SENT,
    "sending": DeliveryState.SENT,
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.DELIVERED,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}


def tokens(value: str) -> list[str]:
    """The auth tokens in a comma-separated setting; while one is rotated both are valid, the first sends."""
    return [token.strip() for token in value.split(",") if token.strip()]


def verify(url: str, params: Fields, signature: str | None, tokens: Iterable[str]) -> None:
    """Check ``X-Twilio-Signature`` over the public URL, as the number's settings hold it, and all parameters.

    ``params`` has one text or several a name. As Twilio is not consistent about the port, the URL
    is tried with and without it. Raises InvalidSignature, also when there is no token.
    """
    if not signature:
        raise InvalidSignature
    given, tail, good = signature.encode("utf-8", "surrogatepass"), _tail(params), False
    for token in filter(None, tokens):
        for form in _forms(url):
            good |= hmac.compare_digest(_sign(form, tail, token), given)
    if not good:
        raise InvalidSignature


def sign(url: str, params: Fields, token: str) -> str:
    """The signature that Twilio puts on a form posted to exactly this URL."""
    return _sign(url, _tail(params), token).decode()


def _sign(url: str, tail: bytes, token: str) -> bytes:
    return base64.b64encode(hmac.digest(token.encode(), url.encode() + tail, "sha1"))


def _tail(params: Fields) -> bytes:
    pairs = (name + value for name in sorted(params) for value in sorted(set(_values(params, name))))
    return "".join(pairs).encode("utf-8", "surrogatepass")


def _values(params: Fields, name: str) -> Sequence[str]:
    if hasattr(params, "getlist"):
        return list(params.getlist(name))
    value = params[name]
    return [value] if isinstance(value, str) else value


@lru_cache(maxsize=64)
def _forms(url: str) -> tuple[str, ...]:
    parsed = urlparse(url)
    host = parsed.netloc.removesuffix(f":{parsed.port}") if parsed.port else parsed.netloc
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    return _with_host(parsed, host), _with_host(parsed, f"{host}:{port}")


def _with_host(parsed: ParseResult, host: str) -> str:
    return parsed._replace(netloc=host).geturl()


def parse_message(form: Fields, default_country: str) -> IncomingMessage:
    """An authenticated form as a message. Raises BadPayload, for WhatsApp senders too."""
    country = _country(form)
    sender = e164(field(form, "From"), country or default_country, "From")
    return IncomingMessage(
        channel=NAME,
        kind=AddressKind.SMS,
        provider_id=identifier(form, "MessageSid", "SmsMessageSid", "SmsSid"),
        sender=sender,
        text=body_text(form, "Body"),
        country=country or country_of(sender, default_country),
        attachments=tuple(_attachments(form)),
    )


def _country(form: Fields) -> str | None:
    country = field(form, "FromCountry")
    return country if len(country) == 2 and country.isascii() and country.isupper() else None


def _attachments(form: Fields) -> Iterable[Attachment]:
    count = field(form, "NumMedia") or "0"
    if not (count.isascii() and count.isdigit() and len(count) < 4):
        raise BadPayload("NumMedia")
    for number in range(min(int(count), MAX_ATTACHMENTS)):
        kind = content_type(field(form, f"MediaContentType{number}"))
        yield Attachment(_media_address(form, f"MediaUrl{number}"), web.kind_of(kind), kind)


def _media_address(form: Fields, name: str) -> str:
    url = field(form, name)
    if not _MEDIA_URL.fullmatch(url):
        raise BadPayload(name)
    return url


def parse_status(form: Fields, reference: str = "") -> DeliveryReport:
    """An authenticated status call-back. They come in any order, and more than once.

    ``reference`` is what the call-back's address told: which delivery of ours it is.
    """
    word = field(form, "MessageStatus", "SmsStatus")
    if not word:
        raise BadPayload("MessageStatus")
    state, code = known_word(word, _STATES), field(form, "ErrorCode")
    unknown = state is DeliveryState.UNKNOWN
    return DeliveryReport(
        channel=NAME,
        provider_id=identifier(form, "MessageSid", "SmsSid"),
        state=state,
        code=code_word(word if unknown else code),
        reference=delivery_id(reference),
    )


def twiml(text: str | None) -> str:
    """The answer to a message hook: nothing, or one SMS back to the sender."""
    inside = f"<Response><Message>{escape(text)}</Message></Response>" if text else "<Response />"
    return f'<?xml version="1.0" encoding="UTF-8"?>{inside}'


class Twilio:
    """Sends by the REST API. ``sender`` is a number or a messaging service's id (``MG…``)."""

    name = NAME
    kind = AddressKind.SMS

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        *,
        api_url: str = "",
        status_url: str = "",
        timeout: float = web.TIMEOUT,
    ) -> None:
        self._timeout = timeout
        self._account = account_sid
        self._token = tokens(auth_token)[0]
        self._api_url = api_url or API_URL
        role = "messaging_service_sid" if sender.startswith("MG") else "from_"
        self._options = {role: sender}
        self._status_url = status_url
        self._client: Any = None

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.http_client.session.close()
            self._client = None

    def send(self, message: OutgoingMessage) -> Sent:
        """Hand one SMS to Twilio. Raises ChannelError."""
        from requests import ConnectTimeout, Timeout
        from twilio.base.exceptions import TwilioException

        try:
            options = self._options | self._call_back(message.reference)
            created = self._messages().create(to=message.to, body=message.text, **options)
        except TwilioException as error:
            raise refusal(error) from None
        except ConnectTimeout:
            raise ChannelError("unreachable") from None
        except Timeout:
            raise ChannelError("timeout") from None
        except OSError as error:  # What requests raises for a connection that broke or never came about.
            raise ChannelError("unreachable" if never_connected(error) else "cut") from None
        except (ValueError, KeyError):
            raise ChannelError("bad_answer") from None
        if not created.sid:
            raise ChannelError("bad_answer")
        return Sent(created.sid, _STATES.get(str(created.status), DeliveryState.SENT), created.price)

    def _call_back(self, reference: str) -> dict[str, str]:
        """Where to tell of the delivery; the reference comes back even if the answer to this call is lost."""
        if not self._status_url:
            return {}
        return {"status_callback": self._status_url + (f"?ref={reference}" if reference else "")}

    def _messages(self) -> Any:
        if self._client is None:
            self._client = _client(self._account, self._token, self._api_url, self._timeout)
        return self._client.messages

    def fetch_media(self, handle: str, limit: int) -> tuple[bytes, str]:
        """The bytes and content type of an attachment of at most ``limit`` bytes. Raises ChannelError."""
        return web.download(self._media_url(handle), limit, self._timeout, auth=(self._account, self._token))

    def delete_media(self, handle: str) -> None:
        """Delete Twilio's copy; one that is gone already is fine. Raises ChannelError."""
        auth = (self._account, self._token)
        with httpx.Client(timeout=self._timeout) as client:
            answer = web.request(client, "DELETE", self._media_url(handle), auth=auth)
        if answer.status_code != 404:
            web.require_success(answer)

    def _media_url(self, handle: str) -> str:
        """Only Twilio may see the account's password, whatever address a form named."""
        path = "/2010-04-01/Accounts/" + self._account + "/Messages/"
        for start in (API_URL, self._api_url):
            if handle.startswith(start + path) and ".." not in handle:
                return self._api_url + handle.removeprefix(start)
        raise ChannelError("foreign_media", permanent=True)


def _client(account: str, token: str, api_url: str, timeout: float) -> Any:
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    class Http(TwilioHttpClient):
        """Twilio's own HTTP client, aimed at the configured server."""

        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
            answer = super().request(method, url.replace(API_URL, api_url, 1), *args, **kwargs)
            if answer.status_code == 429:
                wish = web.retry_after((answer.headers or {}).get("Retry-After"))
                raise ChannelError("too_many_requests", retry_after=wish)
            return answer

    # Its log names the account and, for media, the message: nothing that ours should hold.
    quiet = logging.getLogger("mbiu.channels.twilio.http")
    quiet.setLevel(logging.WARNING)
    return Client(account, token, http_client=Http(timeout=timeout, logger=quiet))  # type: ignore[no-untyped-call]
