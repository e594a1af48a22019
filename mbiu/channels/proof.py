"""Comparing secrets without telling, by the time it takes, how much of a guess was right."""

import hmac

from mbiu.messages import InvalidSignature


def require_equal(given: str | None, expected: str, least: int = 1) -> None:
    """Raises InvalidSignature unless both are equal and ``expected`` has ``least`` characters.

    An unset or short secret refuses everybody instead of admitting everybody.
    """
    if given is None or len(expected) < max(least, 1):
        raise InvalidSignature
    # Bytes, because compare_digest refuses strings outside ASCII with a TypeError.
    if not hmac.compare_digest(_bytes(given), _bytes(expected)):
        raise InvalidSignature


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
