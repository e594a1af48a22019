"""Fetch the pinned data packages for a build into a folder of their own, to be dropped after it."""

import os
import subprocess
import sys
from pathlib import Path

import mbiu

PINNED = Path(mbiu.__file__).resolve().parents[1] / "requirements" / "gazetteer.txt"
_PIP = ("-m", "pip", "--disable-pip-version-check", "-qq", "install", "--no-deps", "--no-compile")


class NotFetched(Exception):
    """The packages could not be had; the message says why."""


def fetch(folder: Path) -> None:
    """Install what ``requirements/gazetteer.txt`` pins into ``folder``, by hash. Raises NotFetched."""
    if not PINNED.is_file():
        raise NotFetched(f"{PINNED.name} is not part of this installation; name a folder with --packages")
    call = [sys.executable, *_PIP, "--require-hashes", "--target", str(folder), "-r", str(PINNED)]
    done = subprocess.run(
        call, env={"PIP_RETRIES": "1", **os.environ}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:] or ["pip failed"]
        raise NotFetched(f"the data packages could not be fetched: {last[0]}")
