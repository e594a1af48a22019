"""Warnings to the threatened, as their pages show them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from babel import Locale, UnknownLocaleError
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import texts, warnings
from mbiu.audit import Actor
from mbiu.channels.text import compose, segments
from mbiu.gateways.costs import MICROS
from mbiu.models import AreaWarning, Incident, ProtectiveText, User
from mbiu.verification import MAY_DECIDE
from mbiu.warnings import Progress, Reach, Reckoning, library
from mbiu.warnings.preparing import reached
from mbiu.warnings.reckoning import prices
from review import people, places
from review.words import label

VARIANTS = {
    "protect": lazy_gettext("Protection"),
    "counter_rumour": lazy_gettext("Against a rumour"),
    "all_clear": lazy_gettext("All-clear"),
}
STATES = {
    "waits": lazy_gettext("waits for a second person"),
    "going": lazy_gettext("going out"),
    "stopped": lazy_gettext("stopped"),
    "dropped": lazy_gettext("put away"),
    "done": lazy_gettext("all waves sent"),
}
#: Why somebody is spared: codes of `mbiu.feedback.harm` and of `mbiu.warnings`.
SPARED = {
    "party": lazy_gettext("belong to a suspected party, or must not know"),
    "wish": lazy_gettext("want to hear from us only in answer, or never"),
    "stopped": lazy_gettext("asked for no more messages"),
    "silent": lazy_gettext("ended all contact"),
    "blocked": lazy_gettext("cannot be reached"),
    "unconfirmed": lazy_gettext("somebody else may have the phone"),
}


@dataclass(frozen=True)
class Cost:
    """What it would take, in words: people by language, SMS, money, time."""

    people: int
    languages: list[tuple[str, int]]
    sms: int
    segments: int
    money: list[str]
    unpriced: int
    waves: int
    minutes: int


@dataclass(frozen=True)
class Line:
    """A warning in the list, and at the head of its page."""

    row: AreaWarning
    variant: str
    state: str
    state_words: str
    area: str
    incident: str
    by: str
    approved_by: str
    progress: Progress


@dataclass(frozen=True)
class One(Line):
    """The page of a warning. ``texts`` are as `wordings` makes them."""

    texts: list[tuple[str, str, int, str]]
    cost: Cost
    spared: list[tuple[str, int]]
    states: list[tuple[str, int]]
    follows: str
    stopped_by: str
    can_approve: bool
    can_drop: bool
    can_stop: bool
    clears: list[ProtectiveText]


@dataclass(frozen=True)
class Kept:
    """A message of the house with who wrote it."""

    row: ProtectiveText
    variant: str
    texts: list[tuple[str, str, int, str]]
    by: str
    agreed_by: str
    mine: bool


def state(row: AreaWarning) -> str:
    """Where a warning stands: a key of `STATES`."""
    if row.dropped_at:
        return "dropped"
    if row.stopped_at:
        return "stopped"
    if row.approved_at is None:
        return "waits"
    return "done" if row.due_at is None else "going"


def lines(db: Session) -> list[Line]:
    """The newest warnings, by a constant number of queries."""
    rows = warnings.listed(db)
    return _lines(db, rows)


def _lines(db: Session, rows: list[AreaWarning]) -> list[Line]:
    users, refs = _users(db), _refs(db, rows)
    known, far = places.names(db, [row.area_path for row in rows]), _progress(db, rows)
    return [_line(row, users, refs, known, far[row.id]) for row in rows]


def _progress(db: Session, rows: list[AreaWarning]) -> dict[UUID, Progress]:
    return warnings.progress(db, [row.id for row in rows]) if rows else {}


def _users(db: Session) -> dict[UUID, str]:
    return {one.id: one.name for one in db.execute(select(User.id, User.name))}


def _refs(db: Session, rows: list[AreaWarning]) -> dict[UUID, str]:
    ids = [row.incident_id for row in rows if row.incident_id]
    return (
        dict(db.execute(select(Incident.id, Incident.ref).where(Incident.id.in_(ids))).all()) if ids else {}
    )


def _line(
    row: AreaWarning,
    users: Mapping[UUID, str],
    refs: Mapping[UUID, str],
    known: places.Names,
    progress: Progress,
) -> Line:
    found = state(row)
    return Line(
        row=row,
        variant=str(VARIANTS[row.variant]),
        state=found,
        state_words=str(STATES[found]),
        area=places.full_name(row.area_path, known),
        incident=refs.get(row.incident_id, "") if row.incident_id else "",
        by=users.get(row.prepared_by, ""),
        approved_by=users.get(row.approved_by, "") if row.approved_by else "",
        progress=progress,
    )


def one(db: Session, ref: str, actor: Actor) -> One:
    """The page of a warning. Raises NotFound."""
    row = warnings.find(db, ref)
    (line,) = _lines(db, [row])
    may = actor.role in MAY_DECIDE
    waits = line.state == "waits"
    found = reached(db, row) if waits else Reach()
    follows = db.get(AreaWarning, row.follows) if row.follows else None
    clears = _clears(db) if may and row.approved_at and row.variant != "all_clear" else []
    return One(
        **vars(line),
        texts=wordings(row.texts),
        cost=cost(db, row, found) if waits else _stored(row),
        spared=spared(found.left_out if waits else line.progress.skipped),
        states=[(label(code), count) for code, count in sorted(line.progress.states.items())],
        follows=follows.ref if follows else "",
        stopped_by=_users(db).get(row.stopped_by, "") if row.stopped_by else "",
        can_approve=may and waits and row.prepared_by != actor.id,
        can_drop=may and waits,
        can_stop=may and line.state == "going",
        clears=clears,
    )


def _clears(db: Session) -> list[ProtectiveText]:
    return [row for row in library.kept(db) if row.agreed_at and row.variant == "all_clear"]


def wordings(said: Mapping[str, str]) -> list[tuple[str, str, int, str]]:
    """Language, text, how many SMS, and the direction of its letters, for each wording."""
    names = texts.names()
    order = [code for code in texts.languages() if code in said]
    return [
        (names.get(code, code), said[code], segments(compose(said[code])), _direction(code)) for code in order
    ]


def _direction(code: str) -> str:
    """``rtl`` where a language is written from right to left: a name in Latin letters may stand first."""
    try:
        return Locale.parse(code).text_direction
    except (UnknownLocaleError, ValueError):
        return "auto"


def spared(left_out: Mapping[str, int]) -> list[tuple[str, int]]:
    """Why so many are spared, in words."""
    return [(str(SPARED.get(code, code)), count) for code, count in sorted(left_out.items())]


def cost(db: Session, row: AreaWarning, found: Reach) -> Cost:
    """What a warning would take if it were approved now."""
    return _cost(warnings.reckon(found.people, row.texts, prices(db), row.wave_size, row.wave_minutes))


def _stored(row: AreaWarning) -> Cost:
    """What the second person was shown; nothing for one that was put away before."""
    empty = Reckoning(0, {}, 0, 0, {}, 0, 0, 0)
    return _cost(Reckoning(**row.preview) if row.preview else empty)


def _cost(found: Reckoning) -> Cost:
    names = texts.names()
    return Cost(
        people=found.people,
        languages=[(names.get(code, code), count) for code, count in found.languages.items()],
        sms=found.sms,
        segments=found.segments,
        money=[f"{micros / MICROS:,.2f} {currency}" for currency, micros in found.cost.items()],
        unpriced=found.unpriced,
        waves=found.waves,
        minutes=found.minutes,
    )


def areas(db: Session, scope: str) -> list[tuple[str, str]]:
    """Where registered people live, within the user's areas."""
    return [(path, name) for path, name in people.areas(db) if path != "/" and places.covers(scope, path)]


