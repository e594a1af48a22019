"""Telling reporters what became of their reports: once per event, incident and person, or not at all."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mbiu import texts
from mbiu.codes import Verdict
from mbiu.feedback import current
from mbiu.feedback.harm import Case, why_not
from mbiu.feedback.matrix import VERDICTS, Event
from mbiu.feedback.wordings import KEYS
from mbiu.models import BY_USE, Address, Contact, Decision, Delivery, Incident, Message, Report, utcnow
from mbiu.outbox import Outgoing, drop, put
from mbiu.wishes import quiet_until

_TOLD_AT = {
    Event.VERIFIED: "verdict_told_at",
    Event.REFUTED: "verdict_told_at",
    Event.UNVERIFIABLE: "verdict_told_at",
    Event.ACTION: "action_told_at",
    Event.OUTCOME: "outcome_told_at",
}


class _Account(NamedTuple):
    """A report with its sender, where it came from, and the incident that it speaks of."""

    report: Report
    contact: Contact
    address: Address
    incident: Incident | None


def tell(session: Session, report: Report, event: str, **values: object) -> bool:
    """Tell the sender of ``report`` of ``event``; False when told before, not wanted or not safe.

    ``event`` is verified, refuted, unverifiable, action or outcome (with ``done``, what was done). All
    reports of this sender about the same incident count as told. A receipt is the answer to a message and
    is not told here.
    """
    mine = Report.contact_id == report.contact_id
    same = Report.incident_id == report.incident_id if report.incident_id else Report.id == report.id
    return _tell_people(session, mine & same, Event(event), values) > 0


def tell_all(
    session: Session, incident_id: UUID, event: str, *, but: Iterable[UUID] = (), **values: object
) -> int:
    """Tell everybody who reported an incident, except the contacts ``but``; how many were told."""
    who = Report.incident_id == incident_id
    if but := tuple(but):
        who &= Report.contact_id.not_in(but)
    return _tell_people(session, who, Event(event), values)


def _tell_people(
    session: Session, which: ColumnElement[bool], event: Event, values: dict[str, object]
) -> int:
    current.refresh(session)
    people = _people(session, which)
    now = utcnow()
    return sum(_tell_person(session, accounts, event, values, now) for accounts in people)


def _people(session: Session, which: ColumnElement[bool], *, lock: bool = True) -> list[list["_Account"]]:
    """The reports meant with all that belongs to them, each person's together."""
    query = (
        select(Report, Contact, Address, Incident)
        .join(Contact, Contact.id == Report.contact_id)
        .join(Address, Address.id == Report.address_id)
        .outerjoin(Incident, Incident.id == Report.incident_id)
        .where(which)
        .order_by(Report.contact_id, Report.created_at, Report.id)
    )
    if lock:
        query = query.with_for_update(of=Report).execution_options(populate_existing=True)
    found = [_Account(*row) for row in session.execute(query).all()]
    return [list(theirs) for _, theirs in groupby(found, key=lambda one: one.report.contact_id)]


def reachable(session: Session, incident_id: UUID) -> dict[UUID, tuple[Contact, Address] | None]:
    """Who reported an incident, and where word of it can reach them safely; None where it cannot."""
    now, found = utcnow(), {}
    for accounts in _people(session, Report.incident_id == incident_id, lock=False):
        safe = _safe(session, accounts, now)
        found[accounts[0].contact.id] = (accounts[0].contact, safe[1]) if safe else None
    return found


def _tell_person(
    session: Session, accounts: list[_Account], event: Event, values: dict[str, object], now: dt.datetime
) -> bool:
    contact, told_at = accounts[0].contact, _TOLD_AT[event]
    before = [at for one in accounts if (at := getattr(one.report, told_at))]
    if before and not _differs(session, accounts, event, max(before), now):
        _mark(accounts, told_at, min(before))
        return False
    if not current.told(event, contact.role):
        return False
    chosen = _safe(session, accounts, now)
    if chosen is None:
        return False
    report, address = chosen
    due_at = quiet_until(contact, now)
    text = wording(contact, event, report, values)
    out = Outgoing(
        address.id, contact.id, address.channel, text, "outcome", report_id=report.id, due_at=due_at
    )
    put(session, out, now)
    _mark(accounts, told_at, due_at or now)
    return True


def _mark(accounts: Sequence[_Account], told_at: str, at: dt.datetime) -> None:
    for one in accounts:
        if getattr(one.report, told_at) is None or at > getattr(one.report, told_at):
            setattr(one.report, told_at, at)


def _differs(
    session: Session, accounts: list[_Account], event: Event, told_at: dt.datetime, now: dt.datetime
) -> bool:
    """Whether a verdict is another than the one told, as after a reopening; who heard the old one hears it.

    What still waits for the end of quiet hours is taken back and said anew.
    """
    incident = accounts[0].incident
    if event not in VERDICTS or incident is None:
        return False
    if told_at > now:
        _take_back(session, accounts, now)
        return True
    found = session.execute(
        select(Decision.verdict, Decision.created_at)
        .where(
            Decision.incident_id == incident.id,
            Decision.verdict.in_([Verdict(one.value) for one in VERDICTS]),
        )
        .order_by(Decision.created_at.desc(), Decision.id.desc())
    )
    same = list(takewhile(lambda one: one.verdict.value == event.value, found))
    return bool(same) and told_at < same[-1].created_at


def _take_back(session: Session, accounts: list[_Account], now: dt.datetime) -> None:
    reports = [one.report.id for one in accounts]
    messages = select(Message.id).where(Message.report_id.in_(reports), Message.direction == "out")
    drop(session, Delivery.message_id.in_(messages) & (Delivery.kind == "outcome"), "overtaken", now)


def _safe(session: Session, accounts: list[_Account], now: dt.datetime) -> tuple[Report, Address] | None:
    """The first report of somebody that may be spoken of, and where to."""
    forced = any(one.report.duress for one in accounts)
    types = frozenset(kind for one in accounts for kind in _types(one))
    for report, contact, address, _ in accounts:
        own = _own_address(session, contact) if report.borrowed else address
        case = Case(
            wish=contact.wish,
            stopped=bool(contact.stopped_at or (own and own.stopped_at)),
            silent=contact.silent_at is not None,
            blocked=own is not None and (own.blocked_at is not None or own.vault_id is None),
            own=own is not None and own.contact_id == contact.id,
            duress=forced,
            unconfirmed=report.unconfirmed,
            withdrawn=report.withdrawn_at is not None,
            types=types,
            age=now - report.created_at,
        )
        if own is not None and not why_not(case):
            return report, own
    return None


def _types(account: _Account) -> set[str]:
    incident = account.incident
    of_incident = {incident.event_type.value, *incident.other_types} if incident else set()
    return {account.report.event_type.value} | of_incident


def _own_address(session: Session, contact: Contact) -> Address | None:
    """Where somebody who wrote from a borrowed phone wrote from last with their own."""
    query = select(Address).where(
        Address.contact_id == contact.id, Address.vault_id.is_not(None), ~Address.is_group
    )
    return session.scalars(query.order_by(*BY_USE).limit(1)).first()


def wording(contact: Contact, event: Event, report: Report, values: dict[str, object]) -> str:
    """The text about a report in the words for this person."""
    language = contact.language or texts.first_language(contact.country)
    filled: dict[str, object] = {"ref": report.ref}
    if done := values.get("done"):
        filled["done"] = texts.say(language, f"outcome.{done}")
    text = texts.say(language, f"{KEYS[event][0]}@{contact.role.value}", **filled)
    return (texts.say(language, "alert.exercise") if report.exercise else "") + text
