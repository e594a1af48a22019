"""Making and changing rotas, and letting somebody stand in."""

import datetime as dt
import zoneinfo
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mbiu import audit, texts
from mbiu.audit import Actor
from mbiu.channels.text import clean
from mbiu.codes import ContactRole
from mbiu.house.settings import RUNNERS
from mbiu.jobs import Job, enqueue
from mbiu.models import Contact, Place, Rota, RotaMember, RotaOverride, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.rotas import duty, holidays, rules, turns

MEMBERS = 60
SEATS = 9
NOTICE = 2 * 24 * 60
#: Nobody stands in for longer: then the list is to be changed.
LONGEST = dt.timedelta(days=92)


@dataclass(frozen=True)
class Wanted:
    """A rota as a person writes it down. ``starts_at`` is local and has no zone; people go by code name."""

    name: str
    zone: str
    starts_at: dt.datetime
    rule: str
    members: Sequence[str]
    others: Sequence[str] = ()
    seats: int = 1
    area_path: str = "/"
    on_holidays: str = turns.SAME
    country: str = ""
    feasts: bool = False
    notice_minutes: int = 60
    active: bool = True


@dataclass(frozen=True)
class Cover:
    """Somebody who stands in, by code name; ``instead_of`` empty for everybody."""

    who: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    instead_of: str = ""


def save(session: Session, actor: Actor, wanted: Wanted, rota_id: UUID | None = None) -> Rota:
    """Make a rota, or change one. Raises NotAllowed, NotFound, NotPossible.

    Whoever is on duty by it and was not before is told, and whoever is no more.
    """
    _must_run(actor)
    values = _checked(session, wanted, rota_id)
    lists = {False: _people(session, wanted.members), True: _people(session, wanted.others)}
    _fits(wanted, lists)
    row = _find(session, rota_id) if rota_id else Rota(id=new_id())
    before = facts(session, row) if rota_id else None
    touch(session, row)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    session.execute(delete(RotaMember).where(RotaMember.rota_id == row.id))
    session.add_all(
        RotaMember(rota_id=row.id, holidays=held, position=at, contact_id=one)
        for held, people in lists.items()
        for at, one in enumerate(people, start=1)
    )
    after = facts(session, row)
    audit.append(session, actor, "rota.saved", f"rota:{row.id}", before=before, after=after)
    return row


