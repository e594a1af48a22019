"""`mbiu run` as a person uses it: started as a process, watched from outside, stopped by signals."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from mbiu.gazetteer import Gazetteer
from mbiu.gazetteer.shelve import write
from mbiu.launch import home

START_SECONDS = 90.0
Run = Callable[..., "Running"]


@dataclass
class Running:
    """One `mbiu run`, its log and its ports."""

    process: "subprocess.Popen[bytes]"
    log: Path
    folder: Path
    console: int
    hooks: int

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_up(self) -> None:
        until = time.monotonic() + START_SECONDS
        while "Ctrl-C stops everything" not in self.text():
            assert self.process.poll() is None, self.text()[-3000:]
            assert time.monotonic() < until, self.text()[-3000:]
            time.sleep(0.2)

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, *words: str) -> psutil.Process:
        """The direct child whose command line holds all ``words``."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if all(word in " ".join(child.cmdline()) for word in words))


@pytest.fixture
def mbiu_run(bare_environment: dict[str, str], tmp_path: Path) -> Iterator[Run]:
    """Starts `mbiu run` with a folder and free ports; whatever still runs at the end is killed."""
    runs: list[Running] = []

    def start(folder: str = "home", **settings: str) -> Running:
        if folder.isalpha():
            # The hand-written places only: loading the many of the built file is tested elsewhere.
            (tmp_path / folder).mkdir(mode=0o700, exist_ok=True)
            write(tmp_path / folder / "gazetteer.sqlite", Gazetteer.seed())
        console, hooks = home.free_port(), home.free_port()
        env = bare_environment | {
            "MBIU_HOME_DIR": str(tmp_path / folder),
            "MBIU_CONSOLE_PORT": str(console),
            "MBIU_HOOKS_PORT": str(hooks),
            "MBIU_WORKERS": "1",
        }
        log = tmp_path / f"run-{len(runs)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "mbiu", "run"],
                env=env | settings,
                cwd=tmp_path,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        runs.append(Running(process, log, tmp_path / folder, console, hooks))
        return runs[-1]

    yield start
    for run in runs:
        left = run.descendants() if run.process.poll() is None else []
        for process in [*left, run.process]:
            process.kill()
        run.process.wait()


def gone(processes: list[psutil.Process], seconds: float = 20.0) -> list[str]:
    """The command lines of those still there after so many seconds."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [" ".join(process.cmdline()) for process in alive]


def get(port: int, path: str) -> int:
    link = HTTPConnection("127.0.0.1", port, timeout=10)
    link.request("GET", path)
    status = link.getresponse().status
    link.close()
    return status


def one_line(run: Running) -> str:
    """What a start that was refused said."""
    assert run.process.wait(30) == 2, run.text()
    lines = run.text().splitlines()
    assert len(lines) == 1, run.text()
    return lines[0]


def test_a_taken_port_is_one_line(mbiu_run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert one_line(mbiu_run(MBIU_HOOKS_PORT=str(port))) == (
            f"mbiu: port {port} is taken: set MBIU_HOOKS_PORT to another"
        )


def test_one_port_for_both_is_one_line(mbiu_run: Run) -> None:
    port = str(home.free_port())
    said = one_line(mbiu_run(MBIU_HOOKS_PORT=port, MBIU_CONSOLE_PORT=port))
    assert said == f"mbiu: MBIU_CONSOLE_PORT and MBIU_HOOKS_PORT are both {port}"


def test_a_bad_setting_is_one_line_without_its_value(mbiu_run: Run) -> None:
    said = one_line(mbiu_run(MBIU_CONSOLE_PORT="eighty"))
    assert said.startswith("mbiu: MBIU_CONSOLE_PORT: ")
    assert "eighty" not in said


def test_a_bad_key_is_one_line_without_its_value(mbiu_run: Run) -> None:
    said = one_line(mbiu_run(MBIU_VAULT_KEYS="k1:c2hvcnQ="))
    assert said.startswith("mbiu: MBIU_VAULT_KEYS")
    assert "c2hvcnQ" not in said


def test_a_database_that_is_away_is_one_line_without_its_password(mbiu_run: Run) -> None:
    said = one_line(mbiu_run(MBIU_DATABASE_URL=f"postgresql://u:hidden@127.0.0.1:{home.free_port()}/x"))
    assert said.startswith("mbiu: MBIU_DATABASE_URL: ")
    assert "hidden" not in said


def test_a_broker_that_is_away_is_one_line_without_its_password(mbiu_run: Run) -> None:
    said = one_line(mbiu_run(MBIU_REDIS_URL=f"redis://:hidden@127.0.0.1:{home.free_port()}/0"))
    assert said.startswith("mbiu: MBIU_REDIS_URL: ")
    assert "hidden" not in said


def test_a_folder_that_cannot_be_written_is_one_line(mbiu_run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = one_line(mbiu_run("file/home"))
    assert said.startswith(f"mbiu: MBIU_HOME_DIR: cannot write to {tmp_path}/file/home")


def test_a_damaged_key_file_is_one_line_and_is_kept(mbiu_run: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "keys.json").write_text('{"vault_keys": ')
    assert "keys.json is damaged" in one_line(mbiu_run())
    assert (tmp_path / "home" / "keys.json").read_text() == '{"vault_keys": '


@pytest.mark.timeout(200)
def test_given_services_are_used(mbiu_run: Run, environment: dict[str, str]) -> None:
    names = ("MBIU_DATABASE_URL", "MBIU_DATABASE_OWNER_URL", "MBIU_REDIS_URL")
    run = mbiu_run(**{name: environment[name] for name in names})
    run.wait_until_up()
    assert not (run.folder / "postgres").exists()
    assert not (run.folder / "valkey").exists()
    assert get(run.hooks, "/readyz") == 200
    run.process.terminate()
    assert run.process.wait(60) == 0


@pytest.mark.timeout(300)
def test_a_whole_life(mbiu_run: Run) -> None:
    """First start, neighbours, a killed part, a second start, a killed supervisor, a stop by signal."""
    first = mbiu_run()
    other = mbiu_run("other")
    first.wait_until_up()
    other.wait_until_up()
    for run in (first, other):
        assert get(run.console, "/healthz") == get(run.hooks, "/healthz") == 200
    logins = json.loads((first.folder / "demo-logins.json").read_text())
    assert all(person["password"] in first.text() for person in logins)

    assert "another `mbiu run` uses" in one_line(mbiu_run())

    parts = first.descendants()
    first.child("celery", "worker").kill()
    assert first.process.wait(60) == 1
    assert "worker ended unexpectedly (killed by SIGKILL)" in first.text()
    assert gone(parts) == []
    assert get(other.hooks, "/healthz") == 200

    again = mbiu_run()
    again.wait_until_up()
    assert json.loads((first.folder / "demo-logins.json").read_text()) == logins
    parts = again.descendants()
    again.process.kill()
    assert gone(parts) == []

    parts = other.descendants()
    os.kill(other.process.pid, signal.SIGTERM)
    assert other.process.wait(60) == 0
    assert gone(parts) == []
