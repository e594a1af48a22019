"""The same people under a new address: a Telegram group that became a supergroup has another chat id."""

import logging
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.codes import AddressKind, ContactRole
from mbiu.models import Address, Contact, Delivery, Message, Report, Response, VaultEntry, utcnow

log = logging.getLogger(__name__)


def move(session: Session, kind: AddressKind, before: str, after: str) -> None:
    """Let the contact who was reached at ``before`` be found and reached at ``after``.

    Safe to repeat, and in any order with messages from either address: whoever was made known under the
    other one meanwhile is the same contact. Two contacts that people enrolled apart stay apart.
    """
    blinds = [vault.blind_index(kind, address) for address in (before, after)]
    # The lock of `contacts.sender_of`: nobody is made known under either address while this goes on.
    for blind in sorted(blinds):
        session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(blind[:8], signed=True))))
    old, new = (_at(session, kind, blind) for blind in blinds)
    if old is None:
        return
    if new is not None:
        old = _joined(session, old, new)
    if old is not None:
        _readdress(session, old, blinds[1], after)
        log.info("address.moved", extra={"address": str(old.id)})


def _at(session: Session, kind: AddressKind, blind: bytes) -> Any:
    return session.execute(
        select(Address.id, Address.contact_id, Address.vault_id, Address.created_at, Contact.role)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Address.kind == kind, Address.blind_index == blind)
        .with_for_update(of=Address)
    ).one_or_none()


def _joined(session: Session, old: Row[Any], new: Row[Any]) -> Row[Any] | None:
    """The one of two that stays, with all that the other had; None, and the old shut, for two known ones."""
    keeps, goes = sorted((old, new), key=lambda row: (row.role is ContactRole.UNKNOWN, row.created_at))
    if goes.role is not ContactRole.UNKNOWN:
        session.execute(update(Address).where(Address.id == old.id).values(blocked_at=utcnow()))
        return None
    for table in (Message, Report):
        moved = {"address_id": keeps.id, "contact_id": keeps.contact_id}
        session.execute(update(table).where(table.address_id == goes.id).values(**moved))
    session.execute(update(Delivery).where(Delivery.address_id == goes.id).values(address_id=keeps.id))
    session.execute(
        update(Response).where(Response.contact_id == goes.contact_id).values(contact_id=keeps.contact_id)
    )
    session.execute(delete(Contact).where(Contact.id == goes.contact_id))
    return keeps


def _readdress(session: Session, row: Row[Any], blind: bytes, after: str) -> None:
    values = {"blind_index": blind, "blocked_at": None, "is_group": True}
    session.execute(update(Address).where(Address.id == row.id).values(**values))
    if row.vault_id:
        sealed = vault.seal("vault", "value", row.vault_id, after)
        session.execute(update(VaultEntry).where(VaultEntry.id == row.vault_id).values(value=sealed))
