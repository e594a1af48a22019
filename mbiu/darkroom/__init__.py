"""Files from outside, opened in a process of their own and made anew for the screen."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from mbiu.darkroom.content import kind_of

#: Seconds of work on one file, those it may take while others go first, and bytes of memory for it.
SECONDS = 60
PATIENCE = 180
MEMORY = 1536 * 1024 * 1024
#: Bytes of a remade file that are taken at all.
MAX_BYTES = 20 * 1024 * 1024
#: What a remade file may be.
SHOWN = frozenset({"image/jpeg", "image/png", "audio/webm", "video/webm"})


class NotShown(Exception):
    """A file that could not be made anew. ``reason`` is for analysts, in a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Made:
    """A file made anew, and what it is."""

    content: bytes
    content_type: str


def develop(data: bytes) -> Made:
    """A clean copy of a picture or recording, as anybody at the centre may see or hear it.

    Raises NotShown for everything else, and for what a decoder refuses, or dies of.
    """
    if not data:
        raise NotShown("an empty file")
    if not kind_of(data).way:
        raise NotShown("not a kind of file that is shown")
    head, newline, content = _work(data).partition(b"\n")
    if not newline or len(content) > MAX_BYTES:
        raise NotShown("too costly to open")
    try:
        answer = json.loads(head)
        content_type = answer.get("content_type")
        reason = answer.get("reason")
    except (ValueError, AttributeError, RecursionError):
        raise NotShown("too costly to open") from None
    if content_type not in SHOWN:
        raise NotShown(str(reason)[:100])
    return Made(content, content_type)


def _work(data: bytes) -> bytes:
    """What the child answers; nothing, or half of it, if it died or was ended."""
    command, answer = [sys.executable, "-I", "-m", "mbiu.darkroom.child"], b""
    # A child that dies early leaves a broken pipe, and no answer.
    with (
        contextlib.suppress(BrokenPipeError),
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path("/"),
            # No setting, no key and no address goes along.
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PATH") if name in os.environ},
        ) as child,
        _ended(child),
    ):
        to, back = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)
        to.write(data)
        to.close()
        # The child reads everything before it writes, so neither waits for the other.
        answer = back.read(MAX_BYTES + 4096)
    return answer


@contextlib.contextmanager
def _ended(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """The child is gone afterwards, and at the end of all patience."""
    end = threading.Timer(PATIENCE, child.kill)
    end.start()
    try:
        yield
    finally:
        end.cancel()
        child.kill()
