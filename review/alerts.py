"""Alerts as the console shows them: the words, who got them, who answered."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.channels.text import segments
from mbiu.codes import AddressKind, AlertState, DeliveryState
from mbiu.escalation import reminding, telling
from mbiu.escalation.people import recipient
from mbiu.models import Address, Alert, Contact, Delivery, Incident, Response, User
from mbiu.outbox import composed
from mbiu.routing import Plan
from review import places

MANY = 50


@dataclass(frozen=True)
class Reply:
    code: str
    answer: str
    text: str
    created_at: dt.datetime


@dataclass(frozen=True)
class Sending:
    """One delivery of an alert: the very words, how far they got, and what their recipient answered."""

    code: str
    responder_class: str
    organisation: str
    kind: str
    state: str
    error: str
    step: int
    asks: str
    tries: int
    double: bool
    bundled: bool
    text: str
    segments: int
    queued_at: dt.datetime
    sent_at: dt.datetime | None
    delivered_at: dt.datetime | None
    answers: list[Reply]


@dataclass(frozen=True)
class AlertCard:
    """An alert on the incident's page."""

    ref: str
    state: str
    by: str
    unverified: bool
    step: int
    steps: int
    due_at: dt.datetime | None
    created_at: dt.datetime
    deliveries: list[Sending]

    @property
    def open(self) -> bool:
        return self.state in {AlertState.OPEN, AlertState.ACKNOWLEDGED}


def cards(db: Session, incident_id: UUID) -> list[AlertCard]:
    """The alerts of one incident, newest first."""
    rows = db.execute(
        select(Alert, User.name)
        .join(User, User.id == Alert.created_by)
        .where(Alert.incident_id == incident_id)
        .order_by(Alert.created_at.desc())
    ).all()
    found = sendings(db, [row.Alert for row in rows])
    return [_card(row.Alert, row.name, found[row.Alert.id]) for row in rows]


def _card(alert: Alert, by: str, deliveries: list[Sending]) -> AlertCard:
    return AlertCard(
        ref=alert.ref,
        state=alert.state.value,
        by=by,
        unverified=alert.unverified,
        step=alert.step,
        steps=len(alert.chain),
        due_at=alert.due_at,
        created_at=alert.created_at,
        deliveries=deliveries,
    )


@dataclass
class _Words:
    """The very words of an alert for each address, as they were put on their way.

    The messages themselves belong to no report, so that an area's scope shows them to nobody. Who was on
    duty stands in no chain.
    """

    alert: Alert
    told: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        sealed = self.alert.texts
        self._wordings: dict[str, str] = json.loads(vault.unseal("alert", "texts", self.alert.id, sealed))
        people = [one for step in self.alert.chain for one in step["recipients"]]
        self._people = {UUID(one["address"]): one for one in people}

    def of(self, delivery: Delivery, contact: Contact, address: Address) -> str:
        """What this delivery said; deliveries are asked for in their order."""
        to = self._people.get(address.id) or recipient(contact, address)
        if delivery.kind == reminding.KIND:
            return composed(to["channel"], reminding.words(self.alert, to["language"]))
        text = self._wordings.get(to.get("key", to["language"]), "")
        is_final, again = delivery.kind == "final", contact.id in self.told
        self.told.add(contact.id)
        if text and (is_final or again):
            text = telling.called(to["language"], text, delivery.round, final=is_final)
        return composed(to["channel"], text)


def sendings(db: Session, alerts: Iterable[Alert]) -> dict[UUID | None, list[Sending]]:
    """What was sent of alerts, by the alert's id, in the order of the steps."""
    words = {alert.id: _Words(alert) for alert in alerts}
    ids = list(words)
    answers = _answers(db, ids)
    rows = db.execute(
        select(Delivery, Contact, Address)
        .join(Address, Address.id == Delivery.address_id)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Delivery.alert_id.in_(ids))
        .order_by(Delivery.step, Delivery.round, Contact.code)
    )
    found: dict[UUID | None, list[Sending]] = defaultdict(list)
    for row in rows:
        alert_id = row.Delivery.alert_id
        text = words[alert_id].of(row.Delivery, row.Contact, row.Address)
        replies = answers.get((alert_id, row.Contact.id), [])
        found[alert_id].append(_sending(row, text, replies))
    return found


