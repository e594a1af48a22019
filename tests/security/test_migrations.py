"""The database's shape: up, down and up again, and what the models say."""

import re
from contextlib import closing
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from mbiu import admin
from mbiu.db import driver_url
from mbiu.models import Model
from tests.conftest import Database

SHAPE = {
    "tables": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "policies": "SELECT tablename, policyname, qual FROM pg_policies",
    "triggers": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace AND proname ~ '^mbiu_'",
}


def shape(database: Database) -> dict[str, set[Any]]:
    with closing(psycopg.connect(database.superuser_url)) as link:
        return {name: set(link.execute(query).fetchall()) for name, query in SHAPE.items()}  # type: ignore[arg-type]


def test_down_to_nothing_and_up_again_is_the_same_database(database: Database) -> None:
    before = shape(database)
    admin.downgrade(database.owner_url)
    empty = shape(database)
    assert empty["tables"] <= {("alembic_version",)}
    assert empty["functions"] == empty["policies"] == empty["triggers"] == set()
    admin.upgrade(database.owner_url)
    assert shape(database) == before


def test_the_models_equal_the_migrations(database: Database) -> None:
    engine = create_engine(driver_url(database.owner_url))
    with engine.connect() as link:
        context = MigrationContext.configure(link, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []
    engine.dispose()


def test_every_constraint_and_index_is_named_by_the_convention(database: Database) -> None:
    found = shape(database)
    names = {name for name, _ in found["constraints"] | found["indexes"]} - {"alembic_version_pkc"}
    named = re.compile(r"^(pk|fk|uq|ck|ix)_[a-z0-9_]+$")
    assert len(names) > 60
    assert [name for name in names if not named.match(name)] == []
    tables = {name for (name,) in found["tables"]}
    owners = {name for name in names if any(name.split("_", 1)[1].startswith(table) for table in tables)}
    assert names - owners == set()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = shape(database)
    admin.upgrade(database.owner_url)
    assert shape(database) == before


@pytest.mark.parametrize("table", ["audit", "decision"])
def test_the_app_role_may_add_to_a_record_and_read_it_only(database: Database, table: str) -> None:
    with closing(psycopg.connect(database.superuser_url)) as link:
        granted = link.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = 'mbiu_app' AND table_name = %s",
            (table,),
        ).fetchall()
    assert {name for (name,) in granted} == {"SELECT", "INSERT"}
