"""What somebody is registered with: read from what a coordinator typed, one rule for form and file alike."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import texts
from mbiu.audit import Actor
from mbiu.channels.phone import country_of, e164, is_short_code
from mbiu.channels.text import clean
from mbiu.codes import ContactRole, ResponderClass
from mbiu.messages import BadPayload
from mbiu.models import Contact, Place
from mbiu.settings import settings
from mbiu.texts.folding import fold

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,19}")
FIELDS = (
    "number", "role", "area", "language", "organisation", "community", "denomination", "supervisor",
    "grade", "class", "code",
)  # fmt: skip
GRADES = "ABCDEF"
LONGEST = 80
ROLES = {
    "focalpoint": ContactRole.FOCAL_POINT,
    "committee": ContactRole.COMMITTEE,
    "committeemember": ContactRole.COMMITTEE,
    "peacecommittee": ContactRole.COMMITTEE,
    "peacecommitteemember": ContactRole.COMMITTEE,
    "supervisor": ContactRole.SUPERVISOR,
    "responder": ContactRole.RESPONDER,
}
CLASSES = {fold(one.value.replace("_", " ")): one for one in ResponderClass}
_NUMBER = re.compile(r"\d(?:[ .\-/]?\d){6,}")
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+")


@dataclass(frozen=True)
class Registrar:
    """Who registers, and in which areas they may: ``scope`` is comma-separated paths, ``/`` everywhere."""

    actor: Actor
    scope: str = "/"

    def sees(self, path: str) -> bool:
        return any(path.startswith(area) for area in self.scope.split(",") if area.startswith("/"))


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field, and what to do about it. Holds nothing of what was typed as a number."""

    field: str
    what: str
    do: str


@dataclass(frozen=True)
class Person:
    """Somebody to be registered: a phone in E.164 or none, a code name if one was chosen, the contact's
    columns."""

    number: str = field(repr=False)
    code: str | None
    columns: dict[str, Any]


