"""What is over: for each kind of data the rows whose days have passed, as queries of ids."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    type_coerce,
    union_all,
)
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

Query = Callable[[dt.datetime], Select[Any]]
Blank = Callable[[Session, Collection[UUID], dt.datetime], None]


@dataclass(frozen=True)
class Rule:
    """The rows of ``query``, of ids, go by ``blank`` when ``since`` is more than the days named ``days`` ago.

    ``row`` is what is counted of them.
    """

    kind: Kind
    days: str
    row: InstrumentedAttribute[UUID]
    since: Any
    query: Query
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


_LEFT = func.greatest(_USED, Contact.archived_at)
_KNOWN = func.greatest(Contact.created_at, Contact.archived_at)


def _addresses(before: dt.datetime) -> Select[Any]:
    old = select(Address.id).join(Contact, Contact.id == Address.contact_id)
    return old.where(Address.vault_id.is_not(None), ~_ENROLLED, before > _LEFT)


def _names(before: dt.datetime) -> Select[Any]:
    """Contacts with something in the vault whom no number leads to any more."""
    reachable = exists().where(Address.contact_id == Contact.id, Address.vault_id.is_not(None))
    kept = exists().where(VaultEntry.contact_id == Contact.id)
    return select(Contact.id).where(kept, ~reachable, ~_ENROLLED, before > _KNOWN)


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


def _for_survivors() -> Iterator[Rule]:
    for rule in _KINDS:
        if rule.kind in _OF_SURVIVORS:
            query = _only(rule.query, _OF_SURVIVORS[rule.kind])
            yield replace(rule, days=f"survivor_{rule.days}", query=query)


def _only(query: Query, which: ColumnElement[bool]) -> Query:
    return lambda before: query(before).where(which)


#: In the order in which they are applied: files before the messages that they came with.
_KINDS = (
    Rule(Kind.ADDRESS, "identity", Address.id, _LEFT, _addresses, blanking.addresses),
    Rule(Kind.NAMES, "identity", Contact.id, _KNOWN, _names, blanking.names),
    Rule(Kind.FILES, "media", Media.id, Media.created_at, _files, blanking.files),
    Rule(Kind.MESSAGE, "words", Message.id, Message.created_at, _messages, blanking.messages),
    Rule(Kind.REPORT, "words", Report.id, Report.created_at, _reports, blanking.reports),
    Rule(Kind.NOTE, "words", Note.id, Note.created_at, _notes, blanking.notes),
    Rule(Kind.OUTCOME, "words", Outcome.id, Outcome.created_at, _outcomes, blanking.outcomes),
    Rule(Kind.RESPONSE, "words", Response.id, Response.created_at, _responses, blanking.responses),
)
_OF_SURVIVORS: dict[Kind, ColumnElement[bool]] = {
    Kind.ADDRESS: Address.id.in_(_ADDRESSES),
    Kind.FILES: Media.message_id.in_(_MESSAGES),
    Kind.MESSAGE: Message.id.in_(_MESSAGES),
    Kind.REPORT: Report.id.in_(_REPORTS),
    Kind.NOTE: _surviving(Note.incident_id),
    Kind.OUTCOME: _surviving(Outcome.incident_id),
    Kind.RESPONSE: _surviving(Alert.incident_id),
}
RULES = (*_for_survivors(), *_KINDS)


#: What would go is counted up to here: more than this is a day's work, whatever the number.
MOST = 1_000


def counts(
    session: Session, days: Mapping[str, int], now: dt.datetime, ahead: Sequence[int]
) -> dict[Kind, list[int]]:
    """How many rows of each kind would go so many days ``ahead`` of ``now``, each counted up to `MOST`.

    One look at what goes first up to the last of these days says it for all of them.
    """
    last = now + dt.timedelta(days=max(ahead))
    found = {}
    for kind in dict.fromkeys(rule.kind for rule in RULES):
        over = [_first(rule, days, last) for rule in RULES if rule.kind is kind]
        every = union_all(*over).subquery()
        row = select(func.min(every.c.goes).label("goes")).group_by(every.c.id).subquery()
        by = [func.count().filter(row.c.goes < now + dt.timedelta(days=one)) for one in ahead]
        found[kind] = [min(MOST, n) for n in session.execute(select(*by).select_from(row)).one()]
    return found


def _first(rule: Rule, days: Mapping[str, int], last: dt.datetime) -> Select[Any]:
    """What goes by a rule, the first to go, and when."""
    since = type_coerce(rule.since, DateTime(timezone=True))
    query: Select[Any] = rule.query(cutoff(days, rule, last)).order_by(since).limit(MOST)
    row_id, began = rule.row.label("id"), since.label("began")
    rows = query.with_only_columns(row_id, began, maintain_column_froms=True).subquery()
    return select(rows.c.id, (rows.c.began + dt.timedelta(days=days[rule.days])).label("goes"))
