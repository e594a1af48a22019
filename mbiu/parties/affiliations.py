"""What a contact belongs to: written down by one person, ended only by two."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.channels.text import clean
from mbiu.codes import Role
from mbiu.gazetteer.names import fold_name
from mbiu.jobs import Job, enqueue
from mbiu.models import Affiliation, Contact, utcnow
from mbiu.parties import kin
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible

KINDS = ("institution", "unit", "community")
MOST = 20
_LONGEST = 80
_KEEPERS = frozenset({Role.ANALYST, Role.COORDINATOR})
_SHARE = 500


def of(session: Session, contact_id: UUID) -> list[Affiliation]:
    """What a contact belongs to now, in the order in which it was written down."""
    query = select(Affiliation).where(Affiliation.contact_id == contact_id, Affiliation.ended_at.is_(None))
    return list(session.scalars(query.order_by(Affiliation.created_at, Affiliation.id)))


def add(session: Session, actor: Actor, code: str, kind: str, name: str) -> Affiliation:
    """Write down what a contact belongs to. Raises NotAllowed, NotFound, NotPossible."""
    contact, name = _contact(session, actor, code), " ".join(clean(name).split())
    if kind not in KINDS:
        raise NotPossible("Choose whether it is an institution, a unit or a community.")
    if not name or len(name) > _LONGEST:
        raise NotPossible("Write the name, in 80 letters at most.")
    known = of(session, contact.id)
    if len(known) >= MOST:
        raise NotPossible("Nobody belongs to so many.")
    for row in known:
        if (row.kind, fold_name(row.name)) == (kind, fold_name(name)):
            return row
    row = Affiliation(
        id=new_id(), contact_id=contact.id, kind=kind, name=name, keys=sorted(kin.keys(name, kind)),
        made_by=actor.id,
    )  # fmt: skip
    session.add(row)
    audit.append(session, actor, "affiliation.added", f"contact:{code}", affiliation=str(row.id), kind=kind)
    enqueue(session, Job.ESCALATION)  # what this person promised may be void now
    return row


def ask_end(session: Session, actor: Actor, code: str, affiliation_id: UUID) -> None:
    """Ask that an affiliation ends: somebody else must agree. Raises NotAllowed, NotFound."""
    row = _held(session, actor, code, affiliation_id)
    row.end_asked_by = actor.id
    audit.append(session, actor, "affiliation.end_asked", f"contact:{code}", affiliation=str(row.id))


def agree_end(session: Session, actor: Actor, code: str, affiliation_id: UUID) -> None:
    """Agree that an affiliation ends. Raises NotAllowed for whoever asked, NotFound, NotPossible."""
    row = _held(session, actor, code, affiliation_id)
    if row.end_asked_by is None:
        raise NotPossible("Nobody has asked that it ends.")
    if row.end_asked_by == actor.id:
        raise NotAllowed("You asked for it; another person must agree.")
    row.ended_by, row.ended_at = actor.id, utcnow()
    audit.append(session, actor, "affiliation.ended", f"contact:{code}", affiliation=str(row.id))


def keep_end(session: Session, actor: Actor, code: str, affiliation_id: UUID) -> None:
    """Leave an affiliation as it is although somebody asked that it ends."""
    row = _held(session, actor, code, affiliation_id)
    row.end_asked_by = None
    audit.append(session, actor, "affiliation.kept", f"contact:{code}", affiliation=str(row.id))


def _held(session: Session, actor: Actor, code: str, affiliation_id: UUID) -> Affiliation:
    contact = _contact(session, actor, code)
    row = session.get(Affiliation, affiliation_id, with_for_update=True)
    if row is None or row.contact_id != contact.id or row.ended_at:
        raise NotFound("There is no such affiliation.")
    return row


def _contact(session: Session, actor: Actor, code: str) -> Contact:
    if actor.role not in _KEEPERS:
        raise NotAllowed("Only analysts and coordinators keep what people belong to.")
    found = session.scalar(select(Contact).where(Contact.code == code))
    if found is None:
        raise NotFound("There is no such person.")
    return found


def complete(session: Session) -> int:
    """Work out the keys of affiliations that the database wrote down by itself; how many there were."""
    query = select(Affiliation).where(Affiliation.keys == [], Affiliation.ended_at.is_(None))
    rows = list(session.scalars(query.limit(_SHARE).with_for_update(skip_locked=True)))
    values = [{"id": row.id, "keys": sorted(kin.keys(row.name, row.kind))} for row in rows]
    if values:
        session.execute(update(Affiliation), values)
    return len(rows)