class Wrong(Exception):
    """A field cannot be taken as it is."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(what)
        self.what, self.do = what, do


class Reader:
    """Reads what was typed, with the places and people it names; remembers them, for a file names few."""

    def __init__(self, session: Session, by: Registrar) -> None:
        self._session, self._by = session, by
        self._place, self._supervisor = cache(self._look_up), cache(self._find)

    def read(self, typed: dict[str, str], *, fields: tuple[str, ...] = FIELDS) -> tuple[Person, list[Fault]]:
        """The person, and every fault; with a fault the person is not to be registered.

        Who has a ``mail`` address needs no phone.
        """
        columns: dict[str, Any] = {}
        faults = []
        phoneless = bool(typed.get("mail", "").strip()) and not typed.get("number", "").strip()
        for name in (one for one in fields if not (phoneless and one == "number")):
            try:
                columns |= getattr(self, f"_{name}_of")(" ".join(clean(typed.get(name, "")).split()))
            except Wrong as wrong:
                faults.append(Fault(name, wrong.what, wrong.do))
        number, code = columns.pop("number", ""), columns.pop("code", None)
        if number and not columns.get("country"):
            columns["country"] = country_of(number, settings().default_country)
        return Person(number, code, columns), faults

    def _number_of(self, text: str) -> dict[str, str]:
        if not text:
            raise Wrong("There is no phone number.", "Add it, or take the row out.")
        if _SCIENTIFIC.fullmatch(text):
            raise Wrong(
                "The sheet has rounded the number.", "Format the column as text and type the number again."
            )
        try:
            number = e164(re.sub(r"\.0$", "", text), settings().default_country)
        except BadPayload:
            number = ""
        if not number or is_short_code(number):
            raise Wrong("This is no phone number.", "Write it like +256772000101 or 0772000101.")
        return {"number": number}

    def _role_of(self, text: str) -> dict[str, ContactRole]:
        if fold(text) not in ROLES:
            what = "There is no such role." if text else "There is no role."
            raise Wrong(what, "Write focal point, committee, supervisor or responder.")
        return {"role": ROLES[fold(text)]}

    def _area_of(self, text: str) -> dict[str, str | None]:
        if not text:
            raise Wrong("There is no area.", "Write the district, such as Kasese.")
        place_id, path, country = self._place(text)
        if not self._by.sees(path):
            raise Wrong("This area is not one of yours.", "Ask who looks after it, or take the row out.")
        return {"home_place_id": place_id, "area_path": path, "country": country}

    def _look_up(self, text: str) -> tuple[str, str, str]:
        found = areas(self._session, text)
        if not found:
            raise Wrong("No area is called so.", "Look on the map how it is written, or name the district.")
        first = found[0]
        if not all(one.path.startswith(first.path) for one in found):
            raise Wrong("Several areas are called so.", "Add what it lies in: Bwera, Kasese.")
        return first.id, first.path, first.country

    def _language_of(self, text: str) -> dict[str, str | None]:
        code = texts.tongues().get(fold(text)) if text else None
        if text and code is None:
            raise Wrong("We do not write in this language.", f"Choose one of {', '.join(texts.languages())}.")
        return {"language": code}

    def _organisation_of(self, text: str) -> dict[str, str]:
        return {"organisation": _words(text)}

    def _community_of(self, text: str) -> dict[str, str]:
        return {"community": _words(text)}

    def _denomination_of(self, text: str) -> dict[str, str]:
        return {"denomination": _words(text)}

    def _supervisor_of(self, text: str) -> dict[str, UUID | None]:
        return {"supervisor_id": self._supervisor(text.upper()) if text else None}

    def _find(self, code: str) -> UUID:
        query = select(Contact.id, Contact.area_path).where(Contact.code == code)
        row = self._session.execute(query.where(Contact.role == ContactRole.SUPERVISOR)).one_or_none()
        if row is None or not self._by.sees(row.area_path):
            raise Wrong("No supervisor is called so.", "Register supervisors first and use their code names.")
        supervisor_id: UUID = row.id
        return supervisor_id

    def _grade_of(self, text: str) -> dict[str, str]:
        if len(text) > 1 or (text and text.upper() not in GRADES):
            raise Wrong("There is no such grade.", "Write a letter from A to F, or leave it empty.")
        return {"grade": text.upper() or "F"}

    def _class_of(self, text: str) -> dict[str, ResponderClass | None]:
        if text and fold(text) not in CLASSES:
            known = ", ".join(one.value.replace("_", " ") for one in ResponderClass)
            raise Wrong("There is no such kind of responder.", f"Write one of {known}, or leave it empty.")
        return {"responder_class": CLASSES[fold(text)] if text else None}

    def _code_of(self, text: str) -> dict[str, str]:
        code = text.upper()
        if not code:
            return {}
        if not CODE.fullmatch(code) or _NUMBER.search(code):
            raise Wrong("This is no code name.", "Write something like KAS-07, or leave it empty.")
        if self._session.scalar(select(Contact.id).where(Contact.code == code)):
            raise Wrong("Somebody is called so already.", "Choose another code name, or leave it empty.")
        return {"code": code}


def areas(session: Session, text: str) -> list[Place]:
    """The administrative units a person may mean by an id or by ``Bwera, Kasese``; the widest first."""
    first, *within = (part.strip() for part in text.split(","))
    unit = (Place.level.is_not(None), ~Place.retired)
    if place := session.scalar(select(Place).where(Place.id == first.lower(), *unit)):
        return [place]
    found = session.scalars(select(Place).where(func.lower(Place.name) == first.lower(), *unit)).all()
    return sorted((one for one in found if _lies_in(session, one, within)), key=lambda one: len(one.path))


def _lies_in(session: Session, place: Place, within: list[str]) -> bool:
    parents = [part for part in place.path.split("/") if part][:-1]
    names = session.scalars(select(Place.name).where(Place.id.in_(parents))) if within else ()
    return {one.casefold() for one in within if one} <= {name.casefold() for name in names}


def _words(text: str) -> str:
    """A short name as it is shown to others: nothing a sheet would compute, and no number."""
    if len(text) > LONGEST:
        raise Wrong("This is too long.", f"Use at most {LONGEST} letters.")
    if text[:1] in tuple("=+@-\t") and text != "-":
        raise Wrong("This looks like a formula.", "Write plain words.")
    if _NUMBER.search(text):
        raise Wrong("There is a number in it.", "Phone numbers belong into their own column only.")
    return "" if text == "-" else text
