"""`mbiu cards`: write the training pages."""

from pathlib import Path

import click

from mbiu import cards, texts


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def write(folder: Path) -> None:
    """Write a training page for each language into FOLDER, ready to print, and the table of all words."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in cards.files().items():
        (folder / name).write_text(content, encoding="utf-8")
    click.echo(f"{len(texts.languages())} pages in {folder}")
