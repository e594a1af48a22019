"""Other ways to somebody than a phone: a mailbox, or a partner's own server. Both are locked away at once.

A new one of somebody real waits until a second person has typed it too; to end one, one person is enough.
Nobody writes to us by them, so they are not looked up: their blind index holds the contact too, and nobody
learns by registering an address whether somebody else has it.
"""

import datetime as dt
import re
import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from mbiu import proposals, texts, vault
from mbiu.audit import SYSTEM, Actor
from mbiu.channels import outside
from mbiu.channels.webhook import Hook
from mbiu.codes import AddressKind
from mbiu.enrolment.people import Registrar
from mbiu.enrolment.registering import note
from mbiu.messages import ChannelError
from mbiu.models import Address, Contact, Proposal, VaultEntry, utcnow
from mbiu.outbox import Outgoing, put
from mbiu.proposals import Change
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible
from mbiu.settings import settings

#: Their channels have the same names.
KINDS = (AddressKind.EMAIL, AddressKind.WEBHOOK)
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_LONGEST = 254


def mailbox(typed: str) -> str:
    """A mail address as it is kept, its host in small letters. Raises NotPossible."""
    address = typed.strip()
    if len(address) > _LONGEST or not _MAIL.fullmatch(address):
        raise NotPossible("This is no mail address. Write it like office@peace.example.")
    name, _, host = address.rpartition("@")
    return f"{name}@{host.lower()}"


def add_mail(session: Session, by: Registrar, contact: Contact, typed: str, now: dt.datetime) -> bool:
    """Reach somebody by mail too, instead of at the mailbox that they had before. Raises NotPossible.

    False if it waits for a second person.
    """
    return _put(session, by, contact, (AddressKind.EMAIL, mailbox(typed)), now)


def add_hook(
    session: Session, by: Registrar, contact: Contact, typed: str, now: dt.datetime
) -> tuple[str, bool]:
    """Reach an organisation's server too, and return the secret that our calls to it are signed with.

    The second is False if it waits for a second person. Raises NotPossible for an address that may not be
    called.
    """
    url, secret = typed.strip(), secrets.token_urlsafe(32)
    _listed(url)
    return secret, _put(session, by, contact, (AddressKind.WEBHOOK, str(Hook(url, secret))), now)


def put_in_force(session: Session, actor: Actor, agreed: Proposal, typed: str = "") -> None:
    """Let a proposed address count. Whoever agrees has typed it too; who went alone has typed it before.

    Raises NotPossible if it is another one, if it is gone, or if it may not be called any more.
    """
    contact = session.get(Contact, agreed.subject_id, with_for_update=True)
    entry = session.get(VaultEntry, agreed.vault_id) if agreed.vault_id else None
    if contact is None or contact.archived_at or entry is None:
        raise NotPossible("This person is not there any more.")
    kind, value = AddressKind(agreed.kind), vault.unseal("vault", "value", entry.id, entry.value)
    if agreed.alone is None and not _same(kind, value, typed):
        raise NotPossible("This is not the address that was proposed. Ask for it again, and type it whole.")
    if kind is AddressKind.WEBHOOK:
        _listed(Hook.read(value).url)
    agreed.vault_id = None
    _give(session, contact, kind, (entry.id, value), utcnow())
    note(session, Registrar(actor), "contact.way_added", contact.code, kind=kind.value)


def _same(kind: AddressKind, value: str, typed: str) -> bool:
    if kind is AddressKind.WEBHOOK:
        return Hook.read(value).url == typed.strip()
    return mailbox(typed) == value


def _listed(url: str) -> None:
    try:
        name = outside.target(url).name
    except ChannelError:
        raise NotPossible("A hook is an https address without a password in it.") from None
    if name not in {one.lower() for one in settings().hook_hosts_listed}:
        raise NotPossible("This host is not on the list of the house. Whoever runs the house adds it there.")


def end(session: Session, by: Registrar, contact: Contact, kind: AddressKind, now: dt.datetime) -> None:
    """Reach somebody that way no more, and forget the address. Raises NotFound."""
    row = _row(session, contact, kind)
    if row is None or row.vault_id is None:
        raise NotFound("This person is not reached so.")
    _forget(session, row)
    row.blocked_at = now
    note(session, by, "contact.way_ended", contact.code, kind=kind.value)


def test(session: Session, by: Registrar, contact: Contact, kind: AddressKind, now: dt.datetime) -> None:
    """Send a harmless word that way. Raises NotFound."""
    row = _row(session, contact, kind)
    if row is None or row.vault_id is None:
        raise NotFound("This person is not reached so.")
    language = contact.language or texts.first_language(contact.country)
    subject = texts.say(language, "gateway.test_subject")
    text = texts.say(language, "gateway.test")
    put(session, Outgoing(row.id, contact.id, row.channel, text, "test", subject=subject), now)
    note(session, by, "contact.way_tested", contact.code, kind=kind.value)


def _put(
    session: Session, by: Registrar, contact: Contact, way: tuple[AddressKind, str], now: dt.datetime
) -> bool:
    kind, value = way
    vault_id, row = new_id(), _row(session, contact, kind)
    sealed = vault.seal("vault", "value", vault_id, value)
    entry = {"id": vault_id, "contact_id": contact.id, "field": kind.value, "value": sealed}
    session.execute(insert(VaultEntry).values(entry))
    if by.actor != SYSTEM and not contact.exercise:
        before = {"address": kind.value} if row and row.vault_id else None
        change = Change(kind.value, contact.id, contact.code, _shown(kind, value), before, vault=vault_id)
        proposals.put(session, by.actor, change)
        return False
    _give(session, contact, kind, (vault_id, value), now)
    note(session, by, "contact.way_added", contact.code, kind=kind.value)
    return True


def _shown(kind: AddressKind, value: str) -> dict[str, str]:
    """What may be read of a proposed address: of a hook the host, which is on the house's own list."""
    host = {"host": outside.target(Hook.read(value).url).name} if kind is AddressKind.WEBHOOK else {}
    return {"address": kind.value} | host


def _give(
    session: Session, contact: Contact, kind: AddressKind, entry: tuple[UUID, str], now: dt.datetime
) -> None:
    """Let an address count from now on that lies in the vault as ``entry``: id and value."""
    vault_id, value = entry
    row = _row(session, contact, kind)
    values: dict[str, Any] = {
        "blind_index": vault.blind_index(kind, f"{contact.id}:{value}"),
        "vault_id": vault_id,
        "channel": "simulator" if contact.exercise and settings().demo else kind.value,
        "blocked_at": None,
    }
    if row is None:
        session.add(Address(id=new_id(), contact_id=contact.id, kind=kind, created_at=now, **values))
    else:
        _forget(session, row)
        for name, new in values.items():
            setattr(row, name, new)
    session.flush()


def _row(session: Session, contact: Contact, kind: AddressKind) -> Address | None:
    query = select(Address).where(Address.contact_id == contact.id, Address.kind == kind)
    return session.scalars(query.order_by(Address.created_at.desc()).limit(1)).first()


def _forget(session: Session, row: Address) -> None:
    old, row.vault_id = row.vault_id, None
    session.flush()
    session.execute(delete(VaultEntry).where(VaultEntry.id == old))
