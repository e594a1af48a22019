"""Live drills: people who agreed to it play a script on their own phones, asked card by card.

What they send for it begins with the word for an exercise; everything else they send is real. They
alone get the alerts of the drill, beside the people of exercises.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mbiu import audit, chains, routing, texts
from mbiu.audit import SYSTEM, Actor
from mbiu.chains import Selector
from mbiu.chains import Step as ChainStep
from mbiu.codes import AddressKind, Role, Wish
from mbiu.db import transaction
from mbiu.models import Address, Contact, Drill, DrillMember, EscalationChain, utcnow
from mbiu.models.people import BY_USE
from mbiu.outbox import Outgoing, put
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.routing import Rules
from mbiu.training import drills
from mbiu.training.playbook import Step, scripts
from mbiu.wishes import zone

ROUTE = "Training: live drill"
#: Minutes until the next responder of a live drill is told.
WAIT = 10
MOST = 40
#: What is asked and said by us in a drill.
KIND = "drill"


def agree(session: Session, actor: Actor, code: str, *, agreed: bool) -> Contact:
    """Note that somebody agreed to take part in drills, or does so no more. Raises NotAllowed, NotFound."""
    _coordinates(actor)
    contact = session.scalar(select(Contact).where(Contact.code == code.strip().upper()).with_for_update())
    if contact is None or contact.archived_at:
        raise NotFound("There is nobody of that code name.")
    contact.drills_at = utcnow() if agreed else None
    audit.append(session, actor, "contact.drills", f"contact:{contact.code}", agreed=agreed)
    return contact


def willing(session: Session) -> Sequence[Contact]:
    """Those who agreed and can be reached, by code name."""
    query = select(Contact).where(Contact.drills_at.is_not(None), Contact.archived_at.is_(None))
    return session.scalars(query.where(Contact.wish == Wish.PUSH).order_by(Contact.code).limit(200)).all()


def begin(
    session: Session, actor: Actor, key: str, parts: Mapping[str, str], responders: Sequence[str]
) -> Drill:
    """Begin a script with people: ``parts`` and ``responders`` are code names, by part and in order.

    Each has agreed, is reachable, and has one part. Raises NotAllowed, NotFound, NotPossible.
    """
    _coordinates(actor)
    script = drills.alone(session, key)
    if set(parts) != set(script.parts()):
        raise NotPossible("Choose somebody for each part.")
    codes = [*parts.values(), *responders]
    people = {one.code: one for one in willing(session) if one.code in codes}
    if len(set(codes)) != len(codes) or len(people) != len(codes) or len(codes) > MOST:
        raise NotPossible("Each person has one part, and only those who agreed have any.")
    drill = drills.begun(session, actor, script, {who: str(people[code].id) for who, code in parts.items()})
    until = drill.started_at + dt.timedelta(minutes=script.minutes)
    session.add_all(DrillMember(drill_id=drill.id, contact_id=one.id, until=until) for one in people.values())
    session.flush()
    if responders:
        _route(session, [people[code].id for code in responders])
    for one in people.values():
        _say(session, one, "drill.begins", time=f"{until.astimezone(zone(one.country)):%H:%M}")
    audit.append(
        session, actor, "drill.started", f"drill:{drill.id}", script=key, live=True, people=sorted(codes)
    )
    return drill


def _coordinates(actor: Actor) -> None:
    if actor.role is not Role.COORDINATOR:
        raise NotAllowed("Only coordinators run live drills.")


def _route(session: Session, contacts: Sequence[UUID]) -> None:
    """One route of exercises leads to them, one after the other; it passes over whoever plays no more."""
    chain = session.scalar(select(EscalationChain).where(EscalationChain.name == ROUTE).with_for_update())
    steps = [ChainStep((Selector("person", one),), WAIT) for one in contacts]
    saved = chains.save(session, SYSTEM, chain.id if chain else None, ROUTE, steps)
    if chain is None:
        routing.save(session, SYSTEM, None, Rules(ROUTE, saved.id, exercise=True))


def ask(drill_id: UUID, step: Step) -> None:
    """Ask whoever has this part for what stands on their card, unless the drill has ended meanwhile."""
    with transaction() as session:
        drill = session.get_one(Drill, drill_id, with_for_update=True)
        contact = session.get(Contact, UUID(drill.parts[step.who]))
        script = scripts()[drill.script]
        number = next(number for number, one in script.cards() if one == step)
        if contact and drill.ended_at is None:
            _say(session, contact, "drill.ask", n=number)


def release(session: Session, drill: Drill, now: dt.datetime) -> None:
    """Tell everybody that it is over; what they send from now on is real whatever it begins with."""
    people = select(DrillMember.contact_id).where(DrillMember.drill_id == drill.id)
    for contact in session.scalars(select(Contact).where(Contact.id.in_(people)).order_by(Contact.code)):
        _say(session, contact, "drill.over")
    mine = update(DrillMember).where(DrillMember.drill_id == drill.id)
    session.execute(mine.values(until=func.least(DrillMember.until, now)))


def _say(session: Session, contact: Contact, key: str, **values: object) -> None:
    """At the phone or chat used last; nobody who wants silence is written to."""
    silent = contact.stopped_at or contact.silent_at or contact.wish is not Wish.PUSH
    address = (
        None
        if silent
        else session.scalars(
            select(Address)
            .where(
                Address.contact_id == contact.id,
                Address.kind.in_([AddressKind.SMS, AddressKind.TELEGRAM]),
                Address.vault_id.is_not(None),
                Address.stopped_at.is_(None),
                Address.blocked_at.is_(None),
            )
            .order_by(*BY_USE)
            .limit(1)
        ).first()
    )
    if address:
        text = texts.say(contact.language or texts.first_language(contact.country), key, **values)
        put(session, Outgoing(address.id, contact.id, address.channel, text, KIND), utcnow())
