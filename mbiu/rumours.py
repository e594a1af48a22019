"""Rumours: what is said apart from what happened, and the nine ways in which one can be judged."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.codes import EventType, RumourVerdict, Verdict
from mbiu.models import Incident, Rumour, utcnow
from mbiu.refusals import NotPossible
from mbiu.verification import Approvals, approvals, find, held, reject, verify
from mbiu.verification import reopen as take_up


@dataclass(frozen=True)
class Reduction:
    """What a verdict on a rumour means for its incident: the verdict, and the credibility 1 to 6."""

    verdict: Verdict
    information: int


#: Reasons and sources in docs/decisions/0030-judging.md.
REDUCED: dict[RumourVerdict, Reduction] = {
    RumourVerdict.TRUE: Reduction(Verdict.VERIFIED, 1),
    RumourVerdict.MOSTLY_TRUE: Reduction(Verdict.VERIFIED, 2),
    RumourVerdict.EXAGGERATED: Reduction(Verdict.REFUTED, 4),
    RumourVerdict.OUTDATED: Reduction(Verdict.REFUTED, 5),
    RumourVerdict.MISPLACED: Reduction(Verdict.REFUTED, 5),
    RumourVerdict.OUT_OF_CONTEXT: Reduction(Verdict.REFUTED, 4),
    RumourVerdict.UNPROVEN: Reduction(Verdict.UNVERIFIABLE, 6),
    RumourVerdict.MOSTLY_FALSE: Reduction(Verdict.REFUTED, 5),
    RumourVerdict.FALSE: Reduction(Verdict.REFUTED, 5),
}


def of(session: Session, row: Incident) -> Rumour | None:
    """What is rumoured; None for an incident of another kind."""
    if row.event_type is not EventType.RUMOUR:
        return None
    return session.get(Rumour, row.id)


def judge(
    session: Session,
    actor: Actor,
    ref: str,
    found: RumourVerdict,
    reason: str,
    *,
    source: str = "F",
    version: int | None = None,
) -> Approvals:
    """Say what a rumour was found to be. The incident's own verdict and credibility follow from `REDUCED`.

    A grave rumour found true needs two people, like any other grave incident. ``source`` is the reliability
    A to F of those who told it.
    """
    row = held(session, actor, ref, version)
    rumour = _rumour(session, row)
    means = REDUCED[found]
    grade = (source, means.information)
    if means.verdict is Verdict.VERIFIED:
        approved = verify(session, actor, ref, reason, version=version, grade=grade)
    else:
        reject(session, actor, ref, means.verdict, reason, version=version, grade=grade)
        approved = approvals(session, row)
    before, rumour.verdict = rumour.verdict, found
    audit.append(session, actor, "rumour.judged", f"incident:{ref}", before=before, after=found)
    return approved


def correct(
    session: Session,
    actor: Actor,
    ref: str,
    *,
    claimed: EventType | None,
    heard_at: dt.datetime,
    version: int | None = None,
) -> Rumour:
    """Put right what is said to happen, and when it was heard. When it is said to happen is a fact of the
    incident (`mbiu.correction`). Raises NotPossible for a time to come.
    """
    row = held(session, actor, ref, version)
    rumour = _rumour(session, row)
    if claimed in {EventType.RUMOUR, EventType.NONE}:
        raise NotPossible("What is said to happen is something else than a rumour.")
    if heard_at.tzinfo is None or heard_at > utcnow():
        raise NotPossible("It was heard at some time before now.")
    before = {"claimed": rumour.claimed_type, "heard_at": rumour.heard_at.isoformat()}
    rumour.claimed_type, rumour.heard_at = claimed, heard_at
    row.updated_at = utcnow()
    after = {"claimed": claimed, "heard_at": heard_at.isoformat()}
    audit.append(session, actor, "rumour.corrected", f"incident:{ref}", before=before, after=after)
    return rumour


def reopen(session: Session, actor: Actor, ref: str, reason: str) -> Incident:
    """Take an ended incident up again; what a rumour was found to be no longer holds."""
    row = take_up(session, actor, ref, reason)
    if (rumour := of(session, row)) is not None:
        rumour.verdict = None
    return row


def _rumour(session: Session, row: Incident) -> Rumour:
    rumour = of(session, row)
    if rumour is None:
        raise NotPossible(f"{row.ref} is no rumour.")
    return rumour


def judged(session: Session, ref: str) -> tuple[Incident, Rumour]:
    """A rumour that people have judged. Raises NotFound, and NotPossible for anything else."""
    row = find(session, ref)
    rumour = _rumour(session, row)
    if rumour.verdict is None:
        raise NotPossible(f"Judge {ref} first; then there is something to say about it.")
    return row, rumour
