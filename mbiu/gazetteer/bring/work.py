"""The whole of an import: read, refine, write the file."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from mbiu.gazetteer import best, shapes
from mbiu.gazetteer.bring import cod_ab, geojson, geonames, plain
from mbiu.gazetteer.bring.incoming import Wish
from mbiu.gazetteer.bring.refine import Outcome, Plan, refine
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.shelve import write

READERS = {"cod-ab": cod_ab.read, "geonames": geonames.read, "geojson": geojson.read, "csv": plain.read}
LICENCES = {
    "cod-ab": "OCHA COD-AB: as stated with the data set, mostly CC BY-IGO",
    "geonames": "GeoNames, CC BY 4.0",
    "geojson": "as stated with the file",
    "csv": "as stated with the file",
}


@dataclass(frozen=True)
class Order:
    """What to import, and into which file."""

    path: Path
    form: str
    wish: Wish
    replaces: bool
    target: Path


def carry_out(order: Order, *, dry: bool) -> tuple[Outcome, str]:
    """Take the file in; the outcome and the new edition ('' for a dry run). Raises BadImport, BadFile."""
    rows = READERS[order.form](order.path, order.wish)
    start = order.target if order.target.is_file() else best.best_file()
    before = best.gazetteer(start) if start else Gazetteer.seed()
    plan = Plan(order.form, order.form == "cod-ab", order.replaces, order.wish.level)
    outcome = refine(before, rows, order.wish.country, plan)
    if dry:
        return outcome, ""
    licences = {name: str(facts["licence"]) for name, facts in before.sources.items()} | LICENCES
    if order.target.is_file():
        shutil.copy2(order.target, previous(order.target))
    edition = write(order.target, outcome.places, licences)
    shapes.keep(order.target, outcome.shapes, LICENCES[order.form])
    return outcome, edition


def previous(path: Path) -> Path:
    """Where the file that an import replaced is kept, to compare with and to go back to."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")
