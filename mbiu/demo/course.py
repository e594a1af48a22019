"""What has happened in the demonstration: reports, decisions, and alerts at every stage."""

import datetime as dt

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from mbiu import escalation, intake, outcomes, routing, sequels, verification
from mbiu.audit import Actor
from mbiu.codes import DeliveryState
from mbiu.db import transaction
from mbiu.demo.phones import DATA, incoming, phone
from mbiu.gazetteer import store
from mbiu.models import (
    Alert,
    Contact,
    Delivery,
    Incident,
    Message,
    Report,
    Response,
    StepTaken,
    User,
    utcnow,
)
from mbiu.triage import triage
from mbiu.warnings import example

#: How long a text of the demonstration took to leave and to arrive.
_SENT, _ARRIVED = dt.timedelta(seconds=2), dt.timedelta(seconds=4)
#: How long ago the alert was sent that somebody has promised to see to.
_TOLD = dt.timedelta(minutes=25)


def tell() -> int:
    """All messages of the demonstration, the oldest first; how many there are."""
    for message in DATA["message"]:
        _tell(message["phone"], dt.timedelta(hours=message["hours_ago"]), message["text"])
    return len(DATA["message"])


def _tell(key: str, ago: dt.timedelta, text: str) -> None:
    """One message through intake and reading, then dated back."""
    with transaction() as session:
        received = intake.receive(session, incoming(key, text, sent_at=utcnow() - ago))
    with transaction() as session:
        triage(session, store.current(session))
    with transaction() as session:
        _date_back(session, received, ago)


def _date_back(session: Session, received: intake.Received, by: dt.timedelta) -> None:
    """The message, its receipt as it arrived then, its report, and an incident that it is alone in."""
    ids = (Message.id == received.message_id) | (Message.reply_to == received.message_id)
    session.execute(update(Message).where(ids).values(created_at=Message.created_at - by))
    replies = select(Message.id).where(Message.reply_to == received.message_id).scalar_subquery()
    _arrive(session, Delivery.message_id.in_(replies), by)
    report = session.scalar(select(Report).where(Report.ref == received.ref))
    if report is None:
        return
    report.created_at -= by
    report.read_at, report.joined_at = (at and at - by for at in (report.read_at, report.joined_at))
    incident = session.get(Incident, report.incident_id) if report.incident_id else None
    if incident and incident.reports == 1:
        incident.created_at -= by
        incident.updated_at -= by


def _arrive(session: Session, which: ColumnElement[bool], ago: dt.timedelta = dt.timedelta()) -> None:
    """These texts reached their phones, so long ago: nothing is left for a worker to send."""
    at = Delivery.created_at - ago
    arrived = {"state": DeliveryState.DELIVERED, "error": "", "created_at": at, "due_at": at}
    arrived |= {"sent_at": at + _SENT, "delivered_at": at + _ARRIVED}
    session.execute(update(Delivery).where(which, Delivery.state != DeliveryState.DELIVERED).values(arrived))


# --- what was decided --------------------------------------------------------------------------


def decide() -> None:
    """Ruth and Peter take one dispute to its outcome and leave the gravest half approved. Of two more alerts
    nobody has answered one, and somebody has promised to see to the other. Messages for the threatened are
    agreed on, and a warning waits for a second person.
    """
    with transaction() as session:
        users = {user.name: Actor(user.name, user.id, user.role) for user in session.scalars(select(User))}
    ruth = users["ruth"]
    _to_outcome(ruth, _first("halima", "dispute"))
    _unanswered(ruth, _first("nyadeng", "dispute"))
    _promised(ruth, _first("lokiru", "dispute"))
    _half_approved(ruth, _first("amina"))
    with transaction() as session:
        example.show(session, ruth, users["peter"], "/ug/ug-western/ug-kasese/")


def _first(key: str, event_type: str | None = None) -> str | None:
    """The incident that the holder of a phone told of first, if one of that type was read from it."""
    query = (
        select(Incident.ref)
        .join(Report, Report.incident_id == Incident.id)
        .join(Contact, Contact.id == Report.contact_id)
        .where(Contact.code == phone(key).code)
        .order_by(Report.created_at)
        .limit(1)
    )
    with transaction() as session:
        return session.scalar(query.where(Incident.event_type == event_type) if event_type else query)


