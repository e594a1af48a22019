"""What people decide about an incident: claim, verify, refute, reopen.

Every function takes the caller's transaction, locks the incident, checks that the user may and that
nothing changed meanwhile, writes the decision and its audit entry. The database holds the last line:
an alert of a severe incident without two approvals cannot be inserted by anyone.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, feedback, settling, sources, vault
from mbiu.audit import Actor
from mbiu.codes import (
    Certainty,
    IncidentState,
    ReportState,
    Role,
    Severity,
    Verdict,
)
from mbiu.house.settings import value
from mbiu.models import Authorship, Decision, Incident, Note, Report, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible, Stale

CLAIM = dt.timedelta(minutes=20)
MAY_DECIDE = frozenset({Role.ANALYST, Role.COORDINATOR})
_LIVE = frozenset({IncidentState.OPEN, IncidentState.CLAIMED})
ENDED = frozenset(
    {
        IncidentState.REFUTED,
        IncidentState.UNVERIFIABLE,
        IncidentState.CLOSED,
        IncidentState.MERGED,
        IncidentState.WITHDRAWN,
        IncidentState.ARCHIVED,
    }
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
    if lock:  # What this session has read of it before may be old by now.
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise NotFound(f"There is no incident {ref}.")
    return row


def held(session: Session, actor: Actor, ref: str, version: int | None) -> Incident:
    """The incident, locked for a decision by someone who may decide. Raises NotAllowed, NotFound, Stale."""
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators decide about incidents.")
    wait_for_reading(session, ref)
    row = find(session, ref, lock=True)
    if version is not None and version != row.version:
        raise Stale(f"{ref} was changed since you opened it. Look again, then decide.")
    return row


def wait_for_reading(session: Session, *refs: str) -> None:
    """Lock the reports of incidents that are being read just now.

    Triage locks reports before it locks what they join: whoever did it the other way round could wait for
    it while it waits for them.
    """
    query = (
        select(Report.id)
        .join(Incident, Incident.id == Report.incident_id)
        .where(Incident.ref.in_(refs), Report.state == ReportState.RECEIVED)
        .order_by(Report.id)
        .with_for_update(of=Report)
    )
    session.execute(query).all()


# --- claims ------------------------------------------------------------------------------------


def claim(session: Session, actor: Actor, ref: str) -> Incident:
    """Hold an incident for ``CLAIM``, or hold it longer. Raises Stale while someone else holds it."""
    row, now = held(session, actor, ref, None), utcnow()
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
    row = held(session, actor, ref, None)
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
    grave = needs_two(session, row)
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


def needs_two(session: Session, row: Incident) -> bool:
    """Whether two people must approve: what is grave, and what only somebody under duress has told."""
    return is_grave(row) or sources.is_coerced(session, row.id)


def consent_again(session: Session, row: Incident) -> None:
    """The senders are seen otherwise: where one approval was enough and is no more, it is open again."""
    if row.state is IncidentState.VERIFIED and not approvals(session, row).complete:
        take_back(row)


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
    """Approve an incident as true. It is verified once enough different people have approved this version;
    then those who reported it are told.

    One that was alerted and has changed since may be approved again, for another alert.
    ``grade`` is the Admiralty pair: source reliability A to F and information credibility 1 to 6.
    """
    row = held(session, actor, ref, version)
    again = row.state is IncidentState.ALERTED and not approvals(session, row).complete
    _decidable(row, reason, grade, again=again)
    if needs_two(session, row) and actor.id in approvals(session, row).authors:
        raise NotAllowed("You changed the facts of this grave incident; two other people must approve it.")
    decide(session, actor, row, Verdict.VERIFIED, reason, grade)
    session.flush()
    found = approvals(session, row)
    if found.complete and row.state in _LIVE:
        row.state, row.verified_at = IncidentState.VERIFIED, utcnow()
        row.claimed_by = row.claim_until = row.warn_at = None
        feedback.tell_all(session, row.id, Verdict.VERIFIED.value)
        settling.settle(session, row.id, confirmed=True)
    elif row.state is IncidentState.CLAIMED and row.claimed_by == actor.id:
        # The second person need not wait until the claim runs out.
        row.state, row.claimed_by, row.claim_until = IncidentState.OPEN, None, None
    if row.state in _LIVE and is_grave(row) and not row.restricted and len(found.have) == 1:
        row.warn_at = utcnow() + dt.timedelta(minutes=value(session, "second_person_minutes"))
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
    """Find an incident refuted or unverifiable. Those who reported it are told."""
    row = held(session, actor, ref, version)
    if verdict not in {Verdict.REFUTED, Verdict.UNVERIFIABLE}:
        raise NotPossible("An incident is rejected as refuted or as unverifiable.")
    _decidable(row, reason, grade)
    decide(session, actor, row, verdict, reason, grade)
    row.state, row.closed_at = IncidentState(verdict.value), utcnow()
    row.claimed_by = row.claim_until = row.warn_at = None
    feedback.tell_all(session, row.id, verdict.value)
    settling.settle(session, row.id, confirmed=False)
    return row


def reopen(session: Session, actor: Actor, ref: str, reason: str) -> Incident:
    """Take an ended incident up again; earlier approvals no longer count."""
    row = held(session, actor, ref, None)
    if row.state not in ENDED or row.state is IncidentState.MERGED:
        raise NotPossible(f"{ref} is {row.state.value} and needs no reopening.")
    needs_reason(reason)
    row.version += 1
    decide(session, actor, row, Verdict.REOPENED, reason, None)
    row.state, row.closed_at, row.archived_at = IncidentState.OPEN, None, None
    return row


def take_back(row: Incident) -> None:
    """The facts of a verified incident changed: it goes back to those who decide."""
    if row.state is IncidentState.VERIFIED:
        row.state, row.verified_at = IncidentState.OPEN, None


def _decidable(row: Incident, reason: str, grade: tuple[str, int] | None, *, again: bool = False) -> None:
    needs_reason(reason)
    if row.state not in _LIVE and not again:
        raise NotPossible(f"{row.ref} is already {row.state.value}.")
    if grade and (grade[0] not in set("ABCDEF") or not 1 <= grade[1] <= 6):
        raise NotPossible("A grade is a letter A to F and a number 1 to 6.")


def needs_reason(reason: str) -> None:
    if not reason.strip():
        raise NotPossible("A decision needs a reason, in your own words.")


def decide(
    session: Session,
    actor: Actor,
    row: Incident,
    verdict: Verdict,
    reason: str,
    grade: tuple[str, int] | None,
) -> None:
    """Write a verdict with its reason and its audit entry."""
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


def note(session: Session, actor: Actor, ref: str, words: str) -> UUID:
    """Keep an analyst's remark on an incident; the id of the note."""
    row = find(session, ref)
    if not words.strip():
        raise NotPossible("Write the note first.")
    row_id = new_id()
    text = vault.seal("note", "text", row_id, words.strip())
    session.add(Note(id=row_id, incident_id=row.id, user_id=actor.id, text=text))
    audit.append(session, actor, "incident.noted", f"incident:{ref}")
    return row_id
