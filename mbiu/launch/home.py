"""The folder of one installation: its lock, and the ports its services once chose."""

import fcntl
import json
import os
import socket
from pathlib import Path

from mbiu.launch.keys import write_private
from mbiu.settings import BadSetting

PORTS = "ports.json"


def open_home(folder: Path) -> Path:
    """The folder, absolute, made private if it is new. Raises BadSetting if it cannot be written."""
    home = folder.expanduser().absolute()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / f".probe.{os.getpid()}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise BadSetting(f"MBIU_HOME_DIR: cannot write to {home} ({error.strerror})") from None
    return home


def lock(home: Path) -> int:
    """Hold the folder for this process, until it ends. Raises BadSetting if another one does."""
    handle = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise BadSetting(f"another `mbiu run` uses {home}; stop it, or set MBIU_HOME_DIR") from None
    return handle


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now. Raises BadSetting for a host that is not here."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise BadSetting(f"MBIU_HOST: no such address: {host}") from None
    except PermissionError:
        raise BadSetting(f"port {port} is only for root; choose one above 1023") from None
    except OSError:
        return False
    return True


def port(home: Path, service: str) -> int:
    """The loopback port ``service`` used last time if it is free, else a free one, remembered."""
    path = home / PORTS
    known = _known(path)
    if service in known and is_free(known[service]):
        return known[service]
    chosen = free_port()
    write_private(path, json.dumps(known | {service: chosen}) + "\n")
    return chosen


def _known(path: Path) -> dict[str, int]:
    try:
        return {str(name): int(number) for name, number in json.loads(path.read_text()).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
