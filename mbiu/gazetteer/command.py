"""`mbiu gazetteer`: build, load and look up places."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from mbiu.gazetteer import best
from mbiu.gazetteer.option import FILE, opened


@click.group()
def gazetteer() -> None:
    """Build, load, refine and look up places."""


@gazetteer.command()
@click.option(
    "--packages",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the packages of requirements/gazetteer.txt; without it they are fetched.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def build(packages: Path | None, output: Path | None) -> None:
    """Merge the pinned data packages with the places that come with Mbiu into one file."""
    from mbiu.gazetteer.fetch import NotFetched, fetch
    from mbiu.gazetteer.merge import LICENCES, MissingPackage, merge
    from mbiu.gazetteer.shelve import write

    begun = time.monotonic()
    target = output or best.built_file()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(dir=target.parent) as folder:
            if packages is None:
                click.echo("gazetteer: fetching the data packages, 37 MB")
                fetch(Path(folder))
            places = merge(packages or Path(folder))
    except (MissingPackage, NotFetched) as missing:
        raise click.ClickException(f"{missing}; nothing was written") from None
    edition = write(target, places, LICENCES)
    click.echo(f"gazetteer: {len(places)} places, edition {edition}, in {time.monotonic() - begun:.0f} s")


@gazetteer.command()
@click.option("--file", "path", type=FILE, help="A built file, or a table of places as CSV.")
@click.pass_obj
def load(attach: Callable[[], None] | None, path: Path | None) -> None:
    """Make the database hold the best places there are, or those of a file.

    Without --file, places that were imported elsewhere stay.
    """
    from mbiu.db import transaction
    from mbiu.gazetteer import shapes, store

    if attach is not None:
        attach()
    begun, places = time.monotonic(), opened(path)
    with transaction() as session:
        foreign = store.sources(session).keys() - places.sources.keys()
        if foreign and path is None:
            click.echo(f"gazetteer: kept what the database holds from {', '.join(sorted(foreign))}")
            return
        count = store.load(session, places)
        shapes.load(session, path or best.own_file())
    click.echo(f"gazetteer: {len(places)} places, {count} changed, in {time.monotonic() - begun:.1f} s")


@gazetteer.command()
@click.pass_obj
def export(attach: Callable[[], None] | None) -> None:
    """Write the database's places into this installation's folder, for programs that read."""
    from mbiu.db import transaction
    from mbiu.gazetteer import store

    if attach is not None:
        attach()
    with transaction() as session:
        click.echo(store.export(session))


@gazetteer.command()
@click.option("--gazetteer", "path", type=FILE, help="A built file, or a table of places as CSV.")
@click.argument("name")
def find(name: str, path: Path | None) -> None:
    """Show the places that bear NAME."""
    from mbiu.gazetteer.names import fold_name

    places = opened(path)
    for one in places.named(fold_name(name)):
        chain = " > ".join(step.name for step in places.path(one.place_id))
        point = "no point" if one.lat is None else f"{one.lat} {one.lon} ±{one.radius_km:g} km"
        click.echo(f"{one.place_id}\t{chain}\t{one.type_local or one.kind}\t{point} ({one.coord_precision})")
