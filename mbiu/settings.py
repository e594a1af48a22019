"""Every setting, read once from the environment, `.env` and secret files.

A secret may also stand in a file: `/run/secrets/mbiu_<name>` (Docker and Podman put it there), so
that it shows neither in `docker inspect` nor in a process list.
"""

import base64
import binascii
import re
from email.utils import parseaddr
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS_DIR = Path("/run/secrets")


class BadSetting(Exception):
    """A setting is missing or wrong; the message is one line for the operator."""


class Settings(BaseSettings):
    """The installation's settings; each is `MBIU_` and the upper-case name."""

    model_config = SettingsConfigDict(
        env_prefix="MBIU_",
        env_file=".env",
        extra="ignore",
        secrets_dir=SECRETS_DIR if SECRETS_DIR.is_dir() else None,
        hide_input_in_errors=True,
    )

    home_dir: Path = Path(".mbiu")
    host: str = "127.0.0.1"
    console_port: int = Field(8000, ge=1, le=65535)
    hooks_port: int = Field(8001, ge=1, le=65535)
    database_url: SecretStr = SecretStr("")
    database_owner_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")
    public_url: str = ""
    console_url: str = ""
    channels: str = ""
    tables_dir: str = ""
    media_url: str = ""
    default_country: str = Field("UG", pattern=r"^[A-Z]{2}$")
    demo: bool = False
    training: bool = False
    log_format: Literal["plain", "json"] = "plain"
    workers: int = Field(2, ge=1, le=64)
    sweep_seconds: float = Field(30.0, ge=0.5, le=300)
    lease_seconds: float = Field(60.0, ge=1, le=600)
    learn_from: int = Field(200, ge=100, le=100_000)

    vault_keys: SecretStr = SecretStr("")
    index_key: SecretStr = SecretStr("")
    audit_key: SecretStr = SecretStr("")
    spool_key: SecretStr = SecretStr("")
    cap_key: SecretStr = SecretStr("")
    cap_sender: str = Field("", pattern=r"^[^\s,<&]*$")

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_from: str = ""
    twilio_api_url: str = ""

    africastalking_username: str = ""
    africastalking_api_key: SecretStr = SecretStr("")
    africastalking_from: str = ""
    africastalking_api_url: str = ""
    africastalking_hook_secret: SecretStr = SecretStr("")
    africastalking_addresses: str = ""

    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = ""
    telegram_hook_secret: SecretStr = SecretStr("")

    gateway_keys: SecretStr = SecretStr("")
    gateway_urls: str = ""
    send_rates: str = ""

    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    heartbeat_url: SecretStr = SecretStr("")
    hook_hosts: str = ""
    hook_networks: str = ""

    @field_validator(
        "public_url",
        "console_url",
        "twilio_api_url",
        "africastalking_api_url",
        "telegram_api_url",
    )
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"(smtps?://\S+)?", value.get_secret_value()):
            raise ValueError("want smtp://user:password@host:587 or smtps://user:password@host:465")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", parseaddr(value)[1]):
            raise ValueError("want an address such as centre@example.org, or Name <centre@example.org>")
        return value

    @cached_property
    def hooks_base_url(self) -> str:
        """The address providers know for the hooks; signatures are computed over it."""
        return self.public_url or f"http://{self.host}:{self.hooks_port}"

    @cached_property
    def africastalking_networks(self) -> list[IPv4Network | IPv6Network]:
        """The addresses and networks Africa's Talking may call from; empty: any."""
        written = _listed(self.africastalking_addresses)
        return _networks("MBIU_AFRICASTALKING_ADDRESSES", written)

    @cached_property
    def hook_hosts_listed(self) -> list[str]:
        """The hosts that hooks may call, with a port where it is not 443."""
        return _listed(self.hook_hosts)

    @cached_property
    def hook_networks_listed(self) -> list[IPv4Network | IPv6Network]:
        """Networks that are not public and in which hooks may be called all the same."""
        return _networks("MBIU_HOOK_NETWORKS", _listed(self.hook_networks))

    @cached_property
    def rates(self) -> dict[str, float]:
        """How many messages a second a channel takes, by name, from ``name=number,name=number``."""
        found = {}
        for pair in _listed(self.send_rates):
            name, _, rate = pair.partition("=")
            if not name or not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", rate) or not float(rate):
                raise BadSetting("MBIU_SEND_RATES: want name=messages a second, such as twilio=1")
            found[name] = float(rate)
        return found

    @cached_property
    def gateways(self) -> dict[str, bytes]:
        """Signing keys of the generic gateways by name, from ``name:secret,name:secret``."""
        pairs = [p for p in self.gateway_keys.get_secret_value().split(",") if p.strip()]
        found = {}
        for pair in pairs:
            name, colon, secret = pair.strip().partition(":")
            if not colon or not name or len(secret) < 16:
                raise BadSetting(
                    "MBIU_GATEWAY_KEYS: want name:secret pairs with a secret of 16 or more characters"
                )
            found[name] = secret.encode()
        return found

    @cached_property
    def gateway_addresses(self) -> dict[str, str]:
        """Where gateways take outgoing messages, by name, from ``name=url,name=url``."""
        found = {}
        for pair in filter(None, (p.strip() for p in self.gateway_urls.split(","))):
            name, _, url = pair.partition("=")
            if not name or not url.startswith(("https://", "http://")):
                raise BadSetting("MBIU_GATEWAY_URLS: want name=url pairs with http or https addresses")
            found[name] = url
        return found

    @cached_property
    def vault_keyring(self) -> dict[str, bytes]:
        """AES-256 keys by id, the current one first, from ``id:base64,id:base64``."""
        ring = {}
        for pair in self.vault_keys.get_secret_value().split(","):
            key_id, _, value = pair.strip().partition(":")
            if key_id:
                ring[key_id] = _key(f"MBIU_VAULT_KEYS ({key_id})", value)
        if not ring:
            raise BadSetting("MBIU_VAULT_KEYS is empty: without a key nothing can be kept; see .env.example")
        return ring

    @cached_property
    def blind_index_key(self) -> bytes:
        return _key("MBIU_INDEX_KEY", self.index_key.get_secret_value())

    @cached_property
    def audit_mac_key(self) -> bytes:
        return _key("MBIU_AUDIT_KEY", self.audit_key.get_secret_value())

    @cached_property
    def spool_cipher_key(self) -> bytes:
        return _key("MBIU_SPOOL_KEY", self.spool_key.get_secret_value())

    @cached_property
    def cap_signing_key(self) -> bytes:
        """What the key that signs CAP messages is made from: its own setting, else the audit key."""
        if text := self.cap_key.get_secret_value():
            return _key("MBIU_CAP_KEY", text)
        return self.audit_mac_key

    @property
    def cap_sender_name(self) -> str:
        """Who sends CAP messages, for all the world: its own setting, else made from the hooks' address."""
        return self.cap_sender or f"alerts@{urlsplit(self.hooks_base_url).hostname}"

    @property
    def spool_dir(self) -> Path:
        return self.home_dir / "spool"

    @property
    def media_place(self) -> str:
        """The address of the media store, as fsspec writes it."""
        return self.media_url.rstrip("/") or f"file://{self.home_dir.absolute() / 'media'}"

    @property
    def tables(self) -> Path:
        """Where the centre's own word lists and rules lie; the folder need not exist."""
        return Path(self.tables_dir) if self.tables_dir else self.home_dir / "tables"


def _listed(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]


def _networks(name: str, written: list[str]) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(one, strict=False) for one in written]
    except ValueError:
        raise BadSetting(f"{name}: want addresses or networks such as 192.0.2.0/24") from None


def _key(name: str, value: str) -> bytes:
    """32 bytes from base64. Raises BadSetting for anything else, and for a key that repeats or counts."""
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise BadSetting(f"{name}: want 32 bytes in base64; `mbiu keys` makes a set")
    steps = {(b - a) % 256 for a, b in pairwise(key)}
    if len(set(key)) < 8 or len(steps) < 4:
        raise BadSetting(f"{name}: this is a test pattern, not a key; `mbiu keys` makes a set")
    return key


def load() -> Settings:
    """Read the settings afresh. Raises BadSetting with one line that names setting and fault."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "MBIU_" + "_".join(str(part) for part in first["loc"]).upper()
        raise BadSetting(f"{name}: {first['msg']}") from None


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return load()
