"""What is over: for each kind of data the rows whose days have passed, as queries of ids."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, union, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mbiu.codes import ContactRole, EventType
from mbiu.house import settings
from mbiu.ledger import Kind
from mbiu.models import (
    Address,
    Alert,
    Contact,
    Deletion,
    Incident,
    Media,
    Message,
    Note,
    Outcome,
    Report,
    Response,
    VaultEntry,
)
from mbiu.retention import blanking

Blank = Callable[[Session, Collection[UUID], dt.datetime], None]


@dataclass(frozen=True)
class Rule:
    """The rows of ``query``, of ids, go by ``blank`` when they are older than the days named ``days``."""

    kind: Kind
    days: str
    query: Callable[[dt.datetime], Select[Any]]
    blank: Blank


def current(session: Session) -> dict[str, int]:
    """The days of every rule, as the house decided them; those for survivors are marked so."""
    own = settings.value(session, "survivor_days").items()
    found: dict[str, int] = settings.value(session, "retention_days")
    return found | {f"survivor_{name}": days for name, days in own}


def cutoff(days: Mapping[str, int], rule: Rule, now: dt.datetime) -> dt.datetime:
    """Before when rows of a rule are over."""
    return now - dt.timedelta(days=days[rule.days])


def _not_yet(kind: Kind, column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    gone = exists().where(Deletion.object_id == column, Deletion.kind == kind.value)
    return ~gone


def _held(incident: Any) -> ColumnElement[bool]:
    return exists().where(Incident.id == incident, Incident.held)


# Who is enrolled is in use for as long as that lasts; a stranger, and who was let go, is not.
_ENROLLED = and_(
    Contact.role != ContactRole.UNKNOWN, Contact.archived_at.is_(None), Contact.silent_at.is_(None)
)
_USED = func.greatest(Address.last_in_at, Address.sent_at, Address.created_at)


def _addresses(before: dt.datetime) -> Select[Any]:
    old = select(Address.id).join(Contact, Contact.id == Address.contact_id)
    left = func.greatest(_USED, Contact.archived_at)
    return old.where(Address.vault_id.is_not(None), ~_ENROLLED, left < before)


def _names(before: dt.datetime) -> Select[Any]:
    """Contacts with something in the vault whom no number leads to any more."""
    reachable = exists().where(Address.contact_id == Contact.id, Address.vault_id.is_not(None))
    kept = exists().where(VaultEntry.contact_id == Contact.id)
    since = func.greatest(Contact.created_at, Contact.archived_at)
    return select(Contact.id).where(kept, ~reachable, ~_ENROLLED, since < before)


def _of_report(report: Any) -> ColumnElement[bool]:
    return exists().where(Report.id == report, Report.incident_id == Incident.id, Incident.held)


def _of_alert(alert: Any) -> ColumnElement[bool]:
    return exists().where(Alert.id == alert, Alert.incident_id == Incident.id, Incident.held)


def _messages(before: dt.datetime) -> Select[Any]:
    old = select(Message.id).where(Message.created_at < before, _not_yet(Kind.MESSAGE, Message.id))
    return old.where(~_of_report(Message.report_id), ~_of_alert(Message.alert_id))


def _files(before: dt.datetime) -> Select[Any]:
    old = select(Media.message_id).distinct().join(Message, Message.id == Media.message_id)
    free = ~_of_report(Message.report_id), ~_of_alert(Message.alert_id)
    return old.where(Media.created_at < before, Media.reason != "erased", *free)


def _reports(before: dt.datetime) -> Select[Any]:
    words = or_(Report.reading.is_not(None), Report.fingerprint.is_not(None))
    return select(Report.id).where(Report.created_at < before, words, ~_held(Report.incident_id))


def _notes(before: dt.datetime) -> Select[Any]:
    old = select(Note.id).where(Note.created_at < before, _not_yet(Kind.NOTE, Note.id))
    return old.where(~_held(Note.incident_id))


def _outcomes(before: dt.datetime) -> Select[Any]:
    old = select(Outcome.id).where(Outcome.created_at < before, Outcome.note.is_not(None))
    return old.where(~_held(Outcome.incident_id))


def _responses(before: dt.datetime) -> Select[Any]:
    old = select(Response.id).join(Alert, Alert.id == Response.alert_id)
    return old.where(Response.created_at < before, Response.text.is_not(None), ~_held(Alert.incident_id))


# What is of survivors, by an incident or by a report. It is little, and the look begins with it: if each
# row were asked whether it is of one, a long history would be read through.
_THEIRS, _TOLD = aliased(Incident), aliased(Report)
_SEXUAL = bindparam(None, EventType.SEXUAL_VIOLENCE, _TOLD.event_type.type, literal_execute=True)
_ADDRESSES, _REPORTS = (
    union_all(
        select(column).where(_TOLD.event_type == _SEXUAL),
        select(column).join(_THEIRS, _THEIRS.id == _TOLD.incident_id).where(_THEIRS.survivor),
    )
    for column in (_TOLD.address_id, _TOLD.id)
)
_SAID, _SENT = aliased(Message), aliased(Alert)
_MESSAGES = union_all(
    select(_SAID.id).where(_SAID.report_id.in_(_REPORTS)),
    select(_SAID.id)
    .join(_SENT, _SENT.id == _SAID.alert_id)
    .join(_THEIRS, _THEIRS.id == _SENT.incident_id)
    .where(_THEIRS.survivor),
)


def _surviving(incident: Any) -> ColumnElement[bool]:
    return exists().where(Incident.id == incident, Incident.survivor)


def _only(
    query: Callable[[dt.datetime], Select[Any]], which: ColumnElement[bool]
) -> Callable[[dt.datetime], Select[Any]]:
    return lambda before: query(before).where(which)


_SURVIVORS = (
    Rule(
        Kind.ADDRESS, "survivor_identity", _only(_addresses, Address.id.in_(_ADDRESSES)), blanking.addresses
    ),
    Rule(Kind.FILES, "survivor_media", _only(_files, Media.message_id.in_(_MESSAGES)), blanking.files),
    Rule(Kind.MESSAGE, "survivor_words", _only(_messages, Message.id.in_(_MESSAGES)), blanking.messages),
    Rule(Kind.REPORT, "survivor_words", _only(_reports, Report.id.in_(_REPORTS)), blanking.reports),
    Rule(Kind.NOTE, "survivor_words", _only(_notes, _surviving(Note.incident_id)), blanking.notes),
    Rule(
        Kind.OUTCOME, "survivor_words", _only(_outcomes, _surviving(Outcome.incident_id)), blanking.outcomes
    ),
    Rule(
        Kind.RESPONSE, "survivor_words", _only(_responses, _surviving(Alert.incident_id)), blanking.responses
    ),
)

#: In the order in which they are applied: files before the messages that they came with.
RULES = (
    *_SURVIVORS,
    Rule(Kind.ADDRESS, "identity", _addresses, blanking.addresses),
    Rule(Kind.NAMES, "identity", _names, blanking.names),
    Rule(Kind.FILES, "media", _files, blanking.files),
    Rule(Kind.MESSAGE, "words", _messages, blanking.messages),
    Rule(Kind.REPORT, "words", _reports, blanking.reports),
    Rule(Kind.NOTE, "words", _notes, blanking.notes),
    Rule(Kind.OUTCOME, "words", _outcomes, blanking.outcomes),
    Rule(Kind.RESPONSE, "words", _responses, blanking.responses),
)


#: What would go is counted up to here: more than this is a day's work, whatever the number.
MOST = 1_000


def counts(session: Session, days: Mapping[str, int], now: dt.datetime) -> dict[Kind, int]:
    """How many rows of each kind would go at ``now``, counted up to `MOST`."""
    found = {}
    for kind in dict.fromkeys(rule.kind for rule in RULES):
        over = [rule.query(cutoff(days, rule, now)).limit(MOST) for rule in RULES if rule.kind is kind]
        rows = union(*over).subquery()
        found[kind] = min(MOST, session.scalar(select(func.count()).select_from(rows)) or 0)
    return found
