"""A small demonstration for an empty installation: people, routes and messages, all marked as exercise.

Everything goes through the same doors as real messages and decisions; the phones belong to the
simulator, so no text leaves the house.
"""

import datetime as dt
import json
import os
import secrets
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mbiu import chains, digests, intake, outcomes, rotas, routing, sequels, verification
from mbiu.audit import SYSTEM, Actor
from mbiu.chains import Selector, Step
from mbiu.codes import AddressKind, ContactRole, DeliveryState, ResponderClass, Role, Severity
from mbiu.contacts import enrol
from mbiu.db import transaction
from mbiu.gazetteer import store
from mbiu.house import settings as house
from mbiu.messages import IncomingMessage
from mbiu.models import (
    Alert,
    Contact,
    Delivery,
    Incident,
    Message,
    Place,
    Report,
    User,
    utcnow,
)
from mbiu.refs import new_id
from mbiu.refusals import Refused
from mbiu.routing import Rules
from mbiu.settings import settings
from mbiu.triage import triage
from mbiu.warnings import example

#: Seconds for one answer of the database while it takes in or sums up a long history.
_PATIENCE = 600.0


@dataclass(frozen=True)
class Phone:
    """A simulated phone and whoever holds it: a person, or with ``is_group`` the members of a chat.

    ``address`` is a made-up number or chat id. A stranger has no ``code`` and is not enrolled.
    """

    key: str
    owner: str
    code: str
    kind: AddressKind
    address: str
    role: ContactRole
    country: str
    home: str
    language: str
    grade: str = "C"
    organisation: str = ""
    is_group: bool = False
    responder_class: ResponderClass | None = None


_DATA = tomllib.loads((Path(__file__).parent / "demo.toml").read_text(encoding="utf-8"))


def _holder(one: dict[str, Any]) -> Phone:
    kind = ResponderClass(one["responder_class"]) if "responder_class" in one else None
    codes = {"kind": AddressKind(one["kind"]), "role": ContactRole(one["role"]), "responder_class": kind}
    return Phone(**{**one, **codes})


PHONES = tuple(_holder(one) for one in _DATA["phone"])
#: Who has no phone, but a mailbox.
MAILBOXES = tuple(_holder(one) for one in _DATA["mailbox"])

#: Whom raids are told: kinds of responders, a quorum, hours, and everybody once more.
CATTLE = (
    Step((Selector("class", responder_class=ResponderClass.MEDIATOR, area="region"),), 40, repeats=1),
    Step(
        (Selector("class", responder_class=ResponderClass.PEACE_COMMITTEE, area="region"),),
        30,
        ((ResponderClass.MEDIATOR, 1), (ResponderClass.PEACE_COMMITTEE, 1)),
        hours=(6, 21),
    ),
    Step((Selector("all"),), 30),
)

USERS = (
    ("ruth", Role.ANALYST),
    ("peter", Role.ANALYST),
    ("miriam", Role.COORDINATOR),
    ("simon", Role.CUSTODIAN),
    ("ines", Role.CUSTODIAN),
    ("esther", Role.ADMIN),
)


@click.command()
@click.option(
    "--size", "wanted", help="years of reports as well: small (10,000), large (1,000,000) or a number"
)
@click.option("--seed", default=1, show_default=True, help="the same seed gives the same events")
def demo(wanted: str | None, seed: int) -> None:
    """Fill an empty installation with a demonstration; does nothing to one that has users.

    With --size three years of history go behind it, on an installation without anything real.
    """
    _demonstrate()
    if wanted is not None:
        _chronicle(wanted, seed)


def _chronicle(wanted: str, seed: int) -> None:
    from mbiu import chronicle, patience
    from mbiu.chronicle.filling import fill

    patience.limit(_PATIENCE)
    try:
        size = chronicle.size(wanted)
        with transaction() as session:
            written = fill(session, size, seed, lambda line: click.echo(f"demonstration: {line}"))
    except (ValueError, Refused) as error:
        raise click.ClickException(str(error)) from None
    _count_days()
    click.echo(f"demonstration: {', '.join(f'{count} {table}' for table, count in written.items())} rows")


def _count_days() -> None:
    """What a worker does of itself, a day at a time."""
    from mbiu import figures

    counted = 1
    while counted:
        with transaction() as session:
            counted = figures.refresh(session)


