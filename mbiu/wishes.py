"""When people want to hear from us: unasked, only in answer, never; and in which hours not at all."""

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mbiu.codes import DeliveryState, Wish
from mbiu.models import Address, Contact, Delivery, Report
from mbiu.outbox import drop
from mbiu.settings import settings

# The Congo has two; the reports come from the east of it.
_ZONES = {
    "BI": "Africa/Bujumbura",
    "CD": "Africa/Lubumbashi",
    "CF": "Africa/Bangui",
    "DJ": "Africa/Djibouti",
    "ER": "Africa/Asmara",
    "ET": "Africa/Addis_Ababa",
    "KE": "Africa/Nairobi",
    "MW": "Africa/Blantyre",
    "MZ": "Africa/Maputo",
    "RW": "Africa/Kigali",
    "SD": "Africa/Khartoum",
    "SO": "Africa/Mogadishu",
    "SS": "Africa/Juba",
    "TZ": "Africa/Dar_es_Salaam",
    "UG": "Africa/Kampala",
    "ZM": "Africa/Lusaka",
}
_USUAL = "Africa/Nairobi"

#: What we send by ourselves and nobody waits for; alerts are no part of it.
UNASKED = ("outcome", "question", "test", "counter", "duty", "digest", "look")


def set_wish(session: Session, contact_id: UUID, wish: Wish, now: dt.datetime) -> None:
    """Keep when somebody wants to hear from us; what is unsent and not wanted any more is taken back."""
    session.execute(update(Contact).where(Contact.id == contact_id).values(wish=wish))
    if wish is Wish.PUSH:
        return
    theirs = Delivery.address_id.in_(select(Address.id).where(Address.contact_id == contact_id))
    drop(session, theirs & Delivery.kind.in_((*UNASKED, "alert", "warning", "sequel")), "not wanted", now)
    for told_at in (Report.verdict_told_at, Report.action_told_at, Report.outcome_told_at):
        # What was to be told after the quiet hours is not told.
        waiting = update(Report).where(Report.contact_id == contact_id, told_at > now)
        session.execute(waiting.values({told_at: None}))


def set_quiet(
    session: Session, contact_id: UUID, hour_from: int | None, hour_to: int | None, now: dt.datetime
) -> None:
    """Send nothing unasked from ``hour_from`` to ``hour_to`` o'clock where the person lives.

    None, or twice the same hour, ends the quiet hours. Hours are 0 to 24. What is to be sent in the quiet
    hours that begin or run now waits for their end.
    """
    if hour_from is None or hour_to is None or hour_from % 24 == hour_to % 24:
        hours: tuple[int | None, int | None] = (None, None)
    else:
        hours = (hour_from % 24, hour_to % 24)
    contact = session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    if contact is None:
        return
    contact.quiet_from, contact.quiet_to = hours
    session.flush()
    if until := quiet_until(contact, now):
        waiting = update(Delivery).where(
            Delivery.address_id.in_(select(Address.id).where(Address.contact_id == contact_id)),
            Delivery.kind.in_(UNASKED),
            Delivery.state == DeliveryState.QUEUED,
            Delivery.due_at < until,
        )
        session.execute(waiting.values(due_at=until))


def wants_push(contact: Contact) -> bool:
    """Whether this person wants to hear from us unasked, now or once the quiet hours are over."""
    return contact.wish is Wish.PUSH and contact.stopped_at is None and contact.silent_at is None


def may_push(contact: Contact, now: dt.datetime) -> bool:
    """Whether this person may be written to unasked at this very moment."""
    return wants_push(contact) and quiet_until(contact, now) is None


def quiet_until(contact: Contact, now: dt.datetime) -> dt.datetime | None:
    """When the quiet hours end that run now; None outside of them."""
    start, end = contact.quiet_from, contact.quiet_to
    if start is None or end is None:
        return None
    local = now.astimezone(zone(contact.country))
    if not _within(local.hour, start, end):
        return None
    over = local.replace(hour=end, minute=0, second=0, microsecond=0)
    if over <= local:
        over += dt.timedelta(days=1)
    return over.astimezone(dt.UTC)


def _within(hour: int, start: int, end: int) -> bool:
    return start <= hour < end if start < end else hour >= start or hour < end


def zone(country: str | None) -> ZoneInfo:
    """The time zone of a country of the region; where it is not known, that of the installation."""
    return ZoneInfo(_ZONES.get(country or "") or _ZONES.get(settings().default_country, _USUAL))
