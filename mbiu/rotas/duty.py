"""Who is on duty in a rota, from its rows."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.models import Contact, Rota, RotaMember, RotaOverride
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
    days = holidays.of(session, rota) if rota.on_holidays != turns.SAME else {}
    clock = Clock(rota.starts_at, rota.rule, rota.zone, rota.on_holidays, frozenset(days))
    rows = session.execute(
        select(RotaMember.holidays, RotaMember.contact_id)
        .where(RotaMember.rota_id == rota.id)
        .order_by(RotaMember.position)
    ).all()
    stands = _stands(session, rota)
    there = _there(session, {row.contact_id for row in rows} | {one.who for one in stands})
    members = tuple(row.contact_id for row in rows if not row.holidays)
    return Roster(
        clock,
        _standing_in(members, there),
        tuple(row.contact_id for row in rows if row.holidays and row.contact_id in there),
        rota.seats,
        tuple(one for one in stands if one.who in there),
    )


def _stands(session: Session, rota: Rota) -> list[Stand[UUID]]:
    query = select(RotaOverride).where(RotaOverride.rota_id == rota.id)
    rows = session.scalars(query.order_by(RotaOverride.created_at, RotaOverride.id))
    return [Stand(row.contact_id, row.starts_at, row.ends_at, row.instead_of) for row in rows]


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
