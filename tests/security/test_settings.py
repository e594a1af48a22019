"""Without good keys nothing starts."""

import base64
from typing import Any

import pytest
from pydantic import SecretStr

from mbiu.settings import BadSetting, Settings

GOOD = base64.b64encode(bytes((i * 37 + i * i) % 251 for i in range(32))).decode()
BAD = {
    "empty": "",
    "not base64": "secret!",
    "too short": base64.b64encode(b"0123456789abcdef").decode(),
    "too long": base64.b64encode(bytes(range(100, 148))).decode(),
    "zeros": base64.b64encode(bytes(32)).decode(),
    "one repeated byte": base64.b64encode(b"k" * 32).decode(),
    "a few repeated bytes": base64.b64encode(b"abcd" * 8).decode(),
    "counting up": base64.b64encode(bytes(range(32))).decode(),
    "counting down": base64.b64encode(bytes(range(32, 0, -1))).decode(),
}
KEYS = {
    "index_key": "blind_index_key",
    "audit_key": "audit_mac_key",
    "spool_key": "spool_cipher_key",
}


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]  # pydantic-settings' own


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize("name", KEYS)
def test_a_bad_key_is_refused_by_name_and_never_shown(name: str, bad: str) -> None:
    with pytest.raises(BadSetting, match=f"MBIU_{name.upper()}") as refusal:
        getattr(settings(**{name: SecretStr(bad)}), KEYS[name])
    assert not bad or bad not in str(refusal.value)


@pytest.mark.parametrize("bad", [f"k1:{bad}" for bad in BAD.values()] + ["", ",", GOOD], ids=str)
def test_a_bad_vault_key_is_refused(bad: str) -> None:
    with pytest.raises(BadSetting, match="MBIU_VAULT_KEYS"):
        _ = settings(vault_keys=SecretStr(bad)).vault_keyring


def test_good_keys_are_taken_the_current_first() -> None:
    ring = settings(vault_keys=SecretStr(f"k2:{GOOD}, k1:{GOOD}")).vault_keyring
    assert list(ring) == ["k2", "k1"]
    assert len(settings(index_key=SecretStr(GOOD)).blind_index_key) == 32


@pytest.mark.parametrize("pairs", ["moroto", "moroto:short", ":0123456789abcdef", "a:0123456789abcdef,b"])
def test_a_gateway_without_a_long_secret_is_refused(pairs: str) -> None:
    with pytest.raises(BadSetting, match="MBIU_GATEWAY_KEYS"):
        _ = settings(gateway_keys=SecretStr(pairs)).gateways


def test_no_secret_shows_when_settings_are_printed() -> None:
    shown = repr(settings(vault_keys=SecretStr(f"k1:{GOOD}"), telegram_token=SecretStr("123:token")))
    assert GOOD not in shown
    assert "123:token" not in shown


@pytest.mark.parametrize("url", ["mail.example.org", "https://mail.example.org", "smtp://", "smtp://a b"])
def test_a_mail_server_is_an_smtp_address(url: str) -> None:
    with pytest.raises(ValueError, match="want smtp://") as refusal:
        settings(smtp_url=SecretStr(url))
    assert "input_value" not in str(refusal.value)


@pytest.mark.parametrize("sender", ["centre", "Centre <centre>", "a@b", "a b@c.example"])
def test_a_sender_is_a_mail_address(sender: str) -> None:
    with pytest.raises(ValueError, match="want an address"):
        settings(mail_from=sender)


@pytest.mark.parametrize("rates", ["twilio", "twilio=0", "twilio=-1", "twilio=fast", "=1", "twilio=1e9"])
def test_a_rate_is_a_number_of_messages_a_second(rates: str) -> None:
    with pytest.raises(BadSetting, match="MBIU_SEND_RATES"):
        _ = settings(send_rates=rates).rates


def test_rates_hosts_and_networks_are_lists() -> None:
    ours = settings(send_rates="twilio=1, gateway:x=0.2", hook_hosts="a.example, b.example:8443")
    assert ours.rates == {"twilio": 1.0, "gateway:x": 0.2}
    assert ours.hook_hosts_listed == ["a.example", "b.example:8443"]
    with pytest.raises(BadSetting, match="MBIU_HOOK_NETWORKS"):
        _ = settings(hook_networks="the office").hook_networks_listed
