"""A second person's answer to a proposed change of who hears, which puts it in force."""

from uuid import UUID

from sqlalchemy.orm import Session

from mbiu import chains, proposals, routing
from mbiu.audit import Actor
from mbiu.enrolment import registering, ways
from mbiu.models import Proposal


def agree(session: Session, actor: Actor, proposal_id: UUID, typed: str = "") -> Proposal:
    """Agree to what somebody else proposed; it is in force from now on. A new address is ``typed`` again.

    Raises NotAllowed for whoever proposed it, NotFound, NotPossible, and Stale if the thing changed since.
    """
    return _put_in_force(session, actor, proposals.second(session, actor, proposal_id), typed)


def alone(session: Session, actor: Actor, proposal_id: UUID, reason: str) -> Proposal:
    """Put one's own proposal in force without a second person. Raises as `proposals.alone`, and Stale."""
    return _put_in_force(session, actor, proposals.alone(session, actor, proposal_id, reason))


def _put_in_force(session: Session, actor: Actor, row: Proposal, typed: str = "") -> Proposal:
    session.flush()
    if row.kind == "chain":
        chains.put_in_force(session, actor, row)
    elif row.kind == "route":
        routing.put_in_force(session, actor, row)
    elif row.kind == "person":
        registering.put_in_force(session, actor, row)
    else:
        ways.put_in_force(session, actor, row, typed)
    return row
