"""The house of the demonstration: its users, contacts, chains and routes, who is on duty, who gets briefs."""

import datetime as dt
import secrets
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import chains, digests, rotas, routing
from mbiu.audit import SYSTEM, Actor
from mbiu.chains import Selector, Step
from mbiu.codes import ResponderClass, Role, Severity
from mbiu.demo.phones import DATA, MAILBOXES, PHONES, register
from mbiu.house import settings as house
from mbiu.models import Contact, User, utcnow
from mbiu.routing import Rules

USERS = (
    ("ruth", Role.ANALYST),
    ("peter", Role.ANALYST),
    ("miriam", Role.COORDINATOR),
    ("simon", Role.CUSTODIAN),
    ("ines", Role.CUSTODIAN),
    ("esther", Role.ADMIN),
)

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


def users(session: Session) -> list[dict[str, str]]:
    """Make the users; name, role and random passphrase of each."""
    from argon2 import PasswordHasher

    hasher, logins = PasswordHasher(), []
    for name, role in USERS:
        password = secrets.token_urlsafe(15)
        cleared = role is Role.ANALYST
        session.add(User(name=name, role=role, cleared=cleared, password_hash=hasher.hash(password)))
        logins.append({"name": name, "role": role.value, "password": password})
    return logins


def people(session: Session) -> None:
    """Enrol everybody but strangers."""
    for one in (*PHONES, *MAILBOXES):
        if one.code:
            register(session, one)


def routes(session: Session) -> None:
    """Who is told of what; needs the people."""
    both = ((ResponderClass.MEDIATOR, 1), (ResponderClass.POLICE_LIAISON, 1))
    police = _chain(session, "Mediators, then police", [("KAS-91",), ("UG-92",)], both)
    turkana = _chain(session, "Turkana mediators", [("TRK-91",)])
    jonglei = _chain(session, "Jonglei: mediator, then chief", [("JON-91",), ("JON-92",)])
    elders = _chain(session, "Elders", [("TZ-93", "TZ-94")])
    cattle = chains.save(session, SYSTEM, None, "Cattle: mediators, by day the committees", CATTLE).id
    raids = Rules(
        "Uganda: cattle raids", cattle, area_path="/ug/", event_types=["cattle_raid"], exercise=True
    )
    routing.save(session, SYSTEM, None, raids)
    for name, area, chain in (
        ("Uganda: mediators, then police", "/ug/", police),
        ("Kenya: mediators", "/ke/", turkana),
        ("South Sudan: mediators", "/ss/", jonglei),
        ("Tanzania: elders", "/tz/", elders),
    ):
        rules = Rules(name, chain, area_path=area, min_severity=Severity.MINOR)
        routing.save(session, SYSTEM, None, rules)


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


def duties(session: Session) -> None:
    """A rota that is a week old, asked by the last step of alerts, and briefs for those who want them."""
    miriam = session.scalars(select(User).where(User.name == "miriam")).one()
    actor, started = Actor(miriam.name, miriam.id, miriam.role), utcnow() - dt.timedelta(days=7)
    for one in DATA["rota"]:
        starts = started.replace(tzinfo=None, hour=8, minute=0)
        row = rotas.save(session, actor, rotas.Wanted(**one, starts_at=starts))
        house.put(session, actor, "duty_rota", str(row.id))
    for one in DATA["digest"]:
        brief = digests.save(session, actor, digests.Wanted(**one))
        if brief.always:  # the first one comes at once, so that there is one to look at
            brief.since, brief.due_at = started, utcnow() + dt.timedelta(minutes=1)
