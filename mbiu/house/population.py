"""How many people live in each area: a table that is brought as CSV, looked through before it holds."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.channels.text import clean
from mbiu.house.settings import RUNNERS
from mbiu.models import AreaPopulation, Place, utcnow
from mbiu.refusals import NotAllowed, NotPossible

COLUMNS = ("area", "population", "year", "source")
#: Rows of one file, and bytes of it.
MOST, LARGEST = 5_000, 200_000
_PEOPLE = 2_000_000_000


@dataclass(frozen=True)
class Row:
    """A line of the file: what it says, what stands there now, or what is wrong with it."""

    line: int
    area_path: str = ""
    name: str = ""
    population: int = 0
    year: int = 0
    source: str = ""
    before: int | None = None
    wrong: str = ""


def check(session: Session, text: str) -> list[Row]:
    """The rows of a file as they would be taken, or why not. Raises NotPossible for what is no such file."""
    lines = _lines(text)
    known = _areas(session, {cells.get("area", "").strip() for _, cells in lines})
    rows = [_row(number, cells, known) for number, cells in lines]
    now = {
        (one.area_path, one.year): one.population
        for one in session.scalars(
            select(AreaPopulation).where(AreaPopulation.area_path.in_({row.area_path for row in rows}))
        )
    }
    seen: set[tuple[str, int]] = set()
    return [_settled(row, now, seen) for row in rows]


def apply(session: Session, actor: Actor, text: str) -> int:
    """Take the good rows in; how many. Raises NotAllowed, NotPossible."""
    if actor.role not in RUNNERS:
        raise NotAllowed("Only administrators and coordinators bring in figures.")
    good = [row for row in check(session, text) if not row.wrong]
    if not good:
        raise NotPossible("No row of the file can be used.")
    names = ("area_path", "population", "year", "source")
    values = [{name: getattr(row, name) for name in names} | {"updated_at": utcnow()} for row in good]
    statement = insert(AreaPopulation)
    fresh = {name: statement.excluded[name] for name in ("population", "source", "updated_at")}
    session.execute(statement.on_conflict_do_update(constraint="pk_area_population", set_=fresh), values)
    new = sum(row.before is None for row in good)
    other = sum(row.before not in (None, row.population) for row in good)
    audit.append(session, actor, "population.brought", "house:population", new=new, changed=other)
    return len(good)


def newest(session: Session, most: int = 500) -> Sequence[tuple[AreaPopulation, str]]:
    """The newest figure of each area with the area's name."""
    latest = (
        select(AreaPopulation.area_path, func.max(AreaPopulation.year).label("year"))
        .group_by(AreaPopulation.area_path)
        .subquery()
    )
    query = (
        select(AreaPopulation, func.coalesce(Place.name, AreaPopulation.area_path))
        .join(
            latest,
            (latest.c.area_path == AreaPopulation.area_path) & (latest.c.year == AreaPopulation.year),
        )
        .outerjoin(Place, Place.path == AreaPopulation.area_path)
        .order_by(AreaPopulation.area_path)
        .limit(most)
    )
    return [(row, name) for row, name in session.execute(query)]


def _lines(text: str) -> list[tuple[int, dict[str, str]]]:
    text = clean(text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}"))
    if len(text.encode()) > LARGEST:
        raise NotPossible("The file is too large: at most 200 kB.")
    try:
        reader = csv.DictReader(io.StringIO(text), restval="", strict=True)
        found = [
            (reader.line_num, {k: v or "" for k, v in row.items() if isinstance(k, str)}) for row in reader
        ]
    except csv.Error:
        raise NotPossible("This is no CSV file.") from None
    if missing := [name for name in COLUMNS[:3] if name not in (reader.fieldnames or ())]:
        raise NotPossible(f"The heading lacks {', '.join(missing)}.")
    if not 0 < len(found) <= MOST:
        raise NotPossible(f"A file has 1 to {MOST} rows.")
    return found


def _cells(row: dict[str | None, str | None]) -> dict[str, str]:
    return {name: cell or "" for name, cell in row.items() if name is not None}


def _areas(session: Session, named: set[str]) -> dict[str, tuple[str, str]]:
    """Paths and names by path, place id and P-code."""
    named.discard("")
    which = or_(Place.path.in_(named), Place.id.in_(named), Place.pcode.in_(named))
    rows = session.execute(
        select(Place.id, Place.path, Place.pcode, Place.name).where(which, Place.kind == "adm")
    )
    return {key: (row.path, row.name) for row in rows for key in (row.id, row.path, row.pcode) if key}


def _row(line: int, cells: dict[str, str], known: dict[str, tuple[str, str]]) -> Row:
    found = known.get(cells["area"].strip())
    if found is None:
        return Row(line, name=cells["area"][:60], wrong="no such area: give a path, an id or a P-code")
    people, year = (_whole(cells[name]) for name in ("population", "year"))
    if people is None or not 0 < people <= _PEOPLE:
        return Row(line, *found, wrong="the population is no whole number")
    if year is None or not 1900 <= year <= utcnow().year + 1:
        return Row(line, *found, population=people, wrong="the year is none")
    return Row(line, *found, people, year, " ".join(cells.get("source", "").split())[:80])


def _whole(text: str) -> int | None:
    plain = text.strip().replace(",", "").replace(" ", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 11 else None


def _settled(row: Row, now: dict[tuple[str, int], int], seen: set[tuple[str, int]]) -> Row:
    key = row.area_path, row.year
    if row.wrong:
        return row
    wrong = "the same area and year stand above" if key in seen else ""
    seen.add(key)
    return Row(row.line, row.area_path, row.name, row.population, row.year, row.source, now.get(key), wrong)
