"""What the decision panel of an incident's page shows: who decided what, and who must still do what."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import sources, vault, verification
from mbiu.audit import Actor
from mbiu.codes import IncidentState, Verdict
from mbiu.models import Decision, Incident, User, utcnow
from review.words import INFORMATION_GRADES, SOURCE_GRADES

LIVE = frozenset({IncidentState.OPEN, IncidentState.CLAIMED})


@dataclass(frozen=True)
class Seat:
    """One of the approvals an incident needs; ``by`` is empty while it is open."""

    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Verdicted:
    """A decision as the page shows it."""

    verdict: str
    by: str
    reason: str
    created_at: dt.datetime
    void: bool


@dataclass(frozen=True)
class Panel:
    """The state of the judgement of one incident, for one user."""

    grave: bool
    coerced: bool
    seats: list[Seat]
    decisions: list[Verdicted]
    why_not: str
    can_decide: bool
    can_reopen: bool
    grade: str
    choices: dict[str, Any] = field(default_factory=dict)


def panel(db: Session, row: Incident, actor: Actor) -> Panel:
    """Put the panel together."""
    decisions = _decisions(db, row)
    users: dict[UUID, str] = {row.id: row.name for row in db.execute(select(User.id, User.name))}
    why_not = _why_not(db, row, actor, decisions)
    may = actor.role in verification.MAY_DECIDE
    return Panel(
        grave=verification.is_grave(row),
        coerced=sources.is_coerced(db, row.id),
        seats=_seats(db, row, decisions, users),
        decisions=[_verdicted(one, users, row.version) for one in decisions],
        why_not=why_not,
        can_decide=may and row.state in LIVE and not why_not,
        can_reopen=may and row.state in verification.ENDED - {IncidentState.MERGED},
        grade=f"{row.grade_source}{row.grade_information}",
        choices={"source": SOURCE_GRADES, "information": INFORMATION_GRADES},
    )


def _decisions(db: Session, row: Incident) -> list[Decision]:
    query = select(Decision).where(Decision.incident_id == row.id).order_by(Decision.created_at.desc())
    return list(db.scalars(query))


def _verdicted(one: Decision, users: dict[UUID, str], version: int) -> Verdicted:
    return Verdicted(
        verdict=one.verdict.value,
        by=users.get(one.user_id, ""),
        reason=vault.unseal("decision", "reason", one.id, one.reason),
        created_at=one.created_at,
        void=one.verdict is Verdict.VERIFIED and one.version != version,
    )


def _seats(db: Session, row: Incident, decisions: list[Decision], users: dict[UUID, str]) -> list[Seat]:
    found = verification.approvals(db, row)
    when = {one.user_id: one.created_at for one in decisions if one.version == row.version}
    taken = [Seat(users.get(user, ""), when.get(user)) for user in found.have]
    return taken + [Seat()] * max(0, found.needed - len(taken))


def _why_not(db: Session, row: Incident, actor: Actor, decisions: list[Decision]) -> str:
    """Why this user cannot decide now; empty if they can."""
    if actor.role not in verification.MAY_DECIDE:
        return _("Your role reads, but does not decide.")
    if row.state not in LIVE:
        return "" if decisions else _("Nothing is left to decide.")
    if verification.claimed_by_other(row, actor, utcnow()):
        return _("Somebody else holds it. When the claim has run out you can decide.")
    found = verification.approvals(db, row)
    if found.needed > 1 and actor.id in found.authors:
        return _("You changed the facts of this grave incident, so two other people must verify it.")
    if actor.id in found.have:
        return _("You have verified it. A second person must verify it too.")
    return ""
