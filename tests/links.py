"""The links of the test process to the database: they rest between tests, as good as new, and lead on.

To open one costs more than most tests do with it.
"""

from typing import Any, cast

import psycopg
from sqlalchemy import Dialect, Engine, QueuePool, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from mbiu.settings import settings

#: Whose statements stay compiled from test to test, and whose links may rest.
_engines: dict[Dialect, Engine] = {}
_leads_to: list[str] = []


def lead(url: str, *engines: Engine) -> None:
    """From now on these engines lead to the database of the settings, which is ``url`` as the test begins."""
    if _leads_to != [url]:
        close()
        _leads_to[:] = [url]
    _engines.update({engine.dialect: engine for engine in engines})


def rest(*engines: Engine) -> None:
    """Make the links of these engines as good as new; close those of an engine that has one in use."""
    for engine in engines:
        try:
            _renew(engine)
        except (psycopg.Error, DBAPIError):
            engine.dispose()


def close() -> None:
    """Close all links."""
    for engine in _engines.values():
        engine.dispose()


def numbers() -> list[int]:
    """By which numbers the server knows the links that rest."""
    return [link.info.backend_pid for engine in _engines.values() for link in _idle(engine)]


def _renew(engine: Engine) -> None:
    if cast(QueuePool, engine.pool).checkedout():
        engine.dispose()
    url = make_url(_leads_to[0])
    for link in _idle(engine):
        if (link.info.port, link.info.dbname) != (url.port, url.database):
            raise psycopg.OperationalError("a link that leads elsewhere")
        # psycopg has to forget what it prepared as well: it does so after a rollback, not after each DISCARD.
        link.execute("SELECT")
        link.rollback()
        link.autocommit = True
        link.execute("DISCARD ALL")
        link.autocommit = False


def _idle(engine: Engine) -> list["psycopg.Connection[Any]"]:
    taken = [engine.raw_connection() for _ in range(cast(QueuePool, engine.pool).checkedin())]
    links = [cast("psycopg.Connection[Any]", one.driver_connection) for one in taken]
    for one in taken:
        one.close()
    return links


@event.listens_for(Engine, "do_connect")
def _link_here(dialect: Dialect, _record: object, _given: object, values: dict[str, object]) -> None:
    """A link of an engine that an earlier test made leads to this test's database."""
    if dialect in _engines:
        url = make_url(settings().database_url.get_secret_value())
        values |= dialect.create_connect_args(url)[1]
