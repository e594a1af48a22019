"""A database that serves one test after the other: emptied after each, not dropped and copied anew.

To copy one takes longer than most tests, and every link has to learn it from the start. Only rows are
undone: after a test that changed anything else the next one gets a new copy.
"""

import uuid
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from mbiu.launch.postgres import APP, OWNER, Postgres

#: A table that is new with more rows than this (the places) is not filled again: the copy is quicker.
FEW = 10
#: Where a change of the schema, of rights or of the planner's knowledge shows.
_CATALOGUES = (
    "attrdef", "attribute", "class", "constraint", "db_role_setting", "default_acl", "event_trigger",
    "extension", "index", "namespace", "policy", "proc", "rewrite", "statistic", "trigger", "type",
)  # fmt: skip
#: A table that was never written to, or is vacuumed after its last row went, has no bytes.
_FILLED = """
    SELECT quote_ident(relname) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""
_SEQUENCES = "SELECT seqrelid::regclass::text, pg_sequence_last_value(seqrelid) FROM pg_sequence"
#: A trigger may have been switched off for a moment, and on again.
_TRIGGERS = "SELECT md5(string_agg(pg_trigger::text, '' ORDER BY oid)) FROM pg_trigger"
_NOW = "SELECT pg_current_xact_id()::text::bigint"
_END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
    AND pid <> pg_backend_pid() AND pid <> ALL(%s)
"""
#: While anybody is linked to it, a database cannot be copied.
_END_ALL = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"

Link = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Database:
    """A migrated database of one test: the app role's address, the owner's, and the superuser's."""

    name: str
    url: str
    owner_url: str
    superuser_url: str


@contextmanager
def copied(postgres: Postgres, template: str) -> Iterator[Database]:
    """A database copied from ``template``, as long as it is needed."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with closing(postgres.connect()) as link:
        link.execute(_END_ALL, [template])
        postgres.create_database(name, template=template, link=link)
    yield Database(name, postgres.url(APP, name), postgres.url(OWNER, name), postgres.url("postgres", name))
    with closing(postgres.connect()) as link:
        link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class Emptied:
    """What a new database held, and how to bring it back to that."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._link: Link = psycopg.connect(database.superuser_url, autocommit=True)
        #: Guards and references have no say in what is undone.
        self._link.execute("SET session_replication_role = replica")
        self._sizes = {name: self._one("SELECT count(*) FROM {}", name) for name in self._filled()}
        few = [name for name, size in self._sizes.items() if size <= FEW]
        self._rows = {name: self._one("SELECT jsonb_agg(row)::text FROM {} row", name) for name in few}
        self._numbers = dict(self._link.execute(_SEQUENCES).fetchall())
        self._triggers = self._one(_TRIGGERS)
        self._since = self._one(_NOW)

    def close(self) -> None:
        self._link.close()

    def end_others(self, pids: Collection[int] = ()) -> None:
        """End every link but ours and these, and wait until they are gone."""
        self._link.execute(_END_OTHERS, [list(pids)])

    def empty(self) -> bool:
        """Take out all rows that were not there, give the room back, count from the start.

        Whether all is as it was; if not, the database is of no more use.
        """
        if self._is_altered():
            return False
        changed = self._changed()
        dirty = [name for name in self._filled() if name in changed or name not in self._sizes]
        if not changed <= self._rows.keys():
            return False
        if dirty:
            self._delete(dirty)
        self._count_anew()
        self._since = self._one(_NOW)
        return self._sizes.keys() == set(self._filled())

    def _is_altered(self) -> bool:
        newer = f"xmin::text::bigint >= {self._since}"
        asked = (f"SELECT '{name}' WHERE EXISTS(SELECT FROM pg_{name} WHERE {newer})" for name in _CATALOGUES)
        found = self._link.execute(" UNION ALL ".join(asked)).fetchall()
        return found != [] and (found != [("trigger",)] or self._one(_TRIGGERS) != self._triggers)

    def _changed(self) -> set[str]:
        """Which of the tables that were not empty are other than they were."""
        newer = f"max(xmin::text::bigint) >= {self._since}"
        asked = (
            f"SELECT '{name}' FROM {name} HAVING count(*) <> {size} OR {newer}"
            for name, size in self._sizes.items()
        )
        return {row[0] for row in self._link.execute(" UNION ALL ".join(asked)).fetchall()}

    def _delete(self, tables: list[str]) -> None:
        with self._link.transaction():
            self._link.execute(";".join(f"DELETE FROM {name}" for name in tables))
            for name in self._rows.keys() & tables:
                again = f"INSERT INTO {name} SELECT * FROM jsonb_populate_recordset(NULL::{name}, %s)"
                self._link.execute(again, [self._rows[name]])
        self._link.execute(f"VACUUM {', '.join(tables)}")

    def _count_anew(self) -> None:
        for sequence, number in self._link.execute(_SEQUENCES).fetchall():
            last = self._numbers[sequence]
            if number != last:
                self._link.execute("SELECT setval(%s, %s, %s)", [sequence, last or 1, last is not None])

    def _filled(self) -> list[str]:
        return [row[0] for row in self._link.execute(_FILLED).fetchall()]

    def _one(self, statement: str, table: str = "") -> Any:
        row = self._link.execute(statement.format(table)).fetchone()
        return row and row[0]


@dataclass
class Renewal:
    """One database at a time, copied from ``template`` when there is none that can be used again."""

    postgres: Postgres
    template: str
    _lent: Emptied | None = None
    _copy: ExitStack = field(default_factory=ExitStack)

    def lend(self) -> Database:
        if self._lent is None:
            self._lent = Emptied(self._copy.enter_context(copied(self.postgres, self.template)))
            self._copy.callback(self._lent.close)
        return self._lent.database

    def take_back(self, links: Collection[int]) -> None:
        """End what is linked to it but for ``links``, which are as good as new, and empty it."""
        if self._lent is None:
            return
        try:
            self._lent.end_others(links)
            if self._lent.empty():
                return
        except psycopg.Error:
            pass  # the test ended our link too, or took a table away
        self.close()

    def close(self) -> None:
        self._copy.close()
        self._lent = None
