"""People behind addresses: found again by blind index, made known at their first message."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, literal_column, select
from sqlalchemy.orm import Session

from mbiu import alerted, codebook, exercising, vault
from mbiu.channels.chat import is_group
from mbiu.channels.text import fills
from mbiu.codes import AddressKind, ContactRole, Wish
from mbiu.dialogue import Draft, Known
from mbiu.house.settings import exercising as in_window
from mbiu.messages import IncomingMessage
from mbiu.models import (
    Address,
    Contact,
    HouseSetting,
    Message,
    Report,
    VaultEntry,
    utcnow,
)
from mbiu.refs import new_code, new_id
from mbiu.settings import settings

#: How soon the next part of a long SMS follows, where the provider does not say what belongs together.
QUIET = dt.timedelta(seconds=20)


@dataclass(frozen=True)
class Sender:
    """The row of an address and its contact, with what the conversation needs of the recent past.

    ``taken`` and ``replies`` are what came and what was answered since ``taken_from`` and ``replies_from``.
    ``question_report_id`` and ``last_report_id`` are the reports of ``draft.ref`` and ``known.last_ref``.
    ``drill`` says that an exercise of the whole house runs, or that this message is part of a live drill.
    """

    address_id: UUID
    contact_id: UUID
    kind: AddressKind
    role: ContactRole
    language: str | None
    country: str | None
    wish: Wish
    stopped: bool
    noticed: bool
    exercise: bool
    replies_from: dt.datetime | None
    replies: int
    taken_from: dt.datetime | None
    taken: int
    last_text: bytes | None
    repeats: int
    mute_until: dt.datetime | None
    full_at: dt.datetime | None
    panic_word: bytes | None
    duress_word: bytes | None
    draft: Draft
    known: Known
    question_report_id: UUID | None
    last_report_id: UUID | None
    drill: bool = False
    belongs_to_id: UUID | None = None
    replaces: UUID | None = None


_LAST = (
    select(Report.id, Report.ref, Report.created_at, Report.borrowed)
    .where(Report.address_id == Address.id, Report.withdrawn_at.is_(None))
    .order_by(Report.created_at.desc())
    .limit(1)
    .lateral("last")
)
# Asked here and not of `house.settings.value`: this statement is on the way of every message.
_WINDOW = select(HouseSetting.value).where(HouseSetting.key == "exercise_window").scalar_subquery()
_ASKED = select(Report.ref).where(Report.id == Address.question_report_id).scalar_subquery()
# A statement that waits for the lock gets the new row, but sees everything else as it was before.
_IS_NEW = literal_column("address.xmin::text") != (
    select(literal_column("before.xmin::text"))
    .select_from(Address.__table__.alias("before"))
    .where(literal_column("before.id") == Address.id)
    .scalar_subquery()
)
_FIND = (
    select(
        Address.id.label("address_id"),
        Address.contact_id,
        Address.kind,
        Contact.role,
        Contact.language,
        Contact.country,
        Contact.wish,
        Address.stopped_at.is_not(None).label("stopped"),
        Address.noticed_at.is_not(None).label("noticed"),
        Contact.exercise,
        Address.replies_from,
        Address.replies,
        Address.taken_from,
        Address.taken,
        Address.last_text,
        Address.repeats,
        Address.mute_until,
        Address.full_at,
        Contact.panic_word,
        Contact.duress_word,
        Address.question,
        Address.question_report_id,
        Address.question_at,
        Address.choices,
        _ASKED.label("question_ref"),
        _LAST.c.id.label("last_report_id"),
        _LAST.c.ref.label("last_ref"),
        _LAST.c.created_at.label("last_at"),
        _LAST.c.borrowed.label("last_borrowed"),
        alerted.OPEN.c.refs.label("alerts"),
        alerted.OPEN.c.newest.label("alerted_at"),
        alerted.OPEN.c.promised,
        alerted.OPEN.c.settled,
        alerted.ANSWERED.c.ref.label("answered"),
        alerted.ANSWERED.c.created_at.label("answered_at"),
        _IS_NEW.label("waited"),
        _WINDOW.label("exercise_window"),
        exercising.UNTIL.label("drill_until"),
    )
    .join(Contact, Contact.id == Address.contact_id)
    .outerjoin(_LAST, Address.id.is_not(None))
    .outerjoin(alerted.OPEN, Address.id.is_not(None))
    .outerjoin(alerted.ANSWERED, Address.id.is_not(None))
    .where(Address.kind == bindparam("wanted_kind"), Address.blind_index == bindparam("blind"))
    .with_for_update(of=Address)
)
_ALIKE = [
    "address_id",
    "contact_id",
    "kind",
    "role",
    "language",
    "country",
    "wish",
    "stopped",
    "noticed",
    "exercise",
    "replies_from",
    "replies",
    "taken_from",
    "taken",
    "last_text",
    "repeats",
    "mute_until",
    "full_at",
    "panic_word",
    "duress_word",
    "question_report_id",
    "last_report_id",
]


def sender_of(session: Session, message: IncomingMessage, now: dt.datetime) -> Sender:
    """The sender's row, locked, so that two messages of one person are taken one after the other."""
    link, blind = session.connection(), vault.blind_index(message.kind, message.sender)
    found = _find(link, message, blind)
    if found is None:
        link.execute(select(func.pg_advisory_xact_lock(int.from_bytes(blind[:8], signed=True))))
        found = _find(link, message, blind)
    if found is None:
        enrol(
            session,
            message.kind,
            message.sender,
            channel=message.channel,
            country=_country(message),
            exercise=message.channel == "simulator",
            now=now,
        )
        found = _find(link, message, blind)
    return _as_sender(session, found, message, now)


