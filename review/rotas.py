"""Rotas on the screen: who is on duty in the next days, a rule in words, and the form it comes from."""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import format_date, format_datetime, lazy_gettext, ngettext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import rotas
from mbiu.models import Contact, Rota, RotaMember, RotaOverride
from mbiu.refusals import NotPossible
from mbiu.rotas import holidays, rules
from mbiu.rotas.turns import Turn

DAYS = 14
#: Whole weeks, this one among them.
SHOWN = 21
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: A Monday, to name days by.
_MONDAY = dt.date(2024, 1, 1)
_TIMES = re.compile(r"(\d{1,2}):(\d{2})")
EVERY = {
    "DAILY": lazy_gettext("days"),
    "WEEKLY": lazy_gettext("weeks"),
    "MONTHLY": lazy_gettext("months"),
}


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
class Form:
    """A recurrence as the form asks for it; ``own`` is any other rule."""

    every: str = "WEEKLY"
    interval: int = 1
    days: Collection[str] = ("MO",)
    month_day: int = 1
    times: str = "08:00"
    own: str = ""


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


def card(db: Session, row: Rota, now: dt.datetime, *, whole: bool = True) -> Card:
    """A rota with the plan of the next days; without ``whole`` only who is on duty now and next."""
    zone = ZoneInfo(row.zone)
    local = now.astimezone(zone).date()
    monday = dt.datetime.combine(local - dt.timedelta(days=local.weekday()), dt.time(), zone)
    plan = rotas.planned(db, row, monday, monday + dt.timedelta(days=SHOWN)) if row.active else []
    codes = _codes(db, plan)
    last = now + dt.timedelta(days=DAYS)
    duties = [_duty(one, codes, zone, now) for one in plan if one.ends_at > now and one.starts_at < last]
    lists = _lists(db, row.id)
    form = form_of(row.rule)
    return Card(
        row, lists[False], lists[True], in_words(form), form, typed(row.starts_at.astimezone(zone)),
        next((one for one in duties if one.now), None),
        duties if whole else duties[:2],
        _days(db, row, plan, codes, monday) if whole else [],
    )  # fmt: skip


def _codes(db: Session, plan: Sequence[Turn[UUID]]) -> dict[UUID, str]:
    people = {one for turn in plan for one in turn.people}
    return dict(db.execute(select(Contact.id, Contact.code).where(Contact.id.in_(people))).all())


def _lists(db: Session, rota_id: UUID) -> dict[bool, list[str]]:
    query = select(RotaMember.holidays, Contact.code).join(Contact, Contact.id == RotaMember.contact_id)
    rows = db.execute(query.where(RotaMember.rota_id == rota_id).order_by(RotaMember.position)).all()
    return {held: [one.code for one in rows if one.holidays is held] for held in (False, True)}


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
    db: Session, row: Rota, plan: Sequence[Turn[UUID]], codes: dict[UUID, str], monday: dt.datetime
) -> list[Day]:
    """Three weeks from a Monday on, so that weekdays stand under each other."""
    zone, rest = ZoneInfo(row.zone), holidays.of(db, row)
    span = [monday.date() + dt.timedelta(days=n) for n in range(SHOWN)]
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


# --- rules -------------------------------------------------------------------------------------


def form_of(rule: str) -> Form:
    """The form of a rule; one that the form cannot say stands in ``own``."""
    said = rules.parts(rule)
    form = Form(
        said["FREQ"],
        int(said.get("INTERVAL", "1")),
        tuple(said.get("BYDAY", "MO").split(",")),
        _number(said.get("BYMONTHDAY", "1")),
        _clock(said),
    )
    return form if rules.parts(rule_of(form)) == said else Form(own=rule)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 1


def _clock(said: dict[str, str]) -> str:
    minute = _number(said.get("BYMINUTE", "0"))
    return ", ".join(f"{_number(hour):02}:{minute:02}" for hour in said.get("BYHOUR", "8").split(","))


def rule_of(form: Form) -> str:
    """The rule that a form says. Raises NotPossible for times it cannot."""
    if form.own:
        return form.own
    found = [_TIMES.fullmatch(one.strip()) for one in form.times.split(",")]
    if not all(found):
        raise NotPossible("Give the time of the hand-over as in 08:00.")
    times = [(int(one[1]), int(one[2])) for one in found if one]
    if len({minute for _hour, minute in times}) > 1:
        raise NotPossible("All times of a day have the same minutes.")
    parts = {"FREQ": form.every}
    if form.interval > 1:
        parts["INTERVAL"] = str(form.interval)
    if form.every == "WEEKLY":
        parts["BYDAY"] = ",".join(day for day in WEEKDAYS if day in form.days)
    if form.every == "MONTHLY":
        parts["BYMONTHDAY"] = str(form.month_day)
    parts["BYHOUR"] = ",".join(str(hour) for hour, _minute in times)
    parts["BYMINUTE"] = str(times[0][1])
    return ";".join(f"{name}={value}" for name, value in parts.items())


def in_words(form: Form) -> str:
    """The rule for the eye: ``every week on Mon, Thu, at 08:00``."""
    if form.own:
        return form.own
    count = form.interval
    if form.every == "DAILY":
        every = ngettext("every day", "every %(num)s days", count)
        return _("%(every)s, at %(times)s", every=every, times=form.times)
    if form.every == "MONTHLY":
        every = ngettext("every month", "every %(num)s months", count)
        return _("%(every)s on the %(day)s, at %(times)s", every=every, day=form.month_day, times=form.times)
    every = ngettext("every week", "every %(num)s weeks", count)
    days = ", ".join(name for code, name in weekdays() if code in form.days)
    return _("%(every)s on %(days)s, at %(times)s", every=every, days=days, times=form.times)


def weekdays() -> list[tuple[str, str]]:
    """The days of the week, by their codes in rules, from Monday on."""
    return [(code, format_date(_MONDAY + dt.timedelta(days=n), "EEE")) for n, code in enumerate(WEEKDAYS)]


# --- stand-ins ---------------------------------------------------------------------------------


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
