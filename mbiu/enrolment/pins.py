"""PINs: a registered person writes from a borrowed phone, by code name and four to six digits."""

import datetime as dt
import re
from itertools import pairwise
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.codes import ContactRole
from mbiu.enrolment.naming import called
from mbiu.models import Contact

TRIES, WINDOW = 5, dt.timedelta(hours=1)
_DIGITS = re.compile(r"[0-9]{4,6}")
# What is hashed is a keyed digest, so that a stolen database alone gives no PIN away, few as there are; the
# hash may then be the lighter of OWASP's choices, as it is made while a provider waits.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Checked where there is nobody or no PIN, so that this takes as long.
_DECOY = _hasher.hash("no one has this PIN")


def set_pin(session: Session, contact_id: UUID, pin: str, now: dt.datetime) -> bool:  # noqa: ARG001
    """Take ``pin`` as the person's; False unless it is four to six digits that are hard to guess."""
    contact = session.get(Contact, contact_id, with_for_update=True)
    if contact is None or not _may_borrow(contact) or not is_good(pin):
        return False
    contact.pin, contact.pin_tries, contact.pin_from = _hash(contact.id, pin), 0, None
    return True


def is_good(pin: str) -> bool:
    """Four to six digits that are neither all alike nor a run such as 1234 or 9876."""
    steps = {int(b) - int(a) for a, b in pairwise(pin)} if _DIGITS.fullmatch(pin) else {0}
    return len(steps) > 1 or not steps <= {0, 1, -1}


def borrow(session: Session, code: str, pin: str, now: dt.datetime) -> UUID | None:
    """Who is called ``code`` and has this ``pin``, or None; nothing tells which of the two was wrong.

    After five wrong PINs within an hour the right one is refused too, until the hour is over.
    """
    contact = session.scalars(called(code).limit(1).with_for_update()).one_or_none()
    if contact is None or not contact.pin or not _may_borrow(contact):
        _matches(_DECOY, "")
        return None
    if contact.pin_from is None or now - contact.pin_from >= WINDOW:
        contact.pin_tries, contact.pin_from = 0, now
    right = _matches(contact.pin, _keyed(contact.id, pin))
    if contact.pin_tries >= TRIES:
        return None
    contact.pin_tries = 0 if right else contact.pin_tries + 1
    return contact.id if right else None


def _may_borrow(contact: Contact) -> bool:
    return contact.role is not ContactRole.UNKNOWN and contact.silent_at is None


def _keyed(contact_id: UUID, pin: str) -> str:
    return vault.blind_digest("pin", f"{contact_id}:{pin}").hex()


def _hash(contact_id: UUID, pin: str) -> str:
    return _hasher.hash(_keyed(contact_id, pin))


def _matches(hashed: str, keyed: str) -> bool:
    try:
        return _hasher.verify(hashed, keyed)
    except (Argon2Error, InvalidHashError):
        return False
