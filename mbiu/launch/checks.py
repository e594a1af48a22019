"""What can be found wrong before anything starts, each as one line."""

import psycopg
import redis

from mbiu.db import driver_url
from mbiu.launch.home import is_free
from mbiu.settings import BadSetting, Settings

_SECONDS = 5


def check(settings: Settings) -> None:
    """Ports, keys, gateways and given services. Raises BadSetting for the first that will not do."""
    _check_ports(settings)
    _check_keys(settings)
    _check_lists(settings)
    _check_database("MBIU_DATABASE_URL", settings.database_url.get_secret_value())
    _check_database("MBIU_DATABASE_OWNER_URL", settings.database_owner_url.get_secret_value())
    _check_broker(settings.redis_url.get_secret_value())


def _check_ports(settings: Settings) -> None:
    console, hooks = settings.console_port, settings.hooks_port
    if console == hooks:
        raise BadSetting(f"MBIU_CONSOLE_PORT and MBIU_HOOKS_PORT are both {console}")
    for name, number in (("MBIU_CONSOLE_PORT", console), ("MBIU_HOOKS_PORT", hooks)):
        if not is_free(number, settings.host):
            raise BadSetting(f"port {number} is taken: set {name} to another")


def _check_keys(settings: Settings) -> None:
    """Those given are read once, so that a wrong one shows now; those not given are made later."""
    derived = {
        "vault_keys": "vault_keyring",
        "index_key": "blind_index_key",
        "audit_key": "audit_mac_key",
        "spool_key": "spool_cipher_key",
        "cap_key": "cap_signing_key",
        "gateway_keys": "gateways",
    }
    for name, reading in derived.items():
        if getattr(settings, name).get_secret_value():
            getattr(settings, reading)


def _check_lists(settings: Settings) -> None:
    """Those that are taken apart at their first use, which would be a message on its way."""
    for reading in ("gateway_addresses", "africastalking_networks", "hook_networks_listed", "rates"):
        getattr(settings, reading)


def _check_database(name: str, url: str) -> None:
    if not url:
        return
    driver_url(url)
    try:
        psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=_SECONDS).close()
    except psycopg.Error as error:
        raise BadSetting(f"{name}: {_reason(error)}") from None


def _reason(error: psycopg.Error) -> str:
    """Its last line, which says why; the lines before name addresses that were tried."""
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__


def _check_broker(url: str) -> None:
    if not url:
        return
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS) as client:
            client.ping()
    except ValueError:
        raise BadSetting("MBIU_REDIS_URL: not an address; want redis://:password@host:6379/0") from None
    except redis.RedisError as error:
        raise BadSetting(f"MBIU_REDIS_URL: {type(error).__name__}: {error}") from None
