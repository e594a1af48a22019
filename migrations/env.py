"""Runs the steps as the owner of the database, in one transaction."""

from alembic import context
from sqlalchemy import create_engine, pool

from mbiu.db import driver_url
from mbiu.models import Model
from mbiu.settings import settings


def _url() -> str:
    given = context.config.attributes.get("url")
    found = settings()
    return driver_url(given or (found.database_owner_url or found.database_url).get_secret_value())


def run() -> None:
    """Migrate on a link of its own; a lock makes two migrations at once wait for each other."""
    engine = create_engine(_url(), poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as link:
        context.configure(connection=link, target_metadata=Model.metadata, compare_type=True)
        with context.begin_transaction():
            link.exec_driver_sql("SELECT pg_advisory_xact_lock(1835165045)")
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("mbiu migrate needs a database; it writes no SQL scripts")
run()