def audiences() -> list[tuple[str, str]]:
    """Who can be warned."""
    return [(role.value, label(role)) for role in warnings.AUDIENCES]


def usable(db: Session) -> list[tuple[str, str]]:
    """The agreed messages that a warning can begin with: id and name."""
    rows = [row for row in library.kept(db) if row.agreed_at and row.variant != "all_clear"]
    return [(str(row.id), f"{VARIANTS[row.variant]}: {row.name}") for row in rows]


def kept(db: Session, actor: Actor) -> list[Kept]:
    """The messages of the house."""
    users = _users(db)
    return [
        Kept(
            row, str(VARIANTS[row.variant]), wordings(row.texts), users.get(row.written_by, ""),
            users.get(row.agreed_by, "") if row.agreed_by else "", row.written_by == actor.id,
        )
        for row in library.kept(db)
    ]  # fmt: skip


def starters() -> list[tuple[str, str]]:
    """The shipped messages to begin from: key and the English words."""
    return [(key, said[texts.FALLBACK].replace("{place}: ", "")) for key, said in library.shipped().items()]


def until(line: Line, now: dt.datetime) -> str:
    """When the next wave goes, in words; empty when none does."""
    if line.row.due_at is None:
        return ""
    minutes = max(0, round((line.row.due_at - now).total_seconds() / 60))
    return _("next wave in %(n)s min", n=minutes) if minutes else _("next wave now")
