"""Which phones there are: those of the demonstration, and those that somebody added."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mbiu import chains, demo, routing, vault
from mbiu.audit import SYSTEM
from mbiu.chains import Selector, Step
from mbiu.codes import AddressKind, ContactRole
from mbiu.demo import Phone
from mbiu.models import Address, Contact, EscalationChain, SimulatorPhone
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible
from mbiu.routing import Rules
from mbiu.settings import settings

#: Country codes are never +999, and chat ids never reach 2**52.
NUMBERS, CHATS = 999_000_000_000, 2**52
MANY = 40
ROUTE = "Training: phones that were added"
WAIT = 30

NAMES = (
    "Achan", "Bahati", "Chol", "Dorcas", "Ekiru", "Faida", "Gatluak", "Hawa", "Imani", "Jackson", "Kezia",
    "Lomuria", "Mwangi", "Neema", "Okello", "Pendo", "Rehema", "Simiyu", "Tabitha", "Wani",
)  # fmt: skip
HOMES = ("ug-kasese", "ug-kotido", "ke-turkana", "tz-manyara", "ss-jonglei")


@dataclass(frozen=True)
class Kind:
    """What can be added; ``title`` is what the page calls it."""

    title: str
    kind: AddressKind
    role: ContactRole = ContactRole.UNKNOWN
    is_group: bool = False


KINDS = {
    "stranger_sms": Kind("Stranger by SMS", AddressKind.SMS),
    "stranger_chat": Kind("Stranger by chat", AddressKind.TELEGRAM),
    "focal_sms": Kind("Focal point by SMS", AddressKind.SMS, ContactRole.FOCAL_POINT),
    "focal_chat": Kind("Focal point by chat", AddressKind.TELEGRAM, ContactRole.FOCAL_POINT),
    "group": Kind("Group chat of a committee", AddressKind.TELEGRAM, ContactRole.COMMITTEE, is_group=True),
    "supervisor": Kind("Supervisor by SMS", AddressKind.SMS, ContactRole.SUPERVISOR),
    "responder": Kind("Responder by SMS", AddressKind.SMS, ContactRole.RESPONDER),
}


def is_open() -> bool:
    """Whether this installation has a training room at all."""
    return settings().demo or settings().training


def phones(session: Session) -> dict[str, Phone]:
    """All phones by key: the shipped people first, then the added ones in order."""
    added = session.scalars(select(SimulatorPhone).order_by(SimulatorPhone.number))
    return {one.key: one for one in (*shipped(), *map(_added, added))}


def shipped() -> Iterable[Phone]:
    """The people of the demonstration; in a real installation under codes and numbers of nobody there."""
    return demo.PHONES if settings().demo else map(_elsewhere, demo.PHONES)


def _elsewhere(one: Phone) -> Phone:
    digits = int(one.address.lstrip("+-")[-9:])
    code = f"TRN-{one.code}" if one.code else ""
    return replace(one, address=_address(one.kind, digits, is_group=one.is_group), code=code)


def _added(row: SimulatorPhone) -> Phone:
    stranger = row.role is ContactRole.UNKNOWN
    return Phone(
        key=row.key,
        owner=f"{row.name}, {_what(row)}",
        code="" if stranger else f"TRN-{row.number:02}",
        kind=row.kind,
        address=_address(row.kind, row.number, is_group=row.is_group),
        role=row.role,
        country=row.country,
        home=row.home,
        language=row.language,
        is_group=row.is_group,
    )


def _what(row: SimulatorPhone) -> str:
    if row.is_group:
        return "committee chat"
    return "a stranger" if row.role is ContactRole.UNKNOWN else row.role.value.replace("_", " ")


def _address(kind: AddressKind, number: int, *, is_group: bool) -> str:
    if kind is AddressKind.SMS:
        return f"+{NUMBERS + number}"
    return str(-(CHATS + number) if is_group else CHATS + number)


def find(session: Session, key: str) -> Phone:
    """The phone of that key. Raises NotFound, and NotPossible if its address is that of a real person."""
    one = phones(session).get(key)
    if one is None:
        raise NotFound(f"There is no phone {key}.")
    contact = holder(session, one)
    if contact is not None and not contact.exercise:
        raise NotPossible("This address belongs to somebody who is no part of a training.")
    return one


def holder(session: Session, one: Phone) -> Contact | None:
    """The contact behind a phone, if it is known."""
    index = vault.blind_index(one.kind, one.address)
    query = select(Contact).join(Address, Address.contact_id == Contact.id)
    return session.scalar(query.where(Address.kind == one.kind, Address.blind_index == index))


def ready(session: Session, one: Phone, step: int = 1) -> None:
    """See that whoever holds the phone is enrolled; a new responder is told of exercises in this ``step``."""
    if one.code and holder(session, one) is None:
        contact_id = demo.register(session, one)
        if one.role is ContactRole.RESPONDER:
            _tell_of_exercises(session, contact_id, step)


def add(session: Session, what: str, home: str, language: str) -> Phone:
    """A new phone with a made-up holder. Raises NotPossible for what there is not, or when there are many."""
    made = KINDS.get(what)
    if made is None or home not in HOMES or not language.isalpha() or len(language) > 3:
        raise NotPossible("Choose what to add from the list.")
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("mbiu.phones"))))
    taken = session.scalar(select(func.count()).select_from(SimulatorPhone)) or 0
    if taken >= MANY:
        raise NotPossible(f"There are {MANY} phones already. Remove one first.")
    number = (session.scalar(select(func.max(SimulatorPhone.number))) or 0) + 1
    row = SimulatorPhone(
        id=new_id(), key=f"phone-{number}", number=number, name=NAMES[number % len(NAMES)], kind=made.kind,
        is_group=made.is_group, role=made.role, country=home[:2].upper(), home=home, language=language,
    )  # fmt: skip
    session.add(row)
    session.flush()
    one = _added(row)
    ready(session, one)
    return one


def remove(session: Session, key: str) -> None:
    """Take an added phone away; what it said stays. Raises NotFound for any other."""
    one = find(session, key)
    contact = holder(session, one)
    gone = session.execute(
        delete(SimulatorPhone).where(SimulatorPhone.key == key).returning(SimulatorPhone.id)
    )
    if gone.first() is None:
        raise NotFound(f"{key} cannot be removed.")
    if contact:
        chains.forget(session, contact.id)


def _tell_of_exercises(session: Session, contact_id: UUID, step: int) -> None:
    """Real incidents pass such people over, and so does the route."""
    chain = session.scalar(select(EscalationChain).where(EscalationChain.name == ROUTE).with_for_update())
    steps = list(chains.read(chain.steps)) if chain else []
    who = Selector("person", contact_id)
    if step <= len(steps):
        steps[step - 1] = replace(steps[step - 1], who=(*steps[step - 1].who, who))
    else:
        steps.append(Step((who,), WAIT))
    saved = chains.save(session, SYSTEM, chain.id if chain else None, ROUTE, steps)
    if chain is None:
        routing.save(session, SYSTEM, None, Rules(ROUTE, saved.id, exercise=True))
