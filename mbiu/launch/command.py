"""`mbiu run` and `mbiu keys`."""

import sys

import click

from mbiu.launch import keys as keyring
from mbiu.launch.postgres import StartFailed


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when the calling process ends.")
def run(*, with_parent: bool) -> None:
    """Run everything on this machine until Ctrl-C, SIGTERM or the death of a part."""
    from mbiu.launch.supervisor import Supervisor

    try:
        sys.exit(Supervisor(with_parent=with_parent).run())
    except StartFailed as error:
        print(f"mbiu: {error}", file=sys.stderr)
        sys.exit(1)


@click.command()
def keys() -> None:
    """Print a fresh set of keys in the form of `.env`.

    Keep a copy apart from the database and its backups: without these keys nobody opens the data.
    """
    for name, value in keyring.fresh().as_environment().items():
        print(f"{name}={value}")
