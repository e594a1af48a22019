"""What the decision panel of an incident's page shows: who decided what, and who must still do what."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import corroboration, emergency, sources, vault, verification
from mbiu.audit import Actor
from mbiu.codes import IncidentState, Verdict
from mbiu.models import Alert, Decision, Incident, User, utcnow
from mbiu.verification import Approvals
from review import rumouring
from review.corroborating import Explained, explained
from review.rumouring import Rumoured
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
class Warned:
    """A warning that went to mediators before the verdict."""

    ref: str
    at: dt.datetime
    settled: bool


@dataclass(frozen=True)
class Emergency:
    """What a warning to mediators would be: who gets it, and in what words (one sample)."""

    people: list[str]
    sample: str
    segments: int


@dataclass(frozen=True)
class Panel:
    """The state of the judgement of one incident, for one user.

    ``todo`` says who must still do what; ``warn_at`` is when mediators are warned if nobody else comes.
    """

    grave: bool
    coerced: bool
    seats: list[Seat]
    todo: list[str]
    decisions: list[Verdicted]
    why_not: str
    can_decide: bool
    can_reject: bool
    can_reopen: bool
    grade: str
    warn_at: dt.datetime | None
    warned: list[Warned]
    emergency: Emergency | None
    sources: Explained | None
    rumour: Rumoured | None
    choices: dict[str, Any] = field(default_factory=dict)


def panel(db: Session, row: Incident, actor: Actor) -> Panel:
    """Put the panel together, by a constant number of queries."""
    decisions = _decisions(db, row)
    users: dict[UUID, str] = {one.id: one.name for one in db.execute(select(User.id, User.name))}
    found = verification.approvals(db, row)
    why_not = _why_not(row, actor, decisions, found)
    may, live = actor.role in verification.MAY_DECIDE, _is_live(row, found)
    return Panel(
        grave=verification.is_grave(row),
        coerced=sources.is_coerced(db, row.id),
        seats=_seats(decisions, users, row, found),
        todo=_todo(row, found, users),
        decisions=[_verdicted(one, users, row.version) for one in decisions],
        why_not=why_not,
        can_decide=may and live and not why_not,
        can_reject=row.state in LIVE,
        can_reopen=may and row.state in verification.ENDED - {IncidentState.MERGED},
        grade=f"{row.grade_source}{row.grade_information}",
        warn_at=row.warn_at if row.state in LIVE and found.have and not found.complete else None,
        warned=_warned(db, row),
        emergency=_emergency(db, row) if may else None,
        sources=explained(corroboration.of(db, row)) if row.state is not IncidentState.MERGED else None,
        rumour=rumouring.shown(db, row, actor, users),
        choices={"source": SOURCE_GRADES, "information": INFORMATION_GRADES},
    )


def _todo(row: Incident, found: Approvals, users: dict[UUID, str]) -> list[str]:
    """Who must still do what before an alert can go."""
    if not _is_live(row, found):
        return []
    if row.state not in LIVE:
        first = [_("The facts changed since the alert. Before an update they are verified once more.")]
        return first + _more(found, users) if found.have else first
    if found.needed == 1:
        return []
    if not found.have:
        return [_("Two people must verify this, each for themselves; nobody has yet.")]
    return _more(found, users)


def _more(found: Approvals, users: dict[UUID, str]) -> list[str]:
    names = ", ".join(users.get(one, "") for one in found.have)
    return [_("%(names)s verified it. One more person must, who looks for themselves.", names=names)]


def _is_live(row: Incident, found: Approvals) -> bool:
    """Whether it can be judged: what nobody has decided, or what was alerted and has changed since."""
    return row.state in LIVE or (row.state is IncidentState.ALERTED and not found.complete)


def _warned(db: Session, row: Incident) -> list[Warned]:
    query = select(Alert).where(Alert.incident_id == row.id, Alert.unverified).order_by(Alert.created_at)
    return [Warned(one.ref, one.created_at, one.settled_at is not None) for one in db.scalars(query)]


def _emergency(db: Session, row: Incident) -> Emergency | None:
    if emergency.why_not(db, row):
        return None
    found = emergency.plan(db, row).recipients
    people = [one.code for one in found]
    return Emergency(people, found[0].text if found else "", found[0].segments if found else 0)


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


def _seats(decisions: list[Decision], users: dict[UUID, str], row: Incident, found: Approvals) -> list[Seat]:
    when = {
        one.user_id: one.created_at
        for one in decisions
        if one.version == row.version and one.verdict is Verdict.VERIFIED
    }
    taken = [Seat(users.get(user, ""), when.get(user)) for user in found.have]
    return taken + [Seat()] * max(0, found.needed - len(taken))


def _why_not(row: Incident, actor: Actor, decisions: list[Decision], found: Approvals) -> str:
    """Why this user cannot decide now; empty if they can."""
    if actor.role not in verification.MAY_DECIDE:
        return _("Your role reads, but does not decide.")
    if not _is_live(row, found):
        return "" if decisions else _("Nothing is left to decide.")
    if verification.claimed_by_other(row, actor, utcnow()):
        return _("Somebody else holds it. When the claim has run out you can decide.")
    if found.needed > 1 and actor.id in found.authors:
        return _("You changed the facts of this grave incident, so two other people must verify it.")
    if actor.id in found.have:
        return _("You have verified it. A second person must verify it too.")
    return ""
