"""The providers' stand-ins, fresh for each test."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from mbiu import channels
from mbiu.channels.africastalking import AfricasTalking
from mbiu.channels.gateway import Gateway
from mbiu.channels.telegram import Telegram
from mbiu.channels.twilio import Twilio
from tests.doubles import Doubles

# The machine is shared: how long one example takes says nothing about the code.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")

OWN_NUMBER = "+254700000000"


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    with Doubles() as running:
        yield running
    channels.close()


@pytest.fixture
def twilio(doubles: Doubles) -> Iterator[Twilio]:
    double = doubles.twilio
    double.progress = ()
    channel = Twilio(
        double.account, double.token, OWN_NUMBER, api_url=doubles.url, status_url=doubles.url + "/nobody"
    )
    yield channel
    channel.close()


@pytest.fixture
def africastalking(doubles: Doubles) -> Iterator[AfricasTalking]:
    double = doubles.africastalking
    channel = AfricasTalking(double.username, double.api_key, "22395", api_url=doubles.url)
    yield channel
    channel.close()


@pytest.fixture
def gateway(doubles: Doubles) -> Iterator[Gateway]:
    channel = Gateway("moroto", doubles.gateway.key.encode(), doubles.url + "/gateway")
    yield channel
    channel.close()


@pytest.fixture
def telegram(doubles: Doubles) -> Iterator[Telegram]:
    channel = Telegram(doubles.telegram.token, api_url=doubles.url)
    yield channel
    channel.close()
