"""The waves: each puts its people's messages into the outbox, in one transaction that may be tried again."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import audit, parties, texts
from mbiu.audit import SYSTEM
from mbiu.codes import IncidentState
from mbiu.models import Address, AreaWarning, Contact, Incident, WarningRecipient, utcnow
from mbiu.outbox import Outgoing, put
from mbiu.warnings.library import Variant
from mbiu.warnings.preparing import halt
from mbiu.warnings.reach import PARTY, unsafe
from mbiu.wishes import quiet_until

#: Of no use any more after so long: protection at once, the rest within two days.
USEFUL = {Variant.PROTECT: dt.timedelta(hours=6)}
_LATER = dt.timedelta(days=2)
_OVER = frozenset({IncidentState.REFUTED, IncidentState.WITHDRAWN})


def send_due(session: Session) -> int:
    """Send the next wave of one warning whose time has come; how many there were, 0 or 1.

    A warning whose incident was refuted meanwhile stops; an all-clear goes on.
    """
    now = utcnow()
    query = select(AreaWarning).where(AreaWarning.due_at <= now).order_by(AreaWarning.due_at).limit(1)
    row = session.scalar(query.with_for_update(skip_locked=True))
    if row is None:
        return 0
    about = session.get(Incident, row.incident_id) if row.incident_id else None
    if about and about.state in _OVER and row.variant == Variant.PROTECT:
        halt(session, row, SYSTEM)
    else:
        _wave(session, row, about, now)
    return 1


def next_due(session: Session) -> dt.datetime | None:
    """When the next wave of any warning is due."""
    return session.scalar(select(func.min(AreaWarning.due_at)))


def _wave(session: Session, row: AreaWarning, about: Incident | None, now: dt.datetime) -> None:
    waiting = (
        WarningRecipient.warning_id == row.id,
        WarningRecipient.told_at.is_(None),
        WarningRecipient.skipped == "",
    )
    wave = session.scalar(select(func.min(WarningRecipient.wave)).where(*waiting))
    told = 0
    if wave is not None:
        told = _tell(session, row, about, wave, now)
        audit.append(session, SYSTEM, "warning.wave", f"warning:{row.ref}", wave=wave, told=told)
    more = session.scalar(select(WarningRecipient.contact_id).where(*waiting).limit(1)) is not None
    row.due_at = now + dt.timedelta(minutes=row.wave_minutes) if more else None
    row.ended_at = None if more else now


def _tell(session: Session, row: AreaWarning, about: Incident | None, wave: int, now: dt.datetime) -> int:
    """Write down the messages of a wave; how many. Who may not be written to any more is skipped."""
    people = session.execute(
        select(WarningRecipient, Contact, Address)
        .join(Contact, Contact.id == WarningRecipient.contact_id)
        .join(Address, Address.id == WarningRecipient.address_id)
        .where(WarningRecipient.warning_id == row.id, WarningRecipient.wave == wave)
        .where(WarningRecipient.told_at.is_(None), WarningRecipient.skipped == "")
        .order_by(Contact.code)
    ).all()
    bars = parties.barred(session, about, [one.Contact.id for one in people]) if about else {}
    told = 0
    for one in people:
        why = PARTY if one.Contact.id in bars else unsafe(one.Contact, one.Address)
        if why:
            one.WarningRecipient.skipped = why
        else:
            one.WarningRecipient.told_at = now
            put(session, _outgoing(row, one.Contact, one.Address, one.WarningRecipient.language, now), now)
            told += 1
    session.flush()
    return told


def _outgoing(
    row: AreaWarning, contact: Contact, address: Address, language: str, now: dt.datetime
) -> Outgoing:
    mark = texts.say(language, "alert.exercise") if row.exercise else ""
    protects = row.variant == Variant.PROTECT
    due_at = now if protects else quiet_until(contact, now) or now
    return Outgoing(
        address.id, contact.id, address.channel, mark + row.texts[language], "warning",
        warning_id=row.id, due_at=due_at, expires_at=due_at + USEFUL.get(Variant(row.variant), _LATER),
    )  # fmt: skip
