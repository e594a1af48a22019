"""The operator's commands on the database: migrate it, check the audit chain, keep users."""

import secrets
import sys
from pathlib import Path

import click
from sqlalchemy import Engine, create_engine, delete, pool, select, text
from sqlalchemy.engine import make_url

from mbiu import audit as chain
from mbiu.codes import Role
from mbiu.db import driver_url, transaction
from mbiu.models import User, UserSession, utcnow
from mbiu.settings import settings

_MIGRATIONS = Path(__file__).parent.parent / "migrations"

_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE, TRUNCATE ON audit, decision FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    "REVOKE INSERT, DELETE ON audit_head FROM {role}",
)


def upgrade(owner_url: str | None = None, *, to: str = "head") -> None:
    """Bring the database to revision ``to`` and give the app role its rights. Safe to repeat."""
    from alembic import command

    command.upgrade(_alembic(owner_url), to)
    grant(owner_url)


def downgrade(owner_url: str | None = None, *, to: str = "base") -> None:
    from alembic import command

    command.downgrade(_alembic(owner_url), to)


def _alembic(owner_url: str | None):  # type: ignore[no-untyped-def]  # alembic is only loaded to migrate
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    if owner_url:
        config.attributes["url"] = owner_url
    return config


def grant(owner_url: str | None = None) -> None:
    """Let the app role work in the tables without owning them; nothing to do when owner and app are one."""
    owner = owner_url or settings().database_owner_url.get_secret_value()
    app = make_url(driver_url(settings().database_url.get_secret_value())).username
    if not owner or not app or make_url(driver_url(owner)).username == app:
        return
    with _owner(owner).begin() as link:
        role = link.dialect.identifier_preparer.quote(app)
        for statement in _GRANTS:
            link.execute(text(statement.format(role=role)))


def analyze() -> None:
    """Have the database learn what it holds, as it does by itself in time; only the tables' owner may."""
    if owner := settings().database_owner_url.get_secret_value():
        with _owner(owner).connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.execute(text("VACUUM (ANALYZE)"))


def _owner(url: str) -> Engine:
    return create_engine(driver_url(url), poolclass=pool.NullPool)


@click.command()
@click.option("--to", default="head", show_default=True, help="revision to stop at")
def migrate(to: str) -> None:
    """Bring the database to the shape this version needs."""
    upgrade(to=to)
    click.echo("database: up to date")


@click.group()
def audit() -> None:
    """Look after the record of who did what."""


@audit.command()
def verify() -> None:
    """Check the whole chain; exit 1 and name the first entry that does not hold."""
    with transaction() as session:
        found = chain.verify(session, chain.read_anchors())
    if found:
        click.echo(f"audit: broken at entry {found.seq}: {found.why}", err=True)
        sys.exit(1)
    click.echo("audit: the chain holds")


@audit.command()
def anchor() -> None:
    """Note the newest entry in a file outside the database."""
    with transaction() as session:
        chain.write_anchor(session)
    click.echo(f"audit: anchored in {chain.anchor_file()}")


@click.group()
def user() -> None:
    """Make and change the people who may log in."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--scope", default="/", show_default=True, help="area paths, comma-separated; / is everywhere")
def add(name: str, role: str, scope: str) -> None:
    """Make a user NAME and print a password to hand over by voice."""
    from argon2 import PasswordHasher

    password = secrets.token_urlsafe(15)
    with transaction() as session:
        if session.scalar(select(User.id).where(User.name == name)):
            raise click.ClickException(f"there is a user {name} already")
        row = User(name=name, role=Role(role), scope=scope, password_hash=PasswordHasher().hash(password))
        session.add(row)
        chain.append(session, chain.SYSTEM, "user.added", f"user:{name}", role=role, scope=scope)
    click.echo(f"{name}\t{role}\t{password}")


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Shut out the user NAME at once, with all open log-ins."""
    with transaction() as session:
        row = session.scalar(select(User).where(User.name == name))
        if row is None:
            raise click.ClickException(f"there is no user {name}")
        row.disabled_at = utcnow()
        session.execute(delete(UserSession).where(UserSession.user_id == row.id))
        chain.append(session, chain.SYSTEM, "user.disabled", f"user:{name}")
    click.echo(f"{name} can no longer log in")
