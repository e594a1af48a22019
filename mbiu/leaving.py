"""Going away: what reporters may ask for and end by themselves.

DELETE removes what names a person and what they wrote. PANIC ends it all at once and leaves behind a
stranger, who gets a stranger's answer.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import delete as remove
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mbiu import audit, chains, erasing, ledger, media, notices, searching, sources, vault
from mbiu.audit import SYSTEM
from mbiu.codes import ContactRole, Precision, ReportState, Role, Wish
from mbiu.models import (
    Address,
    Attachment,
    Contact,
    Delivery,
    Incident,
    JoinWord,
    Message,
    Report,
    Response,
    VaultEntry,
)
from mbiu.outbox import drop
from mbiu.refs import new_code
from mbiu.verification import consent_again
from mbiu.watchwords import is_duress, is_panic
from mbiu.withdrawing import withdraw

__all__ = [
    "as_stranger", "delete", "discard", "is_duress", "is_panic", "mark_duress", "my_data", "panic",
    "withdraw",
]  # fmt: skip


# --- what we hold ------------------------------------------------------------------------------


def my_data(session: Session, contact_id: UUID) -> dict[str, object]:
    """How many reports and messages we keep of a person, and since when, as ``reply.my_data`` says it."""
    told = select(func.count()).select_from(Report).where(Report.contact_id == contact_id)
    said = (
        select(func.count(), func.min(Message.created_at))
        .select_from(Message)
        .where(Message.contact_id == contact_id, Message.direction == "in")
    )
    messages, since = session.execute(said).one()
    return {
        "reports": session.scalar(told) or 0,
        "messages": messages,
        "since": f"{since:%d/%m/%Y}" if messages else "-",
    }


# --- delete ------------------------------------------------------------------------------------


def delete(session: Session, contact_id: UUID, now: dt.datetime) -> None:
    """Remove for good what names a person and all they wrote; their reports stay as facts without words.

    Nothing is written to them any more but the answer to this message, which may be put into the outbox
    after this call: the number goes with it.
    """
    addresses = _addresses(session, contact_id)
    drop(session, Delivery.address_id.in_(addresses), "deleted", now)
    _forget_words(session, contact_id)
    _forget_facts(session, contact_id, now)
    _forget_names(session, contact_id)
    erasing.hide(session, addresses)
    erasing.burn_later(session, addresses, now)
    _end(session, contact_id, now, code=new_code(), **_NOBODY)
    ledger.note(session, ledger.Kind.CONTACT, [contact_id], now)
    audit.append(session, SYSTEM, "contact.deleted", f"contact:{contact_id}")


def _forget_names(session: Session, contact_id: UUID) -> None:
    """All that is in the vault but the numbers, which an answer may still have to go to."""
    numbers = select(Address.id).where(Address.vault_id == VaultEntry.id)
    session.execute(remove(VaultEntry).where(VaultEntry.contact_id == contact_id, ~numbers.exists()))


_NOBODY: dict[str, Any] = {
    "role": ContactRole.UNKNOWN,
    "language": None,
    "area_path": "/",
    "organisation": "",
    "community": "",
    "denomination": "",
    "grade": "F",
    "supervisor_id": None,
    "vouched_by": None,
    "vouched_at": None,
    "invited_at": None,
    "wish": Wish.NEVER,
    "quiet_from": None,
    "quiet_to": None,
}


def _forget_words(session: Session, contact_id: UUID) -> None:
    """Their messages and ours to them, their files, and what they said about alerts."""
    messages = list(session.scalars(select(Message.id).where(Message.contact_id == contact_id)))
    media.erase(session, messages=messages)
    if messages:
        session.execute(update(Message), [_wordless(message_id) for message_id in messages])
        session.execute(remove(Attachment).where(Attachment.message_id.in_(messages)))
    session.execute(update(Response).where(Response.contact_id == contact_id).values(text=None))


def _wordless(message_id: UUID) -> dict[str, Any]:
    gone = dict.fromkeys(("subject", "location", "author", "thread", "chat_message"), None)
    return {"id": message_id, "text": vault.seal("message", "text", message_id, ""), **gone}


def _forget_facts(session: Session, contact_id: UUID, now: dt.datetime) -> None:
    """A report keeps its type and area; one that was not read yet is read no more."""
    values: dict[str, Any] = {
        "reading": None,
        "fingerprint": None,
        "told": {},
        "place_id": None,
        "lat": None,
        "lon": None,
        "radius_km": None,
        "precision": Precision.NONE,
        "language": None,
        "erased_at": now,
    }
    mine = update(Report).where(Report.contact_id == contact_id)
    session.execute(mine.values(values))
    session.execute(mine.where(Report.state == ReportState.RECEIVED).values(state=ReportState.READ))
    searching.forget(session, select(Report.id).where(Report.contact_id == contact_id))


# --- panic -------------------------------------------------------------------------------------


def panic(session: Session, contact_id: UUID, now: dt.datetime) -> None:
    """End all contact at once and for good: number destroyed, chat emptied, nothing sent any more.

    The message that asked for it is to be taken as that of whoever its sender is afterwards, somebody we
    have never heard of, and this one given to `as_stranger`. A second call changes nothing.
    """
    contact = session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    if contact is None or contact.silent_at:
        return
    addresses = _addresses(session, contact_id)
    erasing.empty_chats(session, addresses, now)
    erasing.unlink(session, addresses, now)
    session.execute(remove(VaultEntry).where(VaultEntry.contact_id == contact_id))
    code = contact.code
    _end(session, contact_id, now)
    notices.raise_notice(session, "panic", Role.CUSTODIAN, f"contact:{code}")
    ledger.note(session, ledger.Kind.PANIC, [contact_id], now)
    audit.append(session, SYSTEM, "contact.panic", f"contact:{code}")


def as_stranger(session: Session, contact_id: UUID, now: dt.datetime) -> None:
    """Let the stranger who sent PANIC have one answer and be forgotten: silence, and the number burnt."""
    if session.scalar(select(Contact.silent_at).where(Contact.id == contact_id)):
        return
    addresses = _addresses(session, contact_id)
    erasing.empty_chats(session, addresses, now, incoming_only=True)
    erasing.burn_later(session, addresses, now)
    _end(session, contact_id, now)


def discard(session: Session, contact_id: UUID) -> bool:
    """Undo the contact that a repeat from somebody who is gone has made: one without a message."""
    said = select(Message.id).where(Message.contact_id == contact_id)
    found = session.execute(
        remove(Contact)
        .where(Contact.id == contact_id, Contact.role == ContactRole.UNKNOWN, ~said.exists())
        .returning(Contact.id)
    )
    return found.one_or_none() is not None


def _addresses(session: Session, contact_id: UUID) -> list[UUID]:
    """Locked, in one order: a message from there waits until this is done."""
    mine = select(Address.id).where(Address.contact_id == contact_id).order_by(Address.id)
    return list(session.scalars(mine.with_for_update()))


def _end(session: Session, contact_id: UUID, now: dt.datetime, **values: Any) -> None:
    """Silence for good; no home, no words of their own, no routes and no invitations."""
    gone: dict[str, Any] = dict.fromkeys(("home_place_id", "pin", "panic_word", "duress_word"), None)
    mine = update(Contact).where(Contact.id == contact_id)
    session.execute(mine.values({"silent_at": now, **gone, **values}))
    chains.forget(session, contact_id)
    session.execute(remove(JoinWord).where(JoinWord.contact_id == contact_id))


# --- duress ------------------------------------------------------------------------------------


def mark_duress(session: Session, report_ref: str) -> None:
    """Mark a report as sent under duress, and tell the custodians. Nothing of it shows to the sender."""
    marked = update(Report).where(Report.ref == report_ref).values(duress=True, independent=False)
    incident_id = session.scalar(marked.returning(Report.incident_id))
    if incident_id and (row := session.get(Incident, incident_id, with_for_update=True)):
        sources.recount(session, [row.id])
        consent_again(session, row)
    notices.raise_notice(session, "duress", Role.CUSTODIAN, f"report:{report_ref}")
    audit.append(session, SYSTEM, "report.duress", f"report:{report_ref}")
