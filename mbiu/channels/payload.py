"""Reading what strangers send: every field is checked, and only BadPayload leaves this module."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from mbiu.channels.text import clean
from mbiu.codes import DeliveryState
from mbiu.messages import BadPayload

MAX_BODY = 256 * 1024
"""Bytes of a JSON body that are looked at; no provider sends a message half as long."""

_IDENTIFIER = re.compile(r"[\x21-\x7e]{1,100}")
_CODE_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}")
_CONTENT_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,80}")

Fields = Mapping[str, str | Sequence[str]]


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a raw body. Raises BadPayload("body") for everything that is not one."""
    if len(body) > MAX_BODY:
        raise BadPayload("body")
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadPayload("body") from None
    if not isinstance(value, dict):
        raise BadPayload("body")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def field(form: Mapping[str, Any], *names: str) -> str:
    """The first named field that is there and is text, else an empty string.

    Of a repeated field the first value counts.
    """
    for name in names:
        value = form.get(name)
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            value = value[0] if value else None
        if isinstance(value, str) and value:
            return value
    return ""


def identifier(form: Mapping[str, Any], *names: str) -> str:
    """A provider's id: 1 to 100 printable ASCII characters. Raises BadPayload naming the field."""
    value = field(form, *names)
    if not _IDENTIFIER.fullmatch(value):
        raise BadPayload(names[0])
    return value


def known_word(word: str, states: Mapping[str, DeliveryState]) -> DeliveryState:
    """What a provider's word on a delivery means; UNKNOWN for one that it does not explain."""
    return states.get(word.lower(), DeliveryState.UNKNOWN)


def code_word(value: str) -> str:
    """A provider's word or number for what happened, of letters, digits, ``_`` and ``-``; else empty."""
    return value if _CODE_WORD.fullmatch(value) else ""


def delivery_id(value: object) -> UUID | None:
    """Our own reference as it came back; None for anything else."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def body_text(form: Mapping[str, Any], *names: str) -> str:
    """The cleaned text of a message; empty when there is none."""
    return clean(field(form, *names))


def content_type(value: object) -> str:
    """A MIME type without its parameters, in small letters; empty for anything else."""
    name = value.partition(";")[0].strip().lower() if isinstance(value, str) else ""
    return name if _CONTENT_TYPE.fullmatch(name) else ""


def integer(value: object, what: str) -> int:
    """An integer that fits 63 bits. Raises BadPayload(what)."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise BadPayload(what)
    return value


def coordinate(value: object, bound: float, what: str) -> float:
    """Degrees between -bound and bound. Raises BadPayload(what), for NaN and infinity too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadPayload(what)
    if not (math.isfinite(value) and abs(value) <= bound):
        raise BadPayload(what)
    return float(value)


def moment(written: str) -> datetime | None:
    """An ISO 8601 date and time as aware UTC (taken for UTC where no zone is written).

    None for anything unreadable or outside 2000 to 2099: a wrong clock must not lose a message.
    """
    try:
        when = datetime.fromisoformat(written.strip())
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return when if 2000 <= when.year < 2100 else None
