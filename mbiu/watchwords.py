"""The two words that call for help: PANIC ends all contact, a person's duress word marks a report."""

import hmac
from uuid import UUID

from mbiu import texts
from mbiu.vault import own_word

#: A longer message is no lone word.
_LONGEST = 60
#: So many words of a text are looked through.
_WORDS = 400
_NONE = bytes(32)


def is_panic(digest: bytes | None, contact_id: UUID, text: str) -> bool:
    """Whether ``text`` is the person's own PANIC word (``digest``), or the shipped one, and nothing else."""
    if len(text) > _LONGEST:
        return False
    own = hmac.compare_digest(own_word("panic", contact_id, text), digest or _NONE)
    return own or texts.grammar().get(texts.fold(text)) == "panic"


def is_duress(digest: bytes | None, contact_id: UUID, text: str) -> bool:
    """Whether the person's own duress word (``digest``) stands anywhere in ``text`` as a whole word.

    All of the text is looked through whether the word is found or not.
    """
    if digest is None:
        return False
    words = text.split()[:_WORDS]
    return sum(hmac.compare_digest(own_word("duress", contact_id, word), digest) for word in words) > 0
