"""`mbiu run`, `mbiu start`, `mbiu health` and `mbiu keys`."""

import os
import sys
from pathlib import Path

import click

from mbiu.launch import keys as keyring
from mbiu.launch.postgres import StartFailed
from mbiu.settings import settings

_PROGRAMS = click.Choice(["console", "hooks", "worker", "beat", "bot"])


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when the calling process ends.")
def run(*, with_parent: bool) -> None:
    """Run everything on this machine until Ctrl-C, SIGTERM or the death of a part."""
    from mbiu.launch.supervisor import Supervisor

    try:
        sys.exit(Supervisor(with_parent=with_parent).run())
    except StartFailed as error:
        click.echo(f"mbiu: {error}", err=True)
        sys.exit(1)


@click.command()
@click.argument("program", type=_PROGRAMS)
def start(program: str) -> None:
    """Become one PROGRAM, for a container or a service manager that starts each by itself."""
    from mbiu.launch import programs

    argv = programs.named(program, settings(), dict(os.environ)).argv
    os.execv(argv[0], argv)  # noqa: S606 - the words are ours


@click.command()
@click.argument("program", type=_PROGRAMS, required=False)
def health(program: str | None) -> None:
    """Exit 0 if PROGRAM is well here; without one, if database and broker answer."""
    from mbiu.launch import health as doctor

    ill = doctor.examine(program, settings())
    if ill:
        click.echo(f"mbiu: {ill}", err=True)
        sys.exit(1)


@click.command()
@click.option(
    "--files", type=click.Path(path_type=Path), help="Write a whole set of secret files to this folder."
)
def keys(*, files: Path | None) -> None:
    """Print a fresh set of keys in the form of `.env`, or write the secret files of docker-compose.yml.

    Keep a copy apart from the database and its backups: without these keys nobody opens the data.
    """
    if files is None:
        for name, value in keyring.fresh().as_environment().items():
            click.echo(f"{name}={value}")
        return
    made = keyring.write_secrets(files)
    click.echo(f"{files}: {len(made)} secrets made" if made else f"{files}: all secrets are there already")
