"""The settings that lead every channel to the doubles, and how to wait without sleeping too long."""

import time
from collections.abc import Callable
from typing import TypeVar

from tests.doubles import Doubles

OUR_NUMBER = "+256200900900"
AFRICASTALKING_SECRET = "Kx83-vTqP0aLz7YwE2mNd5RbU1"
TELEGRAM_SECRET = "tg-Secret_0123456789abcdef"
GATEWAY = "moroto"

T = TypeVar("T")


def channels(doubles: Doubles) -> dict[str, str]:
    """All four channels, as an operator configures them, with the doubles for the providers."""
    return {
        "MBIU_TWILIO_ACCOUNT_SID": doubles.twilio.account,
        "MBIU_TWILIO_AUTH_TOKEN": doubles.twilio.token,
        "MBIU_TWILIO_FROM": OUR_NUMBER,
        "MBIU_TWILIO_API_URL": doubles.url,
        "MBIU_AFRICASTALKING_USERNAME": doubles.africastalking.username,
        "MBIU_AFRICASTALKING_API_KEY": doubles.africastalking.api_key,
        "MBIU_AFRICASTALKING_API_URL": doubles.url,
        "MBIU_AFRICASTALKING_HOOK_SECRET": AFRICASTALKING_SECRET,
        "MBIU_TELEGRAM_TOKEN": doubles.telegram.token,
        "MBIU_TELEGRAM_API_URL": doubles.url,
        "MBIU_TELEGRAM_HOOK_SECRET": TELEGRAM_SECRET,
        "MBIU_GATEWAY_KEYS": f"{GATEWAY}:{doubles.gateway.key}",
        "MBIU_GATEWAY_URLS": f"{GATEWAY}={doubles.url}/gateway",
    }


def eventually(look: Callable[[], T], seconds: float = 30.0, what: str = "it") -> T:
    """The first true value of ``look``. Raises AssertionError when ``seconds`` are over."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.05)
    return found
