"""Names of places and areas for the screen."""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.db import among
from mbiu.models import Place

Names = dict[str, str]
_DISTRICT = 2


def names(db: Session, paths: Iterable[str]) -> Names:
    """The name of every place that occurs in these paths (``/ug/ug-kasese/``), by id."""
    ids = {part for path in paths for part in parts(path)}
    if not ids:
        return {}
    return dict(db.execute(select(Place.id, Place.name).where(among(Place.id, ids))).all())


def parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def place_name(path: str, known: Names) -> str:
    """The last place of a path, or words for not knowing."""
    found = [known[part] for part in parts(path) if part in known]
    return found[-1] if found else _("place not known")


def area_name(path: str, known: Names) -> str:
    """Where the last place of a path lies, finest first: ``Kasese, Western, Uganda``."""
    found = [known[part] for part in parts(path) if part in known]
    return ", ".join(reversed(found[:-1] if len(found) > 1 else found))


def scope_name(scope: str, known: Names) -> str:
    """A user's areas in words."""
    if scope == "/":
        return str(_("all areas"))
    return ", ".join(place_name(path, known) for path in scope.split(","))


def covers(scope: str, path: str) -> bool:
    """Whether an area lies within a user's areas."""
    return any(path.startswith(one) for one in scope.split(","))


def search(db: Session, text: str, limit: int = 12) -> list[tuple[str, str]]:
    """Places whose name begins with ``text``: id, and the name with its area."""
    like = text.casefold().replace("%", "").replace("_", "") + "%"
    rows = db.execute(
        select(Place.id, Place.path)
        .where(func.lower(Place.name).like(like), ~Place.retired)
        .order_by(Place.level.nulls_last(), Place.name)
        .limit(limit)
    ).all()
    known = names(db, [row.path for row in rows])
    return [(row.id, full_name(row.path, known)) for row in rows]


def full_name(path: str, known: Names) -> str:
    """``Bwera, Kasese, Western, Uganda``: what a person picks from, and what we find again."""
    return ", ".join(reversed([known[part] for part in parts(path) if part in known]))


def find(db: Session, text: str) -> str | None:
    """The id of the place that somebody picked or typed; None unless exactly one fits.

    ``Bwera, Kasese`` need not name all that lies between. Of a district and a town in it that are called
    alike the larger one is meant, of a district and villages elsewhere the district.
    """
    first, *within = wanted = [" ".join(part.split()).casefold() for part in text.split(",")]
    rows = db.execute(
        select(Place.id, Place.path, Place.level).where(func.lower(Place.name) == first, ~Place.retired)
    ).all()
    known = names(db, [row.path for row in rows])
    called = {row.path: full_name(row.path, known).casefold().split(", ") for row in rows}
    found = {row.path: row for row in rows}
    exact = [path for path, names in called.items() if names == wanted]
    fitting = exact or [path for path, names in called.items() if _in_order(within, names[1:])]
    outer = [found[path] for path in fitting if not any(_is_inside(path, other) for other in fitting)]
    if len(outer) > 1:
        outer = [one for one in outer if one.level is not None and one.level <= _DISTRICT]
    return outer[0].id if len(outer) == 1 else None


def _in_order(some: list[str], names: list[str]) -> bool:
    rest = iter(names)
    return all(one in rest for one in some)


def _is_inside(path: str, other: str) -> bool:
    return path != other and path.startswith(other)


def upper(db: Session, *more: str) -> list[tuple[str, str]]:
    """Countries and first-level units in the user's areas, and ``more`` paths: to choose from, with names."""
    query = select(Place.path).where(Place.level.in_((0, 1)), ~Place.retired, func.mbiu_sees(Place.path))
    paths = {*db.scalars(query), *filter(None, more)}
    known = names(db, paths)
    found = [(path, full_name(path, known)) for path in paths]
    return sorted((one for one in found if one[1]), key=lambda one: one[1].split(", ")[::-1])
