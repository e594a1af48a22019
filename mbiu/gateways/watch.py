"""Looks after the gateways: measures, decides, and makes every change a visible record."""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu import audit, notices
from mbiu.audit import SYSTEM, Actor
from mbiu.codes import DeliveryState, GatewayState, Role
from mbiu.gateways import health
from mbiu.gateways.health import Judgement, Seen, Standing
from mbiu.gateways.registry import ALL, names
from mbiu.jobs import Job, enqueue
from mbiu.models import Delivery, Gateway, GatewayChange, GatewayTry, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible

log = logging.getLogger(__name__)

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('mbiu.gateways'))")


@dataclass(frozen=True)
class Try:
    """One call: ``ok`` unless the gateway itself was at fault, ``why`` the reason where it failed."""

    gateway: str
    ok: bool
    why: str = ""


#: One that told of a delivery within so long is expected to tell of the next.
_TELLS = dt.timedelta(hours=24)


def look(session: Session, now: dt.datetime | None = None) -> int:
    """Judge every gateway by the last minutes; how many changed. Safe in several workers at once."""
    session.execute(_LOCK)
    now = now or utcnow()
    rows = _rows(session, now)
    seen = {name: _seen(session, row, now) for name, row in rows.items() if name != ALL}
    standings = {name: Standing(rows[name].state, rows[name].since, rows[name].good_since) for name in seen}
    quiet = health.all_slow(standings, seen)
    for name, standing in standings.items():
        _note(session, rows[name], health.judge(standing, seen[name], now, quiet=quiet), now)
    _note(session, rows[ALL], _together(rows[ALL], now, slow=quiet), now)
    return sum(row.since == now for row in rows.values())


def _rows(session: Session, now: dt.datetime) -> dict[str, Gateway]:
    """The row of each gateway that is set up, made where it is not there yet."""
    wanted = [*names(), ALL]
    fresh = [{"name": name, "since": now - dt.timedelta(microseconds=1)} for name in wanted]
    session.execute(insert(Gateway).on_conflict_do_nothing(), fresh)
    return {row.name: row for row in session.scalars(select(Gateway).where(Gateway.name.in_(wanted)))}


def _together(row: Gateway, now: dt.datetime, *, slow: bool) -> Judgement:
    state = GatewayState.SLOW if slow else GatewayState.UP
    if state is row.state:
        return Judgement(Standing(row.state, row.since))
    why = "all gateways are slow: the order is kept" if slow else "not all gateways are slow any more"
    return Judgement(Standing(state, now), why)


def _note(session: Session, row: Gateway, judgement: Judgement, now: dt.datetime) -> None:
    before, after = row.state, judgement.standing
    row.state, row.since, row.good_since = after.state, after.since, after.good_since
    row.checked_at = now
    if judgement.why:
        _record(session, SYSTEM, row.name, (before, after.state), judgement.why, now)


def _record(
    session: Session,
    actor: Actor,
    name: str,
    states: tuple[GatewayState, GatewayState],
    why: str,
    now: dt.datetime,
) -> None:
    before, after = states
    session.add(
        GatewayChange(gateway=name, at=now, before=before, after=after, why=why[:200], made_by=actor.id)
    )
    audit.append(session, actor, "gateway.changed", f"gateway:{name}", before=before, after=after, why=why)
    if after is GatewayState.DOWN:
        notices.raise_notice(session, "gateway_down", Role.COORDINATOR, f"gateway:{name}")
    log.warning("gateway.changed", extra={"gateway": name, "before": before.value, "after": after.value})


# --- measure -----------------------------------------------------------------------------------


def figures(session: Session, now: dt.datetime) -> dict[str, Seen]:
    """What the last minutes say of each gateway that is set up."""
    rows = {row.name: row for row in session.scalars(select(Gateway))}
    return {name: _seen(session, rows.get(name) or Gateway(name=name), now) for name in names()}


def _seen(session: Session, row: Gateway, now: dt.datetime) -> Seen:
    tries = session.execute(
        select(
            func.count(),
            func.count().filter(GatewayTry.ok.is_(False)),
            func.max(GatewayTry.why),
        ).where(GatewayTry.gateway == row.name, GatewayTry.at > now - health.ERRORS, GatewayTry.at <= now)
    ).one()
    texts, slow = _speed(session, row, now)
    return Seen(tries[0], tries[1], texts, slow, _falls(session, row.name, now), tries[2] or "")


def _speed(session: Session, row: Gateway, now: dt.datetime) -> tuple[int, int]:
    """Texts of known fate, and those that were slow or did not arrive at all.

    What was refused at once, or sent by the answer to a call, has no fate that the gateway tells.
    """
    arrived = Delivery.state == DeliveryState.DELIVERED
    lost = Delivery.state.in_([DeliveryState.FAILED, DeliveryState.EXPIRED])
    late = func.coalesce(Delivery.delivered_at, now) - Delivery.sent_at > health.SLOW_AFTER
    counted = select(
        func.count().filter(arrived | lost | late),
        func.count().filter(lost | late),
        func.count().filter(arrived | lost),
    ).where(
        Delivery.channel == row.name,
        Delivery.sent_at > now - health.SPEED,
        Delivery.sent_at <= now,
        Delivery.provider_id.is_not(None),
        Delivery.state != DeliveryState.UNKNOWN,
    )
    texts, slow, told = session.execute(counted).one()
    if told:
        row.reported_at = now
    tells = row.reported_at is not None and row.reported_at > now - _TELLS
    return (texts, slow) if tells else (0, 0)


def _falls(session: Session, name: str, now: dt.datetime) -> int:
    fell = GatewayChange.after.in_([GatewayState.SLOW, GatewayState.DOWN])
    recent = GatewayChange.at > now - health.FALLS
    query = select(func.count()).where(GatewayChange.gateway == name, fell, recent)
    return session.scalar(query.where(GatewayChange.made_by.is_(None))) or 0


# --- tries -------------------------------------------------------------------------------------


def note_tries(session: Session, tries: Iterable[Try]) -> None:
    """Write down calls to gateways; one that failed for the gateway's own fault wakes the watch."""
    now = utcnow()
    ours = set(names())
    rows = [
        {"id": new_id(), "gateway": one.gateway, "at": now, "ok": one.ok, "why": one.why[:80]}
        for one in tries
        if one.gateway in ours
    ]
    if rows:
        session.execute(insert(GatewayTry), rows)
    if not all(row["ok"] for row in rows):
        enqueue(session, Job.GATEWAYS)


def prune(session: Session, now: dt.datetime) -> None:
    """Drop tries that are a day old."""
    session.execute(delete(GatewayTry).where(GatewayTry.at < now - dt.timedelta(days=1)))


# --- a person's wish ---------------------------------------------------------------------------


def switch(session: Session, actor: Actor, name: str, why: str, *, on: bool) -> None:
    """Switch a gateway off, or on again. Raises NotFound, and NotPossible without a reason or a change."""
    if name not in names():
        raise NotFound("There is no such gateway.")
    if not why.strip():
        raise NotPossible("Say in a few words why.")
    session.execute(_LOCK)
    now = utcnow()
    row = _rows(session, now)[name]
    before, after = row.state, GatewayState.UP if on else GatewayState.OFF
    if (before is GatewayState.OFF) is not on:
        raise NotPossible(f"{name} is {'on' if on else 'off'} already.")
    session.execute(
        update(Gateway).where(Gateway.name == name).values(state=after, since=now, good_since=None)
    )
    _record(session, actor, name, (before, after), why.strip(), now)
