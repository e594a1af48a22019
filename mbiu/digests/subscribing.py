"""Who gets a brief: of which area, how often, at which address."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.codes import AddressKind
from mbiu.house import settings as house
from mbiu.models import Address, Contact, Digest, Place, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible

#: The ways a brief can go.
KINDS = (AddressKind.EMAIL, AddressKind.TELEGRAM, AddressKind.SMS)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """A brief as a person orders it for somebody, by code name. ``weekday`` counts from Monday, 0."""

    code: str
    kind: str
    area_path: str = "/"
    weekly: bool = False
    weekday: int = 0
    hour: int = 7
    always: bool = False
    active: bool = True


def save(session: Session, actor: Actor, wanted: Wanted, digest_id: UUID | None = None) -> Digest:
    """Order a brief, or change one. Raises NotAllowed, NotFound, NotPossible.

    The first one tells of what happens from now on.
    """
    _must_run(actor)
    row = _find(session, digest_id) if digest_id else Digest(id=new_id(), made_by=actor.id, since=utcnow())
    before = _facts(session, row) if digest_id else None
    now, zone = utcnow(), house.value(session, "time_zone")
    address = _address(session, wanted)
    _check(session, wanted, address, digest_id)
    row.contact_id, row.address_id, row.area_path = address.contact_id, address.id, wanted.area_path
    row.weekly, row.weekday, row.hour = wanted.weekly, wanted.weekday, wanted.hour
    row.zone, row.always, row.active = zone, wanted.always, wanted.active
    row.due_at = next_due(row, now)
    session.add(row)
    session.flush()
    after = _facts(session, row)
    audit.append(session, actor, "digest.saved", f"digest:{row.id}", before=before, after=after)
    return row


def end(session: Session, actor: Actor, digest_id: UUID) -> None:
    """Order a brief off. Raises NotAllowed, NotFound."""
    _must_run(actor)
    row = _find(session, digest_id)
    audit.append(session, actor, "digest.ended", f"digest:{row.id}", before=_facts(session, row), after=None)
    session.delete(row)


def next_due(row: Digest, after: dt.datetime) -> dt.datetime:
    """The next time after a moment at which a brief goes, in its own time zone."""
    zone = ZoneInfo(row.zone)
    local = after.astimezone(zone)
    due = dt.datetime.combine(local.date(), dt.time(row.hour), zone)
    while due <= after or (row.weekly and due.weekday() != row.weekday):
        due = dt.datetime.combine(due.date() + _DAY, dt.time(row.hour), zone)
    return due.astimezone(dt.UTC)


def _address(session: Session, wanted: Wanted) -> Address:
    """The address of that kind that the person used last."""
    if wanted.kind not in KINDS:
        raise NotPossible("A brief goes by e-mail, by Telegram or by SMS.")
    query = (
        select(Address)
        .join(Contact, Contact.id == Address.contact_id)
        .where(func.upper(Contact.code) == wanted.code.strip().upper(), Contact.archived_at.is_(None))
        .where(Address.kind == AddressKind(wanted.kind), Address.vault_id.is_not(None))
        .order_by(Address.blocked_at.is_(None).desc(), Address.last_in_at.desc().nulls_last())
    )
    found = session.scalar(query.limit(1))
    if found is None:
        raise NotPossible("Nobody of that code name can be reached that way.")
    return found


def _check(session: Session, wanted: Wanted, address: Address, digest_id: UUID | None) -> None:
    if not 0 <= wanted.hour <= 23 or not 0 <= wanted.weekday <= 6:
        raise NotPossible("Choose an hour from 0 to 23, and a day of the week.")
    path = wanted.area_path
    if path != "/" and not session.scalar(select(Place.id).where(Place.path == path).limit(1)):
        raise NotPossible("There is no such area.")
    same = select(Digest.id).where(Digest.address_id == address.id, Digest.area_path == path)
    if session.scalar(same.where(Digest.id != digest_id) if digest_id else same):
        raise NotPossible("They get a brief of that area at that address already.")


def _facts(session: Session, row: Digest) -> dict[str, Any]:
    query = select(Contact.code, Address.kind).join(Address, Address.contact_id == Contact.id)
    who = session.execute(query.where(Address.id == row.address_id)).one()
    names = ("area_path", "weekly", "weekday", "hour", "always", "active")
    return {name: getattr(row, name) for name in names} | {"who": who.code, "kind": who.kind.value}


def _find(session: Session, digest_id: UUID) -> Digest:
    row = session.get(Digest, digest_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such brief.")
    return row


def _must_run(actor: Actor) -> None:
    if actor.role not in house.RUNNERS:
        raise NotAllowed("Only administrators and coordinators order briefs.")
