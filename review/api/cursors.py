"""Where a page ended, as text that only we can read: a place in a list holds exact times.

The same place is always the same text (AES-SIV, RFC 5297), so that equal pages have equal tags.
"""

import base64
import hmac
import json
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from flask import abort

from mbiu.settings import settings
from review.problems import problem


def seal(kind: str, *place: Any) -> str:
    """The text for a place in lists of this kind: JSON values, moments and ids."""
    sealed = _cipher().encrypt(json.dumps(place, default=str).encode(), [kind.encode()])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(kind: str, text: str) -> list[Any]:
    """The place that ``seal`` was given. Anything else ends the request with 400."""
    try:
        blob = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        found: list[Any] = json.loads(_cipher().decrypt(blob, [kind.encode()]))
        return found
    except (ValueError, InvalidTag):
        abort(problem(400, "This place in the list is none that an earlier page gave.", parameter="after"))


def _cipher() -> AESSIV:
    return AESSIV(hmac.digest(settings().audit_mac_key, b"places in lists of the API", "sha512"))
