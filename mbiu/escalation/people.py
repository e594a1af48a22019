"""Who can be told: by the chain, by a rota, or as coordinators."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mbiu import alerting, exercising, rotas, texts
from mbiu.codes import ResponderClass, Wish
from mbiu.house import settings as house
from mbiu.models import BY_USE, Address, Contact, Incident

#: Whom an alert may reach at an address: nobody who asked for silence, by STOP, SAFE or in danger. Quiet
#: hours hold nothing back here, because an alert cannot wait.
ALERTABLE = (
    Address.stopped_at.is_(None),
    Address.blocked_at.is_(None),
    Contact.stopped_at.is_(None),
    Contact.silent_at.is_(None),
    Contact.wish == Wish.PUSH,
)
_THERE = (*ALERTABLE, Address.vault_id.is_not(None), Contact.archived_at.is_(None))


Recipient = dict[str, Any]


def ids(one: Mapping[str, Any]) -> tuple[UUID, UUID]:
    """Address and contact of somebody whom a step names."""
    return UUID(one["address"]), UUID(one["contact"])


def recipient(contact: Contact, address: Address) -> Recipient:
    """Somebody as a step of ``alert.chain`` names them."""
    language = contact.language or texts.first_language(contact.country)
    kind = contact.responder_class
    return {
        "contact": str(contact.id),
        "address": str(address.id),
        "channel": address.channel,
        "language": language,
        "class": kind.value if kind else None,
        "key": alerting.key(address.kind, language, kind),
    }


def reachable(session: Session, addresses: Collection[UUID]) -> set[UUID]:
    """Those of the addresses at which an alert may reach somebody now."""
    query = select(Address.id).join(Contact, Contact.id == Address.contact_id)
    return set(session.scalars(query.where(Address.id.in_(addresses), *ALERTABLE)))


def on_duty(
    session: Session,
    incident: Incident,
    rota_ids: Iterable[UUID],
    at: dt.datetime,
    *,
    everywhere: bool = False,
) -> list[Recipient]:
    """Who is on duty, each at the address used last or at every one."""
    found = dict.fromkeys(one for rota in rota_ids for one in rotas.on_duty(session, rota, at))
    if not found:
        return []
    where = Contact.id.in_(found) & _takes_part(session, incident)
    return _at(session, where, everywhere=everywhere)


def one(session: Session, incident: Incident, contact_id: UUID) -> Recipient | None:
    """A contact at the address used last; None if an alert may not reach them there."""
    found = _at(session, (Contact.id == contact_id) & _takes_part(session, incident), everywhere=False)
    return found[0] if found else None


def coordinators(session: Session, incident: Incident, *, any_area: bool = False) -> list[Recipient]:
    """Contacts of that class who are responsible for the place of an incident, at every address."""
    where = (Contact.responder_class == ResponderClass.COORDINATOR) & _takes_part(session, incident)
    if not any_area:
        where &= func.starts_with(incident.area_path, Contact.area_path)
    return _at(session, where, everywhere=True)


def of_the_house(session: Session, at: dt.datetime) -> list[Recipient]:
    """Who looks after the house itself: who is on duty, or else all coordinators, at every address."""
    rota = house.value(session, "duty_rota")
    found = rotas.on_duty(session, UUID(rota), at) if rota else []
    real = Contact.exercise.is_(False)
    on_duty = _at(session, Contact.id.in_(found) & real, everywhere=True) if found else []
    is_coordinator = Contact.responder_class == ResponderClass.COORDINATOR
    return on_duty or _at(session, is_coordinator & real, everywhere=True)


def _takes_part(session: Session, incident: Incident) -> ColumnElement[bool]:
    """Nobody of the demonstration hears of what is real; of an exercise only who is part of it."""
    if not incident.exercise:
        return Contact.exercise.is_(False)
    if house.value(session, "exercise"):
        return true()
    return Contact.exercise.is_(True) | exercising.takes_part()


def _at(session: Session, where: ColumnElement[bool], *, everywhere: bool) -> list[Recipient]:
    rows = session.execute(_everywhere(where) if everywhere else _last_used(where))
    return [recipient(row.Contact, row.Address) for row in rows]


def _everywhere(where: ColumnElement[bool]) -> Select[Contact, Address]:
    found = select(Contact, Address).join(Address, Address.contact_id == Contact.id)
    return found.where(where, *_THERE).order_by(Contact.code, Address.created_at)


def _last_used(where: ColumnElement[bool]) -> Select[Contact, Address]:
    found = select(Contact, Address).join(Address, Address.contact_id == Contact.id).where(where, *_THERE)
    return found.order_by(Contact.id, *BY_USE).ext(distinct_on(Contact.id))
