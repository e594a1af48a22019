"""Fills an installation: the people first, then incident after incident, in one transaction."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mbiu import audit, vault
from mbiu.audit import SYSTEM
from mbiu.chronicle import Size
from mbiu.chronicle.events import Author, Chance, Crowd, Person
from mbiu.chronicle.loading import BATCH, Loader
from mbiu.chronicle.moulds import Mould, moulds
from mbiu.codes import AddressKind, ContactRole, Role
from mbiu.house import ranking
from mbiu.models import Alert, Contact, Incident, Place, Report, User, utcnow
from mbiu.refusals import NotPossible

YEARS = dt.timedelta(days=3 * 365)
RECENT = dt.timedelta(days=30)
_CODE = "EX-"
#: So many committees take up disputes.
_COMMITTEES = 10
_LANGUAGES = ("en", "sw", "fr", "lg")

Tell = Callable[[str], None]


def fill(session: Session, size: Size, seed: int = 1, tell: Tell = lambda _: None) -> dict[str, int]:
    """Make a chronicle of that size; how many rows went into each table.

    ``tell`` hears how far it is. Raises NotPossible where anything real is, where it has been done before,
    and where there are not two analysts to decide.
    """
    _require_nothing_real(session)
    # A batch may take longer than a page, and indexes of words are cheaper to fill by the thousand.
    for setting in ("statement_timeout = '10min'", "gin_pending_list_limit = '64MB'", "work_mem = '128MB'"):
        session.execute(text(f"SET LOCAL {setting}"))
    # Checked row by row, or the commit would check two million at once.
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    chance = Chance(random.Random(seed), _references(session))  # noqa: S311 - made-up events
    loader, now = Loader(session), utcnow()
    crowd = _people(session, loader, chance, size.contacts, now)
    loader.flush()
    author = Author(loader, chance, crowd, _analysts(session), ranking.current(session), now)
    events = moulds(session, chance.random)
    _write(author, events, size, tell)
    audit.append(session, SYSTEM, "demo.filled", "demo:chronicle", reports=size.reports, seed=seed)
    return dict(loader.written)


def _require_nothing_real(session: Session) -> None:
    for model in (Contact, Report, Incident):
        if session.scalar(select(model.id).where(~model.exercise).limit(1)):
            raise NotPossible(f"There is a {model.__tablename__} here that is no exercise: nothing was done.")
    if session.scalar(select(Contact.id).where(Contact.code.startswith(_CODE)).limit(1)):
        raise NotPossible("A large demonstration is here already: nothing was done.")


def _references(session: Session) -> set[str]:
    return {ref for model in (Report, Incident, Alert) for ref in session.scalars(select(model.ref))}


def _analysts(session: Session) -> list[UUID]:
    found = list(session.scalars(select(User.id).where(User.role == Role.ANALYST).order_by(User.name)))
    if len(found) < 2:
        raise NotPossible("Two analysts are needed to decide: add users first.")
    return found


# --- people ------------------------------------------------------------------------------------


def _people(session: Session, loader: Loader, chance: Chance, number: int, now: dt.datetime) -> Crowd:
    """Reporters, and every twentieth a responder, in districts of the gazetteer."""
    query = select(Place.id, Place.path, Place.country).where(Place.level == 2, ~Place.retired)
    homes = session.execute(query.order_by(func.md5(Place.id)).limit(1500)).all()
    if not homes:
        raise NotPossible("No districts are known here: load a gazetteer first.")
    crowd = Crowd([], [], [])
    for count in range(number):
        at = now - YEARS * chance.random.random()
        one = Person(chance.id(at), chance.id(at), chance.random.choice(_LANGUAGES))
        is_responder = count % 20 == 0
        (crowd.responders if is_responder else crowd.people).append(one)
        role = ContactRole.RESPONDER if is_responder else chance.random.choice(_ROLES)
        organisation = ""
        if role is ContactRole.COMMITTEE and len(crowd.committees) < _COMMITTEES:
            crowd.committees.append(one)
            organisation = f"Peace committee {len(crowd.committees)}"
        _add(
            loader, chance, one, (f"{_CODE}{count:05d}", role, organisation), chance.random.choice(homes), at
        )
    return crowd


_ROLES = (ContactRole.FOCAL_POINT, ContactRole.COMMITTEE, ContactRole.UNKNOWN)


def _add(
    loader: Loader, chance: Chance, one: Person, who: tuple[str, ContactRole, str], home: Any, at: dt.datetime
) -> None:
    """``who`` is the code name, the role and the organisation."""
    code, role, organisation = who
    # No country has the code 999, so none of these can be the number of somebody real.
    number, vault_id = f"+99980{code.removeprefix(_CODE):0>7}", chance.id(at)
    loader.add("contact", {
        "id": one.contact, "code": code, "role": role, "language": one.language, "country": home.country,
        "home_place_id": home.id, "area_path": home.path, "organisation": organisation, "grade": "C",
        "exercise": True, "created_at": at, "community": "", "denomination": "", "wish": "push",
        "pin_tries": 0,
    })  # fmt: skip
    loader.add("vault", {
        "id": vault_id, "contact_id": one.contact, "field": AddressKind.SMS,
        "value": vault.seal("vault", "value", vault_id, number),
    })  # fmt: skip
    loader.add("address", {
        "id": one.address, "contact_id": one.contact, "kind": AddressKind.SMS,
        "blind_index": vault.blind_index(AddressKind.SMS, number), "vault_id": vault_id,
        "channel": "simulator", "choices": [], "is_group": False, "repeats": 0, "taken": 0, "replies": 0,
        "created_at": at, "noticed_at": at,
    })  # fmt: skip


# --- events ------------------------------------------------------------------------------------


def _write(author: Author, events: list[Mould], size: Size, tell: Tell) -> None:
    """All incidents by time, and one report in fifty that led to none."""
    chance = author.chance.random
    times = sorted(_times(author, size))
    alone = size.reports // 50
    told = _shares(chance, size.reports - alone, len(times))
    for number, (at, reports) in enumerate(zip(times, told, strict=True)):
        author.incident(chance.choice(events), at, reports)
        author.loader.flush(BATCH)
        if number % 5000 == 4999:
            tell(f"{number + 1} of {size.incidents} incidents")
    for _ in range(alone):
        wording = chance.choice(chance.choice(events).wordings)
        author.report(
            wording, author.now - YEARS * chance.random(), chance.choice(author.crowd.people), None, 0
        )
        author.loader.flush(BATCH)
    author.loader.flush()


def _times(author: Author, size: Size) -> list[dt.datetime]:
    chance, old = author.chance.random, size.incidents - size.recent
    recent = [author.now - RECENT * chance.random() for _ in range(size.recent)]
    return recent + [author.now - RECENT - (YEARS - RECENT) * chance.random() for _ in range(old)]


def _shares(chance: random.Random, reports: int, incidents: int) -> list[int]:
    """How many reports each incident has: one at least, most few, together all."""
    shares = [1] * incidents
    rest = reports - incidents
    while rest > 0:
        at, more = chance.randrange(incidents), min(rest, chance.randint(1, 8))
        shares[at] += more
        rest -= more
    return shares
