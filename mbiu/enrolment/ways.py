"""Other ways to somebody than a phone: a mailbox, or a partner's own server. Both are locked away at once.

Nobody writes to us by them, so they are not looked up: their blind index holds the contact too, and nobody
learns by registering an address whether somebody else has it.
"""

import datetime as dt
import re
import secrets
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from mbiu import texts, vault
from mbiu.channels import outside
from mbiu.channels.webhook import Hook
from mbiu.codes import AddressKind
from mbiu.enrolment.people import Registrar
from mbiu.enrolment.registering import note
from mbiu.messages import ChannelError
from mbiu.models import Address, Contact, VaultEntry
from mbiu.outbox import Outgoing, put
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


def add_mail(session: Session, by: Registrar, contact: Contact, typed: str, now: dt.datetime) -> None:
    """Reach somebody by mail too; a mailbox that they had before is forgotten. Raises NotPossible."""
    _put(session, by, contact, (AddressKind.EMAIL, mailbox(typed)), now)


def add_hook(session: Session, by: Registrar, contact: Contact, typed: str, now: dt.datetime) -> str:
    """Reach an organisation's server too, and return the secret that our calls to it are signed with.

    Raises NotPossible for an address that may not be called.
    """
    url, secret = typed.strip(), secrets.token_urlsafe(32)
    try:
        name = outside.target(url).name
    except ChannelError:
        raise NotPossible("A hook is an https address without a password in it.") from None
    if name not in {one.lower() for one in settings().hook_hosts_listed}:
        raise NotPossible("This host is not on the list of the house. Whoever runs the house adds it there.")
    _put(session, by, contact, (AddressKind.WEBHOOK, str(Hook(url, secret))), now)
    return secret


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
) -> None:
    kind, value = way
    vault_id, row = new_id(), _row(session, contact, kind)
    sealed = vault.seal("vault", "value", vault_id, value)
    entry = {"id": vault_id, "contact_id": contact.id, "field": kind.value, "value": sealed}
    session.execute(insert(VaultEntry).values(entry))
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
    note(session, by, "contact.way_added", contact.code, kind=kind.value)


def _row(session: Session, contact: Contact, kind: AddressKind) -> Address | None:
    query = select(Address).where(Address.contact_id == contact.id, Address.kind == kind)
    return session.scalars(query.order_by(Address.created_at.desc()).limit(1)).first()


def _forget(session: Session, row: Address) -> None:
    old, row.vault_id = row.vault_id, None
    session.flush()
    session.execute(delete(VaultEntry).where(VaultEntry.id == old))
