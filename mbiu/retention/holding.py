"""Holding an incident: its texts and files stay beyond their days until a coordinator lets it go."""

from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.refusals import NotAllowed
from mbiu.verification import find


def hold(session: Session, actor: Actor, ref: str, *, held: bool) -> bool:
    """Hold an incident or let it go; False if it is so already. Raises NotAllowed, NotFound."""
    if actor.role is not Role.COORDINATOR:
        raise NotAllowed("Only coordinators hold incidents.")
    row = find(session, ref)
    if row.held == held:
        return False
    row.held = held
    audit.append(session, actor, "incident.held", f"incident:{row.ref}", before=not held, after=held)
    return True
