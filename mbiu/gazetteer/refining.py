"""`mbiu gazetteer import`, `check` and `diff`: what a country team does with its own data."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mbiu.gazetteer import best
from mbiu.gazetteer.bring.incoming import BadImport, Wish
from mbiu.gazetteer.command import gazetteer
from mbiu.gazetteer.option import FILE, opened
from mbiu.gazetteer.shelf import BadFile
from mbiu.settings import BadSetting, settings

FORMS = ("cod-ab", "geonames", "geojson", "csv")


@gazetteer.command("import")
@click.argument("path", type=FILE)
@click.option("--format", "form", type=click.Choice(FORMS), required=True)
@click.option("--country", required=True, help="Two letters, such as TZ.")
@click.option(
    "--level", type=click.IntRange(1, 6), help="The level of the file's units, where it has several."
)
@click.option(
    "--replace/--merge", "replaces", help="Drop the country's other rows of these levels, or keep them."
)
@click.option(
    "--gazetteer", "target", type=click.Path(dir_okay=False, path_type=Path), help="The file to refine."
)
@click.option("--name-field", default="", help="GeoJSON: the property that holds the name.")
@click.option("--parent-field", default="", help="GeoJSON: the property that names the unit one level up.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would happen; write nothing.")
@click.pass_obj
def bring(attach: Callable[[], None] | None, /, path: Path, **given: Any) -> None:
    """Refine the gazetteer with a country's own data; a bad FILE changes nothing."""
    from mbiu.gazetteer.bring.work import Order, carry_out

    reachable, dry = _attached(attach), given["dry"]
    wish = Wish(given["country"].upper(), given["level"], given["name_field"], given["parent_field"])
    order = Order(path, given["form"], wish, given["replaces"], given["target"] or best.own_file())
    try:
        outcome, edition = carry_out(order, dry=dry)
    except (BadImport, BadFile) as error:
        raise click.ClickException(f"{error}\nnothing was changed") from None
    click.echo(
        f"gazetteer: {outcome.added} added, {outcome.refined} refined, {outcome.removed} removed, "
        f"{len(outcome.places)} places" + (f", edition {edition}" if edition else " (dry run)")
    )
    if not dry and given["target"] is None:
        _load(reachable=reachable)


def _attached(attach: Callable[[], None] | None) -> bool:
    """Whether an installation runs here whose database can be asked."""
    try:
        if attach is not None:
            attach()
    except BadSetting:
        return False
    return bool(settings().database_url.get_secret_value())


def _load(*, reachable: bool) -> None:
    """Hand the refined file to the installation, or say how."""
    from mbiu.db import is_away, transaction
    from mbiu.gazetteer import shapes, store

    if reachable:
        try:
            with transaction() as session:
                count = store.load(session, best.gazetteer(best.own_file()))
                shapes.load(session, best.own_file())
        except Exception as error:
            if not is_away(error):
                raise
        else:
            click.echo(f"database: {count} places changed; workers read with them within five minutes")
            return
    click.echo("database: not reached; the next `make run`, or `mbiu gazetteer load`, takes the places in")


@gazetteer.command()
@click.option("--gazetteer", "path", type=FILE, help="A built file, or a table of places as CSV.")
@click.option("--json", "as_json", is_flag=True)
def check(path: Path | None, *, as_json: bool) -> None:
    """Count the places and look for faults; exit 1 if there are any."""
    from mbiu.gazetteer import check as checking

    report = checking.check(opened(path))
    click.echo(json.dumps(report.to_json()) if as_json else "\n".join(checking.told(report)))
    if report.errors:
        sys.exit(1)


@gazetteer.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE, required=False)
@click.option("--json", "as_json", is_flag=True)
def diff(old: Path, new: Path | None, *, as_json: bool) -> None:
    """Say what changed from OLD to NEW, or to the best file there is."""
    from mbiu.gazetteer import compare

    changes = compare.compare(opened(old), opened(new))
    click.echo(json.dumps(changes.to_json()) if as_json else "\n".join(compare.told(changes)))
