"""An exception from «never to a party»: asked for by one person, agreed to by another, both in writing.

It lets one contact be told of one version of an incident, and of its alerts that climb already. Once the
facts change, or another party is named that the contact belongs to, it is void and has to be asked for anew.
"""

import datetime as dt
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, notices, parties, routing, vault
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.escalation.letting_in import let_in
from mbiu.escalation.steps import CLIMBS
from mbiu.jobs import Job, enqueue
from mbiu.models import Alert, Contact, Incident, PartyOverride, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.verification import held

_LONGEST = 2_000
_ASKED = "override_asked"


def ask(
    session: Session, actor: Actor, ref: str, code: str, reason: str, *, version: int | None = None
) -> PartyOverride:
    """Ask that a barred contact is told all the same. Raises NotAllowed, NotFound, NotPossible, Stale."""
    row = held(session, actor, ref, version)
    contact = session.scalar(select(Contact).where(Contact.code == code.strip().upper()))
    if contact is None:
        raise NotFound("There is no such person.")
    bar = parties.barred(session, row, [contact.id]).get(contact.id)
    if bar is None:
        raise NotPossible("Nothing keeps this person from being told.")
    override_id = new_id()
    found = PartyOverride(
        id=override_id,
        incident_id=row.id,
        contact_id=contact.id,
        version=row.version,
        keys=sorted(bar.keys),
        reason=_sealed("reason", override_id, reason),
        asked_by=actor.id,
    )
    session.add(found)
    notices.raise_notice(session, _ASKED, Role.COORDINATOR, f"incident:{ref}")
    row.updated_at = utcnow()
    audit.append(session, actor, "override.asked", f"incident:{ref}", contact=code, version=row.version)
    return found


def agree(session: Session, actor: Actor, ref: str, override_id: UUID, words: str) -> PartyOverride:
    """Agree, in writing, to what somebody else has asked for. Of a running alert the contact is told once.

    Raises NotAllowed for whoever asked, NotPossible when the facts changed since or nothing is asked.
    """
    row = held(session, actor, ref, None)
    found = _open(session, row, override_id)
    if found.asked_by == actor.id:
        raise NotAllowed("You asked for it; another person must agree.")
    bar = parties.barred(session, row, [found.contact_id]).get(found.contact_id)
    if found.version != row.version or (bar and not bar.keys <= set(found.keys)):
        raise NotPossible("The facts changed since this was asked for. Ask anew.")
    found.answer = _sealed("answer", found.id, words)
    found.agreed_by, found.agreed_at = actor.id, utcnow()
    row.updated_at = found.agreed_at
    _note(session, actor, "override.agreed", row, found)
    _let_in(session, actor, row, found.contact_id)
    return found


def _let_in(session: Session, actor: Actor, row: Incident, contact_id: UUID) -> None:
    """Where routes name the contact, at that step of what climbs; else, or if it is past, now."""
    running = select(Alert).where(Alert.incident_id == row.id, CLIMBS).order_by(Alert.id).with_for_update()
    for alert in session.scalars(running).all():
        plan = routing.plan(session, row, at=alert.created_at)
        mine = {one.step for one in plan.recipients if one.contact_id == contact_id}
        after = (dt.timedelta(minutes=one.after) for one in plan.steps if one.number in mine)
        let_in(session, actor, alert, contact_id, min(after, default=None))


def drop(session: Session, actor: Actor, ref: str, override_id: UUID) -> None:
    """Take an exception back, asked for or agreed. Whoever was told already, was told."""
    row = held(session, actor, ref, None)
    found = session.get(PartyOverride, override_id, with_for_update=True)
    if found is None or found.incident_id != row.id or found.dropped_at:
        raise NotFound("There is no such exception.")
    found.dropped_at = row.updated_at = utcnow()
    enqueue(session, Job.ESCALATION)
    _note(session, actor, "override.dropped", row, found)


def of(session: Session, incident_id: UUID) -> list[PartyOverride]:
    """The exceptions of an incident that were not taken back, the newest first."""
    query = select(PartyOverride).where(
        PartyOverride.incident_id == incident_id, PartyOverride.dropped_at.is_(None)
    )
    return list(session.scalars(query.order_by(PartyOverride.asked_at.desc())))


def words(found: PartyOverride) -> tuple[str, str]:
    """Why it was asked for, and what the second person wrote."""
    reason = vault.unseal("party_override", "reason", found.id, found.reason)
    answer = vault.unseal("party_override", "answer", found.id, found.answer) if found.answer else ""
    return reason, answer


def _sealed(name: str, override_id: UUID, text: str) -> bytes:
    if not text.strip():
        raise NotPossible("An exception needs your own written words.")
    return vault.seal("party_override", name, override_id, text.strip()[:_LONGEST])


def _open(session: Session, row: Incident, override_id: UUID) -> PartyOverride:
    found = session.get(PartyOverride, override_id, with_for_update=True)
    if found is None or found.incident_id != row.id:
        raise NotFound("There is no such exception.")
    if found.agreed_at or found.dropped_at:
        raise NotPossible("That exception was agreed or taken back already.")
    return found


def _note(session: Session, actor: Actor, action: str, row: Incident, found: PartyOverride) -> None:
    if all(one.agreed_at for one in of(session, row.id)):
        notices.settled(session, _ASKED, f"incident:{row.ref}")
    code = session.scalar(select(Contact.code).where(Contact.id == found.contact_id))
    audit.append(session, actor, action, f"incident:{row.ref}", contact=code, version=found.version)
