"""Areas: the administrative units that incidents lie in."""

from typing import Any

from sqlalchemy import Select, func, or_, select, text

from mbiu.models import Place
from mbiu.refusals import NotFound
from mbiu.tokens import Scope
from review.api import cursors
from review.api.blueprint import pages
from review.api.callers import Caller, caller
from review.api.models import AreaOut, AreaPage, AreaQuery
from review.api.shared import further
from review.api.spec import operation

# Letter by letter, as the index on paths has them whatever the database's own order is.
_IN_ORDER = text("place.path USING ~<~")


@pages.get("/areas")
@operation(AreaPage, "A page of areas", Scope.AREAS)
def areas(query: AreaQuery) -> AreaPage:
    """Administrative units within the caller's areas, each after the one it lies in."""
    who = caller()
    found = _visible(who)
    if query.parent:
        found = found.where(Place.parent_id == query.parent)
    if query.level is not None:
        found = found.where(Place.level == query.level)
    if query.name:
        found = found.where(func.lower(Place.name).startswith(query.name.lower(), autoescape=True))
    if query.after:
        found = found.where(Place.path.op("~>~")(cursors.unseal("areas", query.after)[0]))
    with who.transaction() as db:
        listed = db.scalars(found.order_by(_IN_ORDER).limit(query.limit + 1)).all()
        rows, more = further(listed, query.limit)
        place = cursors.seal("areas", rows[-1].path) if rows else query.after or None
        return AreaPage(areas=[AreaOut.model_validate(row) for row in rows], next=place, more=more)


@pages.get("/areas/<area_id>")
@operation(AreaOut, "The area", Scope.AREAS, one=True)
def area(area_id: str) -> AreaOut:
    """One administrative unit."""
    who = caller()
    with who.transaction() as db:
        row = db.scalars(_visible(who).where(Place.id == area_id.replace("\0", ""))).one_or_none()
        if row is None:
            raise NotFound(f"There is no area {area_id}.")
        return AreaOut.model_validate(row)


def _visible(who: Caller) -> Select[Any]:
    paths = [Place.path.startswith(path, autoescape=True) for path in who.area.split(",")]
    return select(Place).where(Place.level.is_not(None), ~Place.retired, or_(*paths))
