"""Word to both when duty passes on: who begins and who is done hear of it ahead."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mbiu import texts
from mbiu.codes import AddressKind, AlertState, Role
from mbiu.models import BY_USE, Address, Alert, Contact, Incident, Rota, utcnow
from mbiu.notices import raise_notice
from mbiu.outbox import Outgoing, put
from mbiu.rotas.duty import planned
from mbiu.rotas.turns import Turn
from mbiu.wishes import quiet_until, wants_push

#: So long a plan is taken as it stands: by then a new holiday is seen, or somebody who left.
AGAIN = dt.timedelta(hours=6)
#: So long before the hand-over a text can still be sent; later it is of no use.
LATE = dt.timedelta(hours=2)


def look(session: Session, limit: int = 20) -> int:
    """Tell the people of hand-overs that are near; how many rotas were looked at.

    Whoever has been told is not told again, unless the plan changed.
    """
    now = utcnow()
    query = select(Rota).where(Rota.due_at <= now).order_by(Rota.due_at).limit(limit)
    due = session.scalars(query.with_for_update(skip_locked=True)).all()
    for rota in due:
        _look(session, rota, now)
    return len(due)


def _look(session: Session, rota: Rota, now: dt.datetime) -> None:
    notice = dt.timedelta(minutes=rota.notice_minutes)
    ahead = now + notice
    since = max(now, rota.told_until or now)
    plan = planned(session, rota, min(since, ahead), ahead + AGAIN) if rota.active else []
    for turn in plan:
        if turn.starts_at <= ahead:
            _pass_on(session, rota, turn, max(turn.starts_at, now))
    if not plan and rota.told:
        _tell(session, rota, rota.told, "rota.ends", now, end=_local(rota, now))
        rota.told = []
    later = [one.starts_at for one in plan if one.starts_at > ahead]
    rota.told_until = max(since, ahead)
    rota.due_at = min([now + AGAIN, *(one - notice for one in later)])


def _pass_on(session: Session, rota: Rota, turn: Turn[UUID], at: dt.datetime) -> None:
    before, after = set(rota.told), set(turn.people)
    start, end = _local(rota, at), _local(rota, turn.ends_at)
    if after - before:
        values = {"start": start, "end": end, "open": _open(session, rota, turn.people)}
        _tell(session, rota, after - before, "rota.begins", at, **values)
    if before - after:
        _tell(session, rota, before - after, "rota.ends", at, end=start)
    rota.told = list(turn.people)


def _open(session: Session, rota: Rota, people: Collection[UUID]) -> int:
    """How many alerts of the rota's area nobody has taken; of drills for people of drills alone."""
    real = select(Contact.id).where(Contact.id.in_(people), ~Contact.exercise).limit(1)
    drill = session.scalar(real) is None
    query = select(func.count()).select_from(Alert).join(Incident, Incident.id == Alert.incident_id)
    here = func.starts_with(Incident.area_path, rota.area_path)
    return session.scalar(query.where(Alert.state == AlertState.OPEN, Alert.exercise == drill, here)) or 0


def _local(rota: Rota, at: dt.datetime) -> str:
    return f"{at.astimezone(ZoneInfo(rota.zone)):%d/%m %H:%M}"


def _tell(
    session: Session, rota: Rota, people: Collection[UUID], key: str, at: dt.datetime, **values: object
) -> None:
    """Write to each at the address used last; a coordinator hears of somebody who cannot be written to."""
    now = utcnow()
    for contact, address in _addresses(session, people):
        if address is None or address.blocked_at or address.stopped_at or not wants_push(contact):
            raise_notice(session, "duty_unreached", Role.COORDINATOR, f"contact:{contact.code}")
            continue
        language = contact.language or texts.first_language(contact.country)
        mark = texts.say(language, "alert.exercise") if contact.exercise else ""
        out = Outgoing(
            address.id, contact.id, address.channel,
            mark + texts.say(language, key, name=rota.name, **values), "duty",
            subject=rota.name, due_at=quiet_until(contact, now), expires_at=max(at, now) + LATE,
        )  # fmt: skip
        put(session, out, now)


#: An address at which a person reads: no partner's server.
_READ = and_(
    Address.contact_id == Contact.id, Address.vault_id.is_not(None), Address.kind != AddressKind.WEBHOOK
)


def _addresses(session: Session, people: Collection[UUID]) -> list[tuple[Contact, Address | None]]:
    rows = session.execute(
        select(Contact, Address)
        .outerjoin(Address, _READ)
        .where(Contact.id.in_(people))
        .order_by(
            Contact.id,
            Address.blocked_at.is_(None).desc(),
            Address.stopped_at.is_(None).desc(),
            *BY_USE,
        )
        .ext(distinct_on(Contact.id))
    )
    return [(row.Contact, row.Address) for row in rows]
