"""A change of who hears of real incidents: proposed by one person, in force once another agrees.

Control 13 of the threats. Until then what held before holds. Whoever puts a change in force alone, because
nobody else is there, says why; that is shown for good.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, notices, vault
from mbiu.audit import Actor
from mbiu.house.settings import RUNNERS, value
from mbiu.models import Proposal, User, VaultEntry, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible

SHORTEST = 20
_RULES = frozenset({"route", "chain"})
_PERSON = "person"
_PROPOSED = "change_proposed"
_LONGEST = 2_000
#: So many are shown at once.
SHOWN = 200
_WAITS = (Proposal.agreed_at.is_(None), Proposal.dropped_at.is_(None))


@dataclass(frozen=True)
class Change:
    """What is proposed; the fields as `mbiu.models.Proposal` has them."""

    kind: str
    subject: UUID
    name: str
    after: dict[str, Any]
    before: dict[str, Any] | None = None
    version: int = 0
    chain_version: int | None = None
    vault: UUID | None = None


def put(session: Session, actor: Actor, change: Change) -> Proposal:
    """Let a change wait for a second person. Raises NotPossible while another of the same thing waits."""
    same = (Proposal.kind == change.kind, Proposal.subject_id == change.subject)
    if session.scalar(select(Proposal.id).where(*same, *_WAITS)):
        raise NotPossible("A change of this waits for a second person already: agree to it or take it back.")
    row = Proposal(
        id=new_id(), kind=change.kind, subject_id=change.subject, name=change.name, version=change.version,
        chain_version=change.chain_version, before=change.before, after=change.after,
        vault_id=change.vault, asked_by=actor.id, asked_at=utcnow(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    if not (row.kind == _PERSON and _of_people(session)):  # one word is enough for a whole file of them
        _tell(session, _PROPOSED, row)
    of_rule = {"before": row.before, "after": row.after} if row.kind in _RULES else {"what": row.kind}
    _note(session, actor, "change.proposed", row, **of_rule)
    return row


def second(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """Agree to what somebody else proposed; the caller puts it in force in the same transaction.

    Raises NotAllowed for whoever proposed it, NotFound, NotPossible.
    """
    row = _held(session, actor, proposal_id)
    if row.asked_by == actor.id:
        raise NotAllowed("You proposed it; another person must agree.")
    row.agreed_by, row.agreed_at = actor.id, utcnow()
    _answered(session, actor, "change.agreed", row)
    return row


def alone(session: Session, actor: Actor, proposal_id: UUID, reason: str) -> Proposal:
    """Answer one's own proposal where nobody else does: see `may_go_alone`. All who run the house see it.

    Raises NotAllowed for anybody but who proposed it, NotFound, NotPossible.
    """
    row = _held(session, actor, proposal_id)
    if row.asked_by != actor.id:
        raise NotAllowed("Somebody else proposed it: agree to it instead.")
    if not may_go_alone(session, row):
        raise NotPossible("Somebody else may still agree. Call them first.")
    if len(reason.strip()) < SHORTEST:
        raise NotPossible("Say in a sentence why it cannot wait.")
    row.alone = vault.seal("proposal", "alone", row.id, reason.strip()[:_LONGEST])
    row.agreed_by, row.agreed_at = actor.id, utcnow()
    _tell(session, "changed_alone", row)
    _answered(session, actor, "change.alone", row)
    return row


def may_go_alone(session: Session, row: Proposal) -> bool:
    """Whether nobody else could agree, or nobody has within the minutes in which a second person comes."""
    other = select(User.id).where(
        User.role.in_(RUNNERS), User.disabled_at.is_(None), User.id != row.asked_by
    )  # fmt: skip
    if session.scalar(other.limit(1)) is None:
        return True
    return utcnow() >= row.asked_at + dt.timedelta(minutes=value(session, "second_person_minutes"))


def withdraw(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """Take a proposal back, or turn down somebody else's; nothing changes. Raises NotAllowed, NotFound."""
    row = _held(session, actor, proposal_id)
    row.dropped_by, row.dropped_at = actor.id, utcnow()
    session.flush()
    if row.vault_id and (entry := session.get(VaultEntry, row.vault_id)):
        session.delete(entry)
    _answered(session, actor, "change.withdrawn", row)
    return row


def waiting(session: Session) -> Sequence[Proposal]:
    """What waits for a second person, the oldest first."""
    return session.scalars(select(Proposal).where(*_WAITS).order_by(Proposal.asked_at).limit(SHOWN)).all()


def made_alone(session: Session) -> Sequence[Proposal]:
    """What one person put in force alone, the newest first."""
    query = select(Proposal).where(Proposal.alone.is_not(None)).order_by(Proposal.agreed_at.desc())
    return session.scalars(query.limit(SHOWN)).all()


def reason(row: Proposal) -> str:
    """Why somebody put it in force alone; empty if two agreed."""
    return vault.unseal("proposal", "alone", row.id, row.alone) if row.alone else ""


def _held(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    if actor.id is None or actor.role not in RUNNERS:
        raise NotAllowed("Only administrators and coordinators change who hears.")
    row = session.get(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("There is no such proposal.")
    if row.agreed_at or row.dropped_at:
        raise NotPossible("It was agreed to or taken back already.")
    return row


def _tell(session: Session, kind: str, row: Proposal) -> None:
    for role in sorted(RUNNERS):
        notices.raise_notice(session, kind, role, f"{row.kind}:{row.name}")


def _of_people(session: Session) -> list[str]:
    """The notices about kinds of responders that wait."""
    return [one for one in notices.waiting(session, _PROPOSED) if one.startswith(f"{_PERSON}:")]


def _answered(session: Session, actor: Actor, action: str, row: Proposal) -> None:
    notices.settled(session, _PROPOSED, f"{row.kind}:{row.name}")
    people = select(Proposal.id).where(Proposal.kind == _PERSON, *_WAITS)
    if row.kind == _PERSON and session.scalar(people.limit(1)) is None:
        for subject in _of_people(session):
            notices.settled(session, _PROPOSED, subject)
    _note(session, actor, action, row)


def _note(session: Session, actor: Actor, action: str, row: Proposal, **details: Any) -> None:
    subject = f"{row.kind}:{row.subject_id}" if row.kind in _RULES else f"contact:{row.name}"
    audit.append(session, actor, action, subject, proposal=str(row.id), version=row.version, **details)
