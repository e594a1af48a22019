"""What people decide about an incident: claim, correct, verify, refute, merge, split, reopen.

Every function takes the caller's transaction, locks the incident, checks that the user may and that
nothing changed meanwhile, writes the decision and its audit entry. The database holds the last line:
an alert of a severe incident without two approvals cannot be inserted by anyone.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from mbiu import audit, questions, vault
from mbiu.audit import Actor
from mbiu.codes import (
    Certainty,
    EventType,
    IncidentState,
    Precision,
    Role,
    Severity,
    Urgency,
    Verdict,
)
from mbiu.models import Authorship, Correction, Decision, Incident, Note, Place, Report, utcnow
from mbiu.priority import due_at, priority
from mbiu.refs import new_id, new_ref
from mbiu.refusals import NotAllowed, NotFound, NotPossible, Stale

CLAIM = dt.timedelta(minutes=20)
MAY_DECIDE = frozenset({Role.ANALYST, Role.COORDINATOR})
_LIVE = frozenset({IncidentState.OPEN, IncidentState.CLAIMED})
_ENDED = frozenset(
    {IncidentState.REFUTED, IncidentState.UNVERIFIABLE, IncidentState.CLOSED, IncidentState.MERGED}
)
_CERTAINTY = {
    1: Certainty.OBSERVED,
    2: Certainty.LIKELY,
    3: Certainty.POSSIBLE,
    4: Certainty.UNLIKELY,
    5: Certainty.UNLIKELY,
    6: Certainty.UNKNOWN,
}


@dataclass(frozen=True)
class Approvals:
    """Who approved the incident as it is now, and how many it needs."""

    have: tuple[UUID, ...]
    needed: int
    authors: tuple[UUID, ...] = ()

    @property
    def complete(self) -> bool:
        return len(self.have) >= self.needed


def find(session: Session, ref: str, *, lock: bool = False) -> Incident:
    """The incident ``ref`` within the session's scope. Raises NotFound."""
    query = select(Incident).where(Incident.ref == ref)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound(f"There is no incident {ref}.")
    return row


def _held(session: Session, actor: Actor, ref: str, version: int | None) -> Incident:
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators decide about incidents.")
    row = find(session, ref, lock=True)
    if version is not None and version != row.version:
        raise Stale(f"{ref} was changed since you opened it. Look again, then decide.")
    return row


# --- claims ------------------------------------------------------------------------------------


def claim(session: Session, actor: Actor, ref: str) -> Incident:
    """Hold an incident for ``CLAIM``; again by the same person to prolong. Raises Stale if another holds it."""
    row, now = _held(session, actor, ref, None), utcnow()
    if row.state not in _LIVE:
        raise NotPossible(f"{ref} is {row.state.value}; there is nothing to claim.")
    if claimed_by_other(row, actor, now):
        raise Stale(f"{ref} is claimed by someone else until {row.claim_until:%H:%M} UTC.")
    row.claimed_by, row.claim_until, row.state, row.updated_at = (
        actor.id,
        now + CLAIM,
        IncidentState.CLAIMED,
        now,
    )
    audit.append(session, actor, "incident.claimed", f"incident:{ref}")
    return row


def claimed_by_other(row: Incident, actor: Actor, now: dt.datetime) -> bool:
    """Whether somebody else holds the incident now."""
    return bool(row.claimed_by and row.claimed_by != actor.id and row.claim_until and row.claim_until > now)


def release(session: Session, actor: Actor, ref: str) -> Incident:
    """Give a claim back."""
    row = _held(session, actor, ref, None)
    if row.claimed_by == actor.id:
        row.claimed_by = row.claim_until = None
        row.updated_at = utcnow()
        if row.state is IncidentState.CLAIMED:
            row.state = IncidentState.OPEN
        audit.append(session, actor, "incident.released", f"incident:{ref}")
    return row


# --- verdicts ----------------------------------------------------------------------------------


def approvals(session: Session, row: Incident) -> Approvals:
    """Approvals of the incident's present version; authors' own do not count for a grave one."""
    grave = is_grave(row)
    authors = tuple(session.scalars(select(Authorship.user_id).where(Authorship.incident_id == row.id)))
    users = session.scalars(
        select(Decision.user_id)
        .where(
            Decision.incident_id == row.id,
            Decision.verdict == Verdict.VERIFIED,
            Decision.version == row.version,
        )
        .distinct()
    )
    have = tuple(user for user in users if not (grave and user in authors))
    return Approvals(have, 2 if grave else 1, authors)


