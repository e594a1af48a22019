"""Whom the chains name and nobody tells, and why."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import alerting, exercising, parties, texts
from mbiu.codes import Wish
from mbiu.house import settings as house
from mbiu.models import Address, Contact, Incident
from mbiu.parties import Bar
from mbiu.routing.merging import Key
from mbiu.routing.people import Cast
from mbiu.routing.plans import LeftOut

_WISHES = {Wish.PULL: "wants to hear from us only in answer", Wish.NEVER: "wants never to hear from us"}


def omitted(session: Session, incident: Incident, cast: Cast) -> dict[Key, LeftOut]:
    """Those of the cast who are not told: who cannot be reached or asked for silence, who is not meant, and
    who must not learn of it (`mbiu.parties`)."""
    everybody = house.value(session, "exercise")
    drilled = exercising.members(session) if incident.exercise else set()
    found = {
        key: LeftOut(contact.id, contact.code, contact.responder_class, why)
        for key, (contact, address) in cast.ways.items()
        if (why := _why_not(contact, address, incident, drill=everybody or contact.id in drilled))
    }
    rest = {key[0] for key in cast.ways if key not in found}
    bars = parties.barred(session, incident, sorted(rest))
    names = _codes(session, {one for bar in bars.values() for one in bar.alternatives})
    for key, (contact, _) in cast.ways.items():
        if key not in found and contact.id in bars:
            found[key] = _barred(contact, bars[contact.id], names)
    return found


def _barred(contact: Contact, bar: Bar, names: dict[UUID, str]) -> LeftOut:
    others = tuple(names[one] for one in bar.alternatives if one in names)
    return LeftOut(contact.id, contact.code, contact.responder_class, bar.why, others, barred=True)


def _codes(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    return dict(session.execute(select(Contact.id, Contact.code).where(Contact.id.in_(ids))).all())


def _why_not(contact: Contact, address: Address | None, incident: Incident, *, drill: bool) -> str:
    """Part of an English sentence; ``drill`` says that they are part of an exercise."""
    if contact.archived_at:
        return "takes no part any more"
    if address is None:
        return "has no address"
    return (
        _closed(contact, address)
        or _apart(contact, incident, drill=drill)
        or alerting.withheld(incident, words_key(contact, address))
    )


def words_key(contact: Contact, address: Address) -> str:
    """Which of an alert's texts somebody gets."""
    return alerting.key(address.kind, language(contact), contact.responder_class)


def language(contact: Contact) -> str:
    return contact.language or texts.first_language(contact.country)


def _closed(contact: Contact, address: Address) -> str:
    if address.stopped_at or contact.stopped_at or contact.silent_at:
        return "asked for no more messages"
    if contact.wish is not Wish.PUSH:
        return _WISHES[contact.wish]
    return "blocked us, or the number does not work" if address.blocked_at else ""


def _apart(contact: Contact, incident: Incident, *, drill: bool) -> str:
    if contact.exercise and not incident.exercise:
        return "belongs to the demonstration"
    if incident.exercise and not (contact.exercise or drill):
        return "is not part of the exercise"
    return ""
