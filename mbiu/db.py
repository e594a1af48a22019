"""The database link: one transaction at the edge, an area scope on it, and rings after the commit."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from psycopg import _queries
from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Table,
    any_,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy import cast as cast_to
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from mbiu import patience
from mbiu.settings import BadSetting, settings

EVERYTHING = "*"

# psycopg remembers how it took a statement apart, unless it is longer than 4,096 letters or has more than
# 50 values; then it starts anew each time, which was a third of the work of taking a message in.
_queries.MAX_CACHED_STATEMENT_LENGTH = 32_768
_queries.MAX_CACHED_STATEMENT_PARAMS = 250

# A link that went dead must not hold a hook: the kernel gives up on unanswered bytes after 5 s,
# which `statement_timeout` alone would not notice in a network partition.
_LINK = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}

#: What a database that is away looks like, as opposed to a statement that is wrong.
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout)


def is_away(error: BaseException) -> bool:
    """Whether ``error`` means that the database cannot be reached now."""
    return isinstance(error, UNAVAILABLE) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def driver_url(url: str) -> str:
    """A PostgreSQL URL in any usual spelling, with the psycopg 3 driver. Raises BadSetting."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadSetting(
            "MBIU_DATABASE_URL: not a database address; want postgresql://user@host/name"
        ) from None
    if not parsed.drivername.startswith(("postgresql", "postgres")):
        raise BadSetting(f"MBIU_DATABASE_URL: Mbiu needs PostgreSQL, not {parsed.drivername}")
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _options(scope: str | None) -> str:
    fixed = "-c statement_timeout=30s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    return f"{fixed} -c mbiu.scope={scope}" if scope else fixed


def engine(*, scoped: bool = False) -> Engine:
    """The process's engine. A scoped one sees no incident until its transaction names an area.

    Make it after a fork, never before: connections must not be shared between processes.
    Raises BadSetting.
    """
    return _engine(scoped=scoped)


@lru_cache
def _engine(*, scoped: bool) -> Engine:
    url = settings().database_url.get_secret_value()
    if not url:
        raise BadSetting("MBIU_DATABASE_URL is empty; `make run` starts a database of its own")
    made = create_engine(
        driver_url(url),
        pool_size=5,
        max_overflow=10,
        pool_timeout=5,
        pool_pre_ping=False,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args=_LINK | {"options": _options(None if scoped else EVERYTHING), "prepare_threshold": 2},
    )
    event.listen(made, "do_connect", patience.connect)
    return made


@contextmanager
def transaction(*, scope: str | None = None, cleared: bool = False) -> Iterator[Session]:
    """One unit of work: committed at the end, rolled back on an exception, rings after the commit.

    ``scope`` is a user's areas (``/`` everywhere, ``/ug/ug-kasese/`` one district); row-level security
    then hides all incidents outside them, and the vault; and restricted incidents from whoever is not
    ``cleared``. Without a scope the caller is the system
    itself (hooks, workers, bot), which sees everything.
    """
    if scope == EVERYTHING:
        raise ValueError("no user sees as the system does")
    with (
        Session(engine(scoped=scope is not None), expire_on_commit=False) as session,
        session.begin(),
    ):
        if scope is not None:
            session.execute(_SET_SCOPE, {"scope": scope or "-", "cleared": "on" if cleared else "off"})
        yield session


_SET_SCOPE = text("SELECT set_config('mbiu.scope', :scope, true), set_config('mbiu.cleared', :cleared, true)")
_CLEARED = text("SELECT current_setting('mbiu.cleared', true)")
_SET_CLEARED = text("SELECT set_config('mbiu.cleared', :cleared, true)")


def insert_all(session: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns by one statement: what differs between them goes over as arrays.

    A statement a row takes twice the time, and the database's triggers are part of what is left.
    """
    if not rows:
        return
    table, first = cast("Table", model.__table__), rows[0]
    columns = {name: [row[name] for row in rows] for name in first}
    differ = {name: all_ for name, all_ in columns.items() if any(one != all_[0] for one in all_)}
    differ = differ or dict([*columns.items()][:1])
    arrays = [bindparam(f"all_{name}", all_, ARRAY(table.c[name].type)) for name, all_ in differ.items()]
    named = (sql_column(name, table.c[name].type) for name in differ)
    every = func.unnest(*arrays).table_valued(*named).render_derived()
    values = [every.c[name] if name in differ else _alike(table.c[name], first[name]) for name in first]
    session.execute(insert(table).from_select([*first], select(*values)))


def _alike(column: Column[Any], value: object) -> ColumnElement[Any]:
    """What all rows have in a column, which goes over once."""
    return cast_to(bindparam(f"one_{column.name}", value, column.type), column.type)


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Whether a column is one of ``values``: one statement however many these are, which stays prepared."""
    return cast("ColumnElement[bool]", column == any_(literal(list(values), ARRAY(column.type))))


@contextmanager
def handing_over(session: Session) -> Iterator[None]:
    """Let changes through that take a row out of the user's own sight, as when an incident turns out to be
    one of the restricted. What is looked up meanwhile must be known to be the user's already.
    """
    before = session.scalar(_CLEARED) or "off"
    session.execute(_SET_CLEARED, {"cleared": "on"})
    try:
        yield
        session.flush()
    finally:
        session.execute(_SET_CLEARED, {"cleared": before})


@event.listens_for(Session, "after_commit")
def _ring(session: Session) -> None:
    from mbiu import jobs

    if not session.in_nested_transaction():
        jobs.ring(session.info.pop("rings", ()))


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("rings", None)


def forget() -> None:
    """After a fork: leave the parent's connections alone and make own ones when they are needed."""
    _engine.cache_clear()


def dispose() -> None:
    """Close all idle connections of this process."""
    for scoped in (False, True):
        engine(scoped=scoped).dispose()
    _engine.cache_clear()
