"""The record of who did what shows every touch."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess, run

import psycopg
import pytest
from sqlalchemy import select

from mbiu import audit
from mbiu.audit import Actor
from mbiu.db import transaction
from mbiu.models import AuditEntry
from tests.conftest import Database

RUTH = Actor("ruth")


@pytest.fixture
def entries() -> None:
    """Nine entries, and an anchor at the last."""
    for number in range(1, 10):
        with transaction() as session:
            audit.append(session, RUTH, "incident.claimed", f"incident:I{number}", number=number)
    with transaction() as session:
        audit.write_anchor(session)


def verify(environment: dict[str, str], folder: Path) -> "CompletedProcess[str]":
    return run(
        [sys.executable, "-m", "mbiu", "audit", "verify"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def as_superuser(database: Database, *statements: str) -> None:
    """What somebody could do who has taken the whole database server."""
    with psycopg.connect(database.superuser_url, autocommit=True) as link:
        link.execute("ALTER TABLE audit DISABLE TRIGGER USER")
        for statement in statements:
            link.execute(statement)  # type: ignore[call-overload]  # a table of cases


def broken() -> audit.Break | None:
    with transaction() as session:
        return audit.verify(session, audit.read_anchors())


def test_an_untouched_chain_holds(entries: None, environment: dict[str, str], tmp_path: Path) -> None:
    done = verify(environment, tmp_path)
    assert (done.returncode, done.stdout) == (0, "audit: the chain holds\n")


def test_the_command_ends_with_1_and_names_the_row(
    entries: None, database: Database, environment: dict[str, str], tmp_path: Path
) -> None:
    as_superuser(database, "UPDATE audit SET actor = 'peter' WHERE seq = 4")
    done = verify(environment, tmp_path)
    assert done.returncode == 1
    assert "broken at entry 4" in done.stderr


EMPTY_HEAD = "UPDATE audit_head SET seq = 0, mac = decode(repeat('00', 32), 'hex'), seal = ''"
CUT = "DELETE FROM audit WHERE seq > 7"
SWAP = (
    "UPDATE audit SET seq = -1 WHERE seq = 5",
    "UPDATE audit SET seq = 5 WHERE seq = 6",
    "UPDATE audit SET seq = 6 WHERE seq = -1",
)


@pytest.mark.parametrize(
    ("statements", "row"),
    [
        (("UPDATE audit SET action = 'incident.noted' WHERE seq = 3",), 3),
        (("UPDATE audit SET details = '{}' WHERE seq = 3",), 3),
        (("UPDATE audit SET at = at + interval '1 second' WHERE seq = 3",), 3),
        (("UPDATE audit SET actor_id = gen_random_uuid() WHERE seq = 3",), 3),
        (("DELETE FROM audit WHERE seq = 6",), 6),
        (SWAP, 5),
        ((CUT,), 8),
        ((CUT, "UPDATE audit_head SET seq = 7, mac = (SELECT mac FROM audit WHERE seq = 7)"), 7),
        (("DELETE FROM audit", EMPTY_HEAD), 1),
        (("DELETE FROM audit_head",), 9),
    ],
    ids=["action", "details", "time", "actor", "gone", "swapped", "cut", "cut-head", "all-gone", "no-head"],
)  # fmt: skip
def test_every_touch_by_the_superuser_shows_with_its_row(
    entries: None, database: Database, statements: tuple[str, ...], row: int
) -> None:
    as_superuser(database, *statements)
    found = broken()
    assert found is not None
    assert found.seq == row


def test_an_old_head_put_back_shows_by_the_anchor_outside(entries: None, database: Database) -> None:
    with psycopg.connect(database.superuser_url) as link:
        head = link.execute("SELECT seq, mac, seal FROM audit_head").fetchone()
    with transaction() as session:
        audit.append(session, RUTH, "incident.claimed", "incident:I10")
    with transaction() as session:
        audit.write_anchor(session)
    with psycopg.connect(database.superuser_url) as link:
        link.execute("ALTER TABLE audit DISABLE TRIGGER USER")
        link.execute("DELETE FROM audit WHERE seq = 10")
        link.execute("UPDATE audit_head SET seq = %s, mac = %s, seal = %s", head)
    found = broken()
    assert found is not None
    assert found.seq == 10


def test_eight_writers_lose_no_entry_and_make_no_fork() -> None:
    def write(writer: int) -> None:
        for number in range(40):
            with transaction() as session:
                audit.append(session, RUTH, "incident.noted", f"incident:{writer}-{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with transaction() as session:
        rows = session.execute(select(AuditEntry.seq, AuditEntry.object).order_by(AuditEntry.seq)).all()
        assert audit.verify(session) is None
    assert [row.seq for row in rows] == list(range(1, 321))
    assert {row.object for row in rows} == {f"incident:{w}-{n}" for w in range(8) for n in range(40)}


def test_what_is_rolled_back_leaves_no_entry() -> None:
    with transaction() as session:
        audit.append(session, RUTH, "incident.noted", "incident:I1")
        session.rollback()
    with transaction() as session:
        assert audit.append(session, RUTH, "incident.noted", "incident:I1") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DROP TABLE audit",
        "ALTER TABLE audit DISABLE TRIGGER USER",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head VALUES (2, 0, 'x', 'x')",
        "DROP SCHEMA public CASCADE",
        "DROP FUNCTION mbiu_frozen() CASCADE",
        "ALTER TABLE incident DISABLE ROW LEVEL SECURITY",
        "DROP POLICY scope ON vault",
        "CREATE TABLE mine (id int)",
        "SET ROLE mbiu_owner",
    ],
)
def test_the_app_role_cannot_touch_the_record_or_the_guards(
    entries: None, database: Database, statement: str
) -> None:
    with (
        psycopg.connect(database.url, options="-c mbiu.scope=*") as link,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        link.execute(statement)  # type: ignore[call-overload]  # a table of cases
    assert broken() is None


def test_an_anchor_is_written_once_for_one_head(entries: None) -> None:
    with transaction() as session:
        audit.write_anchor(session)
    assert [seq for seq, _ in audit.read_anchors()] == [9]
