"""Everything an analyst sees of one incident, gathered for one page."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import linking, sources, vault, verification
from mbiu.apart import apart
from mbiu.audit import Actor
from mbiu.codes import IncidentState, Verdict
from mbiu.facts import incident_facts
from mbiu.joining import WINDOW, compare
from mbiu.models import Decision, Incident, Report, User, utcnow
from review import places
from review.facts import NUMBERS, Fact, facts_of
from review.reports import ReportCard, cards
from review.words import label

LIVE = frozenset({IncidentState.OPEN, IncidentState.CLAIMED})
ENDED = frozenset(
    {
        IncidentState.REFUTED,
        IncidentState.UNVERIFIABLE,
        IncidentState.CLOSED,
        IncidentState.WITHDRAWN,
    }
)


@dataclass(frozen=True)
class Seat:
    """One of the approvals a grave incident needs; ``by`` is empty while it is open."""

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
class Other:
    """An incident that may be the same event."""

    ref: str
    title: str
    priority: str
    why: str


@dataclass(frozen=True)
class Can:
    """What the user may do with the incident as it stands."""

    claim: bool = False
    decide: bool = False
    ask: bool = False
    correct: bool = False
    merge: bool = False
    split: bool = False
    reopen: bool = False
    note: bool = False


@dataclass(frozen=True)
class Dossier:
    """The incident's facts and its people's words."""

    row: Incident
    place: str
    area: str
    claimed_by: str
    mine: bool
    late: bool
    merged_into: str
    reports: list[ReportCard]
    facts: list[Fact]
    decisions: list[Verdicted]
    seats: list[Seat]
    similar: list[Other]
    can: Can
    why_not: str
    coerced: bool

    @property
    def grade(self) -> str:
        return f"{self.row.grade_source}{self.row.grade_information}"

    @property
    def grave(self) -> bool:
        return verification.is_grave(self.row)


def gather(db: Session, ref: str, actor: Actor) -> Dossier:
    """Put the page together. Raises NotFound."""
    row, now = verification.find(db, ref), utcnow()
    others = _others(db, row)
    known = places.names(db, [row.area_path, *(other.area_path for other, _ in others)])
    reports = cards(db, row.id)
    users = dict(db.execute(select(User.id, User.name)).all())
    decisions = _decisions(db, row)
    held = verification.claimed_by_other(row, actor, now)
    why_not = _why_not(db, row, actor, decisions, held=held)
    claiming = bool(row.claimed_by and row.claim_until and row.claim_until > now and row.state in LIVE)
    return Dossier(
        row=row,
        place=places.place_name(row.area_path, known),
        area=places.area_name(row.area_path, known),
        claimed_by=users.get(row.claimed_by, "") if row.claimed_by and claiming else "",
        mine=claiming and row.claimed_by == actor.id,
        late=row.state in LIVE and row.due_at < now,
        merged_into=db.scalar(select(Incident.ref).where(Incident.id == row.merged_into)) or "",
        reports=reports,
        facts=facts_of(row, reports),
        decisions=[_verdicted(one, users, row.version) for one in decisions],
        seats=_seats(db, row, decisions, users),
        similar=[_other(other, why, known) for other, why in others],
        can=_can(row, actor, held=held, decide=not why_not),
        why_not=why_not,
        coerced=sources.is_coerced(db, row.id),
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


def _why_not(db: Session, row: Incident, actor: Actor, decisions: list[Decision], *, held: bool) -> str:
    """Why this user cannot decide now; empty if they can."""
    if actor.role not in verification.MAY_DECIDE:
        return "Your role reads, but does not decide."
    if row.state not in LIVE:
        return "" if decisions else "Nothing is left to decide."
    if held:
        return "Somebody else holds it. When the claim has run out you can decide."
    found = verification.approvals(db, row)
    if found.needed > 1 and actor.id in found.authors:
        return "You changed the facts of this grave incident, so two other people must verify it."
    if actor.id in found.have:
        return "You have verified it. A second person must verify it too."
    return ""


def _can(row: Incident, actor: Actor, *, held: bool, decide: bool) -> Can:
    if actor.role not in verification.MAY_DECIDE:
        return Can()
    live, ended = row.state in LIVE, row.state in ENDED
    changes = not ended and row.state is not IncidentState.MERGED and not held
    return Can(
        claim=live and not held and row.claimed_by != actor.id,
        decide=live and decide,
        ask=row.state is not IncidentState.MERGED,
        correct=changes,
        merge=changes,
        split=changes,
        reopen=ended,
        note=True,
    )


def _others(db: Session, row: Incident) -> list[tuple[Incident, str]]:
    """Incidents that a person should compare with this one, the likeliest first, each with reasons.

    What the reports themselves propose stands apart; what a person parted from this one is left out.
    """
    if row.state is IncidentState.MERGED:
        return []
    reports = list(db.scalars(select(Report.id).where(Report.incident_id == row.id)))
    known = {one for parted in apart(db, reports).values() for one in parted}
    told = {one.other for one in linking.proposals(db, row.ref)}
    near = Incident.created_at.between(row.created_at - WINDOW, row.created_at + WINDOW)
    query = select(Incident).where(near, Incident.id != row.id, Incident.block == row.block)
    candidates = db.scalars(query.where(Incident.state.not_in([*ENDED, IncidentState.MERGED])).limit(100))
    mine = incident_facts(row)
    found = [(compare(mine, incident_facts(one)), one) for one in candidates]
    new = [(match, one) for match, one in found if match and one.id not in known and one.ref not in told]
    matches = sorted(new, key=lambda pair: -pair[0].same_event)
    return [(one, ", ".join(match.why)) for match, one in matches[:4]]


def _other(row: Incident, why: str, known: places.Names) -> Other:
    title = f"{label(row.event_type)} · {places.place_name(row.area_path, known)}"
    return Other(row.ref, title, row.priority.value, why)


def choices() -> dict[str, Any]:
    """What the forms of the page offer."""
    from mbiu.amending import RISK_FACTORS
    from mbiu.codes import Driver, EventType, Severity, Urgency
    from review.reports import languages
    from review.words import INFORMATION_GRADES, RISKS, SOURCE_GRADES

    return {
        "types": [(one.value, label(one)) for one in EventType],
        "severities": [(one.value, label(one)) for one in Severity],
        "urgencies": [(one.value, label(one)) for one in Urgency],
        "drivers": [(one.value, label(one)) for one in Driver],
        "risk_factors": [(number, RISKS[number]) for number in RISK_FACTORS],
        "languages": sorted(languages().items(), key=lambda pair: pair[1]),
        "numbers": NUMBERS,
        "source": SOURCE_GRADES,
        "information": INFORMATION_GRADES,
    }