def is_grave(row: Incident) -> bool:
    return row.severity in {Severity.SEVERE, Severity.EXTREME}


def verify(
    session: Session,
    actor: Actor,
    ref: str,
    reason: str,
    *,
    version: int | None = None,
    grade: tuple[str, int] | None = None,
) -> Approvals:
    """Approve an incident as true. It is verified once enough different people have approved this version.

    ``grade`` is the Admiralty pair: source reliability A to F and information credibility 1 to 6.
    """
    row = _held(session, actor, ref, version)
    _decidable(row, reason, grade)
    if is_grave(row) and actor.id in approvals(session, row).authors:
        raise NotAllowed("You changed the facts of this grave incident; two other people must approve it.")
    _decide(session, actor, row, Verdict.VERIFIED, reason, grade)
    session.flush()
    found = approvals(session, row)
    if found.complete and row.state in _LIVE:
        row.state, row.verified_at = IncidentState.VERIFIED, utcnow()
        row.claimed_by = row.claim_until = None
    return found


def reject(
    session: Session,
    actor: Actor,
    ref: str,
    verdict: Verdict,
    reason: str,
    *,
    version: int | None = None,
    grade: tuple[str, int] | None = None,
) -> Incident:
    """Find an incident refuted or unverifiable. Those who reported a refuted one are told."""
    row = _held(session, actor, ref, version)
    if verdict not in {Verdict.REFUTED, Verdict.UNVERIFIABLE}:
        raise NotPossible("An incident is rejected as refuted or as unverifiable.")
    _decidable(row, reason, grade)
    _decide(session, actor, row, verdict, reason, grade)
    row.state, row.closed_at = IncidentState(verdict.value), utcnow()
    row.claimed_by = row.claim_until = None
    if verdict is Verdict.REFUTED:
        for report in session.scalars(select(Report).where(Report.incident_id == row.id)):
            questions.tell_outcome(session, report, verdict, None)
    return row


def reopen(session: Session, actor: Actor, ref: str, reason: str) -> Incident:
    """Take an ended incident up again; earlier approvals no longer count."""
    row = _held(session, actor, ref, None)
    if row.state not in _ENDED or row.state is IncidentState.MERGED:
        raise NotPossible(f"{ref} is {row.state.value} and needs no reopening.")
    _needs_reason(reason)
    row.version += 1
    _decide(session, actor, row, Verdict.REOPENED, reason, None)
    row.state, row.closed_at = IncidentState.OPEN, None
    return row


def _decidable(row: Incident, reason: str, grade: tuple[str, int] | None) -> None:
    _needs_reason(reason)
    if row.state not in _LIVE:
        raise NotPossible(f"{row.ref} is already {row.state.value}.")
    if grade and (grade[0] not in set("ABCDEF") or not 1 <= grade[1] <= 6):
        raise NotPossible("A grade is a letter A to F and a number 1 to 6.")


def _needs_reason(reason: str) -> None:
    if not reason.strip():
        raise NotPossible("A decision needs a reason, in your own words.")


def _decide(
    session: Session,
    actor: Actor,
    row: Incident,
    verdict: Verdict,
    reason: str,
    grade: tuple[str, int] | None,
) -> None:
    decision_id, now = new_id(), utcnow()
    if grade:
        row.grade_source, row.grade_information = grade
        row.certainty = _CERTAINTY[grade[1]]
    row.updated_at = now
    session.add(
        Decision(
            id=decision_id,
            incident_id=row.id,
            user_id=actor.id,
            verdict=verdict,
            version=row.version,
            reason=vault.seal("decision", "reason", decision_id, reason.strip()),
            grade_source=grade[0] if grade else None,
            grade_information=grade[1] if grade else None,
            created_at=now,
        )
    )
    details = {"version": row.version, "grade": f"{grade[0]}{grade[1]}" if grade else None}
    audit.append(session, actor, f"incident.{verdict.value}", f"incident:{row.ref}", **details)


# --- facts -------------------------------------------------------------------------------------

