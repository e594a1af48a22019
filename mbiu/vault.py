"""Sealing: every number, name and text at rest, and the look-up that needs no opened number.

A sealed value is AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. The additional data
``table:column:row`` ties it to its place, so a value moved to another row does not open. The id of
its key stands in front, so keys can change while the system runs.
"""

import hmac
import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mbiu.codes import AddressKind
from mbiu.settings import settings
from mbiu.texts.folding import fold

_FORMAT = b"\x01"
_NONCE = 12


class CannotOpen(Exception):
    """A sealed value is damaged, misplaced, or its key is gone."""


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def seal_with(key_id: str, key: bytes, value: bytes, context: str) -> bytes:
    """Encrypt ``value`` for the one place that ``context`` names."""
    name, nonce = key_id.encode(), os.urandom(_NONCE)
    return b"".join(
        (
            _FORMAT,
            bytes([len(name)]),
            name,
            nonce,
            _cipher(key).encrypt(nonce, value, context.encode()),
        )
    )


def open_with(ring: dict[str, bytes], blob: bytes, context: str) -> bytes:
    """Decrypt what ``seal_with`` made for ``context``. Raises CannotOpen."""
    if not blob.startswith(_FORMAT):
        raise CannotOpen(context)
    try:
        end = 2 + blob[1]
        key = ring[blob[2:end].decode()]
        return _cipher(key).decrypt(blob[end : end + _NONCE], blob[end + _NONCE :], context.encode())
    except (KeyError, IndexError, UnicodeDecodeError, InvalidTag, ValueError):
        raise CannotOpen(context) from None


def key_of(blob: bytes) -> str:
    """The id of the key that sealed ``blob``."""
    return blob[2 : 2 + blob[1]].decode()


def seal(table: str, column: str, row: UUID, text: str) -> bytes:
    """Seal ``text`` for one cell under the current key."""
    ring = settings().vault_keyring
    key_id = next(iter(ring))
    return seal_with(key_id, ring[key_id], text.encode(), f"{table}:{column}:{row}")


def unseal(table: str, column: str, row: UUID, blob: bytes | None) -> str:
    """The text of one cell; an empty cell is the empty text. Raises CannotOpen."""
    if not blob:
        return ""
    return open_with(settings().vault_keyring, blob, f"{table}:{column}:{row}").decode()


def seal_bytes(table: str, column: str, row: UUID, value: bytes) -> bytes:
    ring = settings().vault_keyring
    key_id = next(iter(ring))
    return seal_with(key_id, ring[key_id], value, f"{table}:{column}:{row}")


def unseal_bytes(table: str, column: str, row: UUID, blob: bytes) -> bytes:
    return open_with(settings().vault_keyring, blob, f"{table}:{column}:{row}")


def blind_index(kind: AddressKind, address: str) -> bytes:
    """32 bytes that find an address again without opening any: HMAC-SHA-256 under its own key.

    ``address`` is a phone number in E.164 or a chat id in decimal.
    """
    return hmac.digest(settings().blind_index_key, f"{kind.value}:{address}".encode(), "sha256")


def blind_digest(purpose: str, value: str) -> bytes:
    """A keyed digest for comparing things equal (text fingerprints, account names) without keeping them."""
    return hmac.digest(settings().blind_index_key, f"{purpose}\0{value}".encode(), "sha256")


def own_word(purpose: str, contact_id: UUID, word: str) -> bytes:
    """The keyed digest of a person's own word, ``panic`` or ``duress``, however it is typed.

    Case, accents, marks and spaces do not count, so an own word of two is one word too. Equal words of two
    people have different digests.
    """
    return blind_digest(purpose, f"{contact_id}:{fold(word)}")