def _verified(ruth: Actor, ref: str, reason: str) -> str:
    """Verify an incident and send its alert, which reaches the phones at once; its reference."""
    with transaction() as session:
        verification.verify(session, ruth, ref, reason, grade=("B", 2))
    with transaction() as session:
        alert = routing.send(session, ruth, ref)
        _arrive(session, Delivery.alert_id == alert.id)
        return alert.ref


def _answer(key: str, text: str) -> None:
    with transaction() as session:
        intake.receive(session, incoming(key, text))


def _to_outcome(ruth: Actor, ref: str | None) -> None:
    """Baraka answers and writes what was done; everybody who was told hears that it is over."""
    if ref is None:
        return
    alert = _verified(ruth, ref, "The ward officer was there and tells the same.")
    _answer("baraka", f"1 {alert}")
    _answer("baraka", f"3 {alert} tumekutana na pande zote mbili")
    with transaction() as session:
        sequels.send(session, ruth, alert, sequels.Kind.ALL_CLEAR)
    with transaction() as session:
        told = outcomes.drafts(session, verification.find(session, ref).id)[0]
        words, today = "Elders met both sides; cattle are out.", utcnow().date()
        deed = outcomes.Deed(
            ("visit", "dialogue"), "contained", words, "peaceful", (told.contact,), on=today, answer=told.id
        )
        outcomes.close(session, ruth, ref, deed, [outcomes.Ahead(today + dt.timedelta(days=14))])


def _unanswered(ruth: Actor, ref: str | None) -> None:
    """The first step of its chain passed without an answer; since a while the second waits for one."""
    if ref is None:
        return
    alert = _verified(ruth, ref, "A health worker of Akobo bandaged both of them.")
    with transaction() as session:
        row = session.scalars(select(Alert).where(Alert.ref == alert)).one()
        _long_ago(session, row, row.due_at - utcnow() if row.due_at else dt.timedelta())
    with transaction() as session:
        escalation.take_due(session)
        row = session.scalars(select(Alert).where(Alert.ref == alert)).one()
        _arrive(session, Delivery.alert_id == row.id)
        _long_ago(session, row, dt.timedelta(minutes=12))


def _promised(ruth: Actor, ref: str | None) -> None:
    if ref is None:
        return
    alert = _verified(ruth, ref, "The chief of Lokori says that it is so.")
    _answer("ekal", f"2 {alert} 4h")
    with transaction() as session:
        _long_ago(session, session.scalars(select(Alert).where(Alert.ref == alert)).one(), _TOLD)


def _half_approved(ruth: Actor, ref: str | None) -> None:
    if ref is None:
        return
    with transaction() as session:
        verification.claim(session, ruth, ref)
        reason = "Two callers from the parish say the same; the health centre confirms the dead."
        verification.verify(session, ruth, ref, reason, grade=("B", 2))


def _long_ago(session: Session, alert: Alert, by: dt.timedelta) -> None:
    """Let an alert have been sent, and all that came of it, so much earlier."""
    session.flush()
    messages = select(Delivery.message_id).where(Delivery.alert_id == alert.id).scalar_subquery()
    answers = select(Response.message_id).where(Response.alert_id == alert.id).scalar_subquery()
    for rows, which, names in (
        (Alert, Alert.id == alert.id, ("created_at", "next_at", "repeat_at", "due_at", "acknowledged_at")),
        (StepTaken, StepTaken.alert_id == alert.id, ("due_at", "taken_at")),
        (Response, Response.alert_id == alert.id, ("created_at", "due_at")),
        (Message, Message.id.in_(messages) | Message.id.in_(answers), ("created_at",)),
        (Message, Message.reply_to.in_(answers), ("created_at",)),
        (Delivery, Delivery.alert_id == alert.id, ("created_at", "due_at", "sent_at", "delivered_at")),
    ):
        earlier = {name: getattr(rows, name) - by for name in names}
        session.execute(update(rows).where(which).values(earlier))
