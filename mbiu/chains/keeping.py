"""Escalation chains in the database, with every version they ever had."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from mbiu import audit, proposals
from mbiu.audit import SYSTEM, Actor
from mbiu.chains.steps import AREAS, Selector, Step, check, read, without, written
from mbiu.house.settings import RUNNERS
from mbiu.models import (
    Address,
    Contact,
    EscalationChain,
    Place,
    Proposal,
    Rota,
    Route,
    RuleVersion,
    utcnow,
)
from mbiu.proposals import Change
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible, Stale


def save(
    session: Session,
    actor: Actor,
    chain_id: UUID | None,
    name: str,
    steps: Sequence[Step],
    *,
    active: bool = True,
    version: int | None = None,
) -> EscalationChain | Proposal:
    """Make a chain, or a new version of one; what did not change makes none. Running alerts keep theirs.

    New steps of a chain that real incidents go by wait for a second person: then it is the proposal that is
    returned. What the system saves does not wait. Raises NotAllowed, NotFound, NotPossible for what makes no
    sense, and Stale when ``version`` is not the newest.
    """
    may_keep(actor)
    check(steps)
    _check_known(session, [one for step in steps for one in step.who])
    chain = _held(session, chain_id, version)
    name = named(session, EscalationChain, name, chain_id)
    if not active and (used := _used_by(session, chain_id)):
        raise NotPossible(f"The route «{used}» goes by this chain.")
    before = _facts(chain) if chain_id else None
    after: dict[str, Any] = {"name": name, "active": active, "steps": written(steps)}
    if before and actor != SYSTEM and before["steps"] != after["steps"] and _is_real(session, chain.id):
        return proposals.put(
            session, actor, Change("chain", chain.id, name, after, before, chain.version)
        )  # fmt: skip
    return _apply(session, actor, chain, before, after)


def put_in_force(session: Session, actor: Actor, agreed: Proposal) -> EscalationChain:
    """Save a chain as it was proposed and agreed. Raises Stale if it changed since, NotPossible."""
    chain = _held(session, agreed.subject_id, agreed.version)
    _check_known(session, [one for step in read(agreed.after["steps"]) for one in step.who])
    named(session, EscalationChain, agreed.after["name"], chain.id)
    return _apply(session, actor, chain, _facts(chain), agreed.after, agreed)


def _apply(
    session: Session,
    actor: Actor,
    chain: EscalationChain,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    agreed: Proposal | None = None,
) -> EscalationChain:
    chain.name, chain.active, chain.steps = after["name"], after["active"], after["steps"]
    record(session, actor, "chain", chain, (before, after), agreed)
    return chain


def may_keep(actor: Actor) -> None:
    """Raises NotAllowed for whoever does not run the house."""
    if actor.role not in RUNNERS and actor != SYSTEM:
        raise NotAllowed("Only administrators and coordinators change routes and chains.")


def named(session: Session, model: type[EscalationChain] | type[Route], name: str, own: UUID | None) -> str:
    """A name that no other has. Raises NotPossible."""
    cleaned = " ".join(name.split())[:80]
    taken = select(model.id).where(model.name == cleaned, model.id != own)
    if not cleaned or session.scalar(taken if own else select(model.id).where(model.name == cleaned)):
        raise NotPossible("It needs a name that no other has.")
    return cleaned


def _held(session: Session, chain_id: UUID | None, version: int | None) -> EscalationChain:
    if chain_id is None:
        return EscalationChain(id=new_id(), version=0)
    chain = session.get(EscalationChain, chain_id, with_for_update=True)
    if chain is None:
        raise NotFound("There is no such chain.")
    newest(chain, version)
    return chain


def newest(row: EscalationChain | Route, version: int | None) -> None:
    """Raises Stale if somebody saved since ``version`` was looked at."""
    if version is not None and version != row.version:
        raise Stale("Somebody changed this since you opened it. Look again, then save.")


def _used_by(session: Session, chain_id: UUID | None) -> str | None:
    return session.scalar(select(Route.name).where(Route.chain_id == chain_id, Route.active).limit(1))


def _is_real(session: Session, chain_id: UUID) -> bool:
    """Whether real incidents go by this chain, and not exercises alone."""
    leads = select(Route.id).where(Route.chain_id == chain_id, Route.active, Route.exercise.is_not(True))
    return session.scalar(leads.limit(1)) is not None


def _facts(chain: EscalationChain) -> dict[str, Any]:
    """A chain as its versions and the audit keep it: ids, no person."""
    return {"name": chain.name, "active": chain.active, "steps": chain.steps}


def record(
    session: Session,
    actor: Actor,
    kind: str,
    row: EscalationChain | Route,
    facts: tuple[dict[str, Any] | None, dict[str, Any]],
    agreed: Proposal | None = None,
) -> None:
    """Keep what it is after the change as the next version of a chain or route; nothing if nothing changed.

    ``facts`` are before and after. What was ``agreed`` is saved in the name of whoever proposed it.
    """
    before, after = facts
    if before == after:
        return
    row.version, row.saved_at = row.version + 1, utcnow()
    session.add(row)
    session.flush()
    session.add(
        RuleVersion(
            kind=kind, subject_id=row.id, version=row.version, before=before, after=after,
            saved_by=agreed.asked_by if agreed else actor.id, saved_at=row.saved_at,
            proposal_id=agreed.id if agreed else None,
        )
    )  # fmt: skip
    audit.append(
        session, actor, f"{kind}.saved", f"{kind}:{row.id}", version=row.version, before=before, after=after
    )


def _check_known(session: Session, found: Sequence[Selector]) -> None:
    """Raises NotPossible when a step names somebody or something that there is not."""
    groups = select(func.count()).where(Address.is_group)
    for kind, column, query in (
        ("person", Contact.id, select(func.count()).select_from(Contact)),
        ("group", Address.id, groups.select_from(Address)),
        ("rota", Rota.id, select(func.count()).select_from(Rota)),
    ):
        ids = {one.id for one in found if one.kind == kind}
        if ids and session.scalar(query.where(column.in_(ids))) != len(ids):
            raise NotPossible("A step names somebody who is not there any more.")
    paths = {one.area for one in found if one.kind == "class"} - {*AREAS, "/"}
    if paths and len(set(session.scalars(select(Place.path).where(Place.path.in_(paths))))) != len(paths):
        raise NotPossible("There is no such area.")


def forget(session: Session, contact_id: UUID) -> int:
    """Take somebody whose part ended out of every chain; how many named them."""
    who = [{"who": [{"kind": "person", "contact": str(contact_id)}]}]
    naming = select(EscalationChain).where(EscalationChain.steps.contains(cast(who, JSONB)))
    chains = session.scalars(naming.order_by(EscalationChain.id).with_for_update()).all()
    for chain in chains:
        before = _facts(chain)
        chain.steps = written(without(read(chain.steps), contact_id))
        record(session, SYSTEM, "chain", chain, (before, _facts(chain)))
    return len(chains)


def history(session: Session, subject_id: UUID) -> list[RuleVersion]:
    """Every version of a route or a chain, the newest first."""
    query = select(RuleVersion).where(RuleVersion.subject_id == subject_id)
    return list(session.scalars(query.order_by(RuleVersion.version.desc())))
