"""`mbiu demo`: fills an installation that has no users, and behind it years of history if asked for."""

import json
import os
from pathlib import Path

import click
from sqlalchemy import func, select

from mbiu import admin
from mbiu.db import transaction
from mbiu.demo import centre, course
from mbiu.models import User
from mbiu.refusals import Refused
from mbiu.settings import settings

#: Seconds for one answer of the database while it takes in or sums up a long history.
_PATIENCE = 600.0


@click.command()
@click.option(
    "--size", "wanted", help="years of reports as well: small (10,000), large (1,000,000) or a number"
)
@click.option("--seed", default=1, show_default=True, help="the same seed gives the same events")
def demo(wanted: str | None, seed: int) -> None:
    """Fill an empty installation with a demonstration; does nothing to one that has users.

    With --size three years of history go behind it, on an installation without anything real.
    """
    _demonstrate()
    if wanted is not None:
        _chronicle(wanted, seed)


def _chronicle(wanted: str, seed: int) -> None:
    from mbiu import chronicle, patience
    from mbiu.chronicle.filling import fill

    patience.limit(_PATIENCE)
    try:
        size = chronicle.size(wanted)
        with transaction() as session:
            written = fill(session, size, seed, lambda line: click.echo(f"demonstration: {line}"))
    except (ValueError, Refused) as error:
        raise click.ClickException(str(error)) from None
    admin.analyze()
    _count_days()
    click.echo(f"demonstration: {', '.join(f'{count} {table}' for table, count in written.items())} rows")


def _count_days() -> None:
    """What a worker does of itself, a day at a time."""
    from mbiu import figures

    counted = 1
    while counted:
        with transaction() as session:
            counted = figures.refresh(session)


def _demonstrate() -> None:
    with transaction() as session:
        if session.scalar(select(func.count()).select_from(User)):
            click.echo("demonstration: there are users already, nothing done")
            return
        logins = centre.users(session)
        centre.people(session)
        centre.routes(session)
        centre.duties(session)
    _write_logins(settings().home_dir / "demo-logins.json", logins)
    count = course.tell()
    course.decide()
    click.echo(f"demonstration: {count} messages of made-up people, marked as exercise")


def _write_logins(path: Path, logins: list[dict[str, str]]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(logins, file, indent=2)
        file.write("\n")
