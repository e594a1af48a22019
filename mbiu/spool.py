"""The way round a database that is away: each arrival is one sealed file, taken in later in order.

A file is written under another name, synced, renamed, and its folder synced, before anybody is
told that the message is safe. It goes only after the commit. A repeat is harmless, because the
provider's id makes it one.
"""

import fcntl
import itertools
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text

from mbiu import vault
from mbiu.arrivals import Arrival, take_late
from mbiu.db import is_away, transaction
from mbiu.settings import settings

log = logging.getLogger(__name__)

#: Seconds between looks at the folder: while something waits there, and otherwise.
BUSY, IDLE = 1.0, 3.0
#: Files taken in before the lock is given back.
BATCH = 500
_STALE = 3600.0
_KEY_ID = "spool"


@dataclass(frozen=True)
class Kept:
    """What a file holds. ``inline`` says that the reply was meant to go with the answer to the provider."""

    arrival: Arrival
    inline: bool = False


_FORM: TypeAdapter[Kept] = TypeAdapter(Kept)
_counter = itertools.count()
_naming = threading.Lock()
_latest = 0
_again: dict[str, tuple[int, float]] = {}


def put(arrival: Arrival, *, inline: bool = False) -> str:
    """Keep ``arrival`` safe on disk and return the file's name. Raises OSError if that cannot be done."""
    folder, name = _folder(), _next_name()
    plain = _FORM.dump_json(Kept(arrival, inline))
    sealed = vault.seal_with(_KEY_ID, settings().spool_cipher_key, plain, name)
    passing = folder / f".{name}"
    try:
        _write(passing, sealed)
        passing.rename(folder / name)
        _sync(folder)
    except OSError:
        passing.unlink(missing_ok=True)
        raise
    return name


def waiting() -> list[str]:
    """The names of the files that wait, in the order in which they came."""
    try:
        with os.scandir(settings().spool_dir) as found:
            return sorted(
                entry.name for entry in found if entry.name.endswith(".msg") and entry.name[0] != "."
            )
    except FileNotFoundError:
        return []


def is_writable() -> bool:
    """Whether a message could be kept now."""
    try:
        return os.access(_folder(), os.W_OK | os.X_OK)
    except OSError:
        return False


def take_in() -> int:
    """Take in what waits, in order, unless another process is at it; how many were taken in.

    What cannot be opened is moved aside; what fails otherwise stays and does not hold up the rest.
    Raises what `is_away` knows when the database does not answer.
    """
    if not waiting():
        return 0
    with _alone() as free:
        return sum(_take(name) for name in waiting()[:BATCH]) if free else 0


def _take(name: str) -> bool:
    path = settings().spool_dir / name
    if time.monotonic() < _again.get(name, (0, 0.0))[1]:
        return False
    kept = _open(path)
    if kept is None:
        return False
    try:
        with transaction() as session:
            take_late(session, kept.arrival, inline=kept.inline)
    except Exception as error:
        if is_away(error):
            raise
        log.exception("spool.stays", extra={"file": name})
        _later(name)
        return False
    path.unlink(missing_ok=True)
    _again.pop(name, None)
    return True


def _later(name: str) -> None:
    """What failed for a reason of its own is tried again after 1, 2, 4 … seconds, at most 5 minutes."""
    tries = _again.get(name, (0, 0.0))[0] + 1
    _again[name] = (tries, time.monotonic() + min(2.0 ** (tries - 1), 300.0))


def _open(path: Path) -> Kept | None:
    ring = {_KEY_ID: settings().spool_cipher_key}
    try:
        return _FORM.validate_json(vault.open_with(ring, path.read_bytes(), path.name))
    except FileNotFoundError:
        return None
    except (vault.CannotOpen, ValidationError, OSError) as error:
        log.error("spool.bad", extra={"file": path.name, "why": type(error).__name__})  # noqa: TRY400
        _move_aside(path)
        return None


def _move_aside(path: Path) -> None:
    aside = path.parent / "bad"
    with suppress(OSError):
        aside.mkdir(mode=0o700, exist_ok=True)
        path.rename(aside / path.name)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this process is the only one that takes files in, for as long as the block lasts."""
    handle = os.open(_folder() / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _sweep()
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _sweep() -> None:
    """Remove what a crash left half written: nobody was told that it is safe."""
    for path in settings().spool_dir.glob(".*.msg"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE:
                path.unlink()


def _folder() -> Path:
    folder = settings().spool_dir
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(folder.parent)
    return folder


def _next_name() -> str:
    """Names sort by time, and within a process never backwards, even if the clock is set back."""
    global _latest  # noqa: PLW0603
    with _naming:
        _latest = max(_latest + 1, time.time_ns())
        return f"{_latest:016x}-{os.getpid():08x}-{next(_counter) & 0xFFFFFFFF:08x}.msg"


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Link:
    """What this process believes of the database, so that not every sender finds out by waiting.

    After a failure arrivals go straight to the spool for ``PAUSE`` seconds, and for as long as the
    background thread, which keeps asking, gets no answer.
    """

    PAUSE = 1.0
    _PROBE = 12.0

    def __init__(self) -> None:
        self._shut_until = 0.0
        self._wake = threading.Event()
        self._starting = threading.Lock()
        self._thread: tuple[int, threading.Thread] | None = None
        self._ending = threading.Event()

    @property
    def is_shut(self) -> bool:
        return time.monotonic() < self._shut_until

    def failed(self) -> None:
        """The database did not answer just now."""
        self._shut_until = time.monotonic() + self.PAUSE
        self._wake.set()

    def start(self) -> None:
        """Have a thread take the spool in. A forked process gets its own: threads do not survive a fork."""
        if self._thread and self._thread[0] == os.getpid() and self._thread[1].is_alive():
            return
        with self._starting:
            if self._thread is None or self._thread[0] != os.getpid() or not self._thread[1].is_alive():
                thread = threading.Thread(target=self._run, name="spool", daemon=True)
                self._thread = (os.getpid(), thread)
                thread.start()

    def stop(self) -> None:
        """End the thread, in a process that goes on without hooks; waits for a look that is under way."""
        with self._starting:
            if self._thread and self._thread[0] == os.getpid():
                self._ending.set()
                self._wake.set()
                self._thread[1].join()
                self._ending.clear()
            self._thread = None

    def wake(self) -> None:
        """Something was kept: look soon."""
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait(BUSY if self.is_shut or waiting() else IDLE)
            if self._wake.is_set():
                self._wake.clear()
                time.sleep(0.2)
            if self._ending.is_set():
                return
            try:
                self._once()
            except Exception:
                log.exception("spool.failed")
                time.sleep(BUSY)

    def _once(self) -> None:
        """One look. While it waits for a database that is away, senders are not made to wait as well."""
        was_shut = self.is_shut
        if not (was_shut or waiting()):
            return
        if was_shut:
            self._shut_until = time.monotonic() + self._PROBE
        try:
            _ask()
            self._shut_until = 0.0
            taken = take_in()
        except Exception as error:
            if not is_away(error):
                raise
            self._shut_until = time.monotonic() + BUSY + self.PAUSE
            return
        if taken:
            log.info("spool.taken", extra={"count": taken})


def _ask() -> None:
    with transaction() as session:
        session.execute(text("SELECT 1"))


link = Link()
