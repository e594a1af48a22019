"""The way of a message through the house, step by step, for those who learn it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mbiu.codes import DeliveryState
from mbiu.models import (
    Address,
    Alert,
    Contact,
    Decision,
    Delivery,
    Incident,
    Message,
    Outcome,
    Place,
    Report,
    Response,
    User,
)
from review.outcomes import in_words
from review.words import counted, label

MANY = 6


@dataclass(frozen=True)
class Step:
    """One line: what happened, and when if it has. ``state`` is that of a delivery."""

    at: dt.datetime | None
    text: str
    more: str = ""
    state: str = ""
    incident: str = ""


@dataclass(frozen=True)
class Story:
    """What became of one report, of one alert, or of a message that is neither."""

    id: str
    phone: str
    title: str
    at: dt.datetime
    steps: list[Step]


def stories(db: Session, shown: Mapping[str, UUID], names: Mapping[str, str]) -> list[Story]:
    """The newest stories of the phones, newest first. ``shown`` has addresses by key, ``names`` what to call
    the phones."""
    by_address = {address: names[key] for key, address in shown.items()}
    found = [*_told(db, by_address), *_alerted(db, by_address)]
    return sorted(found, key=lambda story: story.at, reverse=True)[:MANY]


# --- what was sent in --------------------------------------------------------------------------


def _told(db: Session, phones: Mapping[UUID, str]) -> Iterator[Story]:
    newest = select(Message).where(Message.address_id.in_(phones), Message.direction == "in")
    rows = db.scalars(newest.order_by(Message.created_at.desc(), Message.id.desc()).limit(5 * MANY)).all()
    together: dict[tuple[UUID, UUID], list[Message]] = {}
    for row in rows:
        together.setdefault((row.address_id, row.report_id or row.id), []).append(row)
    for (address, _id), messages in list(together.items())[:MANY]:
        yield _story(db, phones[address], messages[::-1])


def _story(db: Session, phone: str, messages: list[Message]) -> Story:
    first, last = messages[0], messages[-1]
    report = db.get(Report, first.report_id) if first.report_id else None
    steps = [*_received(messages), *_replies(db, messages, report), *_answered(db, messages)]
    if report:
        steps += [*_read(db, report), *_incident(db, report)]
    title = report.ref if report else _("No report")
    return Story(str(first.id), phone, title, last.created_at, _sorted(steps))


def _sorted(steps: Iterable[Step]) -> list[Step]:
    ever = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(steps, key=lambda step: step.at or ever)


def _received(messages: list[Message]) -> Iterator[Step]:
    for message in messages:
        marks = {
            _("part %(n)s of %(all)s", n=message.part, all=message.parts): message.parts,
            _("forwarded"): message.forwarded,
            _("an edit"): message.edited,
            _("beyond the limits, not read"): message.folded,
        }
        more = ", ".join(mark for mark, holds in marks.items() if holds)
        yield Step(message.created_at, _("Received and stored"), more)


def _replies(db: Session, messages: list[Message], report: Report | None) -> Iterator[Step]:
    out = or_(Message.reply_to.in_([one.id for one in messages]), Message.report_id == (report and report.id))
    rows = db.execute(
        select(Delivery)
        .join(Message, Message.id == Delivery.message_id)
        .where(Message.direction == "out", Message.address_id == messages[0].address_id, out)
        .order_by(Delivery.created_at)
    )
    for (row,) in rows:
        yield _delivery(row, label(row.kind))


def _delivery(row: Delivery, what: str) -> Step:
    """A delivery as far as it is, with the times that are known."""
    tries = counted(row.attempts, "try") if row.attempts > 1 else ""
    error = label(row.error).lower() if row.error else ""
    more = ", ".join(filter(None, (error, tries)))
    arrived = row.state is DeliveryState.DELIVERED
    return Step(row.delivered_at if arrived else row.sent_at or row.created_at, what, more, row.state.value)


def _answered(db: Session, messages: list[Message]) -> Iterator[Step]:
    ids = [one.id for one in messages]
    rows = db.execute(
        select(Response, Alert.ref, Incident.ref.label("incident"))
        .join(Alert, Alert.id == Response.alert_id)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(Response.message_id.in_(ids))
    )
    for row in rows:
        words = _("Answer to alert %(ref)s: %(answer)s", ref=row.ref, answer=label(row.Response.answer))
        yield Step(row.Response.created_at, words, incident=row.incident)


def _read(db: Session, report: Report) -> Iterator[Step]:
    if report.read_at is None:
        yield Step(None, _("Waits to be read"))
        return
    place = db.get(Place, report.place_id) if report.place_id else None
    facts = (label(report.event_type), place.name if place else _("no place"), label(report.severity).lower())
    lacking = ", ".join(label(name).lower() for name in report.missing)
    more = _("missing: %(facts)s", facts=lacking) if lacking else ""
    yield Step(report.read_at, _("Read: %(facts)s", facts=", ".join(facts)), more)


# --- what became of it -------------------------------------------------------------------------


def _incident(db: Session, report: Report) -> Iterator[Step]:
    row = db.get(Incident, report.incident_id) if report.incident_id else None
    if row is None:
        return
    told = f"{counted(row.reports, 'report')}, {counted(row.sources, 'source')}"
    yield Step(
        report.joined_at or report.read_at,
        _("Joined to incident %(ref)s", ref=row.ref),
        told,
        incident=row.ref,
    )
    yield from _course(db, row)
    if report.outcome_told_at:
        yield Step(report.outcome_told_at, _("Outcome told"))


def _course(db: Session, row: Incident) -> Iterator[Step]:
    decided = select(Decision, User.name).join(User, User.id == Decision.user_id)
    for one in db.execute(decided.where(Decision.incident_id == row.id)):
        verdict = label(one.Decision.verdict)
        yield Step(one.Decision.created_at, _("%(verdict)s by %(who)s", verdict=verdict, who=one.name))
    for alert in db.scalars(select(Alert).where(Alert.incident_id == row.id)):
        yield Step(alert.created_at, _("Alert %(ref)s sent", ref=alert.ref), incident=row.ref)
        yield from _sendings(db, alert.id)
        yield from _answers(db, alert.id)
    ended = select(Outcome, User.name).outerjoin(User, User.id == Outcome.user_id)
    for end in db.execute(ended.where(Outcome.incident_id == row.id)):
        yield Step(end.Outcome.created_at, in_words(end.Outcome.done), end.name or _("a responder"))


def _sendings(db: Session, alert_id: UUID) -> Iterator[Step]:
    for row in db.execute(_to_people().where(Delivery.alert_id == alert_id)):
        yield _delivery(row.Delivery, _("Alert to %(code)s", code=row.code))


def _to_people() -> Any:
    return (
        select(Delivery, Contact.code)
        .join(Address, Address.id == Delivery.address_id)
        .join(Contact, Contact.id == Address.contact_id)
        .order_by(Delivery.created_at.desc())
    )


def _answers(db: Session, alert_id: UUID) -> Iterator[Step]:
    said = select(Response, Contact.code).join(Contact, Contact.id == Response.contact_id)
    for row in db.execute(said.where(Response.alert_id == alert_id)):
        yield Step(row.Response.created_at, f"{row.code}: {label(row.Response.answer).lower()}")


# --- what was sent out -------------------------------------------------------------------------


def _alerted(db: Session, phones: Mapping[UUID, str]) -> Iterator[Story]:
    query = _to_people().where(Delivery.address_id.in_(phones), Delivery.alert_id.is_not(None)).limit(MANY)
    for row in db.execute(query):
        alert = db.get_one(Alert, row.Delivery.alert_id)
        incident = db.get_one(Incident, alert.incident_id)
        steps = [
            Step(alert.created_at, _told_of(alert, incident), incident=incident.ref),
            _delivery(row.Delivery, _("To %(code)s", code=row.code)),
            *_answers(db, alert.id),
        ]
        if alert.due_at:
            steps.append(Step(alert.due_at, _("Then the next people are told, if nobody answers")))
        name = phones[row.Delivery.address_id]
        title = _("Alert %(ref)s", ref=alert.ref)
        yield Story(str(row.Delivery.id), name, title, row.Delivery.created_at, _sorted(steps))


def _told_of(alert: Alert, incident: Incident) -> str:
    return _("Alert %(ref)s about %(incident)s", ref=alert.ref, incident=incident.ref)
