"""How people become known: registered by a coordinator, by a file, or by a word; vouched for; on any phone.

`join`, `vouch`, `set_pin` and `borrow` are what the conversation asks for; the rest is the console's.
"""

from mbiu.enrolment.joinwords import Offer, invite, join, make, revoke
from mbiu.enrolment.ownwords import set_own_words, suggest
from mbiu.enrolment.people import Fault, Person, Reader, Registrar
from mbiu.enrolment.pins import borrow, set_pin
from mbiu.enrolment.registering import archive, change, enrol, find, note, restore, settle
from mbiu.enrolment.vouching import vouch, vouch_for

__all__ = [
    "Fault", "Offer", "Person", "Reader", "Registrar", "archive", "borrow", "change", "enrol", "find",
    "invite", "join", "make", "note", "restore", "revoke", "set_own_words", "set_pin", "settle", "suggest",
    "vouch", "vouch_for",
]  # fmt: skip
