"""The two words that call for help: PANIC ends all contact, a person's duress word marks a report."""

import hmac
from uuid import UUID

from mbiu import texts
from mbiu.vault import own_word

#: A longer message is no lone word.
_LONGEST = 60
#: So many words of a text are looked through, and an own word is of so many parts at the most.
_WORDS, _PARTS = 400, 3
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
    words = [word for word in map(texts.fold, text.split()[:_WORDS]) if word]
    spans = ("".join(words[i : i + n]) for n in range(1, _PARTS + 1) for i in range(len(words) - n + 1))
    return sum(hmac.compare_digest(own_word("duress", contact_id, span), digest) for span in spans) > 0
