"""What the HTTP channels share: time-outs, and a provider's refusals as ChannelError."""

import logging
import time
from typing import Any, Literal

import httpx

from mbiu.messages import ChannelError

TIMEOUT = 10.0
"""Seconds that a provider may stay silent."""

DOWNLOAD = 90.0
"""Seconds that a whole file may take."""

MAX_WAIT = 3600.0

_NO_LINE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
)

# At INFO httpx writes whole addresses, and those of Telegram hold the bot's token.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def request(client: httpx.Client, method: str, url: str, **options: Any) -> httpx.Response:
    """One call. Any status is an answer.

    Raises ChannelError: ``unreachable`` where no line came about, so that nothing was said; ``timeout`` and
    ``cut`` where the other side may have done what was asked.
    """
    try:
        return client.request(method, url, **options)
    except _NO_LINE:
        raise ChannelError("unreachable") from None
    except httpx.TimeoutException:
        raise ChannelError("timeout") from None
    except httpx.HTTPError:
        raise ChannelError("cut") from None


def require_success(answer: httpx.Response) -> None:
    """Raises ChannelError unless the status is 2xx.

    A refused login is temporary: the message is good, the operator has to mend the setting.
    """
    require_status(answer.status_code, answer.headers.get("Retry-After"))


def require_status(status: int, wish: str | None = None) -> None:
    """As `require_success`, for a status and the header with the provider's wish to wait."""
    if 200 <= status < 300:
        return
    if status == 429:
        raise ChannelError("too_many_requests", retry_after=retry_after(wish))
    if status in (401, 403):
        raise ChannelError("unauthorised")
    raise ChannelError(f"http_{status}", permanent=status in (400, 413, 422))


def json_answer(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object a provider answered. Raises ChannelError("bad_answer")."""
    try:
        value = answer.json()
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ChannelError("bad_answer")
    return value


def retry_after(header: str | None) -> float:
    """Seconds to wait; 1 where the provider does not say or says it as a date."""
    try:
        seconds = float(header or 1)
    except ValueError:
        return 1.0
    return min(max(seconds, 1.0), MAX_WAIT) if seconds == seconds else 1.0


def download(
    url: str, limit: int, timeout: float = TIMEOUT, auth: tuple[str, str] | None = None
) -> tuple[bytes, str]:
    """The bytes and content type at an address. httpx drops ``auth`` where another host is redirected to.

    Raises ChannelError, permanent ("too_large") as soon as more than ``limit`` bytes are announced or came.
    """
    # What is packed for the way might be far larger than it looks.
    headers = {"Accept-Encoding": "identity"}
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=True, max_redirects=3, headers=headers) as client,
            client.stream("GET", url, auth=auth) as answer,
        ):
            require_success(answer)
            return _read(answer, limit), answer.headers.get("Content-Type", "").partition(";")[0].strip()
    except httpx.TimeoutException:
        raise ChannelError("timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise ChannelError("unreachable") from None


def _read(answer: httpx.Response, limit: int) -> bytes:
    """The whole body, unless it is too long or comes in drops."""
    length = answer.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and (len(length) > 18 or int(length) > limit):
        raise ChannelError("too_large", permanent=True)
    found, end = bytearray(), time.monotonic() + DOWNLOAD
    for chunk in answer.iter_raw(65_536):
        found += chunk
        if len(found) > limit:
            raise ChannelError("too_large", permanent=True)
        if time.monotonic() > end:
            raise ChannelError("timeout")
    return bytes(found)


def kind_of(content_type: str) -> Literal["photo", "document", "voice", "video"]:
    """What an attachment is to a reader, by its declared content type."""
    kinds: dict[str, Literal["photo", "voice", "video"]] = {
        "image": "photo",
        "audio": "voice",
        "video": "video",
    }
    return kinds.get(content_type.partition("/")[0].lower(), "document")
