"""The keys and passwords of one installation, made once and kept in ``<home>/keys.json``."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from mbiu.settings import BadSetting

NAME = "keys.json"
_PROVIDER_SECRETS = (
    "mbiu_twilio_auth_token",
    "mbiu_africastalking_api_key",
    "mbiu_africastalking_hook_secret",
    "mbiu_telegram_token",
    "mbiu_telegram_hook_secret",
    "mbiu_heartbeat_url",
    "mbiu_gateway_keys",
    "mbiu_cap_key",
    "mbiu_smtp_url",
)


@dataclass(frozen=True, repr=False)
class Keys:
    """Vault, index, audit and spool keys as settings spell them; the rest are service passwords."""

    vault_keys: str
    index_key: str
    audit_key: str
    spool_key: str
    superuser_password: str
    owner_password: str
    app_password: str
    broker_password: str

    def as_environment(self) -> dict[str, str]:
        """The settings that carry these keys, by name."""
        names = ("vault_keys", "index_key", "audit_key", "spool_key")
        return {f"MBIU_{name.upper()}": str(getattr(self, name)) for name in names}


def fresh() -> Keys:
    """A new random set."""
    return Keys(
        vault_keys=f"k1:{_key()}",
        index_key=_key(),
        audit_key=_key(),
        spool_key=_key(),
        superuser_password=secrets.token_urlsafe(24),
        owner_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
        broker_password=secrets.token_urlsafe(24),
    )


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def keep(home: Path) -> Keys:
    """The installation's keys, made on first use. Raises BadSetting for a file that cannot be read.

    A damaged file is never replaced: the data it opens would be lost with it.
    """
    path = home / NAME
    if not path.exists():
        write_private(path, json.dumps(asdict(fresh()), indent=1) + "\n")
    try:
        found = json.loads(path.read_text())
        return Keys(**{field.name: str(found[field.name]) for field in fields(Keys)})
    except (ValueError, KeyError, TypeError):
        raise BadSetting(f"{path} is damaged: put back a copy of it, or its data stay closed") from None


def write_private(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file only its owner can read: whole or not at all, also if the power fails."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    os.fchmod(handle, mode)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    draft.replace(path)


def write_secrets(folder: Path) -> list[str]:
    """Make the files that docker-compose.yml hands over as secrets, where they are missing; their names.

    Those of providers are made empty, to be filled in by the operator.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = fresh()
    secrets_by_name = {
        "postgres_password": made.superuser_password,
        "owner_password": made.owner_password,
        "app_password": made.app_password,
        "broker_password": made.broker_password,
    }
    for name in secrets_by_name:
        if (folder / name).exists():
            secrets_by_name[name] = (folder / name).read_text().strip()
    owner, app, broker = (secrets_by_name[f"{who}_password"] for who in ("owner", "app", "broker"))
    secrets_by_name |= {
        "mbiu_database_owner_url": f"postgresql://mbiu_owner:{owner}@postgres/mbiu",
        "mbiu_database_url": f"postgresql://mbiu_app:{app}@postgres/mbiu",
        "mbiu_redis_url": f"redis://:{broker}@valkey:6379/0",
        **{name.lower(): value for name, value in made.as_environment().items()},
        **dict.fromkeys(_PROVIDER_SECRETS, ""),
    }
    missing = [name for name in secrets_by_name if not (folder / name).exists()]
    for name in missing:
        # Containers read them under numbers of their own; on this machine the folder keeps others out.
        write_private(folder / name, secrets_by_name[name], mode=0o644)
    return missing
