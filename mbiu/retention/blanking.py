"""Taking the words out of rows, whoever asks: each function blanks those named, and may run twice."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mbiu import erasing, ledger, media, searching, vault
from mbiu.ledger import Kind
from mbiu.models import Attachment, Contact, Message, Note, Outcome, Report, Response, VaultEntry


def addresses(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
    """Destroy the numbers; `erasing.unlink` writes it down."""
    erasing.unlink(session, ids, now)


def names(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
    """All that the vault holds of these contacts, and where exactly they live."""
    session.execute(delete(VaultEntry).where(VaultEntry.contact_id.in_(ids)))
    session.execute(update(Contact).where(Contact.id.in_(ids)).values(home_place_id=None))
    ledger.note(session, Kind.NAMES, ids, now)


def messages(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
    """Text, shared position and what could tell who wrote it."""
    gone = dict.fromkeys(("subject", "location", "author", "thread", "chat_message"), None)
    rows: list[dict[str, Any]] = [
        {"id": one, "text": vault.seal("message", "text", one, ""), **gone} for one in ids
    ]
    session.execute(update(Message), rows)
    session.execute(delete(Attachment).where(Attachment.message_id.in_(ids)))
    ledger.note(session, Kind.MESSAGE, ids, now)


def files(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
    """The files of these messages."""
    media.erase(session, messages=ids)
    ledger.note(session, Kind.FILES, ids, now)


def reports(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
    """What the machine read, which quotes; type, place and severity stay, for they count."""
    gone: dict[str, Any] = {"reading": None, "fingerprint": None, "told": {}, "erased_at": now}
    session.execute(update(Report).where(Report.id.in_(ids)).values(gone))
    searching.forget(session, select(Report.id).where(Report.id.in_(ids)))
    ledger.note(session, Kind.REPORT, ids, now)


def notes(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
    """What analysts wrote beside an incident."""
    session.execute(update(Note), [{"id": one, "text": vault.seal("note", "text", one, "")} for one in ids])
    ledger.note(session, Kind.NOTE, ids, now)


def outcomes(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
    """What was written beside an outcome."""
    session.execute(update(Outcome).where(Outcome.id.in_(ids)).values(note=None))
    ledger.note(session, Kind.OUTCOME, ids, now)


def responses(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
    """What responders wrote."""
    session.execute(update(Response).where(Response.id.in_(ids)).values(text=None))
    ledger.note(session, Kind.RESPONSE, ids, now)
