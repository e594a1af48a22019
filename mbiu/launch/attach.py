"""Commands typed beside a running `mbiu run` work on its database, its broker and its keys."""

import fcntl
import json
import os
from pathlib import Path

from mbiu.launch.home import PORTS
from mbiu.launch.keys import NAME, Keys, keep
from mbiu.launch.postgres import APP, Postgres
from mbiu.launch.valkey import Valkey
from mbiu.settings import BadSetting, load


def attach() -> None:
    """Put what the installation in MBIU_HOME_DIR keeps into this process's environment.

    Nothing happens where a database was given or where there is no installation. Raises BadSetting
    for one that does not run now. The owner's address stays out: only `mbiu run` migrates its own.
    """
    given = load()
    home = given.home_dir.expanduser().absolute()
    if given.database_url.get_secret_value() or not (home / NAME).exists():
        return
    if not _is_running(home):
        raise BadSetting(f"nothing runs in {home}: start it with `make run`, then repeat this command")
    for name, value in _kept(home, keep(home)).items():
        if not getattr(given, name.removeprefix("MBIU_").lower()).get_secret_value():
            os.environ[name] = value


def _is_running(home: Path) -> bool:
    """Whether a run holds the folder's lock."""
    try:
        handle = os.open(home / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _kept(home: Path, keys: Keys) -> dict[str, str]:
    """The settings that the run gives its own programs."""
    try:
        ports = {str(name): int(number) for name, number in json.loads((home / PORTS).read_text()).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        ports = {}
    found = keys.as_environment()
    if "postgres" in ports:
        found["MBIU_DATABASE_URL"] = Postgres(home, keys, ports["postgres"]).url(APP)
    if "valkey" in ports:
        found["MBIU_REDIS_URL"] = Valkey(home, keys, ports["valkey"]).url
    return found
