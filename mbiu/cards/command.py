"""`mbiu cards`: write the training pages."""

from pathlib import Path

import click

from mbiu import cards


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def write(folder: Path) -> None:
    """Write a page for reporters and one for responders in each language into FOLDER, and the table of all words."""
    folder.mkdir(parents=True, exist_ok=True)
    written = cards.files()
    for name, content in written.items():
        (folder / name).write_text(content, encoding="utf-8")
    click.echo(f"{len(written)} files in {folder}")
