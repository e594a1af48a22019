"""The database that serves one test after the other is new for each of them."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from mbiu.launch.postgres import Postgres
from tests.renewal import Database, Renewal

TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = %s"


@pytest.fixture
def own(postgres: Postgres, template: str) -> Iterator[Renewal]:
    yield (lent := Renewal(postgres, template))
    lent.close()


def work(database: Database, *statements: str) -> None:
    with closing(psycopg.connect(database.superuser_url, autocommit=True)) as link:
        for statement in statements:
            link.execute(statement)  # type: ignore[call-overload]


def held(database: Database) -> dict[str, Any]:
    """All rows, and where each sequence stands."""
    with closing(psycopg.connect(database.superuser_url)) as link:

        def all_of(name: str) -> list[Any]:
            return link.execute(f'SELECT * FROM "{name}"').fetchall()  # type: ignore[arg-type]

        names = [row[0] for kind in "rS" for row in link.execute(TABLES, [kind]).fetchall()]
        return {name: all_of(name) for name in names}


def test_what_was_written_is_gone(own: Renewal) -> None:
    before = held(first := own.lend())
    work(
        first,
        "INSERT INTO login_attempt (account, at) VALUES ('mallory', now()), ('ruth', now())",
        "UPDATE audit_head SET seq = 7",
        "DELETE FROM place_edition",
    )
    assert held(first) != before
    own.take_back(())
    assert own.lend() == first
    assert held(first) == before


def test_a_link_that_was_left_open_is_ended(own: Renewal) -> None:
    with closing(psycopg.connect(own.lend().url)) as link:
        link.execute("SELECT 1 FROM incident")
        own.take_back(())
        with pytest.raises(psycopg.OperationalError):
            link.execute("SELECT 1")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE incident ADD COLUMN more text",
        "ALTER TABLE audit DISABLE TRIGGER USER",
        "ALTER TABLE incident DISABLE ROW LEVEL SECURITY",
        "DROP TABLE place CASCADE",
        "UPDATE place SET name = 'Nowhere' WHERE id = (SELECT min(id) FROM place)",
        "REVOKE SELECT ON incident FROM mbiu_app",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_after_a_change_of_more_than_rows_there_is_another(own: Renewal, statement: str) -> None:
    work(first := own.lend(), statement)
    own.take_back(())
    assert own.lend() != first


def test_a_trigger_that_is_on_again_changes_nothing(own: Renewal) -> None:
    work(
        first := own.lend(),
        "ALTER TABLE decision DISABLE TRIGGER frozen_decision",
        "ALTER TABLE decision ENABLE TRIGGER frozen_decision",
    )
    own.take_back(())
    assert own.lend() == first
