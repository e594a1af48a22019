"""Never to a party, on an incident's page: who is suspected, who is left out for it, who is let through."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import overriding, parties
from mbiu.audit import Actor
from mbiu.models import Contact, Incident, PartyOverride, User
from mbiu.parties import affiliations
from mbiu.parties.barring import WHY, suspects
from mbiu.routing import Plan
from mbiu.verification import ENDED, MAY_DECIDE

#: The sentences of `mbiu.parties.barring.WHY` as the page says them.
REASONS = {
    WHY["institution"]: lazy_gettext("belongs to an institution that is named as a suspected party"),
    WHY["unit"]: lazy_gettext("belongs to a unit that is named as a suspected party"),
    WHY["community"]: lazy_gettext("belongs to a community that is named as a suspected party"),
    WHY[parties.SURVIVOR]: lazy_gettext("is told of survivors only if two people agree"),
}
KINDS = {
    "institution": lazy_gettext("Institution"),
    "unit": lazy_gettext("Unit"),
    "community": lazy_gettext("Community"),
}


@dataclass(frozen=True)
class Exempt:
    """An exception that was asked for. ``void`` once the facts changed after it."""

    id: UUID
    code: str
    reason: str
    asked_by: str
    asked_at: dt.datetime
    answer: str
    agreed_by: str
    mine: bool
    void: bool


@dataclass(frozen=True)
class Left:
    """Somebody left out, with the code names of whoever could be told instead."""

    code: str
    why: str
    instead: tuple[str, ...]
    asked: bool


@dataclass(frozen=True)
class Shown:
    """The panel. ``unsided`` are groups whose side nobody told; ``helpers`` are told of survivors."""

    suspects: list[str]
    unsided: list[str]
    left: list[Left]
    exempt: list[Exempt]
    survivor: bool
    child: bool
    helpers: list[str]
    can: bool


def shown(db: Session, row: Incident, actor: Actor, plan: Plan | None, users: Mapping[UUID, User]) -> Shown:
    """Put the panel together, by a constant number of queries."""
    named = suspects(db, row)
    exempt = _exempt(db, row, actor, users)
    open_ones = {one.code for one in exempt if not one.void}
    barred = [one for one in plan.omitted if one.barred] if plan else []
    helpers = parties.instead(db, row) if row.survivor else ()
    known = set(map(str.casefold, named.values()))
    return Shown(
        suspects=sorted(named.values()),
        unsided=[
            name for name, side in row.actors.items() if side == "unknown" and name.casefold() not in known
        ],
        left=[Left(one.code, reason(one.why), one.alternatives, one.code in open_ones) for one in barred],
        exempt=exempt,
        survivor=row.survivor,
        child=row.child,
        helpers=_codes(db, helpers),
        can=actor.role in MAY_DECIDE and row.state not in ENDED,
    )


def reason(why: str) -> str:
    """Why somebody is left out, in the language of the page."""
    return str(REASONS.get(why, why))


def _exempt(db: Session, row: Incident, actor: Actor, users: Mapping[UUID, User]) -> list[Exempt]:
    found = overriding.of(db, row.id)
    codes = _by_id(db, [one.contact_id for one in found])
    return [_one(one, row, actor, users, codes) for one in found]


def _one(
    one: PartyOverride,
    row: Incident,
    actor: Actor,
    users: Mapping[UUID, User],
    codes: Mapping[UUID, str],
) -> Exempt:
    reason, answer = overriding.words(one)
    by, agreed = users.get(one.asked_by), users.get(one.agreed_by) if one.agreed_by else None
    return Exempt(
        id=one.id,
        code=codes.get(one.contact_id, ""),
        reason=reason,
        asked_by=by.name if by else "",
        asked_at=one.asked_at,
        answer=answer,
        agreed_by=agreed.name if agreed else "",
        mine=one.asked_by == actor.id,
        void=one.version != row.version,
    )


def _by_id(db: Session, ids: list[UUID]) -> dict[UUID, str]:
    return dict(db.execute(select(Contact.id, Contact.code).where(Contact.id.in_(ids))).all()) if ids else {}


def _codes(db: Session, ids: tuple[UUID, ...]) -> list[str]:
    known = _by_id(db, list(ids))
    return [known[one] for one in ids if one in known]


@dataclass(frozen=True)
class Belongs:
    """One of the things a person belongs to. ``mine`` says that this user asked for its end."""

    id: UUID
    kind: str
    name: str
    ending: bool
    mine: bool


def belongs(db: Session, contact_id: UUID, actor: Actor) -> list[Belongs]:
    """What a person belongs to, for the page of the person."""
    return [
        Belongs(
            row.id, str(KINDS[row.kind]), row.name, row.end_asked_by is not None, row.end_asked_by == actor.id
        )
        for row in affiliations.of(db, contact_id)
    ]


def kinds() -> list[tuple[str, str]]:
    """What the form offers."""
    return [(code, str(words)) for code, words in KINDS.items()]
