"""Rotas on the screen: who is on duty in the next days, and who stands in."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import format_datetime
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import rotas
from mbiu.models import Contact, Rota, RotaMember, RotaOverride
from mbiu.refusals import NotPossible
from mbiu.rotas import holidays
from mbiu.rotas.turns import Turn, turns
from review.recurrence import Form, form_of, in_words

DAYS = 14
#: Whole weeks, this one among them.
SHOWN = 21


@dataclass(frozen=True)
class Duty:
    """Who is on duty from one time to the other, in the rota's zone, and why."""

    starts: str
    ends: str
    people: str
    why: str
    now: bool = False


@dataclass(frozen=True)
class Day:
    """A day of the plan: who begins when, and what is celebrated."""

    day: dt.date
    duties: Sequence[str]
    holiday: str


@dataclass(frozen=True)
class Card:
    """A rota with all that its page shows."""

    row: Rota
    members: list[str]
    others: list[str]
    rule: str
    form: Form
    starts: str
    now: Duty | None
    plan: list[Duty] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)


def cards(db: Session, rows: Sequence[Rota], now: dt.datetime) -> list[Card]:
    """Rotas with who is on duty now and next."""
    plans = _plans(db, rows, now)
    codes, lists = _codes(db, plans.values()), _lists(db, rows)
    found = [_card(row, plans[row.id], codes, lists, now) for row in rows]
    return [replace(one, plan=one.plan[:2]) for one in found]


def card(db: Session, row: Rota, now: dt.datetime) -> Card:
    """A rota with the plan of the next days."""
    plan = _plans(db, [row], now)[row.id]
    codes = _codes(db, [plan])
    found = _card(row, plan, codes, _lists(db, [row]), now)
    rest = holidays.named(row, holidays.feasts(db) if row.feasts else [])
    return replace(found, days=_days(row, plan, codes, rest, now))


def _monday(row: Rota, now: dt.datetime) -> dt.datetime:
    """When this week began where the rota is."""
    zone = ZoneInfo(row.zone)
    today = now.astimezone(zone).date()
    return dt.datetime.combine(today - dt.timedelta(days=today.weekday()), dt.time(), zone)


def _plans(db: Session, rows: Sequence[Rota], now: dt.datetime) -> dict[UUID, list[Turn[UUID]]]:
    """Who is on duty in the weeks shown; nobody in a rota that is off."""
    known, found = rotas.rosters(db, rows), {}
    for row in rows:
        monday = _monday(row, now)
        shown = turns(known[row.id], monday, monday + dt.timedelta(days=SHOWN))
        found[row.id] = shown if row.active else []
    return found


def _card(
    row: Rota,
    plan: Sequence[Turn[UUID]],
    codes: dict[UUID, str],
    lists: dict[tuple[UUID, bool], list[str]],
    now: dt.datetime,
) -> Card:
    zone, last, form = ZoneInfo(row.zone), now + dt.timedelta(days=DAYS), form_of(row.rule)
    duties = [_duty(one, codes, zone, now) for one in plan if one.ends_at > now and one.starts_at < last]
    return Card(
        row,
        lists.get((row.id, False), []),
        lists.get((row.id, True), []),
        in_words(form),
        form,
        typed(row.starts_at.astimezone(zone)),
        next((one for one in duties if one.now), None),
        duties,
    )


def _codes(db: Session, plans: Iterable[Sequence[Turn[UUID]]]) -> dict[UUID, str]:
    people = {one for plan in plans for turn in plan for one in turn.people}
    return dict(db.execute(select(Contact.id, Contact.code).where(Contact.id.in_(people))).all())


def _lists(db: Session, rows: Sequence[Rota]) -> dict[tuple[UUID, bool], list[str]]:
    """The code names of the members of rotas, and of those for holidays."""
    query = (
        select(RotaMember.rota_id, RotaMember.holidays, Contact.code)
        .join(Contact, Contact.id == RotaMember.contact_id)
        .where(RotaMember.rota_id.in_([row.id for row in rows]))
    )
    found: dict[tuple[UUID, bool], list[str]] = {}
    for one in db.execute(query.order_by(RotaMember.position)):
        found.setdefault((one.rota_id, one.holidays), []).append(one.code)
    return found


def _duty(turn: Turn[UUID], codes: dict[UUID, str], zone: ZoneInfo, now: dt.datetime) -> Duty:
    return Duty(
        _moment(turn.starts_at, zone),
        _moment(turn.ends_at, zone),
        _people(turn, codes),
        turn.why,
        now=turn.starts_at <= now < turn.ends_at,
    )


def _people(turn: Turn[UUID], codes: dict[UUID, str]) -> str:
    return ", ".join(codes[one] for one in turn.people)


def _moment(at: dt.datetime, zone: ZoneInfo) -> str:
    return str(format_datetime(at.astimezone(zone), "EEE d MMM HH:mm", rebase=False))


def _days(
    row: Rota,
    plan: Sequence[Turn[UUID]],
    codes: dict[UUID, str],
    rest: dict[dt.date, str],
    now: dt.datetime,
) -> list[Day]:
    """Three weeks from this week's Monday on, so that weekdays stand under each other."""
    zone, first = ZoneInfo(row.zone), _monday(row, now).date()
    span = [first + dt.timedelta(days=n) for n in range(SHOWN)]
    return [Day(day, _begun(day, plan, codes, zone), rest.get(day, "")) for day in span]


def _begun(day: dt.date, plan: Sequence[Turn[UUID]], codes: dict[UUID, str], zone: ZoneInfo) -> list[str]:
    """Who is on duty on a day: those who come into it, and with its time each who begins in it."""
    found = []
    for turn in plan:
        starts, ends = turn.starts_at.astimezone(zone), turn.ends_at.astimezone(zone)
        if starts.date() > day or ends <= dt.datetime.combine(day, dt.time(), zone):
            continue
        begins = starts.date() == day and starts.time() != dt.time()
        found.append(f"{starts:%H:%M} {_people(turn, codes)}" if begins else _people(turn, codes))
    return found


@dataclass(frozen=True)
class Cover:
    """Somebody who stands in."""

    id: UUID
    who: str
    instead_of: str
    starts: str
    ends: str


def covers(db: Session, row: Rota, now: dt.datetime) -> list[Cover]:
    """Who stands in now or later, the next first."""
    query = select(RotaOverride).where(RotaOverride.rota_id == row.id, RotaOverride.ends_at > now)
    found = db.scalars(query.order_by(RotaOverride.starts_at)).all()
    people = {one for cover in found for one in (cover.contact_id, cover.instead_of) if one}
    codes: dict[UUID | None, Any] = dict(
        db.execute(select(Contact.id, Contact.code).where(Contact.id.in_(people))).all()
    )
    zone = ZoneInfo(row.zone)
    return [
        Cover(
            one.id, codes[one.contact_id], codes.get(one.instead_of, ""),
            _moment(one.starts_at, zone), _moment(one.ends_at, zone),
        )
        for one in found
    ]  # fmt: skip


def typed(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def read(text: str) -> dt.datetime:
    """What a field for day and time holds, without a zone. Raises NotPossible."""
    try:
        return dt.datetime.strptime(text[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the rota has the zone
    except ValueError:
        raise NotPossible("Give the start and the end, each with day and time.") from None