_CODES = {"event_type": EventType, "severity": Severity, "urgency": Urgency}


def correct(
    session: Session, actor: Actor, ref: str, changes: dict[str, Any], *, version: int | None = None
) -> Incident:
    """Put the facts of an incident right.

    ``changes`` may hold event_type, severity, urgency (codes), place_id (a place's id or None) and
    numbers (``{"killed": {"low", "best", "high"}}``). Approvals of the earlier facts no longer count.
    """
    row = _held(session, actor, ref, version)
    if row.state in _ENDED:
        raise NotPossible(f"{ref} is {row.state.value}; reopen it to change it.")
    before = {name: _plain(getattr(row, name)) for name in changes}
    for name, value in changes.items():
        _change(session, row, name, value)
    after = {name: _plain(getattr(row, name)) for name in changes}
    changed = [name for name in changes if before[name] != after[name]]
    if changed:
        _note_change(session, actor, row, {name: (before[name], after[name]) for name in changed})
    return row


def _change(session: Session, row: Incident, name: str, value: Any) -> None:
    if name in _CODES:
        setattr(row, name, _code(_CODES[name], value))
    elif name == "place_id":
        _move(session, row, value)
    elif name == "numbers":
        row.numbers = {**row.numbers, **value}
    else:
        raise NotPossible(f"{name} cannot be corrected.")


def _code(codes: Any, value: Any) -> Any:
    try:
        return codes(value)
    except ValueError:
        raise NotPossible(f"{value} is not one of: {', '.join(codes)}.") from None


def _move(session: Session, row: Incident, place_id: str | None) -> None:
    place = session.get(Place, place_id) if place_id else None
    if place_id and place is None:
        raise NotPossible("No such place in the gazetteer.")
    row.place_id = place.id if place else None
    row.area_path, row.country = (place.path, place.country) if place else ("/", None)
    row.block = _block(place.path) if place else "/"
    row.lat, row.lon, row.radius_km = (place.lat, place.lon, place.radius_km) if place else (None, None, None)
    row.precision = _precision(place) if place else Precision.NONE
    row.missing = [name for name in row.missing if name != "place"] + ([] if place else ["place"])


def _block(path: str) -> str:
    parts = path.strip("/").split("/")
    depth = 2 if parts[0] == "ke" else 3
    return "/" + "".join(f"{part}/" for part in parts[:depth])


_BY_LEVEL = {0: Precision.COUNTRY, 1: Precision.REGION, 2: Precision.DISTRICT, 3: Precision.WARD}


def _precision(place: Place) -> Precision:
    return _BY_LEVEL.get(place.level, Precision.VILLAGE) if place.level is not None else Precision.VILLAGE


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value


def _note_change(session: Session, actor: Actor, row: Incident, changed: dict[str, tuple[Any, Any]]) -> None:
    now = utcnow()
    row.priority = priority(row.event_type, row.severity, row.urgency)
    row.due_at, row.updated_at = due_at(row.priority, row.created_at), now
    write_authorship(session, actor, row)
    reports = list(session.scalars(select(Report).where(Report.incident_id == row.id)))
    for report in reports:
        report.corrected = True
        for name, (before, after) in changed.items():
            session.add(_correction(actor, report, name, before, after))
    codes = {name: values for name, values in changed.items() if name != "place_id"}
    audit.append(
        session, actor, "incident.corrected", f"incident:{row.ref}", fields=sorted(changed), codes=codes
    )


def _correction(actor: Actor, report: Report, name: str, before: Any, after: Any) -> Correction:
    row_id = new_id()
    return Correction(
        id=row_id,
        report_id=report.id,
        user_id=actor.id,
        field=name,
        before=vault.seal("correction", "before", row_id, str(before)),
        after=vault.seal("correction", "after", row_id, str(after)),
    )


def write_authorship(session: Session, actor: Actor, row: Incident) -> None:
    """Note that this person shaped the incident's facts, so that others must approve it when it is grave."""
    session.execute(
        upsert(Authorship).values(id=new_id(), incident_id=row.id, user_id=actor.id).on_conflict_do_nothing()
    )


