"""The lists beside the queue: those that everybody has, one's own and those that others share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.models import SavedFilter, User
from mbiu.refusals import NotFound, NotPossible
from review.filters import Filters

#: So many lists of one's own, and so many shown in all.
OWN, SHOWN = 12, 24
_LETTERS = 40


@dataclass(frozen=True)
class Tab:
    """A list one may go to. ``id`` is empty for what cannot be taken away; ``by`` names who shares it."""

    name: str
    query: dict[str, Any]
    id: UUID | None = None
    by: str = ""
    mine: bool = False
    shared: bool = False
    current: bool = False


def tabs(db: Session, user_id: UUID, chosen: Filters) -> list[Tab]:
    """The lists in the order of their keys."""
    usual: list[tuple[str, dict[str, Any]]] = [
        (_("Waiting"), {}),
        (_("Mine"), {"who": "me"}),
        (_("Nobody’s"), {"who": "free"}),
        (_("Messages"), {"state": "messages"}),
        (_("Look again"), {"state": "again"}),
    ]
    here = chosen.as_query()
    found = [Tab(name, query, current=query == here) for name, query in usual]
    rows = select(SavedFilter, User.name).join(User, User.id == SavedFilter.user_id)
    seen = rows.where(or_(SavedFilter.user_id == user_id, SavedFilter.shared))
    order = (SavedFilter.user_id != user_id, SavedFilter.created_at, SavedFilter.id)
    rows_ = db.execute(seen.order_by(*order).limit(SHOWN))
    return found + [_tab(row.SavedFilter, row.name, user_id, here) for row in rows_]


def _tab(row: SavedFilter, owner: str, user_id: UUID, here: dict[str, Any]) -> Tab:
    query, mine = Filters.from_query(_texts(row.query)).as_query(), row.user_id == user_id
    return Tab(row.name, query, row.id, "" if mine else owner, mine, row.shared, query == here)


def _texts(query: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in query.items()}


def keep(db: Session, actor: Actor, name: str, chosen: Filters, *, shared: bool) -> None:
    """Keep what the queue is narrowed to under a name; an earlier list of that name gives way.

    Raises NotPossible for no name, for nothing to keep, and beyond `OWN` lists.
    """
    name = " ".join(name.split())[:_LETTERS]
    if not name or not chosen.as_query():
        raise NotPossible("Narrow the queue first, then give the list a name.")
    mine = list(db.scalars(select(SavedFilter).where(SavedFilter.user_id == actor.id)))
    row = next((one for one in mine if one.name == name), None)
    if row is None:
        if len(mine) >= OWN:
            raise NotPossible(_("You have %(n)s lists; take one away first.", n=OWN))
        row = SavedFilter(user_id=actor.id, name=name)
        db.add(row)
    row.query, row.shared = chosen.as_query(), shared
    db.flush()
    audit.append(db, actor, "filter.kept", f"filter:{row.id}", shared=shared)


def drop(db: Session, actor: Actor, filter_id: UUID) -> None:
    """Take away a list of one's own. Raises NotFound."""
    row = db.get(SavedFilter, filter_id)
    if row is None or row.user_id != actor.id:
        raise NotFound("There is no such list of yours.")
    db.delete(row)
    audit.append(db, actor, "filter.dropped", f"filter:{filter_id}")
