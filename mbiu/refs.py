"""Identifiers: row ids that sort by time, and references short enough to read over a phone."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

# Crockford's base 32: no I, L, O or U, so that a reference survives handwriting and a bad line.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CONFUSED = str.maketrans("ILOU", "110V")


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562): unique, and close in the index to its neighbours in time."""
    return uuid7()


def new_ref(letter: str) -> str:
    """``letter`` and six random characters: one of 2**30, and nobody can count from one to the next."""
    return letter + "".join(secrets.choice(_ALPHABET) for _ in range(6))


def new_code() -> str:
    """A code name of 40 random bits for a person we do not know yet, like ``7K3Q-9XMP``."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{code[:4]}-{code[4:]}"


def normal_ref(text: str) -> str:
    """A reference as people type it (``r-7k3 qx0``, ``R7K3QXO``) in the form we keep."""
    bare = "".join(c for c in text.upper() if c.isalnum())
    return bare[:1] + bare[1:].translate(_CONFUSED)
