"""From what a chain's steps name to the people behind it, in the area of an incident."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mbiu.chains import Selector
from mbiu.codes import ResponderClass
from mbiu.facts import block_of_path, path_text
from mbiu.models import BY_USE, Address, Contact
from mbiu.routing.merging import Key

Way = tuple[Contact, Address | None]


def unit(area: str, area_path: str) -> str | None:
    """The path of a district, region or country around a place, or a path as it is.

    Where less is known than asked for, the region is taken; None where not even that is known.
    """
    if area.startswith("/"):
        return area
    path = tuple(part for part in area_path.split("/") if part)
    if area == "country":
        return path_text(path[:1]) if path else None
    if len(path) < 2:
        return None
    return block_of_path(path) if area == "district" else path_text(path[:2])


@dataclass(frozen=True)
class Cast:
    """Everybody whom some steps name, with the address each is reached at."""

    area_path: str
    ways: dict[Key, Way]

    @classmethod
    def of(cls, session: Session, selectors: Iterable[Selector], area_path: str) -> "Cast":
        """Look everybody up, in two questions at most."""
        found = list(selectors)
        ways = _contacts(session, found, area_path) | _groups(session, found)
        return cls(area_path, ways)

    def keys(self, one: Selector) -> tuple[Key, ...]:
        """Whom a selector names, by code name."""
        if one.kind == "group":
            return tuple(key for key in self.ways if key[1] == one.id)
        if one.kind == "person":
            return tuple(key for key in self.ways if key == (one.id, None))
        if one.responder_class is None or (path := unit(one.area, self.area_path)) is None:
            return ()
        return tuple(
            key
            for key, (contact, _) in self.ways.items()
            if key[1] is None
            and contact.responder_class is one.responder_class
            and contact.area_path.startswith(path)
            and contact.archived_at is None
        )


def _contacts(session: Session, found: Iterable[Selector], area_path: str) -> dict[Key, Way]:
    """Each with the address used last; a blocked or silent one only if there is no other, a mail or a hook
    only if there is no phone."""
    wanted: list[ColumnElement[bool]] = []
    ids = [one.id for one in found if one.kind == "person"]
    if ids:
        wanted.append(Contact.id.in_(ids))
    for name, area in {(one.responder_class, one.area) for one in found if one.responder_class}:
        if path := unit(area, area_path):
            wanted.append(_of_class(name, path))
    if not wanted:
        return {}
    rows = session.execute(
        select(Contact, Address)
        .outerjoin(Address, and_(Address.contact_id == Contact.id, ~Address.is_group))
        .where(or_(*wanted))
        .order_by(
            Contact.id,
            Address.blocked_at.is_(None).desc(),
            Address.stopped_at.is_(None).desc(),
            *BY_USE,
        )
        .ext(distinct_on(Contact.id))
    )
    people = sorted(rows, key=lambda row: str(row.Contact.code))
    return {(row.Contact.id, None): (row.Contact, row.Address) for row in people}


def _of_class(name: ResponderClass, path: str) -> ColumnElement[bool]:
    inside = Contact.area_path.startswith(path, autoescape=True)
    return and_(Contact.responder_class == name, inside, Contact.archived_at.is_(None))


def _groups(session: Session, found: Iterable[Selector]) -> dict[Key, Way]:
    ids = [one.id for one in found if one.kind == "group"]
    if not ids:
        return {}
    rows = session.execute(
        select(Contact, Address)
        .join(Address, Address.contact_id == Contact.id)
        .where(Address.id.in_(ids))
        .order_by(Contact.code)
    )
    return {(row.Contact.id, row.Address.id): (row.Contact, row.Address) for row in rows}
