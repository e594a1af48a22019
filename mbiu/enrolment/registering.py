"""Registering, changing and ending: nobody learns from any of it whether a number was known before.

A number that wrote as a stranger begins anew under its code name; what was told before stays with the
stranger. A number that somebody has already makes a second name without a phone: a twin, of whom only a
custodian is told. The one who registers sees the same in all three cases.

What kind of responder somebody real is, and for which area, decides what they hear: it waits for a second
person. To end somebody's part, one person is enough.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from mbiu import audit, chains, channels, proposals, vault
from mbiu.audit import SYSTEM, Actor
from mbiu.codes import AddressKind, ContactRole, ResponderClass
from mbiu.enrolment.naming import Namer
from mbiu.enrolment.people import Person, Registrar
from mbiu.models import Address, Contact, Place, Proposal, Report, VaultEntry
from mbiu.proposals import Change
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible, Stale
from mbiu.settings import settings

#: How long somebody who is blocked gets no answers: longer than anybody is going to wait.
_NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def enrol(session: Session, by: Registrar, person: Person, now: dt.datetime) -> Contact:
    """Register ``person`` and record it; the contact, under its code name."""
    contact = add(session, by, person, Namer(session), now)
    note(session, by, "contact.added", contact.code, fields=_told(person.columns))
    return contact


def add(session: Session, by: Registrar, person: Person, namer: Namer, now: dt.datetime) -> Contact:
    """Make the contact and give it the phone, unless somebody has that already."""
    code, columns = person.code or namer.next(person.columns["area_path"]), dict(person.columns)
    kind = columns.pop("responder_class", None)
    contact = Contact(id=new_id(), code=code, created_at=now, **columns)
    session.add(contact)
    session.flush()
    if kind:
        change(session, by, contact, {"responder_class": kind}, quietly=True)
    if person.number:
        _settle_phone(session, contact, person.number, now)
    session.flush()
    return contact


def _settle_phone(session: Session, contact: Contact, number: str, now: dt.datetime) -> None:
    known = _known(session, number)
    if known is None:
        _give(session, contact.id, number, now)
    elif known.role is ContactRole.UNKNOWN:
        _take_over(session, known, contact.id, number)
    else:
        contact.twin_of = known.contact_id


def _lock_away(session: Session, contact_id: UUID, number: str) -> UUID:
    vault_id = new_id()
    sealed = vault.seal("vault", "value", vault_id, number)
    entry = {"id": vault_id, "contact_id": contact_id, "field": AddressKind.SMS.value, "value": sealed}
    session.execute(insert(VaultEntry).values(entry))
    return vault_id


def _known(session: Session, number: str) -> Any:
    """The address of that number; while this transaction lasts, nobody else makes it or takes it."""
    blind = vault.blind_index(AddressKind.SMS, number)
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(blind[:8], signed=True))))
    query = (
        select(Address.id, Address.contact_id, Address.vault_id, Contact.role)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Address.kind == AddressKind.SMS, Address.blind_index == blind)
        .with_for_update(of=Address)
    )
    return session.execute(query).one_or_none()


def _give(session: Session, contact_id: UUID, number: str, now: dt.datetime) -> None:
    session.add(
        Address(
            id=new_id(),
            contact_id=contact_id,
            kind=AddressKind.SMS,
            blind_index=vault.blind_index(AddressKind.SMS, number),
            vault_id=_lock_away(session, contact_id, number),
            channel=channel(),
            created_at=now,
        )
    )


def _take_over(session: Session, known: Any, contact_id: UUID, number: str) -> None:
    """The stranger's phone as if it had never been used; the stranger keeps the reports and no way back."""
    fresh: dict[str, Any] = {"question": None, "question_report_id": None, "question_at": None, "choices": []}
    fresh |= {"last_in_at": None, "mute_until": None, "burn_at": None, "contact_id": contact_id}
    fresh |= {"vault_id": _lock_away(session, contact_id, number)}
    session.execute(update(Address).where(Address.id == known.id).values(fresh))
    session.execute(delete(VaultEntry).where(VaultEntry.id == known.vault_id))


def channel() -> str:
    """The first way to send SMS; where there is none yet, the one that is found when a text leaves counts."""
    ours = settings()
    reaching = (
        name
        for name in channels.enabled(ours)
        if name != "simulator" and channels.outgoing(name, ours).kind is AddressKind.SMS
    )
    return next(reaching, AddressKind.SMS.value)


def find(session: Session, by: Registrar, code: str) -> Contact:
    """The contact ``code``, locked. Raises NotFound, also for one outside the registrar's areas."""
    query = select(Contact).where(Contact.code == code.upper().replace("\0", "")).with_for_update()
    contact = session.scalar(query)
    if contact is None or not _sees(session, by, contact):
        raise NotFound("Nobody is called so.")
    return contact


def _sees(session: Session, by: Registrar, contact: Contact) -> bool:
    """A stranger with no home belongs to the areas that the reports are about."""
    if contact.role is not ContactRole.UNKNOWN or by.sees(contact.area_path):
        return by.sees(contact.area_path)
    paths = session.scalars(select(Report.area_path).where(Report.contact_id == contact.id))
    return any(by.sees(path) for path in paths)


