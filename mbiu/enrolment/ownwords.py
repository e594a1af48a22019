"""A person's own two words, given by hand: one ends all contact for good, one says «I am made to write»."""

import secrets
import tomllib
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from mbiu import texts
from mbiu.enrolment.people import Registrar
from mbiu.enrolment.registering import note
from mbiu.models import Contact
from mbiu.refusals import NotPossible
from mbiu.texts.folding import fold
from mbiu.texts.words import grammar
from mbiu.vault import own_word

SHORTEST, LONGEST = 4, 40


@cache
def _harmless() -> dict[str, list[str]]:
    file = Path(__file__).parent / "harmless.toml"
    found: dict[str, list[str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return found


def suggest(language: str | None) -> tuple[str, str]:
    """A panic word (two everyday words, to be sent alone) and a duress word (one, to stand in a report)."""
    words = _harmless().get(language or "") or _harmless()[texts.FALLBACK]
    first, second, duress = secrets.SystemRandom().sample(words, 3)
    return f"{first} {second}", duress


def set_own_words(session: Session, by: Registrar, contact: Contact, panic: str, duress: str) -> None:
    """Keep the digests of both words. Raises NotPossible for words that would be said by chance."""
    panic, duress = panic.strip(), duress.strip()
    for word in (panic, duress):
        if not SHORTEST <= len(fold(word)) <= LONGEST or _is_command(word):
            raise NotPossible("Own words have at least four letters, and mean nothing to the system.")
    if len(duress.split()) > 1:
        raise NotPossible("The word that stands in a report is a single word.")
    if fold(duress) in {fold(panic), *map(fold, panic.split())}:
        raise NotPossible("The two words must differ.")
    contact.panic_word, contact.duress_word = _digests(contact.id, panic, duress)
    note(session, by, "contact.words_set", contact.code)


def _digests(contact_id: UUID, panic: str, duress: str) -> tuple[bytes, bytes]:
    return own_word("panic", contact_id, panic), own_word("duress", contact_id, duress)


def _is_command(word: str) -> bool:
    return fold(word) in grammar()
