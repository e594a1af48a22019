"""Who is on duty in a rota, from its rows."""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.models import Contact, Occasion, Rota, RotaMember, RotaOverride
from mbiu.rotas import holidays, turns
from mbiu.rotas.turns import Clock, Roster, Stand, Turn


def on_duty(session: Session, rota_id: UUID, at: dt.datetime) -> list[UUID]:
    """The contacts who are on duty at a moment, the first of them first.

    For somebody who ended their part, or ended all messages, the next of the list stands in. Nobody for a
    rota that does not exist or is off, or whose first turn has not begun.
    """
    rota = session.get(Rota, rota_id)
    if rota is None or not rota.active:
        return []
    return list(turns.on_duty(roster(session, rota), at))


def planned(session: Session, rota: Rota, since: dt.datetime, until: dt.datetime) -> list[Turn[UUID]]:
    """Who is on duty from one moment to the other, in order; see `mbiu.rotas.turns.turns`."""
    return turns.turns(roster(session, rota), since, until)


def roster(session: Session, rota: Rota) -> Roster[UUID]:
    """All that decides who is on duty. Whoever left is on no list any more."""
    return rosters(session, [rota])[rota.id]


def rosters(session: Session, rows: Collection[Rota]) -> dict[UUID, Roster[UUID]]:
    """The same for several rotas, by id, in as many questions as for one."""
    ids = [row.id for row in rows]
    members = session.scalars(
        select(RotaMember).where(RotaMember.rota_id.in_(ids)).order_by(RotaMember.position)
    ).all()
    covers = session.scalars(
        select(RotaOverride)
        .where(RotaOverride.rota_id.in_(ids))
        .order_by(RotaOverride.created_at, RotaOverride.id)
    ).all()
    there = _there(session, {one.contact_id for one in members} | {one.contact_id for one in covers})
    feasts = holidays.feasts(session) if any(row.feasts for row in rows) else []
    return {
        row.id: Roster(
            _clock(row, feasts),
            _standing_in(tuple(_listed(members, row, holidays=False)), there),
            tuple(one for one in _listed(members, row, holidays=True) if one in there),
            row.seats,
            tuple(_stand(one) for one in covers if one.rota_id == row.id and one.contact_id in there),
        )
        for row in rows
    }


def _clock(row: Rota, feasts: Sequence[Occasion]) -> Clock:
    days = holidays.named(row, feasts) if row.on_holidays != turns.SAME else {}
    return Clock(row.starts_at, row.rule, row.zone, row.on_holidays, frozenset(days))


def _listed(members: Sequence[RotaMember], row: Rota, *, holidays: bool) -> list[UUID]:
    return [one.contact_id for one in members if one.rota_id == row.id and one.holidays is holidays]


def _stand(row: RotaOverride) -> Stand[UUID]:
    return Stand(row.contact_id, row.starts_at, row.ends_at, row.instead_of)


def _there(session: Session, people: Collection[UUID]) -> set[UUID]:
    """Those who can still be on duty: nobody who ended their part, or all messages to them."""
    here = (Contact.archived_at.is_(None), Contact.stopped_at.is_(None), Contact.silent_at.is_(None))
    return set(session.scalars(select(Contact.id).where(Contact.id.in_(people), *here)))


def _standing_in(members: tuple[UUID, ...], there: set[UUID]) -> tuple[UUID, ...]:
    """The list with the next of those who are there in the place of whoever is not: nobody's turn moves."""
    if not there & set(members):
        return ()
    rounds = ((*members[at:], *members[:at]) for at in range(len(members)))
    return tuple(next(one for one in after if one in there) for after in rounds)
