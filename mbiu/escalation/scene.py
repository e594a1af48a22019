"""What the escalation has to know of many alerts at once: few queries, however many they are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from mbiu import parties
from mbiu.codes import AddressKind, AlertState, Answer, DeliveryState
from mbiu.escalation import people
from mbiu.escalation.chain import Rung, rungs
from mbiu.escalation.quorum import Situation, Told, Word
from mbiu.house import settings as house
from mbiu.models import Address, Alert, Contact, Delivery, Incident, Response, Suspect

#: The kinds of deliveries that ask somebody to act.
ASKING = ("alert", "final")
#: The states in which an alert still waits for somebody or something.
LIVE = (AlertState.OPEN, AlertState.ACKNOWLEDGED)
_LOST = (DeliveryState.FAILED, DeliveryState.EXPIRED)
_MAY_ANSWER = Delivery.state.not_in(_LOST) & (Address.kind != AddressKind.WEBHOOK)


class Scene:
    """Some alerts at one moment, with who was told, who said what, and who can be told."""

    def __init__(self, session: Session, alerts: Sequence[Alert], now: dt.datetime) -> None:
        self.session, self.now = session, now
        self.chains = {alert.id: rungs(alert.chain) for alert in alerts}
        self.situations = situations(session, alerts)
        self._incidents = _incidents(session, alerts)
        self._zone: str = house.value(session, "time_zone")
        self._reachable: dict[UUID, bool] | None = None
        self._duty: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        self._barred: dict[tuple[UUID, UUID], bool] = {}
        self._concerned: set[UUID] | None = None

    def incident(self, alert: Alert) -> Incident:
        return self._incidents[alert.incident_id]

    def is_open(self, rung: Rung) -> bool:
        """Whether the step's hours are now."""
        return rung.is_open(self.now, self._zone)

    def is_reachable(self, address: UUID) -> bool:
        """Whether somebody may be told there now. Of the chains' addresses all are looked up at once."""
        if self._reachable is None:
            named = {
                UUID(one["address"])
                for chain in self.chains.values()
                for rung in chain
                for one in rung.people
            }
            self._reachable = dict.fromkeys(named, False) | dict.fromkeys(
                people.reachable(self.session, named), True
            )
        # Whoever is not of a chain was found just now, because they can be reached.
        return self._reachable.get(address, True)

    def on_duty(self, alert: Alert, rung: Rung) -> list[dict[str, Any]]:
        """Who is on duty now in the step's rotas."""
        incident = self.incident(alert)
        key = (rung.rotas, incident.exercise, rung.final)
        if rung.rotas and key not in self._duty:
            self._duty[key] = people.on_duty(
                self.session, incident, rung.rotas, self.now, everywhere=rung.final
            )
        return self._duty.get(key, [])

    def barred(self, alert: Alert, contacts: Collection[UUID]) -> set[UUID]:
        """Those of the contacts who must not be told, being of a party."""
        if self._concerned is None:
            self._concerned = parties.concerned(self.session, list(self._incidents.values()))
        incident = self.incident(alert)
        if incident.id not in self._concerned:
            return set()
        if new := [one for one in contacts if (incident.id, one) not in self._barred]:
            found = parties.barred(self.session, incident, new)
            self._barred |= {(incident.id, one): one in found for one in new}
        return {one for one in contacts if self._barred[incident.id, one]}

    def code(self, contact_id: UUID) -> str:
        """The code name of a contact."""
        return self.session.scalars(select(Contact.code).where(Contact.id == contact_id)).one()

    def void(self, alert: Alert) -> list[Word]:
        """What people of a suspected party said that would still count."""
        held = [word for word in self.situations[alert.id].words.values() if word.holds]
        kept = self.barred(alert, {word.contact for word in held}) if held else set()
        return [word for word in held if word.contact in kept]


def situations(session: Session, alerts: Sequence[Alert]) -> dict[UUID, Situation]:
    """Who was told of each alert, and what each of them said last."""
    told: dict[UUID, dict[UUID, Told]] = defaultdict(dict)
    for row in _told(session, alerts):
        told[row.alert_id][row.contact_id] = Told(row.step, row.responder_class, row.may_answer)
    words: dict[UUID, dict[UUID, Word]] = defaultdict(dict)
    for row in _said(session, alerts):
        words[row.alert_id][row.contact_id] = Word(
            row.id, row.contact_id, row.answer, row.due_at, row.reminded_at, row.lapsed_at is not None
        )
    return {alert.id: Situation(told[alert.id], words[alert.id]) for alert in alerts}


def _told(session: Session, alerts: Sequence[Alert]) -> Sequence[Row[Any]]:
    """The class is that of now: who became somebody else meanwhile counts as who they are."""
    query = (
        select(
            Delivery.alert_id,
            Address.contact_id,
            Contact.responder_class,
            func.max(Delivery.step).label("step"),
            func.bool_or(Delivery.state.not_in(_LOST) & (Address.kind != AddressKind.WEBHOOK)).label(
                "may_answer"
            ),
        )
        .join(Address, Address.id == Delivery.address_id)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Delivery.alert_id.in_([alert.id for alert in alerts]), Delivery.kind.in_(ASKING))
        .group_by(Delivery.alert_id, Address.contact_id, Contact.responder_class)
    )
    return session.execute(query).all()


def _said(session: Session, alerts: Sequence[Alert]) -> Sequence[Any]:
    said = select(
        Response.id, Response.alert_id, Response.contact_id, Response.answer, Response.due_at,
        Response.reminded_at, Response.lapsed_at,
    ).where(Response.alert_id.in_([alert.id for alert in alerts]))  # fmt: skip
    newest = said.order_by(
        Response.alert_id, Response.contact_id, Response.created_at.desc(), Response.id.desc()
    )
    return session.execute(newest.ext(distinct_on(Response.alert_id, Response.contact_id))).all()


def held_by_parties() -> Select[UUID]:
    """The alerts of which somebody holds a promise whom the database keeps from the incident."""
    newer = aliased(Response)
    later = (newer.alert_id == Response.alert_id) & (newer.contact_id == Response.contact_id)
    suspected = select(Suspect.key).where(Suspect.incident_id == Alert.incident_id)
    bars = func.mbiu_bars(Alert.incident_id, Response.contact_id).alias("bar")
    return (
        select(Response.alert_id)
        .join(Alert, Alert.id == Response.alert_id)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(Response.answer != Answer.CANNOT, Response.lapsed_at.is_(None), Alert.state.in_(LIVE))
        .where(or_(Incident.survivor, suspected.exists()))
        .where(select(literal(1)).select_from(bars).exists())
        .where(~select(newer.id).where(later, newer.created_at > Response.created_at).exists())
    )


def _incidents(session: Session, alerts: Sequence[Alert]) -> dict[UUID, Incident]:
    query = select(Incident).where(Incident.id.in_({alert.incident_id for alert in alerts}))
    return {row.id: row for row in session.scalars(query)}
