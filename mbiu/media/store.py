"""The media store: sealed files under random names, in a folder or in an S3-compatible bucket.

A name says nothing, and the seal ties a file to its row and column, so a file put in another's place
does not open. On disk a file is written through before the row that names it is committed.
"""

import datetime as dt
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import fsspec

from mbiu import vault
from mbiu.settings import settings

log = logging.getLogger(__name__)

Column = Literal["original", "clean"]
#: Files lie in folders by the first two letters of their names.
FOLDERS = tuple(f"{number:02x}" for number in range(256))
#: Seconds that a bucket may take to answer.
_PATIENCE = {"connect_timeout": 5, "read_timeout": 20, "retries": {"max_attempts": 1}}


class StoreAway(Exception):
    """The store did not answer, or not in a way that helps. ``reason`` names the fault, never a file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Missing(StoreAway):
    """There is no file of that name."""


def put(row: UUID, column: Column, content: bytes) -> str:
    """Seal ``content`` for one cell of a media row and keep it; its name. Raises StoreAway."""
    name, sealed = secrets.token_hex(20), vault.seal_bytes("media", column, row, content)
    with _answering() as (files, root):
        if _is_local(files):
            _write(Path(root) / name[:2] / name, sealed)
        else:
            files.pipe_file(_path(root, name), sealed)
    return name


def get(row: UUID, column: Column, name: str) -> bytes:
    """The opened content of one cell. Raises StoreAway, Missing, or vault.CannotOpen."""
    with _answering() as (files, root):
        sealed = files.cat_file(_path(root, name))
    return vault.unseal_bytes("media", column, row, sealed)


def discard(names: Iterable[str]) -> int:
    """Remove files, those that are gone already too; how many went. Raises StoreAway."""
    gone = 0
    for name in names:
        try:
            with _answering() as (files, root):
                files.rm_file(_path(root, name))
            gone += 1
        except Missing:
            log.info("media.gone_already")
    return gone


def older_than(moment: dt.datetime, folder: str) -> list[str]:
    """The names in one of FOLDERS that were last written before ``moment``. Raises StoreAway."""
    try:
        with _answering() as (files, root):
            found = files.ls(f"{root}/{folder}", detail=True)
    except Missing:
        return []
    return [one["name"].rpartition("/")[2] for one in found if _written(one) < moment]


def _written(entry: dict[str, Any]) -> dt.datetime:
    """When a file was written: stores name it in three ways."""
    at = entry.get("LastModified") or entry.get("mtime") or entry.get("created")
    return at if isinstance(at, dt.datetime) else dt.datetime.fromtimestamp(float(at or 0), dt.UTC)


def _path(root: str, name: str) -> str:
    return f"{root}/{name[:2]}/{name}"


def _is_local(files: Any) -> bool:
    return "file" in files.protocol


def _write(path: Path, content: bytes) -> None:
    """For this user alone, and on the disk before it returns."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    for folder in (path.parent, path.parent.parent):
        _settle(folder)


def _settle(folder: Path) -> None:
    """Make a new name in a folder outlast a power cut."""
    link = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(link)
    finally:
        os.close(link)


@contextmanager
def _answering() -> Iterator[tuple[Any, str]]:
    """The store's file system and root folder; whatever it raises comes out as StoreAway."""
    try:
        yield _place(settings().media_place)
    except FileNotFoundError:
        raise Missing("no such file") from None
    except Exception as error:  # noqa: BLE001 - each kind of store fails in ways of its own
        log.warning("media.store_away", extra={"why": type(error).__name__})
        raise StoreAway(type(error).__name__) from None


@lru_cache(maxsize=4)
def _place(url: str) -> tuple[Any, str]:
    options: dict[str, Any] = {"config_kwargs": _PATIENCE} if url.startswith("s3:") else {}
    files, root = fsspec.url_to_fs(url, use_listings_cache=False, **options)
    return files, root.rstrip("/")
