"""The people of the tests and what they do most: Amina and Joseph report, Ruth and Peter review, Daniel
and Grace respond, Mallory may do nothing.
"""

import itertools
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from mbiu import contacts, intake, outcomes, verification
from mbiu import triage as reading
from mbiu.audit import Actor
from mbiu.chains import read, written
from mbiu.codes import AddressKind, ContactRole, ResponderClass, Role, Severity
from mbiu.db import transaction
from mbiu.gazetteer import store
from mbiu.intake import Received
from mbiu.messages import IncomingMessage
from mbiu.models import (
    Address,
    Alert,
    Contact,
    Delivery,
    EscalationChain,
    Incident,
    Message,
    Report,
    Route,
    User,
    VaultEntry,
)
from mbiu.outcomes import Deed
from mbiu.refs import new_id
from mbiu.vault import blind_index, unseal

AMINA, JOSEPH = "+256772000101", "+256772000102"
DANIEL, GRACE = "+256772000201", "+256772000202"
MALLORY = "+256772000666"
RAID = "Cattle raid in Kween this morning, 3 people killed and 40 cows taken"
QUARREL = "There is a land dispute in Bwera, Kasese, people are shouting at each other"

_numbers = itertools.count(1)


def sms(text: str = "", sender: str = AMINA, **more: Any) -> IncomingMessage:
    """A text by Twilio, as the hook hands it over."""
    values = {"channel": "twilio", "kind": AddressKind.SMS, "country": "UG"}
    values |= {"provider_id": f"SM{next(_numbers):032x}"}
    return IncomingMessage(**{**values, "text": text, "sender": sender, **more})


def chat(text: str = "", sender: str = "5550001", **more: Any) -> IncomingMessage:
    """A message in a Telegram chat."""
    values = {"channel": "telegram", "kind": AddressKind.TELEGRAM, "country": "UG"}
    values |= {"provider_id": str(next(_numbers))}
    return IncomingMessage(**{**values, "text": text, "sender": sender, **more})


def hand_in(message: IncomingMessage, *, inline: bool = True) -> Received:
    """Take in a message in a transaction of its own."""
    with transaction() as session:
        return intake.receive(session, message, inline=inline)


def say(text: str, sender: str = AMINA, **more: Any) -> Received:
    """Send a text; the answer is in ``reply``."""
    return hand_in(sms(text, sender, **more))


def read_all() -> int:
    """Triage until nothing is due."""
    done = 0
    while True:
        with transaction() as session:
            count = reading.triage(session, store.current(session))
        if not count:
            return done
        done += count


def tell(text: str, sender: str = AMINA, **more: Any) -> str:
    """Send a report and have it read; its reference."""
    ref = say(text, sender, **more).ref
    read_all()
    assert ref is not None
    return ref


def report_of(ref: str) -> Report:
    with transaction() as session:
        return session.scalars(select(Report).where(Report.ref == ref)).one()


def incident_of(report_ref: str) -> Incident:
    """The incident a report speaks of."""
    with transaction() as session:
        return session.scalars(
            select(Incident).join(Report, Report.incident_id == Incident.id).where(Report.ref == report_ref)
        ).one()


def incident(ref: str) -> Incident:
    with transaction() as session:
        return session.scalars(select(Incident).where(Incident.ref == ref)).one()


def count(model: Any, *where: Any) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def user(name: str, role: Role = Role.ANALYST, scope: str = "/") -> Actor:
    """Somebody with a log-in to the console."""
    row_id = new_id()
    with transaction() as session:
        session.add(User(id=row_id, name=name, role=role, scope=scope, password_hash="never compared"))
    return Actor(name, row_id, role)


def person(code: str, number: str, **contact: Any) -> UUID:
    """A contact with a phone; a responder unless told otherwise."""
    values = {"role": ContactRole.RESPONDER, "country": "UG", "language": "en"} | contact
    channel = str(values.pop("channel", "twilio"))
    kind = values.pop("kind", AddressKind.SMS)
    with transaction() as session:
        return contacts.enrol(session, kind, number, channel=channel, code=code, **values)


def route(name: str, steps: Iterable[Iterable[UUID]], mediators: Collection[UUID] = (), **rule: Any) -> UUID:
    """A route to a chain that tells the people of each step in turn; ``mediators`` are of that class."""
    wait = rule.pop("wait_minutes", 30)
    people = [[{"kind": "person", "contact": str(one)} for one in step] for step in steps]
    return chain_route(name, [{"who": who, "wait_minutes": wait} for who in people if who], mediators, **rule)


def chain_route(
    name: str, steps: list[dict[str, Any]], mediators: Collection[UUID] = (), **rule: Any
) -> UUID:
    """A route to a chain of steps as the database keeps them."""
    with transaction() as session:
        chain = EscalationChain(id=new_id(), name=name, steps=written(read(steps)))
        session.add(chain)
        session.flush()
        row = Route(id=new_id(), name=name, chain_id=chain.id, **rule)
        session.add(row)
        classed = update(Contact).where(Contact.id.in_(mediators))
        session.execute(classed.values(responder_class=ResponderClass.MEDIATOR))
        return row.id


def people_of_chains() -> list[UUID]:
    """The people whom the steps of all chains name, in order."""
    with transaction() as session:
        steps = [step for found in session.scalars(select(EscalationChain.steps)) for step in read(found)]
    return [one.id for step in steps for one in step.who if one.id and one.kind == "person"]


def address_of(number: str, kind: AddressKind = AddressKind.SMS) -> Address:
    with transaction() as session:
        return session.scalars(select(Address).where(Address.blind_index == blind_index(kind, number))).one()


def contact_of(number: str, kind: AddressKind = AddressKind.SMS) -> Contact:
    with transaction() as session:
        return session.scalars(select(Contact).where(Contact.id == address_of(number, kind).contact_id)).one()


def said_to(number: str, kind: AddressKind = AddressKind.SMS) -> list[tuple[str, str]]:
    """What was written to an address, in order: kind of delivery and text."""
    query = (
        select(Delivery.kind, Message.id, Message.text)
        .join(Message, Message.id == Delivery.message_id)
        .where(Delivery.address_id == address_of(number, kind).id)
        .order_by(Message.created_at, Message.id)
    )
    with transaction() as session:
        return [(row.kind, unseal("message", "text", row.id, row.text)) for row in session.execute(query)]


def texts_to(number: str, kind: str) -> list[str]:
    return [text for what, text in said_to(number) if what == kind]


def deliveries(*where: Any) -> list[Delivery]:
    with transaction() as session:
        return list(session.scalars(select(Delivery).where(*where).order_by(Delivery.created_at)))


def approve(ref: str, *actors: Actor) -> None:
    """Verify an incident by one person after the other."""
    for actor in actors:
        with transaction() as session:
            verification.verify(session, actor, ref, "Two elders on the phone said so.", grade=("B", 2))


def close(actor: Actor, ref: str, done: str = "visit", effect: str = "contained", **deed: Any) -> None:
    """End an incident with what was done."""
    with transaction() as session:
        outcomes.close(session, actor, ref, Deed((done,), effect, **deed))


def alert_of(ref: str) -> Alert:
    with transaction() as session:
        return session.scalars(select(Alert).where(Alert.ref == ref)).one()


def vault_rows() -> int:
    return count(VaultEntry)


def grave(row: Incident) -> bool:
    return row.severity in {Severity.SEVERE, Severity.EXTREME}
