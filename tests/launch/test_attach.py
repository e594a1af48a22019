"""Commands beside a running installation."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from mbiu.launch import home, keys
from mbiu.launch.postgres import Postgres
from mbiu.launch.valkey import Valkey


@pytest.fixture
def folder(
    tmp_path: Path, service_keys: keys.Keys, postgres: Postgres, valkey: Valkey, template: str
) -> Path:
    """What `mbiu run` keeps of its services; nobody holds its lock yet."""
    assert template == "mbiu"
    (tmp_path / keys.NAME).write_text(json.dumps(asdict(service_keys)))
    (tmp_path / home.PORTS).write_text(json.dumps({"postgres": postgres.port, "valkey": valkey.port}))
    return tmp_path


def mbiu(folder: Path, bare: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mbiu", *words],
        env={**bare, "MBIU_HOME_DIR": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_command_finds_the_services_of_the_run_beside_it(
    folder: Path, bare_environment: dict[str, str]
) -> None:
    held = home.lock(folder)
    try:
        checked = mbiu(folder, bare_environment, "audit", "verify")
        healthy = mbiu(folder, bare_environment, "health")
    finally:
        os.close(held)
    assert (checked.returncode, checked.stdout) == (0, "audit: the chain holds\n"), checked.stderr
    assert healthy.returncode == 0, healthy.stderr


def test_a_command_says_in_one_line_that_nothing_runs(folder: Path, bare_environment: dict[str, str]) -> None:
    (folder / "lock").touch()
    done = mbiu(folder, bare_environment, "audit", "verify")
    assert done.returncode == 2
    assert done.stderr == (
        f"mbiu: nothing runs in {folder}: start it with `make run`, then repeat this command\n"
    )
