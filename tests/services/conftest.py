"""Every test of a service has an installation of its own; some have the providers' stand-ins too."""

from collections.abc import Callable, Iterator

import pytest

from mbiu import channels, db
from mbiu.settings import Settings
from mbiu.settings import settings as read_settings
from tests.doubles import Doubles


@pytest.fixture(autouse=True)
def installation(settings: Settings) -> Settings:
    """The engine is made before any test starts threads: each of them might make one of its own."""
    db.engine()
    return settings


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    with Doubles() as running:
        running.twilio.progress = ()
        yield running
    channels.close()


@pytest.fixture
def providers(doubles: Doubles, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Doubles:
    """The installation's settings name the stand-ins as Twilio, Africa's Talking and Telegram."""
    for name, value in _addresses(doubles).items():
        monkeypatch.setenv(name, value)
    read_settings.cache_clear()
    return doubles


def _addresses(doubles: Doubles) -> dict[str, str]:
    return {
        "MBIU_TWILIO_ACCOUNT_SID": doubles.twilio.account,
        "MBIU_TWILIO_AUTH_TOKEN": doubles.twilio.token,
        "MBIU_TWILIO_FROM": "+256700000000",
        "MBIU_TWILIO_API_URL": doubles.url,
        "MBIU_AFRICASTALKING_USERNAME": doubles.africastalking.username,
        "MBIU_AFRICASTALKING_API_KEY": doubles.africastalking.api_key,
        "MBIU_AFRICASTALKING_API_URL": doubles.url,
        "MBIU_TELEGRAM_TOKEN": doubles.telegram.token,
        "MBIU_TELEGRAM_API_URL": doubles.url,
    }


Configure = Callable[..., Settings]


@pytest.fixture
def configure(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Changes settings of this process, by their names without the prefix."""

    def change(**values: str) -> Settings:
        for name, value in values.items():
            monkeypatch.setenv(f"MBIU_{name.upper()}", value)
        read_settings.cache_clear()
        return read_settings()

    return change
