"""An alert that can never reach somebody at one address goes to another of theirs, if they have one."""

import datetime as dt
import json
import logging
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import alerting, links, texts, vault
from mbiu.codes import AddressKind, AlertState, Wish
from mbiu.models import BY_USE, Address, Alert, Contact, Delivery
from mbiu.outbox import put

log = logging.getLogger(__name__)

ALERT = "alert"


def tell(session: Session, delivery_id: UUID, now: dt.datetime) -> None:
    """Send the words of a delivery that failed for good to its reader's next address: one that this alert has
    not tried, and that is not closed to us. Nothing where the alert waits for nobody any more.
    """
    lost = session.get_one(Delivery, delivery_id)
    alert = session.get(Alert, lost.alert_id) if lost.alert_id else None
    if lost.kind != ALERT or alert is None or alert.state is not AlertState.OPEN:
        return
    found = _next(session, lost)
    if found is None:
        return
    contact, address = found
    language = contact.language or texts.first_language(contact.country)
    to = {
        "contact": str(contact.id),
        "address": str(address.id),
        "channel": address.channel,
        "language": language,
        "key": alerting.key(address.kind, language, contact.responder_class),
    }
    said = json.loads(vault.unseal("alert", "texts", alert.id, alert.texts))
    mail = address.kind is AddressKind.EMAIL
    link = links.make(session, alert.id, contact.id, language) if mail else ""
    out = alerting.outgoing(alert, to, said, now, link=link)
    if out is not None:
        put(session, replace(out, step=lost.step, round=lost.round), now)
        log.info("delivery.elsewhere", extra={"delivery": str(lost.id), "channel": address.channel})


def _next(session: Session, lost: Delivery) -> tuple[Contact, Address] | None:
    tried = select(Delivery.address_id).where(Delivery.alert_id == lost.alert_id)
    whose = select(Address.contact_id).where(Address.id == lost.address_id).scalar_subquery()
    row = session.execute(
        select(Contact, Address)
        .join(Address, Address.contact_id == Contact.id)
        .where(Contact.id == whose, Contact.wish == Wish.PUSH, Contact.archived_at.is_(None))
        .where(Contact.stopped_at.is_(None), Contact.silent_at.is_(None))
        .where(Address.id.not_in(tried), Address.kind != AddressKind.WEBHOOK, ~Address.is_group)
        .where(Address.vault_id.is_not(None), Address.blocked_at.is_(None), Address.stopped_at.is_(None))
        .order_by(*BY_USE)
        .limit(1)
    ).one_or_none()
    return (row.Contact, row.Address) if row else None
