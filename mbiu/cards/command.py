"""`mbiu cards`: write the training pages."""

from pathlib import Path

import click

from mbiu import cards


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def write(folder: Path) -> None:
    """Write the pages of reporters and responders in each language into FOLDER, ready to print.

    The table of all words goes there too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = cards.files()
    for name, content in written.items():
        (folder / name).write_text(content, encoding="utf-8")
    click.echo(f"{len(written)} files in {folder}")
