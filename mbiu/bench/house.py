"""A whole installation for one measurement, in a temporary folder, gone afterwards."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mbiu.launch import home, keys
from mbiu.launch.postgres import APP, OWNER, Postgres
from mbiu.launch.process import Child, stop_all
from mbiu.launch.valkey import Valkey


@dataclass
class House:
    """Database and broker that answer, and the environment that points at them."""

    folder: Path
    env: dict[str, str]
    children: list[Child]

    def start(self, child: Child) -> Child:
        child.start(_quiet)
        self.children.append(child)
        return child

    def end(self, child: Child) -> None:
        stop_all([child])
        self.children.remove(child)


@contextmanager
def house() -> Iterator[House]:
    """Start the services, migrate, load the places; stop and delete everything at the end."""
    folder = Path(tempfile.mkdtemp(prefix="mbiu-bench-"))
    own = keys.fresh()
    database = Postgres(folder, own, home.free_port())
    broker = Valkey(folder, own, home.free_port())
    made = House(folder, _environment(folder, own, database, broker), [])
    try:
        database.start(_begin)
        database.prepare()
        broker.start(_begin)
        for words in (["migrate"], ["gazetteer", "load"]):
            subprocess.run(
                [sys.executable, "-m", "mbiu", *words], env=made.env, check=True, stdout=subprocess.DEVNULL
            )
        os.environ.update({name: value for name, value in made.env.items() if name.startswith("MBIU_")})
        yield made
    finally:
        stop_all(list(reversed(made.children)))
        broker.stop()
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(database.data.parent, ignore_errors=True)


def _environment(folder: Path, own: keys.Keys, database: Postgres, broker: Valkey) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MBIU_")}
    return {
        **plain,
        **own.as_environment(),
        "MBIU_HOME_DIR": str(folder),
        "MBIU_DATABASE_URL": f"postgresql://{APP}:{own.app_password}@127.0.0.1:{database.port}/mbiu",
        "MBIU_DATABASE_OWNER_URL": f"postgresql://{OWNER}:{own.owner_password}@127.0.0.1:{database.port}/mbiu",
        "MBIU_REDIS_URL": broker.url,
        "MBIU_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "MBIU_TWILIO_AUTH_TOKEN": "a-token-for-measuring-only-0001",
        "MBIU_TWILIO_FROM": "+256200000000",
        "MBIU_CHANNELS": "simulator",
    }


def _quiet(_name: str, _line: str) -> None:
    return


def _begin(child: Child) -> None:
    child.start(_quiet)