def note(session: Session, actor: Actor, ref: str, words: str) -> None:
    """Keep an analyst's remark on an incident."""
    row = find(session, ref)
    if not words.strip():
        raise NotPossible("Write the note first.")
    row_id = new_id()
    text = vault.seal("note", "text", row_id, words.strip())
    session.add(Note(id=row_id, incident_id=row.id, user_id=actor.id, text=text))
    audit.append(session, actor, "incident.noted", f"incident:{ref}")


# --- merge and split ---------------------------------------------------------------------------


def merge(session: Session, actor: Actor, ref: str, into: str, reason: str) -> Incident:
    """Move all reports of ``ref`` into the incident ``into``, which is returned."""
    if ref == into:
        raise NotPossible("An incident cannot be merged into itself.")
    first, second = sorted((ref, into))
    held = {name: _held(session, actor, name, None) for name in (first, second)}
    source, target = held[ref], held[into]
    if source.state in _ENDED or target.state in _ENDED:
        raise NotPossible("Only open incidents can be merged.")
    if source.exercise != target.exercise:
        raise NotPossible("An exercise is never merged with a real incident.")
    _needs_reason(reason)
    _decide(session, actor, source, Verdict.MERGED, reason, None)
    session.execute(update(Report).where(Report.incident_id == source.id).values(incident_id=target.id))
    source.state, source.merged_into, source.claimed_by = IncidentState.MERGED, target.id, None
    if source.severity.rank > target.severity.rank:
        target.severity = source.severity
    target.version += 1
    write_authorship(session, actor, target)
    recount(session, source)
    recount(session, target)
    return target


def split(session: Session, actor: Actor, report_ref: str, reason: str) -> Incident:
    """Take a report out of its incident into a new one of its own, which is returned."""
    report = session.scalar(select(Report).where(Report.ref == report_ref))
    if report is None or report.incident_id is None:
        raise NotFound(f"There is no joined report {report_ref}.")
    old = session.get(Incident, report.incident_id, with_for_update=True)
    if old is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators split incidents.")
    if old.reports <= 1:
        raise NotPossible("This is the incident's only report.")
    _needs_reason(reason)
    fresh = _from_report(report)
    session.add(fresh)
    session.flush()
    report.incident_id, report.copied = fresh.id, False
    old.version += 1
    for row in (old, fresh):
        write_authorship(session, actor, row)
        recount(session, row)
    audit.append(session, actor, "incident.split", f"incident:{old.ref}", into=fresh.ref, report=report.ref)
    return fresh


def _from_report(report: Report) -> Incident:
    now = utcnow()
    level = priority(report.event_type, report.severity, report.urgency)
    return Incident(
        id=new_id(),
        ref=new_ref("I"),
        event_type=report.event_type,
        severity=report.severity,
        urgency=report.urgency,
        priority=level,
        place_id=report.place_id,
        area_path=report.area_path,
        country=report.area_path.split("/")[1].upper() or None,
        block=_block(report.area_path) if report.place_id else "/",
        lat=report.lat,
        lon=report.lon,
        precision=report.precision,
        radius_km=report.radius_km,
        missing=list(report.missing),
        exercise=report.exercise,
        due_at=due_at(level, report.created_at),
        created_at=now,
        updated_at=now,
    )


def raise_incident(session: Session, actor: Actor, report_ref: str) -> Incident:
    """Make an incident of a report that the machine took for nothing."""
    report = session.scalar(select(Report).where(Report.ref == report_ref))
    if report is None or report.incident_id is not None:
        raise NotFound(f"There is no report {report_ref} without an incident.")
    fresh = _from_report(report)
    fresh.event_type = EventType.UNKNOWN if report.event_type is EventType.NONE else report.event_type
    session.add(fresh)
    session.flush()
    report.incident_id = fresh.id
    recount(session, fresh)
    audit.append(session, actor, "incident.raised", f"incident:{fresh.ref}", report=report.ref)
    return fresh


def recount(session: Session, row: Incident) -> None:
    """Count an incident's reports, and its independent sources: people, less those who only copied."""
    session.flush()
    mine = Report.incident_id == row.id
    row.reports = session.scalar(select(func.count()).where(mine)) or 0
    row.sources = (
        session.scalar(select(func.count(Report.contact_id.distinct())).where(mine, Report.copied.is_(False)))
        or 0
    )
    row.updated_at = utcnow()