def _demonstrate() -> None:
    with transaction() as session:
        if session.scalar(select(func.count()).select_from(User)):
            click.echo("demonstration: there are users already, nothing done")
            return
        logins = _users(session)
        _contacts(session)
        _routes(session)
        _duties(session)
    _write_logins(settings().home_dir / "demo-logins.json", logins)
    for message in _DATA["message"]:
        _tell(message["phone"], message["hours_ago"], message["text"])
    _decide()
    _agree()
    click.echo(f"demonstration: {len(_DATA['message'])} messages of made-up people, marked as exercise")


def _users(session: Session) -> list[dict[str, str]]:
    from argon2 import PasswordHasher

    hasher, logins = PasswordHasher(), []
    for name, role in USERS:
        password = secrets.token_urlsafe(15)
        cleared = role is Role.ANALYST
        session.add(User(name=name, role=role, cleared=cleared, password_hash=hasher.hash(password)))
        logins.append({"name": name, "role": role.value, "password": password})
    return logins


def _write_logins(path: Path, logins: list[dict[str, str]]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(logins, file, indent=2)
        file.write("\n")


def _contacts(session: Session) -> None:
    for phone in (*PHONES, *MAILBOXES):
        if phone.code:
            register(session, phone)


def register(session: Session, phone: Phone) -> UUID:
    """Enrol whoever holds the phone, as a person of exercises; the id of the contact."""
    place = session.get(Place, phone.home)
    return enrol(
        session,
        phone.kind,
        phone.address,
        channel="simulator",
        code=phone.code,
        role=phone.role,
        responder_class=phone.responder_class,
        country=phone.country,
        language=phone.language,
        grade=phone.grade,
        organisation=phone.organisation,
        home_place_id=place.id if place else None,
        area_path=place.path if place else "/",
        exercise=True,
        drills_at=utcnow(),
    )


def _routes(session: Session) -> None:
    mediators = _chain(session, "Mediators", [("KAS-91",)])
    both = ((ResponderClass.MEDIATOR, 1), (ResponderClass.POLICE_LIAISON, 1))
    police = _chain(session, "Mediators, then police", [("KAS-91",), ("UG-92",)], both)
    elders = _chain(session, "Elders", [("TZ-93", "TZ-94")])
    cattle = chains.save(session, SYSTEM, None, "Cattle: mediators, by day the committees", CATTLE).id
    raids = Rules(
        "Uganda: cattle raids", cattle, area_path="/ug/", event_types=["cattle_raid"], exercise=True
    )
    routing.save(session, SYSTEM, None, raids)
    for name, area, chain, least in (
        ("Uganda: mediators, then police", "/ug/", police, Severity.MINOR),
        ("Kenya: mediators", "/ke/", mediators, Severity.MODERATE),
        ("South Sudan: mediators", "/ss/", mediators, Severity.MODERATE),
        ("Tanzania: elders", "/tz/", elders, Severity.MINOR),
    ):
        routing.save(session, SYSTEM, None, Rules(name, chain, area_path=area, min_severity=least))


def _chain(
    session: Session,
    name: str,
    told: list[tuple[str, ...]],
    last: tuple[tuple[ResponderClass, int], ...] = (),
) -> UUID:
    """A chain of the people of these code names, a step for each tuple; ``last`` is the quorum of the end."""
    ids = dict(session.execute(select(Contact.code, Contact.id)).all())
    steps = [Step(tuple(Selector("person", ids[code]) for code in codes)) for codes in told]
    steps[-1] = replace(steps[-1], quorum=last)
    return chains.save(session, SYSTEM, None, name, steps).id


def _duties(session: Session) -> None:
    """A rota that is a week old, asked by the last step of alerts, and briefs for those who want them."""
    miriam = session.scalars(select(User).where(User.name == "miriam")).one()
    actor, started = Actor(miriam.name, miriam.id, miriam.role), utcnow() - dt.timedelta(days=7)
    for one in _DATA["rota"]:
        starts = started.replace(tzinfo=None, hour=8, minute=0)
        row = rotas.save(session, actor, rotas.Wanted(**one, starts_at=starts))
        house.put(session, actor, "duty_rota", str(row.id))
    for one in _DATA["digest"]:
        brief = digests.save(session, actor, digests.Wanted(**one))
        if brief.always:  # the first one comes at once, so that there is one to look at
            brief.since, brief.due_at = started, utcnow() + dt.timedelta(minutes=1)


def phone(key: str) -> Phone:
    """The simulated phone of that key. Raises KeyError."""
    return {one.key: one for one in PHONES}[key]


def incoming(key: str, text: str, **values: Any) -> IncomingMessage:
    """A message as the simulator takes it from a phone."""
    return said_on(phone(key), text, **values)


def said_on(one: Phone, text: str, **values: Any) -> IncomingMessage:
    """A message as the simulator takes it from this phone."""
    return IncomingMessage(
        channel="simulator", kind=one.kind, provider_id=str(new_id()), sender=one.address, text=text,
        country=one.country, is_group=one.is_group, **values,
    )  # fmt: skip


def _tell(key: str, hours: int, text: str) -> None:
    """One message through intake and reading, then dated back."""
    before = utcnow() - dt.timedelta(hours=hours)
    with transaction() as session:
        received = intake.receive(session, incoming(key, text, sent_at=before))
    with transaction() as session:
        triage(session, store.current(session))
    with transaction() as session:
        _date_back(session, received, dt.timedelta(hours=hours))


def _date_back(session: Session, received: intake.Received, by: dt.timedelta) -> None:
    report = session.scalar(select(Report).where(Report.ref == received.ref))
    session.execute(
        update(Message)
        .where((Message.id == received.message_id) | (Message.reply_to == received.message_id))
        .values(created_at=Message.created_at - by)
    )
    if report is None:
        return
    report.created_at -= by
    incident = session.get(Incident, report.incident_id) if report.incident_id else None
    if incident and incident.reports == 1:
        incident.created_at -= by
        incident.updated_at -= by


def _decide() -> None:
    """Ruth and Peter take one dispute through to its outcome and leave the gravest half approved."""
    with transaction() as session:
        users = {user.name: Actor(user.name, user.id, user.role) for user in session.scalars(select(User))}
        first = _of(session, "halima", "dispute")
        grave = _of(session, "amina", None)
    if first:
        _to_outcome(users["ruth"], first)
    if grave:
        with transaction() as session:
            verification.claim(session, users["ruth"], grave)
            reason = "Two callers from the parish say the same; the health centre confirms the dead."
            verification.verify(session, users["ruth"], grave, reason, grade=("B", 2))


def _agree() -> None:
    """Ruth and Peter agree on protective messages; one of them waits to be sent."""
    with transaction() as session:
        users = {user.name: Actor(user.name, user.id, user.role) for user in session.scalars(select(User))}
        example.show(session, users["ruth"], users["peter"], "/ug/ug-western/ug-kasese/")


def _of(session: Session, key: str, event_type: str | None) -> str | None:
    query = (
        select(Incident.ref)
        .join(Report, Report.incident_id == Incident.id)
        .join(Contact, Contact.id == Report.contact_id)
        .where(Contact.code == phone(key).code)
        .order_by(Report.created_at)
        .limit(1)
    )
    return session.scalar(query.where(Incident.event_type == event_type) if event_type else query)


def _all_clear(ruth: Actor, alert: str) -> None:
    """The phones of the demonstration had it at once; now everybody who was told hears that it is over."""
    now = utcnow()
    of_it = select(Alert.id).where(Alert.ref == alert).scalar_subquery()
    arrived = {"state": DeliveryState.DELIVERED, "sent_at": now, "delivered_at": now, "error": ""}
    with transaction() as session:
        session.execute(update(Delivery).where(Delivery.alert_id == of_it).values(arrived))
        sequels.send(session, ruth, alert, sequels.Kind.ALL_CLEAR)


def _to_outcome(ruth: Actor, ref: str) -> None:
    with transaction() as session:
        verification.verify(
            session, ruth, ref, "The ward officer was there and tells the same.", grade=("B", 2)
        )
    with transaction() as session:
        alert = routing.send(session, ruth, ref).ref
    with transaction() as session:
        intake.receive(session, incoming("baraka", f"1 {alert}"))
    with transaction() as session:
        intake.receive(session, incoming("baraka", f"3 {alert} tumekutana na pande zote mbili"))
    _all_clear(ruth, alert)
    with transaction() as session:
        told = outcomes.drafts(session, verification.find(session, ref).id)[0]
        words, today = "Elders met both sides; cattle are out.", utcnow().date()
        deed = outcomes.Deed(
            ("visit", "dialogue"), "contained", words, "peaceful", (told.contact,), on=today, answer=told.id
        )
        outcomes.close(session, ruth, ref, deed, [outcomes.Ahead(today + dt.timedelta(days=14))])
