"""The embedded database and broker: what they keep, whom they let in, and how they come back."""

import os
import signal
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from mbiu.launch import home
from mbiu.launch.keys import Keys, fresh
from mbiu.launch.postgres import APP, HASTY, OWNER, Postgres
from mbiu.launch.process import Child
from mbiu.launch.valkey import Valkey


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Postgres]:
    """A server of one test, which may be killed."""
    server = Postgres(tmp_path, fresh(), home.free_port(), HASTY)
    yield server
    server.stop()


def begin(child: Child) -> None:
    child.start(lambda _name, _line: None)


def test_the_app_role_may_neither_drop_nor_create_a_database(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url(APP), autocommit=True) as link:
        for statement in ("DROP DATABASE mbiu", "CREATE DATABASE other", "CREATE ROLE other"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute(statement)


def test_the_database_asks_for_a_password(postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.url(APP).replace(postgres.keys.app_password, "guess"))


def test_the_broker_asks_for_a_password(valkey: Valkey) -> None:
    with redis.Redis(port=valkey.port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_what_the_services_keep_is_private(postgres: Postgres, valkey: Valkey, service_home: Path) -> None:
    for path in (postgres.data, service_home / "valkey", service_home / "valkey" / "valkey.conf"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_statements_do_not_reach_the_log(tmp_path: Path, own: Postgres) -> None:
    lines: list[str] = []
    own.start(lambda child: child.start(lambda _name, line: lines.append(line)))
    with own.connect() as link:
        link.execute("CREATE TABLE t (phone text UNIQUE)")
        link.execute("INSERT INTO t VALUES ('+256700000001')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            link.execute("INSERT INTO t VALUES (%s)", ["+256700000001"])
    own.stop()
    assert any("duplicate key" in line for line in lines)
    assert not any("256700000001" in line for line in lines)


def test_a_killed_database_starts_again_with_its_data(own: Postgres) -> None:
    own.start(begin)
    own.prepare()
    with psycopg.connect(own.url(OWNER), autocommit=True) as link:
        link.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert own.child is not None
    own.child.kill()
    own.start(begin)
    with psycopg.connect(own.url(OWNER)) as link:
        assert link.execute("SELECT n FROM kept").fetchone() == (7,)


def test_a_lock_file_that_names_another_process_stops_no_start(own: Postgres) -> None:
    own.start(begin)
    assert own.child is not None
    lock = own.data / "postmaster.pid"
    left = lock.read_text()
    own.child.kill()
    lock.write_text(left.replace(left.splitlines()[0], str(os.getpid()), 1))
    own.start(begin)
    assert own.child.is_alive


def test_a_server_left_behind_is_stopped_before_the_next_start(own: Postgres) -> None:
    own.start(begin)
    left = own.child
    own.start(begin)
    assert left is not None
    assert not left.is_alive
    with own.connect() as link:
        assert link.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_broker_gives_back_what_it_was_given(tmp_path: Path) -> None:
    server = Valkey(tmp_path, fresh(), home.free_port())
    child = server.start(begin)
    with redis.Redis.from_url(server.url) as client:
        client.rpush("queue", *range(200))
        time.sleep(1.5)
        os.kill(child.pid, signal.SIGKILL)
        child.kill()
        server.start(begin)
        assert client.llen("queue") == 200
    server.stop()


@pytest.mark.parametrize("folder", ["with space", "with'quote", 'with"double'])
def test_a_folder_may_have_an_odd_name(tmp_path: Path, folder: str, service_keys: Keys) -> None:
    (tmp_path / folder).mkdir()
    server = Valkey(tmp_path / folder, service_keys, home.free_port())
    server.start(begin)
    server.stop()


def test_each_test_has_a_database_of_its_own(
    database: object, superuser: "psycopg.Connection[tuple[object, ...]]", launch: Callable[[str], object]
) -> None:
    row = superuser.execute("SELECT current_database()").fetchone()
    assert row is not None
    assert str(row[0]).startswith("test_")
