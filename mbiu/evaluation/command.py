"""``mbiu evaluate``: how well labelled messages are read."""

import json
from pathlib import Path

import click

from mbiu.analysis import tables
from mbiu.evaluation import judging, labelled, measure, table
from mbiu.gazetteer.option import FILE, opened
from mbiu.settings import settings


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw to an SVG or PNG file.")
@click.option("--gazetteer", type=FILE, help="Places: a built file, or a table as CSV.")
@click.option("--errors", is_flag=True, help="List each field that was read wrongly.")
def evaluate(
    files: tuple[Path, ...], *, as_json: bool, plot: Path | None, gazetteer: Path | None, errors: bool
) -> None:
    """Read labelled messages, JSON lines of id, text, expect; print how much is right, field by field."""
    try:
        messages = labelled.read_files(list(files))
    except labelled.BadLabel as bad:
        raise click.ClickException(str(bad)) from None
    tables.use(settings().tables)
    places = opened(gazetteer)
    cases = judging.cases(messages, places)
    result = {"files": [str(file) for file in files], **measure.measure(cases, places)}
    wrong = measure.errors(cases, places) if errors else []
    if as_json:
        click.echo(json.dumps({**result, "errors": wrong} if errors else result, ensure_ascii=False))
    else:
        click.echo("\n".join([*table.lines(result), *([""] if wrong else []), *table.error_lines(wrong)]))
    if plot:
        _draw(result, plot)


def _draw(result: dict[str, object], path: Path) -> None:
    from mbiu.evaluation.plot import NoMatplotlib, draw

    try:
        draw(result, path)
    except (NoMatplotlib, ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
