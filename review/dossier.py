"""Everything an analyst sees of one incident, gathered for one page."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import vault, verification
from mbiu.audit import Actor
from mbiu.codes import IncidentState, Verdict
from mbiu.facts import incident_facts
from mbiu.joining import WINDOW, compare
from mbiu.models import Decision, Incident, User, utcnow
from review import places
from review.reports import ReportCard, cards
from review.words import amount, label, short_time

LIVE = frozenset({IncidentState.OPEN, IncidentState.CLAIMED})
ENDED = frozenset({IncidentState.REFUTED, IncidentState.UNVERIFIABLE, IncidentState.CLOSED})
NUMBERS = (
    ("killed", "Killed"),
    ("injured", "Hurt"),
    ("displaced", "Displaced"),
    ("abducted", "Taken"),
    ("livestock", "Animals"),
)


@dataclass(frozen=True)
class Fact:
    name: str
    value: str
    why: str = ""


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
        facts=_facts(row, reports),
        decisions=[_verdicted(one, users, row.version) for one in decisions],
        seats=_seats(db, row, decisions, users),
        similar=[_other(other, why, known) for other, why in others],
        can=_can(row, actor, held=held, decide=not why_not),
        why_not=why_not,
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
    if verification.is_grave(row) and actor.id in found.authors:
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


def _facts(row: Incident, reports: list[ReportCard]) -> list[Fact]:
    why = {name: words for card in reversed(reports) for name, words in card.legend}
    facts = [
        Fact(
            "Type",
            ", ".join(label(kind) for kind in [row.event_type.value, *row.other_types]),
            why.get("event_type", ""),
        ),
        Fact("Severity", label(row.severity), why.get("severity", "")),
        Fact("Urgency", label(row.urgency), why.get("urgency", "")),
        Fact("Certainty", label(row.certainty)),
        Fact("Time", _when(row), why.get("when", "")),
        Fact("Place", _where(row), why.get("place", "")),
    ]
    facts += [
        Fact(name, amount(row.numbers[key]), why.get(key, ""))
        for key, name in NUMBERS
        if row.numbers.get(key)
    ]
    actors = dict.fromkeys(one.name for card in reports if card.reading for one in card.reading.actors)
    for name, values in (("Actors", list(actors)), ("Drivers", [label(driver) for driver in row.drivers])):
        if values:
            facts.append(Fact(name, ", ".join(values)))
    return facts


def _when(row: Incident) -> str:
    if row.occurred_from is None:
        return "Not said"
    if row.occurred_to is None or row.occurred_to - row.occurred_from < dt.timedelta(minutes=1):
        return short_time(row.occurred_from)
    return f"{short_time(row.occurred_from)} to {short_time(row.occurred_to)}"


def _where(row: Incident) -> str:
    if row.lat is None:
        return "Not known"
    return f"{label(row.precision)}, within {row.radius_km:g} km" if row.radius_km else label(row.precision)


def _others(db: Session, row: Incident) -> list[tuple[Incident, str]]:
    """Incidents that a person should compare with this one, the likeliest first, each with reasons."""
    if row.state is IncidentState.MERGED:
        return []
    near = Incident.created_at.between(row.created_at - WINDOW, row.created_at + WINDOW)
    query = select(Incident).where(near, Incident.id != row.id, Incident.block == row.block)
    candidates = db.scalars(query.where(Incident.state.not_in([*ENDED, IncidentState.MERGED])).limit(100))
    mine = incident_facts(row)
    found = [(compare(mine, incident_facts(one)), one) for one in candidates]
    matches = sorted(((match, one) for match, one in found if match), key=lambda pair: -pair[0].same_event)
    return [(one, ", ".join(match.why)) for match, one in matches[:4]]


def _other(row: Incident, why: str, known: places.Names) -> Other:
    title = f"{label(row.event_type)} · {places.place_name(row.area_path, known)}"
    return Other(row.ref, title, row.priority.value, why)


def choices() -> dict[str, Any]:
    """What the forms of the page offer."""
    from mbiu.codes import EventType, Severity, Urgency
    from review.words import INFORMATION_GRADES, SOURCE_GRADES

    return {
        "types": [(one.value, label(one)) for one in EventType],
        "severities": [(one.value, label(one)) for one in Severity],
        "urgencies": [(one.value, label(one)) for one in Urgency],
        "source": SOURCE_GRADES,
        "information": INFORMATION_GRADES,
    }
