"""Ids of places that are not in the seed: the same place gets the same id in every build."""

import base64
import hashlib
from collections.abc import Container, Iterator

from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import UPPER_LEVEL


def new_id(
    country: str, parent_id: str, level: int | None, name: str, kind: str, taken: Container[str]
) -> str:
    """An id that is free: readable for upper places, for villages a digest of the chain of names."""
    return next(one for one in _candidates(country, parent_id, level, name, kind) if one not in taken)


def _candidates(country: str, parent_id: str, level: int | None, name: str, kind: str) -> Iterator[str]:
    key = fold_name(name)
    if (level is None or level <= UPPER_LEVEL) and key.isascii():
        plain = f"{parent_id}-{key.replace(' ', '-')}"
        yield plain
        yield f"{plain}-{fold_name(kind).replace(' ', '-') or 'place'}"
    number = 0
    while True:
        chain = f"{parent_id}/{level}/{key}/{number}"
        digest = hashlib.blake2b(chain.encode("utf-8"), digest_size=7).digest()
        yield f"{country.lower()}-{base64.b32encode(digest).decode().lower()[:10]}"
        number += 1
