"""`mbiu health` tells a living program from one that stands still."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Launched


def health(env: dict[str, str], program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mbiu", "health", program],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_beat_rings_as_soon_as_it_begins(
    environment: dict[str, str], launch: Callable[[str], Launched], tmp_path: Path
) -> None:
    assert health(environment, "beat").stderr == "mbiu: the beat has not rung yet\n"
    environment["MBIU_SWEEP_SECONDS"] = "300"
    launch("beat")
    until = time.monotonic() + 30
    while health(environment, "beat").returncode and time.monotonic() < until:
        time.sleep(0.5)
    assert health(environment, "beat").returncode == 0


def test_a_beat_that_rang_long_ago_stands_still(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "beat").touch()
    long_ago = time.time() - 3600
    os.utime(tmp_path / "beat", (long_ago, long_ago))
    ill = health(environment, "beat")
    assert (ill.returncode, ill.stderr) == (1, "mbiu: the beat stands still\n")
