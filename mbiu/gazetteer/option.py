"""The gazetteer that a command is given, or the best there is."""

from pathlib import Path

import click

from mbiu.gazetteer import best
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.place import BadRow
from mbiu.gazetteer.shelf import BadFile

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def opened(path: Path | None) -> Gazetteer:
    """The gazetteer of a file, or the best there is. Raises ClickException for a file that is none."""
    try:
        return best.gazetteer(path)
    except (BadFile, BadRow, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path or 'gazetteer'}: {error}; nothing was changed") from None
    except KeyError as error:
        raise click.ClickException(f"{path}: the column {error} is missing; nothing was changed") from None