def _sending(row: Any, text: str, replies: list[Reply]) -> Sending:
    delivery: Delivery = row.Delivery
    contact: Contact = row.Contact
    return Sending(
        code=contact.code,
        responder_class=contact.responder_class.value if contact.responder_class else "",
        organisation=contact.organisation,
        kind=row.Address.kind.value,
        state=delivery.state.value,
        error=delivery.error,
        step=delivery.step,
        asks=delivery.kind,
        tries=delivery.attempts,
        double=delivery.may_be_double,
        bundled=delivery.carrier_id is not None,
        text=text,
        segments=delivery.segments if row.Address.kind is AddressKind.SMS else 0,
        queued_at=delivery.created_at,
        sent_at=delivery.sent_at,
        delivered_at=delivery.delivered_at,
        answers=replies,
    )


def _answers(db: Session, alerts: list[UUID]) -> dict[tuple[UUID | None, UUID], list[Reply]]:
    rows = db.execute(
        select(Response, Contact.code)
        .join(Contact, Contact.id == Response.contact_id)
        .where(Response.alert_id.in_(alerts))
        .order_by(Response.created_at)
    )
    found: dict[tuple[UUID | None, UUID], list[Reply]] = defaultdict(list)
    for response, code in rows:
        reply = Reply(code, response.answer.value, words_of(response), response.created_at)
        found[response.alert_id, response.contact_id].append(reply)
    return found


def words_of(response: Response) -> str:
    """The words that came with an answer."""
    return vault.unseal("response", "text", response.id, response.text)


@dataclass(frozen=True)
class Sample:
    """One wording of a planned alert."""

    kind: str
    language: str
    text: str
    segments: int
    length: int


def samples(plan: Plan) -> list[Sample]:
    """Each different wording once, by channel and language."""
    found: dict[tuple[str, str], Sample] = {}
    for one in plan.recipients:
        sms = one.kind is AddressKind.SMS
        count = segments(one.text) if sms else 0
        found[one.kind.value, one.language] = Sample(
            one.kind.value, one.language, one.text, count, len(one.text)
        )
    return list(found.values())


@dataclass(frozen=True)
class AlertRow:
    """A line of the list of all alerts. ``answers`` are the last of each person."""

    ref: str
    incident: str
    event_type: str
    priority: str
    place: str
    state: str
    unverified: bool
    sent: int
    delivered: int
    failed: int
    answers: list[Reply]
    due_at: dt.datetime | None
    created_at: dt.datetime


def listed(db: Session) -> list[AlertRow]:
    """The newest alerts of all incidents in scope; those nobody has answered stand first."""
    newest = select(Alert.id).order_by(Alert.created_at.desc()).limit(MANY)
    # Spelt out, for an index of some rows serves no query that leaves open which rows it wants.
    waiting = newest.where(Alert.state == literal("open", literal_execute=True))
    shown = db.scalars(union_all(waiting, newest)).all()
    rows = db.execute(
        select(Alert, Incident)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(Alert.id.in_(shown))
        .order_by((Alert.state == AlertState.OPEN).desc(), Alert.created_at.desc())
        .limit(MANY)
    ).all()
    known = places.names(db, [row.Incident.area_path for row in rows])
    found = sendings(db, [row.Alert for row in rows])
    return [_listed(row.Alert, row.Incident, found[row.Alert.id], known) for row in rows]


def _listed(alert: Alert, incident: Incident, sendings: list[Sending], known: places.Names) -> AlertRow:
    states = [sending.state for sending in sendings]
    by_person = {sending.code: sending for sending in sendings}
    return AlertRow(
        ref=alert.ref,
        incident=incident.ref,
        event_type=incident.event_type.value,
        priority=incident.priority.value,
        place=places.place_name(incident.area_path, known),
        state=alert.state.value,
        unverified=alert.unverified,
        sent=len(states),
        delivered=states.count(DeliveryState.DELIVERED),
        failed=states.count(DeliveryState.FAILED) + states.count(DeliveryState.EXPIRED),
        answers=[sending.answers[-1] for sending in by_person.values() if sending.answers],
        due_at=alert.due_at,
        created_at=alert.created_at,
    )
