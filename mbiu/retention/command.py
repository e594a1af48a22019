"""The command `mbiu retention`."""

from pathlib import Path

import click

from mbiu import retention


@click.group()
def command() -> None:
    """Delete what is over, and delete again after a restore."""


@command.command()
def run() -> None:
    """Run the daily deletion now."""
    _tell(retention.run())


@command.command()
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="In place of deletions.txt."
)
def replay(file: Path | None) -> None:
    """After a restore: delete again what had been deleted since the backup."""
    _tell(retention.replay(file))


def _tell(found: dict[retention.Kind, int]) -> None:
    told = [f"{kind.value}: {count}" for kind, count in found.items() if count]
    print(", ".join(told) or "nothing to delete")
