"""Everything an analyst sees of one incident, gathered for one page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import linking, verification
from mbiu.apart import apart
from mbiu.audit import Actor
from mbiu.codes import IncidentState
from mbiu.facts import incident_facts
from mbiu.joining import WINDOW, compare
from mbiu.models import Incident, Report, User, utcnow
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
    ask: bool = False
    correct: bool = False
    merge: bool = False
    split: bool = False
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
    similar: list[Other]
    can: Can

    @property
    def grade(self) -> str:
        return f"{self.row.grade_source}{self.row.grade_information}"


def gather(db: Session, ref: str, actor: Actor) -> Dossier:
    """Put the page together. Raises NotFound."""
    row, now = verification.find(db, ref), utcnow()
    others = _others(db, row)
    known = places.names(db, [row.area_path, *(other.area_path for other, _ in others)])
    reports = cards(db, row.id)
    users = dict(db.execute(select(User.id, User.name)).all())
    held = verification.claimed_by_other(row, actor, now)
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
        similar=[_other(other, why, known) for other, why in others],
        can=_can(row, actor, held=held),
    )


def _can(row: Incident, actor: Actor, *, held: bool) -> Can:
    if actor.role not in verification.MAY_DECIDE:
        return Can()
    live, ended = row.state in LIVE, row.state in ENDED
    changes = not ended and row.state is not IncidentState.MERGED and not held
    return Can(
        claim=live and not held and row.claimed_by != actor.id,
        ask=row.state is not IncidentState.MERGED,
        correct=changes,
        merge=changes,
        split=changes,
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
    from review.words import RISKS

    return {
        "types": [(one.value, label(one)) for one in EventType],
        "severities": [(one.value, label(one)) for one in Severity],
        "urgencies": [(one.value, label(one)) for one in Urgency],
        "drivers": [(one.value, label(one)) for one in Driver],
        "risk_factors": [(number, RISKS[number]) for number in RISK_FACTORS],
        "languages": sorted(languages().items(), key=lambda pair: pair[1]),
        "numbers": NUMBERS,
    }
