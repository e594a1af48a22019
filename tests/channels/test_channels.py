"""Which channels an installation may send by, and when their libraries are loaded."""

import subprocess
import sys

import pytest

from mbiu import channels
from mbiu.channels.simulator import Simulator
from mbiu.codes import AddressKind, DeliveryState
from mbiu.messages import Channel, ChannelError, OutgoingMessage
from mbiu.settings import BadSetting, Settings
from tests.doubles import Doubles

FULL = {
    "twilio_account_sid": "AC1",
    "twilio_auth_token": "token",
    "twilio_from": "+254700000000",
    "africastalking_username": "sandbox",
    "africastalking_api_key": "key",
    "telegram_token": "1:token",
    "gateway_keys": "moroto:a-secret-of-some-length,kotido:another-secret-of-length",
    "gateway_urls": "moroto=http://192.0.2.7:8080/send",
}
HELLO = OutgoingMessage("+254712345678", "Habari")


def settings(**values: object) -> Settings:
    """Settings of their own, whatever the environment says."""
    return Settings(_env_file=None, **{"channels": "", "demo": False} | values)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def forget() -> None:
    channels.close()


def test_a_bare_installation_sends_nothing() -> None:
    assert channels.enabled(settings()) == []


def test_what_is_configured_is_enabled() -> None:
    names = ["twilio", "africastalking", "telegram", "gateway:moroto"]
    assert channels.enabled(settings(**FULL)) == names


def test_the_simulator_is_there_in_a_demonstration_only() -> None:
    assert channels.enabled(settings(demo=True)) == ["simulator"]


def test_the_setting_chooses() -> None:
    chosen = settings(**FULL, channels=" telegram, gateway:moroto ")
    assert channels.enabled(chosen) == ["telegram", "gateway:moroto"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("twilio", AddressKind.SMS),
        ("africastalking", AddressKind.SMS),
        ("telegram", AddressKind.TELEGRAM),
        ("gateway:moroto", AddressKind.SMS),
    ],
)
def test_each_channel_is_made_once(name: str, kind: AddressKind) -> None:
    chosen = settings(**FULL)
    channel: Channel = channels.outgoing(name, chosen)
    assert (channel.name, channel.kind) == (name, kind)
    assert channels.outgoing(name, chosen) is channel


def test_other_settings_make_another_channel() -> None:
    assert channels.outgoing("twilio", settings(**FULL)) is not channels.outgoing("twilio", settings(**FULL))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("twilio", {}),
        ("twilio", {"channels": "twilio"}),
        ("twilio", FULL | {"channels": "telegram"}),
        ("twilio", FULL | {"twilio_from": ""}),
        ("telegram", {"channels": "telegram"}),
        ("africastalking", {"channels": "africastalking"}),
        ("gateway:kotido", FULL),
        ("gateway:kotido", FULL | {"channels": "gateway:kotido"}),
        ("gateway:nowhere", FULL | {"channels": "gateway:nowhere"}),
        ("simulator", {}),
        ("pigeon", FULL | {"channels": "pigeon"}),
        ("", FULL),
    ],
)
def test_a_channel_that_is_not_configured_refuses(name: str, values: dict[str, str]) -> None:
    with pytest.raises(ChannelError) as refused:
        channels.outgoing(name, settings(**values))
    assert (refused.value.reason, refused.value.permanent) == ("not_configured", True)


def test_the_simulator_delivers_at_once() -> None:
    channel = channels.outgoing("simulator", settings(demo=True))
    first, second = channel.send(HELLO), channel.send(HELLO)
    assert first.state == DeliveryState.DELIVERED
    assert first.provider_id != second.provider_id
    assert Simulator(AddressKind.TELEGRAM).kind == AddressKind.TELEGRAM


@pytest.mark.parametrize("urls", ["moroto", "=http://x", "moroto=ftp://x", "moroto=http://x,kotido"])
def test_a_bad_gateway_address_is_one_clear_line(urls: str) -> None:
    with pytest.raises(BadSetting, match="MBIU_GATEWAY_URLS"):
        channels.enabled(settings(gateway_urls=urls))


def test_twilio_is_told_where_to_report(doubles: Doubles) -> None:
    double = doubles.twilio
    double.progress = ()
    known = {
        "twilio_account_sid": double.account,
        "twilio_auth_token": f"{double.token},the-next-token",
        "twilio_from": "+254700000000",
        "twilio_api_url": doubles.url + "/",
        "public_url": "https://hooks.example.org/",
    }
    channels.outgoing("twilio", settings(**known)).send(HELLO)
    assert double.sent[0].status_callback == "https://hooks.example.org/hooks/twilio/status"


def test_the_settings_reach_every_channel(doubles: Doubles) -> None:
    doubles.telegram.know(5)
    known = {
        "africastalking_username": doubles.africastalking.username,
        "africastalking_api_key": doubles.africastalking.api_key,
        "africastalking_api_url": doubles.url,
        "telegram_token": doubles.telegram.token,
        "telegram_api_url": doubles.url,
        "gateway_keys": f"moroto:{doubles.gateway.key}",
        "gateway_urls": f"moroto={doubles.url}/gateway",
    }
    chosen = settings(**known)
    for name in ("africastalking", "gateway:moroto"):
        channels.outgoing(name, chosen).send(HELLO)
    channels.outgoing("telegram", chosen).send(OutgoingMessage("5", "Habari"))
    assert doubles.africastalking.texts(HELLO.to) == doubles.telegram.texts(5) == ["Habari"]
    assert len(doubles.gateway.sent) == 1


@pytest.mark.parametrize(
    "module",
    ["mbiu.channels", "mbiu.channels.twilio", "mbiu.channels.africastalking", "mbiu.channels.gateway"],
)
def test_the_heavy_libraries_wait_until_they_are_needed(module: str) -> None:
    code = f"import sys, {module}; print(sorted({{'twilio', 'telegram', 'requests'}} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
