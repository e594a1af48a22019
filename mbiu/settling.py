"""What those hear who were warned before anything was verified: whether it was confirmed or not."""

import datetime as dt
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mbiu import texts
from mbiu.codes import AlertState, DeliveryState, Wish
from mbiu.exchange import cap
from mbiu.exchange.wording import Cause
from mbiu.models import Address, Alert, Contact, Delivery, Incident, utcnow
from mbiu.outbox import Outgoing, drop, put


def settle(session: Session, incident_id: UUID, *, confirmed: bool) -> int:
    """Tell those who got a warning of this incident, or of one merged into it, how it ended; how many.

    Warnings that are not sent yet are not sent any more, and nobody is escalated to. Who asked for silence
    meanwhile gets nothing.
    """
    of_it = select(Incident.id).where(or_(Incident.id == incident_id, Incident.merged_into == incident_id))
    query = select(Alert).where(Alert.incident_id.in_(of_it), Alert.unverified, Alert.settled_at.is_(None))
    now = utcnow()
    return sum(_settle(session, one, now, confirmed=confirmed) for one in session.scalars(query).all())


def _settle(session: Session, alert: Alert, now: dt.datetime, *, confirmed: bool) -> int:
    drop(session, Delivery.alert_id == alert.id, "settled", now)
    alert.settled_at, alert.due_at = now, None
    if not confirmed and alert.state is not AlertState.DONE:
        alert.state, alert.ended_at = AlertState.CANCELLED, now
    told = session.execute(
        select(Delivery.address_id, Delivery.channel, Contact.id.label("contact_id"), Contact.language)
        .join(Address, Address.id == Delivery.address_id)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Delivery.alert_id == alert.id, Contact.silent_at.is_(None), Contact.stopped_at.is_(None))
        .where(Address.stopped_at.is_(None), Address.blocked_at.is_(None), Contact.wish == Wish.PUSH)
        .where(Delivery.state.not_in([DeliveryState.FAILED, DeliveryState.EXPIRED]))
    ).all()
    cap.follow(session, alert, Cause.UPDATE if confirmed else Cause.RECALL, "settled")
    key = "alert.confirmed" if confirmed else "alert.not_confirmed"
    for row in told:
        mark = texts.say(row.language, "alert.exercise") if alert.exercise else ""
        text = mark + texts.say(row.language, key, ref=alert.ref)
        put(session, Outgoing(row.address_id, row.contact_id, row.channel, text, "alert"), now)
    return len(told)
