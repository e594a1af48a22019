"""The process that opens a file from outside: bytes in, a remade file out, and nothing else within reach.

Decoders are large and have had holes. This process holds no setting and no key, can open no file
and no connection once it has begun, and ends by itself when it takes too much time or memory.
"""

import contextlib
import io
import json
import os
import resource
import sys

from mbiu.darkroom import MEMORY, SECONDS, NotShown, pictures, recordings
from mbiu.darkroom.content import Kind, kind_of


def main() -> None:
    """Read a file from standard input; write one line of JSON and the remade file to standard output."""
    pictures.warm_up()
    recordings.warm_up()
    fence()
    data = sys.stdin.buffer.read()
    head, content = _answer(data, kind_of(data))
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


def _answer(data: bytes, kind: Kind) -> tuple[dict[str, str], bytes]:
    module = pictures if kind.way == "picture" else recordings
    try:
        content, content_type = module.remake(data, kind.decoder)
    except NotShown as refusal:
        return {"reason": refusal.reason}, b""
    return {"content_type": content_type}, content


def fence() -> None:
    """Shut what the work does not need. A limit that this system does not know is left out."""
    os.nice(10)
    limits = {
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for limit, most in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    # Warnings of decoders would be written to a stream that nobody reads.
    sys.stderr = io.StringIO()
    main()