def change(
    session: Session, by: Registrar, contact: Contact, columns: dict[str, Any], *, quietly: bool = False
) -> bool:
    """Say more of somebody, and record which fields. A stranger cannot be made one of ours so.

    False if a part of it waits for a second person. ``quietly`` records nothing, because the caller does.
    """
    if contact.role is ContactRole.UNKNOWN:
        raise NotPossible("Invite this person first; then they have a role and an area.")
    if columns.get("supervisor_id") == contact.id:
        raise NotPossible("Nobody supervises themselves.")
    told = {name: value for name, value in columns.items() if getattr(contact, name) != value}
    waits = by.actor != SYSTEM and not contact.exercise and _hears_otherwise(contact, told)
    held = {name: told.pop(name) for name in _HEARS if name in told} if waits else {}
    for name, value in told.items():
        setattr(contact, name, value)
    if held:
        _propose(session, by, contact, held)
    if not quietly:
        note(session, by, "contact.changed", contact.code, fields=_told(told))
    return not held


#: What decides of which incidents a responder hears.
_HEARS = ("responder_class", "area_path", "home_place_id", "country")


def _hears_otherwise(contact: Contact, told: dict[str, Any]) -> bool:
    kind = told.get("responder_class", contact.responder_class)
    if kind is not contact.responder_class:
        return True
    return kind is not None and "area_path" in told


def _propose(session: Session, by: Registrar, contact: Contact, held: dict[str, Any]) -> None:
    before = _listed(contact.responder_class, contact.area_path)
    kind = held.get("responder_class", contact.responder_class)
    after = _listed(kind, held.get("area_path", contact.area_path))
    proposals.put(session, by.actor, Change("person", contact.id, contact.code, after, before))


def _listed(kind: ResponderClass | None, area_path: str) -> dict[str, str | None]:
    return {"responder_class": kind.value if kind else None, "area_path": area_path}


def put_in_force(session: Session, actor: Actor, agreed: Proposal) -> None:
    """Let somebody be the kind of responder that was proposed, for that area.

    Raises NotPossible for somebody who left, Stale if it was changed since.
    """
    contact = session.get(Contact, agreed.subject_id, with_for_update=True)
    if contact is None or contact.archived_at or contact.silent_at:
        raise NotPossible("This person is not there any more.")
    if _listed(contact.responder_class, contact.area_path) != agreed.before:
        raise Stale("Somebody changed this since it was proposed. Take it back and propose it anew.")
    kind, path = agreed.after["responder_class"], agreed.after["area_path"]
    contact.responder_class = ResponderClass(kind) if kind else None
    if path != contact.area_path:
        place = session.scalar(select(Place).where(Place.path == path))
        contact.area_path, contact.home_place_id = path, place.id if place else None
        contact.country = place.country if place else contact.country
    session.flush()
    note(session, Registrar(actor), "contact.changed", contact.code, fields=["responder_class"])


def archive(session: Session, by: Registrar, contact: Contact, now: dt.datetime, *, block: bool) -> None:
    """End somebody's part: a stranger from now on, in no chain. With ``block`` they get no answer either.

    What they send is still kept and read.
    """
    contact.role, contact.grade, contact.archived_at = ContactRole.UNKNOWN, "F", now
    contact.supervisor_id = contact.vouched_by = contact.vouched_at = contact.pin = None
    session.execute(update(Contact).where(Contact.supervisor_id == contact.id).values(supervisor_id=None))
    chains.forget(session, contact.id)
    if block:
        _mute(session, contact, _NEVER)
    note(session, by, "contact.blocked" if block else "contact.archived", contact.code)


def restore(session: Session, by: Registrar, contact: Contact, role: ContactRole) -> None:
    """Let somebody take part again, in a role and with grade F."""
    if contact.archived_at is None or contact.silent_at is not None:
        raise NotPossible("This person did not leave, or must never be written to again.")
    contact.role, contact.archived_at = role, None
    _mute(session, contact, None)
    note(session, by, "contact.restored", contact.code)


def _mute(session: Session, contact: Contact, until: dt.datetime | None) -> None:
    session.execute(update(Address).where(Address.contact_id == contact.id).values(mute_until=until))


def settle(session: Session, by: Registrar, contact: Contact, now: dt.datetime, *, keep: bool) -> None:
    """A custodian's answer to a twin. With ``keep`` the phone stays with its old name, and the twin ends;
    else it goes to the twin, because somebody else has it now."""
    if contact.twin_of is None:
        raise NotPossible("This person was registered once only.")
    if keep:
        archive(session, by, contact, now, block=False)
    else:
        _hand_over(session, contact)
    contact.twin_of = None
    note(session, by, "contact.settled", contact.code)


def _hand_over(session: Session, contact: Contact) -> None:
    """Give the twin the phone that both were registered with."""
    phones = (Address.contact_id == contact.twin_of, Address.kind == AddressKind.SMS)
    vaults = list(session.scalars(select(Address.vault_id).where(*phones, Address.vault_id.is_not(None))))
    if not vaults:
        raise NotPossible("Nobody has this phone any more; register it anew.")
    session.execute(update(VaultEntry).where(VaultEntry.id.in_(vaults)).values(contact_id=contact.id))
    fresh = {"contact_id": contact.id, "last_in_at": None, "question": None, "question_report_id": None}
    session.execute(update(Address).where(*phones).values(fresh))


def note(session: Session, by: Registrar, action: str, code: str, **details: Any) -> None:
    audit.append(session, by.actor, action, f"contact:{code}", **details)


def _told(columns: dict[str, Any]) -> list[str]:
    return sorted(name for name, value in columns.items() if value)
