"""The keys and passwords of one installation, made once and kept in ``<home>/keys.json``."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from mbiu.settings import BadSetting

NAME = "keys.json"


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


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read: whole or not at all, also if the power fails."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    draft.replace(path)
