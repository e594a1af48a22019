"""Everything an analyst sees of one incident, gathered for one page by a constant number of queries."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import linking, verification
from mbiu.amending import RISK_FACTORS
from mbiu.audit import Actor
from mbiu.codes import Driver, EventType, IncidentState, Severity, Urgency
from mbiu.models import Incident, utcnow
from review import places
from review.conflict import Conflict, seen
from review.facts import Fact, facts_of
from review.likely import Likely, likely
from review.material import Material, languages, load
from review.reports import ReportCard, cards
from review.talks import Talk, talks
from review.values import NUMBERS
from review.words import RISKS, label

__all__ = ["ENDED", "LIVE", "Can", "Conflict", "Dossier", "choices", "gather"]

LIVE = frozenset({IncidentState.OPEN, IncidentState.CLAIMED})
ENDED = verification.ENDED - {IncidentState.MERGED}


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
    """The incident's facts and its people's words. ``seen`` goes with the forms, to show what changed since;
    ``material`` is what all of it was made of."""

    row: Incident
    place: str
    area: str
    known: places.Names
    claimed_by: str
    mine: bool
    late: bool
    merged_into: str
    reports: list[ReportCard]
    talks: list[Talk]
    facts: list[Fact]
    likely: list[Likely]
    ways: dict[str, linking.Joined]
    can: Can
    seen: str
    material: Material

    @property
    def grade(self) -> str:
        return f"{self.row.grade_source}{self.row.grade_information}"

    @property
    def circles(self) -> list[dict[str, Any]]:
        return [card.circle for card in self.reports if card.circle]


def gather(db: Session, ref: str, actor: Actor) -> Dossier:
    """Put the page together. Raises NotFound."""
    row, now = verification.find(db, ref), utcnow()
    material = load(db, row)
    known = places.names(db, [row.area_path])
    place = places.place_name(row.area_path, known)
    reports = cards(material)
    held = verification.claimed_by_other(row, actor, now)
    claiming = bool(row.claimed_by and row.claim_until and row.claim_until > now and row.state in LIVE)
    can = _can(row, actor, held=held)
    return Dossier(
        row=row,
        place=place,
        area=places.area_name(row.area_path, known),
        known=known,
        claimed_by=material.name(row.claimed_by) if claiming else "",
        mine=claiming and row.claimed_by == actor.id,
        late=row.state in LIVE and row.due_at < now,
        merged_into=_merged_into(db, row),
        reports=reports,
        talks=talks(material),
        facts=facts_of(row, reports, place),
        likely=likely(db, material) if can.merge else [],
        ways={one.report: one for one in reversed(linking.joined(db, ref)) if one.undone_at is None},
        can=can,
        seen=seen(row),
        material=material,
    )


def _merged_into(db: Session, row: Incident) -> str:
    if row.merged_into is None:
        return ""
    return db.scalar(select(Incident.ref).where(Incident.id == row.merged_into)) or ""


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


def choices() -> dict[str, Any]:
    """What the forms of the page offer."""
    return {
        "event_type": [(one.value, label(one)) for one in EventType],
        "severity": [(one.value, label(one)) for one in Severity],
        "urgency": [(one.value, label(one)) for one in Urgency],
        "drivers": [(one.value, label(one)) for one in Driver],
        "risk_factors": [(number, RISKS[number]) for number in RISK_FACTORS],
        "languages": sorted(languages().items(), key=lambda pair: pair[1]),
        "numbers": [key for key, _ in NUMBERS],
    }
