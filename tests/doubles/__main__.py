"""``python -m tests.doubles --port 9100``: the providers as a process, until Ctrl-C."""

import argparse
import asyncio
import contextlib
import sys

from tests.doubles.server import Doubles


def main() -> None:
    """Serve and say where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--limits", action="store_true", help="hold Telegram's limits of 30/s and 1/s a chat")
    chosen = parser.parse_args()
    url = f"http://{chosen.host}:{chosen.port}"
    for provider in ("TWILIO", "AFRICASTALKING", "TELEGRAM"):
        sys.stdout.write(f"MBIU_{provider}_API_URL={url}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Doubles(chosen.port, chosen.host, limits=chosen.limits).serve())


if __name__ == "__main__":
    main()
