"""`mbiu gazetteer`: put places into the database and look them up."""

from pathlib import Path

import click

from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.place import BadRow


@click.group()
def gazetteer() -> None:
    """Load and look up places."""


@gazetteer.command()
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="a table of places"
)
def load(path: Path | None) -> None:
    """Write the places that come with Mbiu, or those of a file, into the database."""
    from mbiu.db import transaction
    from mbiu.gazetteer import store

    try:
        places = Gazetteer.from_csv(path) if path else Gazetteer.seed()
    except (BadRow, KeyError) as error:
        raise click.ClickException(f"{path}: {error}; nothing was changed") from None
    with transaction() as session:
        count = store.load(session, places)
    click.echo(f"gazetteer: {count} places")


@gazetteer.command()
@click.argument("name")
def find(name: str) -> None:
    """Show the places that bear NAME."""
    from mbiu.gazetteer.names import fold_name

    places = Gazetteer.seed()
    for one in places.named(fold_name(name)):
        chain = " > ".join(step.name for step in places.path(one.place_id))
        click.echo(f"{one.place_id}\t{chain}\t{one.lat} {one.lon} ±{one.radius_km:g} km")