def _find(link: Connection, message: IncomingMessage, blind: bytes) -> Any:
    key = {"wanted_kind": message.kind, "blind": blind}
    found = link.execute(_FIND, key).one_or_none()
    return link.execute(_FIND, key).one() if found and found.waited else found


def _as_sender(session: Session, row: Any, message: IncomingMessage, now: dt.datetime) -> Sender:
    draft = Draft(row.question, row.question_ref, row.question_at, tuple(row.choices))
    version, whole = _belongs_to(session, row, message, now)
    known = Known(
        # What somebody else told from this phone is not the owner's to add to or to ask about.
        last_ref=None if row.last_borrowed else row.last_ref,
        last_at=row.last_at,
        open_alerts=tuple(row.alerts or ()),
        alerted_at=row.alerted_at,
        promised=tuple(row.promised or ()),
        settled=tuple(row.settled or ()),
        answered=row.answered,
        answered_at=row.answered_at,
        belongs_to=whole.ref if whole else None,
        codes=codebook.current(session),
    )
    values = {name: getattr(row, name) for name in _ALIKE}
    belongs = whole.id if whole else None
    drill = in_window(row.exercise_window or {}, now) or exercising.belongs(
        message.text, row.drill_until, now
    )
    return Sender(**values, draft=draft, known=known, drill=drill, belongs_to_id=belongs, replaces=version)


def _belongs_to(
    session: Session, row: Any, message: IncomingMessage, now: dt.datetime
) -> tuple[UUID | None, Any]:
    """The version of the message that it replaces, and the report that it is a part of, or None."""
    if message.edited and message.chat_message:
        earlier = _earlier(session, row.address_id, Message.chat_message == message.chat_message)
        return (earlier.message_id, earlier) if earlier else (None, None)
    if message.thread:
        return None, _earlier(session, row.address_id, Message.thread == message.thread)
    return None, _run_on(row, message, now)


def _earlier(session: Session, address_id: UUID, which: ColumnElement[bool]) -> Any:
    return session.execute(
        select(Message.id.label("message_id"), Report.id, Report.ref)
        .join(Report, Report.id == Message.report_id)
        .where(Message.address_id == address_id, which, Message.direction == "in")
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(1)
    ).one_or_none()


def _run_on(row: Any, message: IncomingMessage, now: dt.datetime) -> Any:
    """The last report, where an SMS that filled its segment came a moment before this one, or is this one."""
    if row.kind is not AddressKind.SMS or row.last_report_id is None or message.button:
        return None
    after_full = row.full_at is not None and now - row.full_at <= QUIET
    at_once = fills(message.text) and now - row.last_at <= QUIET
    return _Whole(row.last_report_id, row.last_ref) if after_full or at_once else None


@dataclass(frozen=True)
class _Whole:
    id: UUID
    ref: str


def _country(message: IncomingMessage) -> str:
    return message.country or settings().default_country


def enrol(
    session: Session,
    kind: AddressKind,
    address: str,
    *,
    channel: str,
    now: dt.datetime | None = None,
    **contact: Any,
) -> UUID:
    """Make a contact with one address and return the contact's id; the address goes into the vault only.

    ``contact`` holds values for the contact's columns; without a ``code`` it gets a random one.
    """
    contact_id, vault_id, now = new_id(), new_id(), now or utcnow()
    values = {"code": new_code(), "role": ContactRole.UNKNOWN} | contact
    session.execute(insert(Contact).values(id=contact_id, created_at=now, **values))
    session.execute(
        insert(VaultEntry).values(
            id=vault_id,
            contact_id=contact_id,
            field=kind.value,
            value=vault.seal("vault", "value", vault_id, address),
        )
    )
    session.execute(
        insert(Address).values(
            id=new_id(),
            contact_id=contact_id,
            kind=kind,
            blind_index=vault.blind_index(kind, address),
            vault_id=vault_id,
            channel=channel,
            is_group=kind is AddressKind.TELEGRAM and is_group(address),
            created_at=now,
        )
    )
    return contact_id