def stand_in(session: Session, actor: Actor, rota_id: UUID, cover: Cover) -> RotaOverride:
    """Let somebody stand in. Raises NotAllowed, NotFound, NotPossible."""
    _must_run(actor)
    row, now = _find(session, rota_id), utcnow()
    if not cover.starts_at < cover.ends_at <= cover.starts_at + LONGEST or cover.ends_at <= now:
        raise NotPossible("It ends after it begins and after now, within three months.")
    people = _people(session, [cover.who, *filter(None, [cover.instead_of])])
    touch(session, row)
    made = RotaOverride(
        rota_id=row.id, contact_id=people[0], instead_of=people[1] if cover.instead_of else None,
        starts_at=cover.starts_at, ends_at=cover.ends_at, made_by=actor.id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.append(session, actor, "rota.cover", f"rota:{row.id}", before=None, after=_cover(cover))
    return made


def take_back(session: Session, actor: Actor, rota_id: UUID, override_id: UUID) -> None:
    """Nobody stands in any more. Raises NotAllowed, NotFound."""
    _must_run(actor)
    row, made = _find(session, rota_id), session.get(RotaOverride, override_id)
    if made is None or made.rota_id != row.id:
        raise NotFound("There is no such stand-in.")
    touch(session, row)
    codes = _codes(session, [made.contact_id, *filter(None, [made.instead_of])])
    was = Cover(
        codes[made.contact_id], made.starts_at, made.ends_at,
        codes[made.instead_of] if made.instead_of else "",
    )  # fmt: skip
    session.delete(made)
    session.flush()
    audit.append(session, actor, "rota.cover", f"rota:{row.id}", before=_cover(was), after=None)


def touch(session: Session, row: Rota) -> None:
    """Before a change of the plan: from now on compare with who is on duty by it as it stands."""
    now = utcnow()
    if row.told_until is not None and row.told_until > now:
        people = turns.on_duty(duty.roster(session, row), now) if row.active else ()
        row.told, row.told_until = list(people), now
    row.due_at = now
    enqueue(session, Job.ROTAS)


def facts(session: Session, row: Rota) -> dict[str, Any]:
    """A rota as the audit keeps it: code names, no person."""
    query = select(RotaMember.holidays, Contact.code).join(Contact, Contact.id == RotaMember.contact_id)
    rows = session.execute(query.where(RotaMember.rota_id == row.id).order_by(RotaMember.position)).all()
    names = ("name", "area_path", "zone", "rule", "seats", "on_holidays", "country", "feasts")
    found = {name: getattr(row, name) for name in (*names, "notice_minutes", "active")}
    people = {held: [one.code for one in rows if one.holidays is held] for held in (False, True)}
    starts = row.starts_at.astimezone(dt.UTC).isoformat()
    return found | {"starts_at": starts, "members": people[False], "others": people[True]}


def _cover(cover: Cover) -> dict[str, str]:
    since, until = (at.astimezone(dt.UTC).isoformat() for at in (cover.starts_at, cover.ends_at))
    return {"who": cover.who, "instead_of": cover.instead_of, "from": since, "until": until}


def _checked(session: Session, wanted: Wanted, rota_id: UUID | None) -> dict[str, Any]:
    if wanted.zone not in zoneinfo.available_timezones():
        raise NotPossible("Name a time zone such as Africa/Kampala.")
    if wanted.area_path != "/" and not session.scalar(
        select(Place.id).where(Place.path == wanted.area_path).limit(1)
    ):
        raise NotPossible("There is no such area.")
    if not 1 <= wanted.seats <= SEATS:
        raise NotPossible("From one person to nine are on duty at once.")
    if not 0 <= wanted.notice_minutes <= NOTICE:
        raise NotPossible("People are told of a hand-over from 0 to 2880 minutes ahead.")
    first = wanted.starts_at.replace(second=0, microsecond=0)
    return {
        "name": _name(session, wanted.name, rota_id),
        "area_path": wanted.area_path,
        "zone": wanted.zone,
        "starts_at": first.replace(tzinfo=zoneinfo.ZoneInfo(wanted.zone)).astimezone(dt.UTC),
        "rule": rules.checked(wanted.rule, first),
        "seats": wanted.seats,
        "notice_minutes": wanted.notice_minutes,
        "active": wanted.active,
        **_resting(wanted),
    }


def _name(session: Session, name: str, rota_id: UUID | None) -> str:
    name = " ".join(clean(name).split())
    if not name or len(name) > 40 or session.scalar(
        select(Rota.id).where(Rota.name == name, Rota.id != rota_id)
    ):  # fmt: skip
        raise NotPossible("A rota needs a name of at most 40 letters that no other rota has.")
    for language in texts.languages():
        if word := texts.betrays(language, name):
            raise NotPossible(f"«{word}» shows whoever sees the phone what this is about. Say it otherwise.")
    return name


def _resting(wanted: Wanted) -> dict[str, Any]:
    if wanted.on_holidays not in {turns.SAME, turns.WAIT, turns.OTHERS}:
        raise NotPossible("Choose what a holiday changes.")
    if wanted.country and wanted.country not in holidays.supported():
        raise NotPossible("The holidays of that country are not known.")
    if wanted.on_holidays != turns.SAME and not (wanted.country or wanted.feasts):
        raise NotPossible("Choose whose holidays count.")
    return {"on_holidays": wanted.on_holidays, "country": wanted.country, "feasts": wanted.feasts}


def _fits(wanted: Wanted, lists: dict[bool, list[UUID]]) -> None:
    if not lists[False] or any(len(people) > MEMBERS for people in lists.values()):
        raise NotPossible("A rota has from one member to sixty.")
    if wanted.seats > len(set(lists[False])):
        raise NotPossible("There are not enough members for so many at once.")
    if wanted.on_holidays == turns.OTHERS and not lists[True]:
        raise NotPossible("Somebody must be on duty on holidays.")


def _people(session: Session, codes: Collection[str]) -> list[UUID]:
    """The contacts of these code names, in order. Raises NotPossible for one nobody has."""
    there = (Contact.role != ContactRole.UNKNOWN, Contact.archived_at.is_(None))
    query = select(func.upper(Contact.code), Contact.id)
    wanted = [code.strip().upper() for code in codes]
    rows = session.execute(query.where(func.upper(Contact.code).in_(wanted), *there)).all()
    found: dict[str, UUID] = dict(rows)
    if unknown := [code for code in wanted if code not in found]:
        raise NotPossible(f"Nobody is called {', '.join(unknown)[:80]}.")
    return [found[code] for code in wanted]


def _codes(session: Session, people: Collection[UUID]) -> dict[UUID, str]:
    return dict(session.execute(select(Contact.id, Contact.code).where(Contact.id.in_(people))).all())


def _find(session: Session, rota_id: UUID) -> Rota:
    row = session.get(Rota, rota_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such rota.")
    return row


def _must_run(actor: Actor) -> None:
    if actor.role not in RUNNERS:
        raise NotAllowed("Only administrators and coordinators keep the rotas.")
