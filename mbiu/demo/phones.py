"""The made-up people of the demonstration, their simulated phones, and what is said on these."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from mbiu.codes import AddressKind, ContactRole, ResponderClass
from mbiu.contacts import enrol
from mbiu.messages import IncomingMessage
from mbiu.models import Place, utcnow
from mbiu.refs import new_id


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


#: People, what they have written and how long ago, rotas and briefs.
DATA: dict[str, Any] = tomllib.loads((Path(__file__).parent / "people.toml").read_text(encoding="utf-8"))


def _holder(one: dict[str, Any]) -> Phone:
    kind = ResponderClass(one["responder_class"]) if "responder_class" in one else None
    codes = {"kind": AddressKind(one["kind"]), "role": ContactRole(one["role"]), "responder_class": kind}
    return Phone(**{**one, **codes})


PHONES = tuple(_holder(one) for one in DATA["phone"])
#: Who has no phone, but a mailbox.
MAILBOXES = tuple(_holder(one) for one in DATA["mailbox"])


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
