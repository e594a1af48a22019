"""Word to whoever promised and has not said that it is done."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from mbiu import alerting, texts
from mbiu.codes import AddressKind
from mbiu.escalation import promises
from mbiu.escalation.people import ALERTABLE
from mbiu.escalation.scene import ASKING, Scene
from mbiu.escalation.writing import Writing
from mbiu.models import Address, Alert, Contact, Delivery
from mbiu.outbox import Outgoing

KIND = "reminder"


def remind(scene: Scene, writing: Writing) -> None:
    """Ask those whose promises are due how it went, at the address where they were told.

    Who turned out to be of a party since is not written to any more; the promise ends in silence.
    """
    if not writing.reminders:
        return
    alerts = {alert.id: alert for alert, _ in writing.reminders}
    wanted = {
        (alert.id, word.contact)
        for alert, word in writing.reminders
        if not scene.barred(alert, [word.contact])
    }
    for row in _addresses(scene.session, alerts):
        if (row.alert_id, row.contact_id) in wanted:
            writing.outs.append(_reminder(alerts[row.alert_id], row, writing))


def words(alert: Alert, language: str) -> str:
    """What a reminder of this alert says."""
    return _mark(alert, language) + texts.say(language, "climb.reminder", ref=alert.ref)


def _mark(alert: Alert, language: str) -> str:
    return texts.say(language, "alert.exercise") if alert.exercise else ""


def _reminder(alert: Alert, row: Row[Any], writing: Writing) -> Outgoing:
    language = row.language or texts.first_language(row.country)
    subject = (
        texts.say(language, "alert.subject", mark=_mark(alert, language), ref=alert.ref)
        if row.kind is AddressKind.EMAIL
        else ""
    )
    return Outgoing(
        address_id=row.address_id,
        contact_id=row.contact_id,
        channel=row.channel,
        text=words(alert, language),
        kind=KIND,
        alert_id=alert.id,
        buttons=alerting.buttons(language, alert.ref),
        step=alert.step,
        round=row.before,
        expires_at=writing.now + promises.GRACE,
        subject=subject,
    )


def _addresses(session: Session, alerts: Mapping[UUID, Alert]) -> Sequence[Row[Any]]:
    """Where those who were told can be reached now, and how often they were reminded there."""
    earlier = aliased(Delivery)
    before = (
        select(func.count())
        .where(earlier.alert_id == Delivery.alert_id, earlier.address_id == Address.id, earlier.kind == KIND)
        .scalar_subquery()
    )
    query = (
        select(
            Delivery.alert_id, Address.contact_id, Address.id.label("address_id"), Address.channel,
            Address.kind, Contact.language, Contact.country, before.label("before"),
        )
        .join(Address, Address.id == Delivery.address_id)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Delivery.alert_id.in_(alerts), Delivery.kind.in_(ASKING), *ALERTABLE)
        .where(Address.kind != AddressKind.WEBHOOK)
        .order_by(Delivery.alert_id, Address.contact_id, Address.last_in_at.desc().nulls_last())
    )  # fmt: skip
    return session.execute(query.ext(distinct_on(Delivery.alert_id, Address.contact_id))).all()
